"""One connection as a simulated device lives it: what it is asked to do is done in order."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Final, NoReturn, Self

from device_drivers.simulated.gatt import AttError, GattDevice, Hangup, Notify

_MOST_UNDER_WAY: Final = 32

Deed = Callable[[], Awaitable[bytes | None]]


class SessionOverError(Exception):
    """The connection ended before the device answered."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """Something that the device is to do; ``done`` gets its answer, if anybody waits for it."""

    deed: Deed
    done: asyncio.Future[bytes | None] | None
    is_write: bool


class Session:
    """The device is connected while inside; ``Hangup`` on entering when it does not let us.

    ``ended`` is called once when the connection is over, with why: the device hung up, ``lose`` was
    called, or ``breaks_after`` writes were done. ``latency_s`` passes before each deed.
    """

    def __init__(
        self,
        device: GattDevice,
        notify: Notify,
        ended: Callable[[str], None],
        *,
        latency_s: float = 0.0,
        breaks_after: int | None = None,
    ) -> None:
        self.why: str | None = None
        self._device = device
        self._notify = notify
        self._ended = ended
        self._latency_s = latency_s
        self._breaks_after = breaks_after
        self._asked: asyncio.Queue[_Asked] = asyncio.Queue(_MOST_UNDER_WAY)
        self._unanswered: set[asyncio.Future[bytes | None]] = set()
        self._is_told = False
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """See the class."""
        try:
            await self._device.connected(self._notify)
        except (Hangup, asyncio.CancelledError):
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
        self.lose("closed")
        try:
            await self._stack.aclose()
        finally:
            await self._tell_device()

    async def ask(self, deed: Deed, *, is_write: bool = False) -> bytes | None:
        """Have it done and wait; raises ``AttError`` or ``SessionOverError``."""
        done: asyncio.Future[bytes | None] = asyncio.get_running_loop().create_future()
        self._unanswered.add(done)
        try:
            await self.tell(deed, done, is_write=is_write)
            return await done
        finally:
            self._unanswered.discard(done)
            if not done.cancel() and not done.cancelled():
                done.exception()  # asked for, so that nobody complains when we were cancelled

    async def tell(
        self,
        deed: Deed,
        done: asyncio.Future[bytes | None] | None = None,
        *,
        is_write: bool = True,
    ) -> None:
        """Have it done some time soon; raises ``SessionOverError``."""
        self._check()
        await self._asked.put(_Asked(deed, done, is_write))
        self._check()

    def note(self, deed: Deed) -> None:
        """Have it done some time soon, unless the connection is over."""
        if self.why is None:
            self._asked.put_nowait(_Asked(deed, None, is_write=False))

    def lose(self, why: str) -> None:
        """The connection is over: whoever waits hears it."""
        if self.why is not None:
            return
        self.why = why
        for done in self._unanswered:
            if not done.done():
                done.set_exception(SessionOverError(why))
        while not self._asked.empty():
            self._asked.get_nowait()
        self._ended(why)

    def _check(self) -> None:
        if self.why is not None:
            raise SessionOverError(self.why)

    async def _serve(self) -> NoReturn:
        writes = 0
        while True:
            one = await self._asked.get()
            await asyncio.sleep(self._latency_s)
            if self.why is not None:
                continue
            try:
                await self._do(one)
            except Hangup as hangup:
                self.lose(f"the device hung up: {hangup}")
            writes += one.is_write
            if writes == self._breaks_after:
                self.lose("out of the air")
            if self.why is not None:
                await self._tell_device()

    @staticmethod
    async def _do(one: _Asked) -> None:
        done = one.done
        try:
            answer = await one.deed()
        except AttError as error:
            if done is not None and not done.done():
                done.set_exception(error)
        else:
            if done is not None and not done.done():
                done.set_result(answer)

    async def _tell_device(self) -> None:
        if not self._is_told:
            self._is_told = True
            await self._device.disconnected()
