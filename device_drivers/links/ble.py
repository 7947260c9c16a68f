"""One real Bluetooth adapter as a ``Radio``, over bleak.

It scans all the time and mends itself: an adapter that is missing, switched off, or whose BlueZ
was restarted is tried again with growing pauses, and each change is told once. BlueZ does not say
when a scan dies, so silence is taken for it.
"""

from __future__ import annotations

import asyncio
import random
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Final, NoReturn

from bleak import BleakClient, BleakScanner
from bleak.args.bluez import BlueZClientArgs, BlueZScannerArgs
from bleak.backends.client import BaseBleakClient
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData, BaseBleakScanner

from device_drivers.links.adverts import Adverts
from device_drivers.links.ble_link import TROUBLES, BleakLink, reason_of
from device_drivers.links.radio import Advert, RadioError, RadioReason
from device_drivers.links.slots import NoSlotError, Slots

_MOST_DEVICES: Final = 20_000
_NO_SIGNAL_DBM: Final = -127
"""What bleak says of a device that BlueZ only remembers."""

_OF_THE_ADAPTER: Final = frozenset(
    {RadioReason.ADAPTER_MISSING, RadioReason.POWERED_OFF, RadioReason.NOT_PERMITTED}
)

Tell = Callable[[], Awaitable[None]]
Told = Callable[[RadioReason | None, str], None]
"""Called with why the adapter does not work, or None when it does again, and details for a log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """Bleak's two backends; None is the system's own."""

    scanner: type[BaseBleakScanner] | None = None
    client: type[BaseBleakClient] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How patient a radio is, in seconds.

    ``start`` and ``close`` bound starting a scan and ending a connection. After ``silence`` the
    scan is begun anew. Pauses between tries grow from ``first_wait`` to ``longest_wait``.
    """

    start: float = 20.0
    close: float = 10.0
    silence: float = 30.0
    first_wait: float = 1.0
    longest_wait: float = 60.0


def _untold(_reason: RadioReason | None, _detail: str) -> None:
    return


