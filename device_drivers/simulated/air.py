"""A connection to a simulated device in memory, with the accidents of real air.

The device's calls run in order in a task of the connection: who writes without response does not
wait for a slow panel, who wants a receipt does.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Final, NoReturn, Self

from device_drivers.links.radio import RadioError, RadioReason
from device_drivers.simulated.gatt import AttError, GattDevice, Hangup

LATENCY_S: Final = 0.01
"""Seconds until a device has what is sent to it."""

_MOST_UNDER_WAY: Final = 32
_MOST_NOTIFIED: Final = 1_000


@dataclass(slots=True, kw_only=True)
class AirFaults:
    """What goes wrong between a radio and one device.

    ``mtu`` is the most that is agreed on. ``stale`` characteristics are not seen until somebody
    connects afresh. ``refuses`` so many connections come to nothing. After ``breaks_after`` writes
    the connection breaks, in the first ``breaks`` connections. ``lost`` and ``doubled`` name
    notifications by their number, the device's first being 1.
    """

    mtu: int = 517
    stale: frozenset[str] = frozenset()
    refuses: int = 0
    breaks_after: int | None = None
    breaks: int = 1
    lost: Collection[int] = ()
    doubled: Collection[int] = ()


@dataclass(slots=True, kw_only=True)
class Placed:
    """A device in a radio's reach."""

    device: GattDevice
    rssi_dbm: int
    faults: AirFaults
    notified: int = 0


@dataclass(frozen=True, slots=True)
class _Call:
    """Something that the device is to do; ``done`` gets its answer, if anybody waits for it."""

    call: Callable[[], Awaitable[bytes | None]]
    done: asyncio.Future[bytes | None] | None
    is_write: bool


