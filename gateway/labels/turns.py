"""One thing at a time per label: what is freed for an old wish must not free a newer one's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Turns:
    """A lock per label that exists only while somebody holds or awaits it."""

    def __init__(self) -> None:
        self._locks: dict[str, tuple[asyncio.Lock, int]] = {}

    def is_free(self, label: str) -> bool:
        """Whether nobody holds or awaits the label's turn."""
        return label not in self._locks

    @asynccontextmanager
    async def of(self, label: str) -> AsyncIterator[None]:
        """Wait for the label's turn and hold it while inside."""
        lock, users = self._locks.get(label, (asyncio.Lock(), 0))
        self._locks[label] = (lock, users + 1)
        try:
            async with lock:
                yield
        finally:
            lock, users = self._locks.pop(label)
            if users > 1:
                self._locks[label] = (lock, users - 1)
