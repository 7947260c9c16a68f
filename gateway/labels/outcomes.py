"""What becomes of a delivery after it was handed over, or could not be."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from device_drivers.api.drivers import (
    Failed,
    Later,
    Outcome,
    Picture,
    Reason,
    Shown,
    Transferred,
)
from gateway.clock import Clock, from_ms, to_ms
from gateway.domain import retrying
from gateway.domain.retrying import HEARD_ANYHOW, Backoff
from gateway.labels import healing
from gateway.labels.picking import Ready
from gateway.labels.reports import Reports
from gateway.labels.ways import Ways
from gateway.settings import Labels
from gateway.store import deliveries, queue
from gateway.store.database import Connection, Database
from gateway.store.queue import Due

_LINK_DOWN: Final = Backoff(first_s=60.0, max_s=60.0)
"""A try now and then, should the word that the link is up have been missed."""


class Outcomes:
    """Writes down what drivers say, and what they never got to see."""

    def __init__(
        self, database: Database, reports: Reports, ways: Ways, clock: Clock, settings: Labels
    ) -> None:
        self._database = database
        self._reports = reports
        self._ways = ways
        self._clock = clock
        self._settings = settings
        self._rng = random.SystemRandom()
        self._connects: Counter[str] = Counter()

    def connects(self, way: str) -> int:
        """How often the way came up, by itself or with all of its family."""
        return self._connects[way] + self._connects[way.partition("/")[0]]

    async def link_up(self, family: str, via: str = "") -> None:
        """``via``, or every way to labels of ``family``, came up: what waited for it is due."""
        self._connects.update((f"{family}/{via}", f"{family}/") if via else (family,))
        self._ways.open(family, via)
        now = self._clock.now()
        await self._database.write_patiently(
            lambda connection: queue.link_up(connection, family, via, now)
        )

    async def not_sent(self, ready: Iterable[Ready]) -> None:
        """Note what has no picture to go out, and what needs none, in one commit."""
        unsent = [one for one in ready if one.picture is None]
        now = self._clock.now()

        def write(connection: Connection) -> list[tuple[str, Failed]]:
            return [
                (one.due.label, failed)
                for one in unsent
                if (failed := self._not_sent(connection, one, now)) is not None
            ]

        if unsent:
            self._reports.tell_failed(await self._database.write_patiently(write))

    def _not_sent(self, connection: Connection, one: Ready, now: datetime) -> Failed | None:
        """Returns the failure where that is news."""
        due = one.due
        if one.no_picture:
            self._note_again(connection, due, one.no_picture, None)
        elif one.problem:
            failed = Failed(reason=Reason.LABEL_ERROR, detail=one.problem)
            if self._reports.failed(connection, due.label, due.wish, failed, now):
                return failed
        elif due.shows is not None and deliveries.shows_already(
            connection, due.label, due.wish, due.shows
        ):
            self._reports.shown(connection, due.label, due.wish, due.shows, now)
        return None

    async def note(self, due: Due, picture: Picture, outcome: Outcome, connects: int) -> None:
        """Write down how handing over ended; ``connects`` is the count from before it began."""
        now = self._clock.now()
        match outcome:
            case Later(reason=Reason.LINK_DOWN):
                await self._link_down(due, outcome, connects)
                return
            case Later(reason=Reason.AWAITING_LABEL):
                if due.reason is not None:
                    await self._database.write_patiently(
                        lambda connection: deliveries.awaiting(connection, due.label, due.wish)
                    )
            case Later(reason=reason):
                await self._database.write_patiently(
                    lambda connection: self._note_again(
                        connection, due, reason.value, outcome.wait_s
                    )
                )
            case Shown():
                await self._database.write_patiently(
                    lambda connection: self._reports.shown(
                        connection, due.label, due.wish, picture.sha256, now
                    )
                )
            case Transferred():
                await self._reports.transferred(due.family, due.label, due.wish, now)
            case Failed():
                if await self._database.write_patiently(
                    lambda connection: self._reports.failed(
                        connection, due.label, due.wish, outcome, now
                    )
                ):
                    self._reports.tell_failed([(due.label, outcome)])
        self._ways.worked(due.way)

    async def _link_down(self, due: Due, outcome: Later, connects: int) -> None:
        """Close the way until the next connect, unless that came while the driver gave up."""
        now = at = self._clock.now()
        if self.connects(due.way) == connects:
            at += max(_LINK_DOWN.wait(1, self._rng), timedelta(seconds=outcome.wait_s or 0.0))
            # As the database keeps it, so that way and delivery have their turn together.
            at = from_ms(to_ms(at))
            self._ways.close(due.way, now, at)
        await self._database.write_patiently(
            lambda connection: _again(connection, due, Reason.LINK_DOWN.value, at, None)
        )

    def _note_again(
        self, connection: Connection, due: Due, reason: str, at_least_s: float | None
    ) -> None:
        now = self._clock.now()
        earliest = None if at_least_s is None else now + timedelta(seconds=at_least_s)
        if reason == Reason.ASLEEP.value:
            at = max(now + HEARD_ANYHOW, earliest or now)
        else:
            at = now + retrying.pause(
                reason,
                due.attempts + 1,
                self._rng,
                first_s=self._settings.retry_s,
                max_s=self._settings.retry_max_s,
                at_least_s=at_least_s,
            )
        _again(connection, due, reason, at, earliest)


def _again(
    connection: Connection, due: Due, reason: str, at: datetime, earliest: datetime | None
) -> None:
    deliveries.again(connection, due.label, due.wish, reason=reason, at=at, earliest=earliest)
    healing.heal(connection, due.label)
