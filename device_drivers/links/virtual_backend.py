"""Bleak's scanner and client over bumble hosts, as ``virtual`` offers them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final, Protocol, TypeVar

from bleak.args import SizedBuffer
from bleak.assigned_numbers import CharacteristicPropertyName
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient, NotifyCallback
from bleak.backends.descriptor import BleakGATTDescriptor
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import (
    AdvertisementData,
    AdvertisementDataCallback,
    BaseBleakScanner,
)
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection
from bleak.exc import (
    BleakError,
    BleakGATTProtocolError,
)
from bleak.uuids import normalize_uuid_16, normalize_uuid_str
from bumble import att, core, hci
from bumble.device import Advertisement, Connection, Device, Peer
from bumble.gatt import Characteristic
from bumble.gatt_client import CharacteristicProxy
from typing_extensions import override

_MTU: Final = 517
_PATIENCE_S: Final = 0.05
_END_S: Final = 2.0
_NO_DESCRIPTORS: Final = (
    "virtual devices have no descriptors to read or write: notifications are subscribed to"
)
_PROPERTIES: Final[dict[int, CharacteristicPropertyName]] = {
    Characteristic.Properties.READ: "read",
    Characteristic.Properties.WRITE: "write",
    Characteristic.Properties.WRITE_WITHOUT_RESPONSE: "write-without-response",
    Characteristic.Properties.NOTIFY: "notify",
}


_T = TypeVar("_T")


@dataclass(slots=True)
class Adapter:
    """An adapter and the characteristics that it remembers, by address."""

    host: Device
    is_on: bool = True
    remembered: dict[str, Any] = field(default_factory=dict)


class Adapters(Protocol):
    """Adapters by name."""

    def adapter(self, name: str | None) -> Adapter:
        """The adapter of this name, if it works; else bleak's error."""


class Scanner(BaseBleakScanner):
    """What an adapter hears; a subclass names the adapters."""

    air: ClassVar[Adapters]

    def __init__(
        self,
        detection_callback: AdvertisementDataCallback | None,
        service_uuids: list[str] | None,
        _scanning_mode: str,
        **kwargs: Any,
    ) -> None:
        super().__init__(detection_callback, service_uuids)
        self._name = kwargs["bluez"].get("adapter")
        self._host: Device | None = None

    @override
    async def start(self) -> None:
        self.seen_devices = {}
        self._host = self.air.adapter(self._name).host
        self._host.on(Device.EVENT_ADVERTISEMENT, self._advertised)
        await whole(self._host.start_scanning(filter_duplicates=False))

    @override
    async def stop(self) -> None:
        host, self._host = self._host, None
        if host is not None:
            host.remove_listener(Device.EVENT_ADVERTISEMENT, self._advertised)
            if host.is_scanning:
                await whole(host.stop_scanning())

    def _advertised(self, advertisement: Advertisement) -> None:
        address = advertisement.address.to_string(with_type_qualifier=False)
        said = _read(advertisement)
        device = self.create_or_update_device(
            address, address, said.local_name, advertisement.address, said
        )
        self.call_detection_callbacks(device, said)


def _read(advertisement: Advertisement) -> AdvertisementData:
    """The parts that labels use (Core Specification Supplement, part A)."""
    name: str | None = None
    manufacturer: dict[int, bytes] = {}
    service_data: dict[str, bytes] = {}
    services: list[str] = []
    for kind, data in advertisement.data.ad_structures:
        match int(kind):
            case 0x02 | 0x03:
                services += [_uuid(data[at : at + 2]) for at in range(0, len(data), 2)]
            case 0x06 | 0x07:
                services += [_uuid(data[at : at + 16]) for at in range(0, len(data), 16)]
            case 0x08 | 0x09:
                name = data.decode(errors="replace")
            case 0x16:
                service_data[_uuid(data[:2])] = data[2:]
            case 0x21:
                service_data[_uuid(data[:16])] = data[16:]
            case 0xFF:
                manufacturer[int.from_bytes(data[:2], "little")] = data[2:]
            case _:
                pass
    return AdvertisementData(
        local_name=name,
        manufacturer_data=manufacturer,
        service_data=service_data,
        service_uuids=services,
        tx_power=None,
        rssi=advertisement.rssi,
        platform_data=(),
    )


def _uuid(data: bytes) -> str:
    if len(data) == 2:
        return normalize_uuid_16(int.from_bytes(data, "little"))
    return normalize_uuid_str(data[::-1].hex())


async def _connected(host: Device, address: hci.Address, timeout_s: float) -> Connection:
    """A connection; bumble is left to finish its own attempt, also when we are cancelled."""
    connecting = asyncio.ensure_future(host.connect(address, timeout=timeout_s))  # noqa: TID251 - awaited here, whatever happens
    try:
        return await asyncio.shield(connecting)
    except asyncio.CancelledError:
        while not connecting.done():
            with suppress(core.BaseBumbleError, hci.HCI_Error):
                await whole(host.send_sync_command(hci.HCI_LE_Create_Connection_Cancel_Command()))
            await asyncio.wait([connecting], timeout=_PATIENCE_S)
        if not connecting.cancelled() and connecting.exception() is None:
            await end(connecting.result())
        raise


async def end(connection: Connection) -> None:
    """End it; bumble waits for ever for the end of what has ended."""
    if connection.handle in connection.device.connections:
        with suppress(core.BaseBumbleError, hci.HCI_Error, TimeoutError):
            async with asyncio.timeout(_END_S):
                await whole(connection.disconnect())


async def whole(work: Coroutine[Any, Any, _T]) -> _T:
    """Have commands to a controller done to their end, also when cancelled meanwhile.

    Bumble takes the answer to a command that was broken off for the answer to the next.
    """
    doing = asyncio.ensure_future(work)  # noqa: TID251 - awaited here, whatever happens
    try:
        return await asyncio.shield(doing)
    except asyncio.CancelledError:
        await asyncio.wait([doing], timeout=_END_S)
        raise


