"""Sees retired labels off: each is asked to show nothing, and is gone once it does.

Whoever still hangs there with a price when it should be blank is told to people, until it is
blank, taken down, or ours again.
"""

from __future__ import annotations

import asyncio
from datetime import datetime
from functools import partial
from typing import Final, NoReturn

from gateway.clock import Clock
from gateway.domain.label_life import Parting, parting
from gateway.store import label_life, retired, tasks
from gateway.store.database import Connection, Database
from gateway.store.retired import Leaving

LEFT_HANGING: Final = "retired_label_hangs"
"""The task that a retired label still shows a picture."""
_EVERY_S: Final = 30.0
_PAUSE_S: Final = 0.25
"""Between two looks: in a wave deliveries move all the while; few labels are on their way out."""


class Farewell:
    """Looks after the labels on their way out; one per gateway."""

    name = "label-farewell"

    def __init__(self, database: Database, clock: Clock, *, every_s: float = _EVERY_S) -> None:
        self._database = database
        self._clock = clock
        self._every_s = every_s

    async def run(self) -> NoReturn:
        """See them off for ever: whenever a delivery moves, and now and then."""
        moves = self._database.changes.subscribe("delivery")
        while True:
            await self.look()
            try:
                async with asyncio.timeout(self._every_s):
                    await moves.next()
            except TimeoutError:
                continue
            await asyncio.sleep(_PAUSE_S)

    async def look(self) -> None:
        """See how far each is; writes only where something is to be done."""
        now = self._clock.now()
        if await self._database.read(partial(_steps, at=now)):
            await self._database.write_patiently(partial(_see_off, at=now))


def _steps(connection: Connection, at: datetime) -> list[tuple[Leaving, Parting]]:
    """What is to be done, label by label."""
    found: list[tuple[Leaving, Parting]] = []
    for one in retired.leaving(connection):
        step = parting(blank=bool(one.blank), online=one.online, asked_for=at - one.since)
        told = step is Parting.LEFT_HANGING and not _is_news(connection, one.label)
        if step is not Parting.GOING and not told:
            found.append((one, step))
    return found


def _is_news(connection: Connection, label: str) -> bool:
    """Whether somebody has to take the label down: not who replaced it, and is there."""
    gone = retired.get(connection, label)
    down = gone is None or gone.replaced_by is not None or gone.taken_down is not None
    return not down and not tasks.is_open(connection, LEFT_HANGING, label)


def _see_off(connection: Connection, at: datetime) -> None:
    for one, step in _steps(connection, at):
        match step:
            case Parting.LEFT_HANGING:
                _hangs(connection, one.label, at)
            case Parting.GONE:
                tasks.close(connection, LEFT_HANGING, one.label)
                retired.is_blank(connection, one.label, one.blank)
                label_life.forget(connection, one.label)
            case _:
                label_life.forget(connection, one.label)


def _hangs(connection: Connection, label: str, at: datetime) -> None:
    """Tell people that a retired label still shows its picture."""
    gone = retired.get(connection, label)
    detail = {} if gone is None else {"code": gone.code, "alias": gone.alias, "by": gone.by}
    tasks.open_(connection, LEFT_HANGING, label, detail, at)
