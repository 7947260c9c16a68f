"""Looks after the labels: what is wrong with each, and tells people what they can mend.

Labels of radios say no goodbye, and that of others can be lost: those that are silent for too long
are out of reach, on record.
"""

from __future__ import annotations

import asyncio
import uuid
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Final, NoReturn

import structlog

from device_drivers.api.drivers import LabelDriver, Wakes
from gateway import lifecycle
from gateway.clock import Clock
from gateway.domain import health, label_events
from gateway.domain.events import Lane, Origin
from gateway.domain.health import Alert, Limits, Survey, Trouble
from gateway.domain.proof import WAY_SILENT, chain_of_way
from gateway.labels import contact, proof
from gateway.labels.asking import Asking
from gateway.settings import Labels
from gateway.store import health as store
from gateway.store import labels, outbox, stopped
from gateway.store.database import Connection, Database
from gateway.store.health import Patient

_EVERY_S: Final = 30.0
_SLICE: Final = 1_000
"""Labels judged in one go: others get their turn between two."""

log = structlog.get_logger("labels")


class Health:
    """Judges every label now and then."""

    name = "label-health"

    def __init__(
        self,
        database: Database,
        drivers: Mapping[str, LabelDriver],
        clock: Clock,
        settings: Labels,
        origin: Origin,
        *,
        every_s: float = _EVERY_S,
    ) -> None:
        self._database = database
        self._clock = clock
        self._origin = origin
        self._every_s = every_s
        self._talkers = tuple(
            family
            for family, driver in drivers.items()
            if driver.family.capabilities.wakes is not Wakes.ALWAYS
        )
        silent_after = timedelta(seconds=settings.silent_s)
        self._asking = Asking(database, drivers, silent_after / 2)
        self._limits = Limits(
            silent_after=silent_after,
            late_after=timedelta(seconds=settings.confirm_s),
        )

    async def run(self) -> NoReturn:
        """Look after them for ever."""
        while True:
            lifecycle.beat(self.name, self._every_s)
            # Not at once: a start writes nothing, and labels need a moment to be heard again.
            await asyncio.sleep(self._every_s)
            await self.look()

    async def look(self) -> None:
        """Judge every label once and bring the tasks up to date."""
        now = self._clock.now()
        asked = self._asking.unanswered(now - self._limits.late_after)
        await self._asking.look(now)
        survey = Survey.new()
        news: Counter[Trouble] = Counter()
        after = ""
        while True:
            now = self._clock.now()
            look = partial(store.patients, limit=_SLICE, talkers=self._talkers, asked=asked)
            batch = await self._database.read(partial(look, after=after, at=now))
            changed: dict[Patient, frozenset[Trouble]] = {}
            silent: dict[str, datetime] = {}
            for one in batch:
                found = health.troubles(one.seen, one.before, now, self._limits)
                survey.add(one.label, one.way, found)
                if found != one.before:
                    changed[one] = found
                    news.update(found - one.before)
                if Trouble.SILENT in found and one.seen.away_since is None:
                    silent[one.label] = one.seen.last_heard
            if changed or silent:
                note = partial(_judged, found=changed, silent=silent, origin=self._origin, at=now)
                await self._database.write_patiently(note)
            if len(batch) < _SLICE:
                break
            after = batch[-1].label
        await self._tell(survey)
        await self._tell_of_stops()
        for trouble, count in news.items():
            log.warning("labels in trouble", trouble=trouble.value, labels=count)

    async def _tell(self, survey: Survey) -> None:
        before = await self._database.read(store.told)
        alerts = health.alerts(survey, before)
        if alerts or before:
            now = self._clock.now()
            await self._database.write_patiently(partial(_tell, alerts=alerts, at=now))

    async def _tell_of_stops(self) -> None:
        """Labels that a person held back show what they should not: that must not be forgotten."""
        now = self._clock.now()
        if await self._database.read(partial(stopped.is_behind, at=now)):
            await self._database.write_patiently(partial(stopped.look_after, at=now))


def _judged(
    connection: Connection,
    found: Mapping[Patient, frozenset[Trouble]],
    silent: Mapping[str, datetime],
    origin: Origin,
    at: datetime,
) -> None:
    """Note the troubles and tell central; who fell ``silent`` is out of reach since then."""
    for one in store.judged(connection, found):
        event = label_events.health(
            origin,
            event_id=str(uuid.uuid4()),
            label=one.label,
            before=one.before,
            found=found[one],
            last_heard=one.seen.last_heard,
            time=at,
        )
        if event is not None:
            outbox.append_or_gap(connection, Lane.KEEP, event, at)
    for label, since in silent.items():
        if labels.fell_silent(connection, label, since):
            proof.reached(connection, label, since, reachable=False)


def _tell(connection: Connection, alerts: Mapping[Alert, tuple[str, ...]], at: datetime) -> None:
    dead = {one.key for one in alerts if one.kind == store.WAY_SILENT}
    before = {one.key for one in store.told(connection) if one.kind == store.WAY_SILENT}
    for way in sorted(dead - before):
        contact.lost(connection, chain_of_way(way), at, WAY_SILENT)
    for way in sorted(before - dead):
        contact.back(connection, chain_of_way(way), at)
    store.tell(connection, alerts, at)
