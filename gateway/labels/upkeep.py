"""Forgets what labels no longer need: old pictures, and proof and prices nobody asks about."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Final, NoReturn

from gateway.clock import Clock
from gateway.domain import prior_price
from gateway.settings import Proof
from gateway.store import discovered, frames, price_history, proof, withdrawals
from gateway.store.database import Connection, Database

_EVERY_S: Final = 600.0
_FRAMES: Final = 100
_LINES: Final = 1_000


class Upkeep:
    """Clears away in small slices, so that nobody waits behind it."""

    name = "label-upkeep"

    def __init__(
        self, database: Database, clock: Clock, settings: Proof, *, every_s: float = _EVERY_S
    ) -> None:
        self._database = database
        self._clock = clock
        self._settings = settings
        self._every_s = every_s

    async def run(self) -> NoReturn:
        """Work for ever."""
        while True:
            await self.clear()
            await asyncio.sleep(self._every_s)

    async def clear(self) -> None:
        """Forget everything that is old enough by now, or too much."""
        now, most = self._clock.now(), self._settings
        before = now - timedelta(days=most.keep_days)
        old = partial(frames.prune, before=before, limit=_FRAMES)
        await self._in_slices(old, _FRAMES)
        await self._fewer_pictures(most.max_pictures)
        old = partial(proof.prune, before=before, limit=_LINES, most=most.max_rows)
        await self._in_slices(old, _LINES)
        await self._in_slices(partial(withdrawals.prune, before=before, limit=_LINES), _LINES)
        old = partial(discovered.prune, before=now - discovered.FORGOTTEN_AFTER, limit=_LINES)
        await self._in_slices(old, _LINES)
        old = partial(price_history.trim, before=now - prior_price.KEPT, limit=_LINES)
        await self._in_slices(old, _LINES)
        await self._database.write_patiently(partial(price_history.check_again, at=now))

    async def _fewer_pictures(self, most: int) -> None:
        """Forget the oldest pictures beyond ``most``; those on labels stay, however many."""
        beyond = await self._database.read(frames.count) - most
        while beyond > 0:
            limit = min(beyond, _FRAMES)
            gone = await self._database.write_patiently(
                partial(frames.prune, before=None, limit=limit)
            )
            if gone < limit:
                return
            beyond -= gone

    async def _in_slices(self, prune: Callable[[Connection], int], limit: int) -> None:
        while await self._database.write_patiently(prune) == limit:
            pass
