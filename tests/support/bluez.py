"""BlueZ as D-Bus shows it: dbusmock's template on a bus of its own."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from dbus_fast.aio import MessageBus
from dbus_fast.constants import MessageType
from dbus_fast.message import Message
from dbus_fast.signature import Variant

ADAPTER: Final = "org.bluez.Adapter1"
DEVICE: Final = "org.bluez.Device1"
_NO: Final = Variant("b", False)  # noqa: FBT003 - D-Bus has no names for values
_STARTED_S: Final = 20.0
_SYSTEM_PYTHON: Final = "/usr/bin/python3"
_MOCK: Final = "org.freedesktop.DBus.Mock"
_CONFIG: Final = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={socket}</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""


class BlueZ:
    """A bus while inside, with ``bluetoothd`` on it from ``start`` to ``stop``."""

    def __init__(self, folder: Path) -> None:
        self.address = f"unix:path={folder / 'bus'}"
        self._folder = folder
        self._bus: subprocess.Popen[bytes] | None = None
        self._bluez: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        config = self._folder / "bus.conf"
        config.write_text(_CONFIG.format(socket=self._folder / "bus"), encoding="utf-8")
        self._bus = subprocess.Popen(
            ["dbus-daemon", f"--config-file={config}", "--nofork", "--print-address"],
            stdout=subprocess.PIPE,
        )
        assert self._bus.stdout is not None
        assert self._bus.stdout.readline(), "the bus says its address when it listens"
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()
        if self._bus is not None:
            self._bus.kill()
            self._bus.wait()
            assert self._bus.stdout is not None
            self._bus.stdout.close()

    async def start(self) -> None:
        """Let ``bluetoothd`` run, without an adapter."""
        self._bluez = await asyncio.to_thread(
            subprocess.Popen,
            [_SYSTEM_PYTHON, "-m", "dbusmock", "--template", "bluez5"],
            env=os.environ | {"DBUS_SYSTEM_BUS_ADDRESS": self.address},
            stdout=subprocess.DEVNULL,
        )
        deadline = asyncio.get_running_loop().time() + _STARTED_S
        while not await self._is_there():
            assert asyncio.get_running_loop().time() < deadline
            await asyncio.sleep(0.05)

    def stop(self) -> None:
        """Kill it."""
        if self._bluez is not None:
            with contextlib.suppress(ProcessLookupError):
                self._bluez.kill()
            self._bluez.wait()
            self._bluez = None

    async def add_adapter(self) -> None:
        """Plug in ``hci0``."""
        await self.call("/", "org.bluez.Mock", "AddAdapter", "ss", ["hci0", "box"])

    async def remove_adapter(self) -> None:
        """Pull ``hci0`` out."""
        await self.call("/", "org.bluez.Mock", "RemoveAdapter", "s", ["hci0"])

    async def switch_off(self) -> None:
        """Switch ``hci0`` off, as ``bluetoothctl power off`` does."""
        arguments = [ADAPTER, "Powered", _NO]
        properties = "org.freedesktop.DBus.Properties"
        await self.call("/org/bluez/hci0", properties, "Set", "ssv", arguments)

    async def scanning_answers(self, python: str) -> None:
        """What ``StartDiscovery`` of ``hci0`` does from now on."""
        arguments = [ADAPTER, "StartDiscovery", "", "", python]
        await self.call("/org/bluez/hci0", _MOCK, "AddMethod", "sssss", arguments)

    async def add_device(self, address: str, *, connecting: str) -> None:
        """A device that advertises company 1; ``connecting`` is the Python of ``Connect``."""
        path = "/org/bluez/hci0/dev_" + address.replace(":", "_")
        properties = {
            "Address": Variant("s", address),
            "AddressType": Variant("s", "random"),
            "Alias": Variant("s", "label"),
            "Name": Variant("s", "label"),
            "Adapter": Variant("o", "/org/bluez/hci0"),
            "Paired": _NO,
            "Connected": _NO,
            "ServicesResolved": _NO,
            "RSSI": Variant("n", -61),
            "UUIDs": Variant("as", []),
            "ManufacturerData": Variant("a{qv}", {1: Variant("ay", b"\x07")}),
        }
        methods = [["Connect", "", "", connecting], ["Disconnect", "", "", ""]]
        await self.call(
            "/", _MOCK, "AddObject", "ssa{sv}a(ssss)", [path, DEVICE, properties, methods]
        )
        added = [Variant("o", path), Variant("a{sa{sv}}", {DEVICE: properties})]
        arguments = ["org.freedesktop.DBus.ObjectManager", "InterfacesAdded", "oa{sa{sv}}", added]
        await self.call("/", _MOCK, "EmitSignal", "sssav", arguments)

    async def call(
        self, path: str, interface: str, member: str, signature: str, body: list[Any]
    ) -> None:
        """One method call of BlueZ, which has to work."""
        await self._call("org.bluez", path, interface, member, signature, body)

    async def _is_there(self) -> bool:
        bus = "org.freedesktop.DBus"
        path = "/org/freedesktop/DBus"
        (there,) = await self._call(bus, path, bus, "NameHasOwner", "s", ["org.bluez"])
        return bool(there)

    async def _call(
        self, to: str, path: str, interface: str, member: str, signature: str, body: list[Any]
    ) -> list[Any]:
        bus = await MessageBus(bus_address=self.address).connect()
        try:
            reply = await bus.call(
                Message(
                    destination=to,
                    path=path,
                    interface=interface,
                    member=member,
                    signature=signature,
                    body=body,
                )
            )
            assert reply is not None
            assert reply.message_type is MessageType.METHOD_RETURN, reply.body
            return list(reply.body)
        finally:
            bus.disconnect()
            await bus.wait_for_disconnect()  # type: ignore[no-untyped-call] # dbus_fast's
