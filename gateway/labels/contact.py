"""Puts on record when no label could be heard: the gateway was off, or the shop's broker away.

It has a chain of its own among those of the labels, so that nobody says later that a label was in
reach when nobody was there to hear it. So has each adapter and access point.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Final, NoReturn, Protocol

from gateway import lifecycle
from gateway.clock import Clock
from gateway.domain.proof import BROKER_AWAY, GATEWAY, GATEWAY_OFF, WAY_AWAY, Entry, chain_of_way
from gateway.labels.outages import Outages
from gateway.store import proof, time_marks
from gateway.store.database import Connection, Database

BEAT_S: Final = 30.0
"""So often it is written down that the gateway runs; shorter absences are not told."""
_MISSED: Final = timedelta(seconds=3 * BEAT_S)


class Way(Protocol):
    """The connection to the shop's broker."""

    @property
    def connected(self) -> asyncio.Event:
        """Set while it is there."""


class Contact:
    """Watches whether labels can be heard at all; one per gateway."""

    name = "label-contact"

    def __init__(
        self,
        database: Database,
        clock: Clock,
        way: Way,
        outages: Outages,
        *,
        beat_s: float = BEAT_S,
    ) -> None:
        self._database = database
        self._clock = clock
        self._way = way
        self._outages = outages
        self._beat_s = beat_s
        self._down_since: dict[str, datetime] = {}
        self._away_since: datetime | None = None

    async def run(self) -> NoReturn:
        """Watch for ever."""
        await self.begin()
        while True:
            lifecycle.beat(self.name, self._beat_s)
            await asyncio.sleep(self._beat_s)
            await self.beat()

    async def begin(self) -> None:
        """Note how long the gateway was off, if it was for longer than a moment."""
        now = self._clock.now()
        last = await self._database.read(time_marks.contact)
        # A start has enough to write.
        if last is not None and now - last > _MISSED:
            since = last
            await self._database.write_patiently(lambda rows: _was_off(rows, since, now))

    async def beat(self) -> None:
        """Note that the gateway runs, and whether the broker is there."""
        now = self._clock.now()
        there = self._way.connected.is_set()
        if there:
            since, self._away_since = None, None
        else:
            # Told at the second look: until then it may come back by itself.
            since, self._away_since = self._away_since, self._away_since or now
        down, up = self._outages.down, self._outages.up
        told = {name: at for name, at in self._down_since.items() if name in down}
        self._down_since = {name: told.get(name, now) for name in down}

        def note(connection: Connection) -> None:
            for name, at in told.items():
                lost(connection, chain_of_way(name), at, WAY_AWAY)
            for name in up:
                back(connection, chain_of_way(name), now)
            _beat(connection, now, since, there=there)

        await self._database.write_patiently(note)


def lost(connection: Connection, chain: str, since: datetime, why: str) -> None:
    """Nothing is heard of whom ``chain`` stands for since then, if that is news."""
    if not _is_away(connection, chain):
        entry = Entry(label=chain, at=since, what="unreachable", detail=why)
        proof.append(connection, entry)


def back(connection: Connection, chain: str, at: datetime) -> None:
    """They are heard again, if that is news."""
    if _is_away(connection, chain):
        proof.append(connection, Entry(label=chain, at=at, what="reachable"))


def _was_off(connection: Connection, since: datetime, now: datetime) -> None:
    lost(connection, GATEWAY, since, GATEWAY_OFF)
    back(connection, GATEWAY, now)
    time_marks.mark_contact(connection, now)


def _beat(connection: Connection, now: datetime, since: datetime | None, *, there: bool) -> None:
    if since is not None:
        lost(connection, GATEWAY, since, BROKER_AWAY)
    elif there:
        back(connection, GATEWAY, now)
    time_marks.mark_contact(connection, now)


def _is_away(connection: Connection, chain: str) -> bool:
    last = proof.of_label(connection, chain, 1)
    return bool(last) and last[0].what == "unreachable"
