"""A simulated device as a peripheral on bumble's virtual air."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from contextvars import ContextVar
from typing import Final, NoReturn

from bumble import att
from bumble.device import AdvertisingParameters, AdvertisingSet, Connection, Device
from bumble.gatt import Characteristic, Service
from bumble.hci import Address
from bumble.link import LocalLink

from device_drivers.links.virtual import host_on
from device_drivers.links.virtual_backend import end, whole
from device_drivers.simulated.gatt import Advertising, AttError, GattDevice, Hangup
from device_drivers.simulated.session import Deed, Session, SessionOverError

INTERVAL_S: Final = 0.05
"""How often a device advertises, and looks whether it still does."""

_FLUSH_S: Final = 1.0
_PROPERTIES: Final = {
    "read": Characteristic.Properties.READ,
    "write": Characteristic.Properties.WRITE,
    "write-without-response": Characteristic.Properties.WRITE_WITHOUT_RESPONSE,
    "notify": Characteristic.Properties.NOTIFY,
}
_PERMISSIONS: Final = Characteristic.Permissions.READABLE | Characteristic.Permissions.WRITEABLE
_FLAGS: Final = b"\x02\x01\x06"

_wants_receipt: ContextVar[bool] = ContextVar("wants_receipt", default=True)
"""Bumble handles each write in a task of its own; this says which kind it was."""


class Peripheral:
    """One device on the link while ``run`` runs."""

    def __init__(self, link: LocalLink, device: GattDevice) -> None:
        self._device = device
        self._host = host_on(link, device.address, device.address)
        self._server = self._host.gatt_server
        self._server.max_mtu = device.mtu
        self._own = list(self._server.attributes)
        self._offered: dict[str, Characteristic[bytes]] = {}
        self._connections: asyncio.Queue[tuple[Connection, asyncio.Future[Session]]]
        self._connections = asyncio.Queue(1)
        self._opening: asyncio.Future[Session] | None = None
        self._advertised: tuple[Advertising, AdvertisingSet] | None = None
        self._tell_kinds_of_write()
        self._answer_when_open()

    async def run(self) -> NoReturn:
        """Advertise and be connected to, for ever."""
        await whole(self._host.power_on())
        self._host.on(Device.EVENT_CONNECTION, self._connected)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._advertise(), name=f"advertise-{self._device.address}")
                while True:
                    await self._attend(*await self._connections.get())
        finally:
            self._host.remove_listener(Device.EVENT_CONNECTION, self._connected)
            await self._fall_silent()

    def _connected(self, connection: Connection) -> None:
        self._opening = asyncio.get_running_loop().create_future()
        self._advertised = None
        self._connections.put_nowait((connection, self._opening))

    async def _advertise(self) -> NoReturn:
        while True:
            said = None if self._opening is not None else self._device.advertising()
            if self._advertised is not None and said != self._advertised[0]:
                await self._fall_silent()
            if said is not None and self._advertised is None:
                self._offer()
                self._advertised = (said, await self._speak(said))
            await asyncio.sleep(INTERVAL_S)

    async def _speak(self, said: Advertising) -> AdvertisingSet:
        interval_ms = INTERVAL_S * 1000
        parameters = AdvertisingParameters(
            primary_advertising_interval_min=interval_ms,
            primary_advertising_interval_max=interval_ms,
        )
        return await whole(
            self._host.create_advertising_set(
                advertising_parameters=parameters,
                random_address=Address(self._device.address),
                advertising_data=packed(said),
            )
        )

    async def _fall_silent(self) -> None:
        for spoken in list(self._host.extended_advertising_sets.values()):
            if spoken.enabled:
                await whole(spoken.stop())
            await whole(spoken.remove())
        self._advertised = None

    def _offer(self) -> None:
        """Offer the characteristics that the device has now."""
        now = self._device.characteristics
        if list(now) == list(self._offered):
            return
        self._server.attributes[:] = self._own
        self._server.attributes_by_handle.clear()
        self._offered = {uuid: self._characteristic(uuid, one[1]) for uuid, one in now.items()}
        for service in dict.fromkeys(one[0] for one in now.values()):
            its = [self._offered[uuid] for uuid, one in now.items() if one[0] == service]
            self._server.add_service(Service(service, its))

    def _characteristic(self, uuid: str, names: frozenset[str]) -> Characteristic[bytes]:
        flags = Characteristic.Properties(0)
        for name in names:
            flags |= _PROPERTIES[name]

        async def read(_connection: Connection) -> bytes:
            return await self._asked(lambda: self._device.read(uuid)) or b""

        async def write(_connection: Connection, value: bytes) -> None:
            response = _wants_receipt.get()
            await self._asked(lambda: self._device.written(uuid, value, response=response))

        def subscribed(_bearer: att.Bearer, notify: bool, _indicate: bool) -> None:  # noqa: FBT001 - bumble's signature
            if notify and self._opening is not None:
                self._opening.add_done_callback(note)

        def note(opening: asyncio.Future[Session]) -> None:
            if not opening.cancelled():
                opening.result().note(lambda: self._device.subscribed(uuid))

        value = att.AttributeValue[bytes](read=read, write=write)
        offered = Characteristic[bytes](uuid, flags, _PERMISSIONS, value)
        offered.on(Characteristic.EVENT_SUBSCRIPTION, subscribed)
        return offered

    async def _asked(self, deed: Deed) -> bytes | None:
        if self._opening is None:
            raise att.ATT_Error(att.ErrorCode.UNLIKELY_ERROR)
        try:
            session = await asyncio.shield(self._opening)
            return await session.ask(deed)
        except AttError as error:
            raise att.ATT_Error(error.code) from error
        except (SessionOverError, asyncio.CancelledError) as error:
            raise att.ATT_Error(att.ErrorCode.UNLIKELY_ERROR) from error

    async def _attend(self, connection: Connection, opening: asyncio.Future[Session]) -> None:
        """One connection from its beginning to its end, whoever ends it."""
        ended = asyncio.Event()
        said: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue()
        try:
            async with Session(
                self._device,
                lambda characteristic, data: said.put_nowait((characteristic, data)),
                lambda _why: ended.set(),
            ) as session:
                connection.on(Connection.EVENT_DISCONNECTION, lambda _reason: session.lose("gone"))
                opening.set_result(session)
                async with asyncio.TaskGroup() as group:
                    speaking = group.create_task(self._notify(connection, said))
                    await ended.wait()
                    with suppress(TimeoutError):
                        async with asyncio.timeout(_FLUSH_S):
                            await said.join()
                    speaking.cancel()
        except Hangup:
            # No device is faster than the other side hears that it is connected.
            await asyncio.sleep(INTERVAL_S)
        finally:
            opening.cancel()
            self._opening = None
            await end(connection)

    async def _notify(
        self, connection: Connection, said: asyncio.Queue[tuple[str, bytes]]
    ) -> NoReturn:
        while True:
            uuid, data = await said.get()
            if (characteristic := self._offered.get(uuid)) is not None:
                await self._host.notify_subscriber(connection, characteristic, data)
            said.task_done()

    def _answer_when_open(self) -> None:
        """Nothing is answered before the device has let the other side in."""
        answer = self._server.on_gatt_pdu

        def answered(bearer: att.Bearer, request: att.ATT_PDU) -> None:
            opening = self._opening
            if opening is None or opening.done():
                answer(bearer, request)
            else:
                opening.add_done_callback(lambda one: one.cancelled() or answer(bearer, request))

        self._server.on_gatt_pdu = answered  # type: ignore[assignment, method-assign] # as above

    def _tell_kinds_of_write(self) -> None:
        """Bumble gives both kinds of write to one function; ours are told which it was."""
        handle = self._server.on_att_write_command

        def handled(bearer: att.Bearer, request: att.ATT_Write_Command) -> None:
            token = _wants_receipt.set(False)
            try:
                handle(bearer, request)
            finally:
                _wants_receipt.reset(token)

        self._server.on_att_write_command = handled


def packed(said: Advertising) -> bytes:
    """The advertisement as it goes over the air (Core Specification Supplement, part A)."""
    parts = [_FLAGS]
    parts += [
        _structure(0xFF, company.to_bytes(2, "little") + data)
        for company, data in said.manufacturer.items()
    ]
    for uuid, data in said.service_data.items():
        number = _on_air(uuid)
        parts.append(_structure(0x16 if len(number) == 2 else 0x21, number + data))
    for uuid in sorted(said.services):
        number = _on_air(uuid)
        parts.append(_structure(0x03 if len(number) == 2 else 0x07, number))
    if said.name:
        parts.append(_structure(0x09, said.name.encode()))
    return b"".join(parts)


def _structure(kind: int, data: bytes) -> bytes:
    return bytes([len(data) + 1, kind]) + data


def _on_air(uuid: str) -> bytes:
    """Least significant byte first, short where there is a short form."""
    data = bytes.fromhex(uuid.replace("-", ""))[::-1]
    return data[12:14] if uuid.endswith("-0000-1000-8000-00805f9b34fb") else data
