"""Whose search is next: one at a time, so that articles are read beside it, and few in a row."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

MAX_WAITING: Final = 32
MAX_OF_ONE: Final = 8
"""Phones behind one address (a proxy, the guests' network) search at the same moment at times."""


class TooManyError(Exception):
    """More wait than we can answer soon."""


class Turns:
    """Lets one in after the other; for one event loop."""

    def __init__(self) -> None:
        self._one = asyncio.Lock()
        self._waiting: Counter[str] = Counter()

    @asynccontextmanager
    async def taken(self, address: str) -> AsyncIterator[None]:
        """Wait for the turn of this address; raises ``TooManyError``."""
        if self._waiting[address] >= MAX_OF_ONE or self._waiting.total() >= MAX_WAITING:
            raise TooManyError
        self._waiting[address] += 1
        try:
            async with self._one:
                yield
        finally:
            self._waiting[address] -= 1
            if not self._waiting[address]:
                del self._waiting[address]
