"""Forgets what labels no longer need: old pictures, and proof and prices nobody asks about."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Final, NoReturn

from gateway.clock import Clock
from gateway.domain import prior_price
from gateway.store import frames, price_history, proof
from gateway.store.database import Connection, Database

FRAMES_FOR: Final = timedelta(days=30)
PROOF_FOR: Final = timedelta(days=400)
"""A year and a month: prices are asked about until the next year's accounts are closed."""
_EVERY_S = 600.0
_FRAMES = 100
_LINES = 1_000


class Upkeep:
    """Clears away in small slices, so that nobody waits behind it."""

    name = "label-upkeep"

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
        old = partial(frames.prune, before=now - FRAMES_FOR, limit=_FRAMES)
        await self._in_slices(old, _FRAMES)
        old = partial(proof.prune, before=now - PROOF_FOR, limit=_LINES)
        await self._in_slices(old, _LINES)
        old = partial(price_history.trim, before=now - prior_price.KEPT, limit=_LINES)
        await self._in_slices(old, _LINES)
        await self._database.write_patiently(partial(price_history.check_again, at=now))

    async def _in_slices(self, prune: Callable[[Connection], int], limit: int) -> None:
        while await self._database.write_patiently(prune) == limit:
            pass
