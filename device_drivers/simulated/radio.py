"""An adapter in memory: a ``Radio`` over simulated devices.

It uses nothing but the running event loop and the loop's own clock, so it also works in virtual
time.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from typing import Final, NoReturn

from device_drivers.links.adverts import Adverts
from device_drivers.links.radio import Advert, RadioError, RadioReason
from device_drivers.links.slots import NoSlotError, Slots
from device_drivers.simulated.air import AirFaults, Connection, Placed
from device_drivers.simulated.gatt import GattDevice

CONNECT_S: Final = 0.2
"""Seconds that connecting takes."""

Tell = Callable[[], Awaitable[None]]


class SimulatedRadio:
    """One adapter (a ``Radio``); devices that ``add`` puts in its reach are heard regularly.

    ``run`` has to run for that; ``hear`` lets each advertise once by hand. The adapter works from
    the start; ``switch_off`` and ``switch_on`` are its accidents.
    """

    def __init__(
        self, name: str = "hci0", *, connections: int = 2, interval_s: float = 1.0
    ) -> None:
        self._name = name
        self._interval_s = interval_s
        self._adverts = Adverts()
        self._slots = Slots(connections)
        self._placed: dict[str, Placed] = {}
        self._tells: list[Tell] = []
        self._trouble: RadioReason | None = None
        self._open: dict[str, Connection] = {}

    @property
    def name(self) -> str:
        """See ``Radio``."""
        return self._name

    @property
    def trouble(self) -> RadioReason | None:
        """See ``Radio``."""
        return self._trouble

    @property
    def connected(self) -> int:
        """How many connections there are."""
        return len(self._open)

    @property
    def dropped(self) -> int:
        """How many advertisements subscribers lost that fell behind."""
        return self._adverts.dropped

    def add(
        self, device: GattDevice, *, faults: AirFaults | None = None, rssi_dbm: int = -60
    ) -> None:
        """Put the device in reach; one device may be in reach of several radios."""
        self._placed[device.address] = Placed(
            device=device, rssi_dbm=rssi_dbm, faults=faults or AirFaults()
        )

    def remove(self, address: str) -> None:
        """The device is carried away."""
        self._placed.pop(address, None)
        if (connection := self._open.get(address)) is not None:
            connection.lose("out of reach")

    def switch_off(self, why: RadioReason = RadioReason.POWERED_OFF) -> None:
        """The adapter stops working: nothing is heard, every connection breaks."""
        self._trouble = why
        self._adverts.forget()
        for connection in list(self._open.values()):
            connection.lose("the adapter is off")

    async def switch_on(self) -> None:
        """The adapter works again, and those who asked are told."""
        self._trouble = None
        for tell in self._tells:
            await tell()

    async def run(self) -> NoReturn:
        """Hear devices for ever."""
        await self.switch_on()
        while True:
            self.hear()
            await asyncio.sleep(self._interval_s)

    def hear(self) -> None:
        """Every device that advertises now is heard once."""
        if self._trouble is not None:
            return
        for address, placed in self._placed.items():
            said = placed.device.advertising()
            if said is None or address in self._open:
                continue
            self._adverts.hear(
                Advert(
                    address=address,
                    rssi_dbm=placed.rssi_dbm,
                    adapter=self._name,
                    at=asyncio.get_running_loop().time(),
                    name=said.name,
                    manufacturer=said.manufacturer,
                    services=said.services,
                    service_data=said.service_data,
                )
            )

    def adverts(
        self, *, manufacturers: Collection[int] = (), services: Collection[str] = ()
    ) -> AsyncIterator[Advert]:
        """See ``Radio``."""
        return self._adverts.subscribe(manufacturers=manufacturers, services=services)

    def last_heard(self, address: str) -> Advert | None:
        """See ``Radio``."""
        return self._adverts.last_heard(address, asyncio.get_running_loop().time())

    def on_up(self, tell: Tell) -> None:
        """See ``Radio``; told when ``run`` begins and at every ``switch_on``."""
        self._tells.append(tell)

    @asynccontextmanager
    async def connect(
        self, address: str, *, timeout_s: float = 20.0, fresh: bool = False
    ) -> AsyncIterator[Connection]:
        """See ``Radio``."""
        self._check(address)
        try:
            async with self._slots.one():
                placed = self._check(address)
                async with self._opened(placed, timeout_s, fresh=fresh) as connection:
                    yield connection
        except NoSlotError:
            raise RadioError(RadioReason.BUSY, self._name) from None

    @asynccontextmanager
    async def _opened(
        self, placed: Placed, timeout_s: float, *, fresh: bool
    ) -> AsyncIterator[Connection]:
        address = placed.device.address
        if address in self._open:
            raise RadioError(RadioReason.BUSY, f"{address} is connected already")
        connection = self._open[address] = Connection(placed, fresh=fresh)
        try:
            try:
                async with asyncio.timeout(timeout_s):
                    await self._attempt(placed)
                    await connection.__aenter__()
            except TimeoutError:
                raise RadioError(RadioReason.NOT_CONNECTED, f"{timeout_s:g} s") from None
            except RadioError:
                if self._slots.used > 1:
                    self._slots.narrow()
                raise
            try:
                yield connection
            finally:
                await connection.__aexit__(None, None, None)
        finally:
            del self._open[address]

    @staticmethod
    async def _attempt(placed: Placed) -> None:
        await asyncio.sleep(CONNECT_S)
        if placed.faults.refuses > 0:
            placed.faults.refuses -= 1
            raise RadioError(RadioReason.NOT_CONNECTED, "refused")
        if placed.device.advertising() is None:
            raise RadioError(RadioReason.NOT_CONNECTED, "silent")

    def _check(self, address: str) -> Placed:
        if self._trouble is not None:
            raise RadioError(self._trouble, self._name)
        placed = self._placed.get(address)
        if placed is None or self.last_heard(address) is None:
            raise RadioError(RadioReason.NOT_HEARD, address)
        return placed
