"""Bleak's backend over bumble's virtual controllers: adapters and air in this process, no kernel.

What is above bleak runs as it would on BlueZ, quirks included: a device's characteristics are
remembered after the first connection until ``unpair`` forgets the device.
"""

from __future__ import annotations

import asyncio

from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
)
from bumble import hci
from bumble.controller import Controller
from bumble.device import Device
from bumble.host import Host
from bumble.link import LocalLink
from bumble.transport.common import AsyncPipeSink
from typing_extensions import override

from device_drivers.links.ble import Stack
from device_drivers.links.virtual_backend import Adapter, Client, Scanner, end, whole


class VirtualAir:
    """Adapters and devices that hear each other; ``stack`` is for ``BleakRadio``."""

    def __init__(self) -> None:
        self.link = LocalLink()  # type: ignore[no-untyped-call] # bumble's
        self.stack = _stack_of(self)
        self._adapters: dict[str, Adapter] = {}

    async def plug_in(self, name: str) -> None:
        """Add an adapter."""
        address = f"F0:F0:F0:F0:F0:{len(self._adapters):02X}"
        host = host_on(self.link, name, address)
        await whole(host.power_on())
        self._adapters[name] = Adapter(host)

    async def unplug(self, name: str) -> None:
        """Take the adapter away."""
        await self.switch_off(name)
        del self._adapters[name]

    async def switch_off(self, name: str) -> None:
        """Nothing is heard any more, every connection breaks."""
        adapter = self._adapters[name]
        adapter.is_on = False
        if adapter.host.is_scanning:
            await whole(adapter.host.stop_scanning())
        for connection in list(adapter.host.connections.values()):
            await end(connection)

    def switch_on(self, name: str) -> None:
        """Power it again."""
        self._adapters[name].is_on = True

    def adapter(self, name: str | None) -> Adapter:
        """The adapter, if it works; else bleak's error."""
        adapter = self._adapters.get(name or "")
        if adapter is None:
            raise BleakBluetoothNotAvailableError(
                f"no adapter {name}", BleakBluetoothNotAvailableReason.NO_BLUETOOTH
            )
        if not adapter.is_on:
            raise BleakBluetoothNotAvailableError(
                f"{name} is off", BleakBluetoothNotAvailableReason.POWERED_OFF
            )
        return adapter


class _Controller(Controller):
    """Bumble's, which forgets to give up connecting when told to."""

    @override
    def on_hci_le_create_connection_cancel_command(
        self, _command: hci.HCI_LE_Create_Connection_Cancel_Command
    ) -> hci.HCI_StatusReturnParameters:
        pending = self.pending_le_connection
        if pending is None:
            return hci.HCI_StatusReturnParameters(hci.HCI_ErrorCode.COMMAND_DISALLOWED_ERROR)
        self.pending_le_connection = None
        given_up = hci.HCI_LE_Connection_Complete_Event(
            status=hci.HCI_ErrorCode.UNKNOWN_CONNECTION_IDENTIFIER_ERROR,
            connection_handle=0,
            role=hci.Role.CENTRAL,
            peer_address_type=pending.peer_address.address_type,
            peer_address=pending.peer_address,
            connection_interval=0,
            peripheral_latency=0,
            supervision_timeout=0,
            central_clock_accuracy=0,
        )
        asyncio.get_running_loop().call_soon(self.send_hci_packet, given_up)
        return hci.HCI_StatusReturnParameters(hci.HCI_ErrorCode.SUCCESS)


def host_on(link: LocalLink, name: str, address: str) -> Device:
    """A Bluetooth host with a controller of its own on the link; not powered on yet."""
    controller = _Controller(name, link=link, public_address=address)
    host = Host(controller, AsyncPipeSink(controller))
    return Device(name=name, address=hci.Address(address), host=host)


def _stack_of(its_air: VirtualAir) -> Stack:
    class VirtualScanner(Scanner):
        air = its_air

    class VirtualClient(Client):
        air = its_air

    return Stack(scanner=VirtualScanner, client=VirtualClient)