class BleakRadio:
    """The adapter called ``name`` (a ``Radio``); ``run`` has to run."""

    def __init__(
        self,
        name: str,
        *,
        connections: int = 2,
        told: Told = _untold,
        stack: Stack | None = None,
        pace: Pace | None = None,
    ) -> None:
        self._name = name
        self._told = told
        self._stack = stack or Stack()
        self._pace = pace or Pace()
        self._adverts = Adverts()
        self._devices: OrderedDict[str, BLEDevice] = OrderedDict()
        self._slots = Slots(connections)
        self._connecting = asyncio.Lock()
        self._connected: set[str] = set()
        self._tells: list[Tell] = []
        self._trouble: RadioReason | None = RadioReason.ADAPTER_MISSING
        self._is_told = False
        self._heard_at = float("-inf")
        self._doubted = asyncio.Event()
        self._rng = random.SystemRandom()

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
        return len(self._connected)

    @property
    def dropped(self) -> int:
        """How many advertisements subscribers lost that fell behind."""
        return self._adverts.dropped

    def adverts(
        self, *, manufacturers: Collection[int] = (), services: Collection[str] = ()
    ) -> AsyncIterator[Advert]:
        """See ``Radio``."""
        return self._adverts.subscribe(manufacturers=manufacturers, services=services)

    def last_heard(self, address: str) -> Advert | None:
        """See ``Radio``."""
        return self._adverts.last_heard(address, asyncio.get_running_loop().time())

    def on_up(self, tell: Tell) -> None:
        """See ``Radio``."""
        self._tells.append(tell)

    async def run(self) -> NoReturn:
        """Scan for ever; trouble is waited out."""
        wait_s = self._pace.first_wait
        while True:
            began = asyncio.get_running_loop().time()
            try:
                await self._scan()
            except RadioError as error:
                self._went_down(error)
                if asyncio.get_running_loop().time() - began > self._pace.longest_wait:
                    wait_s = self._pace.first_wait
                await asyncio.sleep(wait_s * self._rng.uniform(0.5, 1.0))
                wait_s = min(wait_s * 2, self._pace.longest_wait)
            else:
                wait_s = self._pace.first_wait

    @asynccontextmanager
    async def connect(
        self, address: str, *, timeout_s: float = 20.0, fresh: bool = False
    ) -> AsyncIterator[BleakLink]:
        """See ``Radio``."""
        self._check(address)
        async with AsyncExitStack() as undo:
            try:
                await undo.enter_async_context(self._slots.one())
            except NoSlotError:
                raise RadioError(RadioReason.BUSY, self._name) from None
            self._check(address)
            if address in self._connected:
                raise RadioError(RadioReason.BUSY, f"{address} is connected already")
            self._connected.add(address)
            undo.callback(self._connected.discard, address)
            try:
                link = await self._opened(address, undo, timeout_s, fresh=fresh)
            except RadioError as error:
                if self._slots.used > 1:
                    self._slots.narrow()
                if error.reason in _OF_THE_ADAPTER:
                    self._doubted.set()
                raise
            yield link

    async def _scan(self) -> None:
        """Scan until nothing is heard for a while; raises ``RadioError`` when that cannot begin."""
        scanner = BleakScanner(
            self._heard,
            bluez=BlueZScannerArgs(adapter=self._name, filters={"DuplicateData": True}),
            backend=self._stack.scanner,
        )
        try:
            try:
                async with asyncio.timeout(self._pace.start):
                    await scanner.start()
            except TROUBLES as error:
                reason = reason_of(error, RadioReason.ADAPTER_MISSING)
                raise RadioError(reason, f"{type(error).__name__}: {error}") from error
            await self._came_up()
            await self._until_silence()
        finally:
            await self._stop(scanner)

    async def _until_silence(self) -> None:
        self._doubted.clear()
        loop = asyncio.get_running_loop()
        quiet_since = loop.time()
        while (left := quiet_since + self._pace.silence - loop.time()) > 0:
            with suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self._doubted.wait()
                    return
            quiet_since = max(quiet_since, self._heard_at)

    async def _stop(self, scanner: BleakScanner) -> None:
        """The scanner is not used again, and bleak trips over what is gone by then."""
        with suppress(Exception):
            async with asyncio.timeout(self._pace.close):
                await scanner.stop()

    async def _came_up(self) -> None:
        was, self._trouble = self._trouble, None
        if was is not None:
            self._told(None, self._name)
            self._is_told = False
            for tell in self._tells:
                await tell()

    def _went_down(self, error: RadioError) -> None:
        if self._trouble is not error.reason or not self._is_told:
            self._told(error.reason, error.detail)
        self._trouble, self._is_told = error.reason, True
        self._adverts.forget()
        self._devices.clear()

    def _heard(self, device: BLEDevice, said: AdvertisementData) -> None:
        if said.rssi <= _NO_SIGNAL_DBM:
            return
        address = device.address.upper()
        self._heard_at = asyncio.get_running_loop().time()
        self._devices[address] = device
        self._devices.move_to_end(address)
        if len(self._devices) > _MOST_DEVICES:
            self._devices.popitem(last=False)
        self._adverts.hear(
            Advert(
                address=address,
                rssi_dbm=said.rssi,
                adapter=self._name,
                at=self._heard_at,
                name=said.local_name or "",
                manufacturer=said.manufacturer_data,
                services=frozenset(said.service_uuids),
                service_data=said.service_data,
            )
        )

    def _check(self, address: str) -> None:
        if self._trouble is not None:
            raise RadioError(self._trouble, self._name)
        if self.last_heard(address) is None:
            raise RadioError(RadioReason.NOT_HEARD, address)

    def _device(self, address: str) -> BLEDevice:
        device = self._devices.get(address)
        if device is None:
            raise RadioError(RadioReason.NOT_HEARD, address)
        return device

    async def _opened(
        self, address: str, undo: AsyncExitStack, timeout_s: float, *, fresh: bool
    ) -> BleakLink:
        """Connect; ``undo`` gets what ends the connection."""
        try:
            # Adapters set up one connection after the other, however many they hold.
            async with self._connecting, asyncio.timeout(timeout_s):
                if fresh:
                    await self._forget(address)
                link: BleakLink | None = None

                def gone(_client: BleakClient) -> None:
                    if link is not None:
                        link.lost()

                client = BleakClient(
                    self._device(address),
                    gone,
                    timeout=timeout_s,
                    bluez=BlueZClientArgs(adapter=self._name),
                    backend=self._stack.client,
                )
                link = BleakLink(client)
                undo.push_async_callback(self._close, client)
                await client.connect()
        except TROUBLES as error:
            reason = reason_of(error, RadioReason.NOT_CONNECTED)
            if reason in {RadioReason.REFUSED, RadioReason.DISCONNECTED}:
                reason = RadioReason.NOT_CONNECTED
            raise RadioError(reason, f"{type(error).__name__}: {error}") from error
        return link

    async def _forget(self, address: str) -> None:
        """Let the system forget the device and its characteristics, and wait to hear it again."""
        heard = self._adverts.subscribe()
        client = BleakClient(
            self._device(address),
            bluez=BlueZClientArgs(adapter=self._name),
            backend=self._stack.client,
        )
        await client.unpair()
        async for advert in heard:
            if advert.address == address:
                return

    async def _close(self, client: BleakClient) -> None:
        """End the connection, whoever cancels this meanwhile: it would hold the device for ever."""
        closing = asyncio.ensure_future(self._disconnect(client))  # noqa: TID251 - awaited here
        cut: asyncio.CancelledError | None = None
        while not closing.done():
            try:
                await asyncio.wait({closing})
            except asyncio.CancelledError as error:
                cut = error
        closing.result()
        if cut is not None:
            raise cut

    async def _disconnect(self, client: BleakClient) -> None:
        """What BlueZ says after that changes nothing."""
        with suppress(*TROUBLES):
            async with asyncio.timeout(self._pace.close):
                await client.disconnect()