class Connection:
    """One connection to a device (a ``Link``), open while inside.

    The constructor's ``fresh`` says that stale characteristics are looked up again.
    """

    def __init__(self, placed: Placed, *, fresh: bool) -> None:
        self._placed = placed
        self._device = placed.device
        faults = placed.faults
        self._mtu = min(self._device.mtu, faults.mtu)
        if fresh:
            faults.stale = frozenset()
        self._seen = frozenset(self._device.characteristics) - faults.stale
        self._breaks_after: int | None = None
        if faults.breaks_after is not None and faults.breaks > 0:
            faults.breaks -= 1
            self._breaks_after = faults.breaks_after
        self._calls: asyncio.Queue[_Call] = asyncio.Queue(_MOST_UNDER_WAY)
        self._waiting: set[asyncio.Future[bytes | None]] = set()
        self._notified: dict[str, _Notified] = {}
        self._lost: RadioError | None = None
        self._told_device = False
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Raises ``RadioError`` when the device does not let us."""
        try:
            await self._device.connected(self._notify)
        except Hangup as hangup:
            await self._device.disconnected()
            raise RadioError(RadioReason.NOT_CONNECTED, str(hangup)) from None
        except asyncio.CancelledError:
            await self._device.disconnected()
            raise
        group = await self._stack.enter_async_context(asyncio.TaskGroup())
        serving = group.create_task(self._serve(), name=f"device-{self._device.address}")
        self._stack.callback(serving.cancel)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.lose("the connection was closed")
        try:
            await self._stack.aclose()
        finally:
            await self._tell_device()

    @property
    def mtu(self) -> int:
        """See ``Link``."""
        return self._mtu

    def has(self, characteristic: str) -> bool:
        """See ``Link``."""
        return characteristic in self._seen

    async def read(self, characteristic: str) -> bytes:
        """See ``Link``."""
        self._check(characteristic, "read")
        return await self._answered(lambda: self._device.read(characteristic)) or b""

    async def write(self, characteristic: str, data: bytes, *, response: bool) -> None:
        """See ``Link``."""
        self._check(characteristic, "write" if response else "write-without-response")
        if len(data) > self._mtu - 3:
            raise RadioError(
                RadioReason.REFUSED, f"{len(data)} bytes, {self._mtu - 3} fit one write"
            )

        def call() -> Awaitable[None]:
            return self._device.written(characteristic, bytes(data), response=response)

        if response:
            await self._answered(call, is_write=True)
        else:
            await self._calls.put(_Call(call, None, is_write=True))
            self._check_link()

    @asynccontextmanager
    async def notifications(self, characteristic: str) -> AsyncIterator[_Notified]:
        """See ``Link``."""
        self._check(characteristic, "notify")
        notified = self._notified[characteristic] = _Notified()
        try:
            await self._answered(lambda: self._device.subscribed(characteristic))
            yield notified
        finally:
            self._notified.pop(characteristic, None)

    def lose(self, why: str) -> None:
        """The connection is over: whoever waits hears it."""
        if self._lost is not None:
            return
        self._lost = RadioError(RadioReason.DISCONNECTED, why)
        for done in self._waiting:
            if not done.done():
                done.set_exception(self._lost)
        for notified in self._notified.values():
            notified.lose(self._lost)
        while not self._calls.empty():
            self._calls.get_nowait()

    def _check(self, characteristic: str, use: str) -> None:
        self._check_link()
        if not self.has(characteristic):
            raise RadioError(RadioReason.NO_CHARACTERISTIC, characteristic)
        if use not in self._device.characteristics[characteristic][1]:
            raise RadioError(RadioReason.REFUSED, f"{characteristic} knows no {use}")

    def _check_link(self) -> None:
        if self._lost is not None:
            raise RadioError(self._lost.reason, self._lost.detail)

    async def _answered(
        self, call: Callable[[], Awaitable[bytes | None]], *, is_write: bool = False
    ) -> bytes | None:
        done: asyncio.Future[bytes | None] = asyncio.get_running_loop().create_future()
        self._waiting.add(done)
        try:
            await self._calls.put(_Call(call, done, is_write))
            self._check_link()
            return await done
        finally:
            self._waiting.discard(done)
            if not done.cancel() and not done.cancelled():
                done.exception()  # asked for, so that nobody complains when we were cancelled

    async def _serve(self) -> NoReturn:
        writes = 0
        while True:
            one = await self._calls.get()
            await asyncio.sleep(LATENCY_S)
            if self._lost is not None:
                continue
            try:
                await self._do(one)
            except Hangup as hangup:
                self.lose(f"the device hung up: {hangup}")
            writes += one.is_write
            if writes == self._breaks_after:
                self.lose("out of the air")
            if self._lost is not None:
                await self._tell_device()

    async def _do(self, one: _Call) -> None:
        done = one.done
        try:
            answer = await one.call()
        except AttError as error:
            if done is not None and not done.done():
                done.set_exception(RadioError(RadioReason.REFUSED, str(error)))
        else:
            if done is not None and not done.done():
                done.set_result(answer)

    async def _tell_device(self) -> None:
        if not self._told_device:
            self._told_device = True
            await self._device.disconnected()

    def _notify(self, characteristic: str, data: bytes) -> None:
        notified = self._notified.get(characteristic)
        if notified is None or self._lost is not None:
            return
        self._placed.notified += 1
        faults, number = self._placed.faults, self._placed.notified
        if number not in faults.lost:
            notified.put(data[: self._mtu - 3])
        if number in faults.doubled:
            notified.put(data[: self._mtu - 3])


class _Notified:
    """What a characteristic notified, waiting to be read (``Notifications``)."""

    def __init__(self) -> None:
        self._waiting: deque[bytes] = deque(maxlen=_MOST_NOTIFIED)
        self._lost: RadioError | None = None
        self._something = asyncio.Event()

    async def next(self, timeout_s: float) -> bytes | None:
        """See ``Notifications``; what came before the connection broke is still read."""
        try:
            async with asyncio.timeout(timeout_s):
                while not self._waiting and self._lost is None:
                    self._something.clear()
                    await self._something.wait()
        except TimeoutError:
            return None
        if self._waiting:
            return self._waiting.popleft()
        if self._lost is not None:
            raise RadioError(self._lost.reason, self._lost.detail)
        return None

    def put(self, data: bytes) -> None:
        self._waiting.append(data)
        self._something.set()

    def lose(self, why: RadioError) -> None:
        self._lost = why
        self._something.set()
