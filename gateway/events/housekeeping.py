"""Forgets what has served its time: repeats of a day ago, refused events of a month ago."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Final, NoReturn

from gateway.clock import Clock
from gateway.store import quarantine, taken
from gateway.store.database import Connection, Database

TAKEN_FOR: Final = timedelta(hours=24)
QUARANTINE_FOR: Final = timedelta(days=30)
_EVERY_S = 600.0
_SLICE = 1_000


class Housekeeping:
    """Clears away in small slices, so that nobody waits behind it."""

    name = "events-housekeeping"

    def __init__(self, database: Database, clock: Clock, *, every_s: float = _EVERY_S) -> None:
        self._database = database
        self._clock = clock
        self._every_s = every_s

    async def run(self) -> NoReturn:
        """Work for ever."""
        while True:
            await self.clear()
            await asyncio.sleep(self._every_s)

    async def clear(self) -> None:
        """Forget everything that is old enough by now."""
        now = self._clock.now()
        await self._in_slices(partial(taken.purge, before=now - TAKEN_FOR, limit=_SLICE))
        await self._in_slices(partial(quarantine.purge, before=now - QUARANTINE_FOR, limit=_SLICE))

    async def _in_slices(self, purge: Callable[[Connection], int]) -> None:
        while await self._database.write_patiently(purge) == _SLICE:
            pass
