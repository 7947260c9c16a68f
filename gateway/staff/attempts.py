"""Failed sign-ins slow down the next ones, per account and per address; nobody is locked out."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable

from starlette.requests import Request

from gateway.clock import Clock
from gateway.store import failed_sign_ins, people
from gateway.store.database import Database
from gateway.store.failed_sign_ins import Key

FREE = 3
"""Failures without a delay: people mistype."""

FIRST_S = 1.0
LONGEST_S = 10.0
AT_ONCE = 4
"""Attempts of one address that may wait at the same time; the next is told to come back."""


class TooManyError(Exception):
    """The address tries too much at once."""


class Attempts:
    """Counts failures and makes the next attempt wait; for one event loop."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._database = database
        self._clock = clock
        self._pause = pause
        self._waiting: Counter[str] = Counter()

    @contextlib.asynccontextmanager
    async def turn(self, name: str, address: str) -> AsyncIterator[None]:
        """Wait as long as earlier failures ask for; raises ``TooManyError`` at once."""
        if self._waiting[address] >= AT_ONCE:
            raise TooManyError(address)
        self._waiting[address] += 1
        try:
            delay = await self.delay_s(name, address)
            if delay > 0:
                await self._pause(delay)
            yield
        finally:
            self._waiting[address] -= 1
            if not self._waiting[address]:
                del self._waiting[address]

    async def delay_s(self, name: str, address: str) -> float:
        """How long an attempt has to wait now."""
        keys, now = _keys(name, address), self._clock.now()
        count = await self._database.read(lambda rows: failed_sign_ins.most(rows, keys, now))
        return 0.0 if count < FREE else min(LONGEST_S, FIRST_S * 2.0 ** min(count - FREE, 10))

    async def failed(self, name: str, address: str) -> None:
        """Count a failure."""
        keys, now = _keys(name, address), self._clock.now()
        await self._database.write(lambda rows: failed_sign_ins.add(rows, keys, now))

    async def succeeded(self, name: str, address: str) -> None:
        """Forget the failures: whoever it was knows the password."""
        keys = _keys(name, address)
        await self._database.write(lambda rows: failed_sign_ins.forget(rows, keys))


def address_of(request: Request) -> str:
    """Where a request comes from, as failures are counted."""
    return request.client.host if request.client is not None else ""


def _keys(name: str, address: str) -> tuple[Key, Key]:
    return Key("account", people.key_of(name)[:64]), Key("address", address[:64])