class Client(BaseBleakClient):
    """A connection of an adapter; a subclass names the adapters."""

    air: ClassVar[Adapters]

    def __init__(
        self,
        address_or_ble_device: BLEDevice | str,
        *,
        disconnected_callback: Callable[[], None] | None,
        timeout: float,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            address_or_ble_device, disconnected_callback=disconnected_callback, timeout=timeout
        )
        if isinstance(address_or_ble_device, str):
            raise BleakError("virtual devices are connected to by what the scanner gave")
        self._at: hci.Address = address_or_ble_device.details
        self._name = kwargs["bluez"].get("adapter")
        self._connection: Connection | None = None
        self._peer: Peer | None = None

    @property
    @override
    def mtu_size(self) -> int:
        return 23 if self._connection is None else self._connection.att_mtu

    @property
    @override
    def is_connected(self) -> bool:
        return self._connection is not None

    @override
    async def connect(self, pair: bool, **kwargs: Any) -> None:
        adapter = self.air.adapter(self._name)
        with self._told():
            connection = await _connected(adapter.host, self._at, self._timeout)
            try:
                connection.on(Connection.EVENT_DISCONNECTION, self._gone)
                self._connection, self._peer = connection, Peer(connection)
                await self._peer.request_mtu(_MTU)
                self.services = adapter.remembered.get(self.address)
                if self.services is None:
                    self.services = adapter.remembered[self.address] = await self._discovered()
            except BaseException:
                await end(connection)
                raise

    @override
    async def disconnect(self) -> None:
        # As on BlueZ, whoever is cut here leaves the device connected.
        await asyncio.sleep(0)
        if self._connection is not None:
            await end(self._connection)

    @override
    async def pair(self, *args: Any, **kwargs: Any) -> None:
        raise BleakError("virtual devices do not pair: no family of ours asks for it")

    @override
    async def unpair(self) -> None:
        self.air.adapter(self._name).remembered.pop(self.address, None)

    @override
    async def read_gatt_char(
        self, characteristic: BleakGATTCharacteristic, *, use_cached: bool = False, **kwargs: Any
    ) -> bytearray:
        with self._told():
            return bytearray(await self._connected().gatt_client.read_value(characteristic.handle))

    @override
    async def write_gatt_char(
        self, characteristic: BleakGATTCharacteristic, data: SizedBuffer, response: bool
    ) -> None:
        with self._told():
            await self._connected().gatt_client.write_value(
                characteristic.handle, bytes(data), with_response=response
            )

    @override
    async def start_notify(
        self, characteristic: BleakGATTCharacteristic, callback: NotifyCallback, **kwargs: Any
    ) -> None:
        def heard(value: bytes) -> None:
            callback(bytearray(value))

        with self._told():
            client = self._connected().gatt_client
            await client.subscribe(self._proxy(characteristic), heard)

    @override
    async def stop_notify(self, characteristic: BleakGATTCharacteristic) -> None:
        with self._told():
            client = self._connected().gatt_client
            await client.unsubscribe(self._proxy(characteristic), force=True)

    @override
    async def read_gatt_descriptor(
        self, descriptor: BleakGATTDescriptor, *, use_cached: bool = False, **kwargs: Any
    ) -> bytearray:
        raise BleakError(_NO_DESCRIPTORS)

    @override
    async def write_gatt_descriptor(
        self, descriptor: BleakGATTDescriptor, data: SizedBuffer
    ) -> None:
        raise BleakError(_NO_DESCRIPTORS)

    def _connected(self) -> Peer:
        if self._connection is None or self._peer is None:
            raise BleakError("not connected")
        return self._peer

    def _proxy(self, characteristic: BleakGATTCharacteristic) -> CharacteristicProxy[bytes]:
        """The characteristic for this connection, as it was remembered."""
        found: CharacteristicProxy[bytes] = characteristic.obj
        return CharacteristicProxy(
            self._connected().gatt_client,
            found.handle,
            found.end_group_handle,
            found.uuid,
            int(found.properties),
        )

    async def _discovered(self) -> BleakGATTServiceCollection:
        collection = BleakGATTServiceCollection()
        peer = self._connected()
        for service in await peer.discover_services():
            one = BleakGATTService(service, service.handle, _uuid(bytes(service.uuid)))
            collection.add_service(one)
            for found in await service.discover_characteristics():
                collection.add_characteristic(self._characteristic(found, one))
        return collection

    def _characteristic(
        self, found: CharacteristicProxy[bytes], service: BleakGATTService
    ) -> BleakGATTCharacteristic:
        host, at = self.air.adapter(self._name).host, self._at

        def room() -> int:
            mtus = [one.att_mtu for one in host.connections.values() if one.peer_address == at]
            return max(mtus, default=23) - 3

        return BleakGATTCharacteristic(
            found,
            found.handle,
            _uuid(bytes(found.uuid)),
            [name for flag, name in _PROPERTIES.items() if found.properties & flag],
            room,
            service,
        )

    def _gone(self, _reason: int) -> None:
        self._connection = None
        self.services = None
        if self._disconnected_callback is not None:
            self._disconnected_callback()

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Inside, bumble's errors become bleak's."""
        try:
            yield
        except att.ATT_Error as error:
            raise BleakGATTProtocolError(error.error_code) from error
        except (core.BaseBumbleError, hci.HCI_Error) as error:
            raise BleakError(str(error)) from error
        except asyncio.CancelledError:
            # Bumble cancels what waits for an answer when the connection breaks.
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            raise BleakError("the connection broke") from None
