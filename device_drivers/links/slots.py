"""How many connections an adapter holds at once: several while all goes well, one after trouble.

Cheap adapters and busy air often stand one connection and not two. What an adapter can is found out
by trying, and tried again after a calm while.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

CALM_S: Final = 300.0
WAIT_S: Final = 60.0


class NoSlotError(Exception):
    """No connection became free in time."""


class Slots:
    """Turns for ``most`` connections, in the order of asking."""

    def __init__(self, most: int, *, calm_s: float = CALM_S, wait_s: float = WAIT_S) -> None:
        if most < 1:
            raise ValueError("an adapter holds at least one connection")
        self.used = 0
        self._most = most
        self._calm_s = calm_s
        self._wait_s = wait_s
        self._narrow_until = float("-inf")
        self._waiting: deque[asyncio.Future[None]] = deque()

    @property
    def open(self) -> int:
        """How many there may be now."""
        return 1 if asyncio.get_running_loop().time() < self._narrow_until else self._most

    def narrow(self) -> None:
        """Something went wrong beside another connection: one at a time for a while."""
        self._narrow_until = asyncio.get_running_loop().time() + self._calm_s

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """Hold one; raises ``NoSlotError`` when none became free in time."""
        await self._take()
        try:
            yield
        finally:
            self.used -= 1
            self._hand_on()

    async def _take(self) -> None:
        if self.used < self.open and not self._waiting:
            self.used += 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        self._hand_on()
        try:
            async with asyncio.timeout(self._wait_s):
                await turn
        except (TimeoutError, asyncio.CancelledError) as error:
            if turn in self._waiting:
                self._waiting.remove(turn)
            elif not turn.cancelled():
                self.used -= 1
                self._hand_on()
            if isinstance(error, TimeoutError):
                raise NoSlotError from None
            raise

    def _hand_on(self) -> None:
        while self._waiting and self.used < self.open:
            turn = self._waiting.popleft()
            if not turn.done():
                self.used += 1
                turn.set_result(None)
