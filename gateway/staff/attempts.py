"""Failed sign-ins slow down the next ones, per account and per address; nobody is locked out.

The table lives in memory, bounded: a restart forgets it, and under a flood of names the oldest
entries make room.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter, OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from gateway.clock import Clock

FREE = 3
"""Failures without a delay: people mistype."""

FIRST_S = 1.0
LONGEST_S = 10.0
FORGOTTEN_S = 900.0
MAX_KEPT = 2_000
AT_ONCE = 4
"""Attempts of one address that may wait at the same time; the next is told to come back."""


class TooManyError(Exception):
    """The address tries too much at once."""


@dataclass(frozen=True, slots=True)
class _Failures:
    count: int
    last: float


class Attempts:
    """Counts failures and makes the next attempt wait; for one event loop."""

    def __init__(
        self, clock: Clock, *, pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._clock = clock
        self._pause = pause
        self._failures: OrderedDict[tuple[str, str], _Failures] = OrderedDict()
        self._waiting: Counter[str] = Counter()

    @contextlib.asynccontextmanager
    async def turn(self, name: str, address: str) -> AsyncIterator[None]:
        """Wait as long as earlier failures ask for; raises ``TooManyError`` at once."""
        if self._waiting[address] >= AT_ONCE:
            raise TooManyError(address)
        self._waiting[address] += 1
        try:
            delay = self.delay_s(name, address)
            if delay > 0:
                await self._pause(delay)
            yield
        finally:
            self._waiting[address] -= 1
            if not self._waiting[address]:
                del self._waiting[address]

    def delay_s(self, name: str, address: str) -> float:
        """How long an attempt has to wait now."""
        return max(self._delay_of(key) for key in _keys(name, address))

    def failed(self, name: str, address: str) -> None:
        """Count a failure."""
        now = self._clock.monotonic()
        for key in _keys(name, address):
            before = self._known(key)
            count = before.count + 1 if before is not None else 1
            self._failures[key] = _Failures(count, now)
            self._failures.move_to_end(key)
        while len(self._failures) > MAX_KEPT:
            self._failures.popitem(last=False)

    def succeeded(self, name: str, address: str) -> None:
        """Forget the failures: whoever it was knows the password."""
        for key in _keys(name, address):
            self._failures.pop(key, None)

    def _delay_of(self, key: tuple[str, str]) -> float:
        known = self._known(key)
        if known is None or known.count < FREE:
            return 0.0
        return float(min(LONGEST_S, FIRST_S * 2 ** min(known.count - FREE, 10)))

    def _known(self, key: tuple[str, str]) -> _Failures | None:
        known = self._failures.get(key)
        if known is None or self._clock.monotonic() - known.last > FORGOTTEN_S:
            return None
        return known


def _keys(name: str, address: str) -> tuple[tuple[str, str], tuple[str, str]]:
    return ("account", name.casefold()[:64]), ("address", address)
