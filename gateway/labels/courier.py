"""Deliveries: each wish is handed over until its label confirms it, and nothing else counts.

The database is the queue. A delivery's turn is its ``due_at``; handing it over moves that to the
time by which the label should have confirmed, so that silence by itself leads to another try.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import NoReturn

import structlog

from device_drivers.api.drivers import (
    Failed,
    LabelDriver,
    Later,
    Outcome,
    Picture,
    Reason,
    Shown,
    Transferred,
)
from gateway.clock import Clock
from gateway.domain.retrying import Backoff
from gateway.labels.reports import Reports
from gateway.labels.turns import Turns
from gateway.settings import Labels
from gateway.store import deliveries, frames
from gateway.store.database import Connection, Database
from gateway.store.deliveries import Due

_LONGEST_WAIT_S = 60.0
_LINK_DOWN_S = 60.0
"""A try now and then, should the word that the link is up have been missed."""

log = structlog.get_logger("courier")


class Courier:
    """Delivers what is due, so many at once, over the driver of each label's family."""

    name = "courier"

    def __init__(
        self,
        database: Database,
        drivers: Mapping[str, LabelDriver],
        reports: Reports,
        turns: Turns,
        clock: Clock,
        settings: Labels,
    ) -> None:
        self._database = database
        self._drivers = drivers
        self._reports = reports
        self._turns = turns
        self._clock = clock
        self._settings = settings
        self._rng = random.SystemRandom()
        self._under_way: set[str] = set()
        self._connects = dict.fromkeys(drivers, 0)
        for family, driver in drivers.items():
            driver.on_lost_session(partial(self._all_again, family))
            driver.on_connected(partial(self._link_up, family))

    async def run(self) -> NoReturn:
        """Deliver for ever."""
        changes = self._database.changes.subscribe("delivery")
        async with asyncio.TaskGroup() as group:
            while True:
                coming = await self._begin_due(group, changes.tell_anything)
                wait = _LONGEST_WAIT_S
                if coming is not None:
                    wait = min(wait, max(0.0, (coming - self._clock.now()).total_seconds()))
                try:
                    async with asyncio.timeout(wait):
                        await changes.next()
                except TimeoutError:
                    continue
        raise AssertionError("the courier stopped")

    async def deliver_due(self) -> bool:
        """Deliver what is due now and wait for it; False when nothing was."""
        async with asyncio.TaskGroup() as group:
            await self._begin_due(group, lambda: None)
            return bool(self._under_way)

    async def _begin_due(
        self, group: asyncio.TaskGroup, ended: Callable[[], None]
    ) -> datetime | None:
        """Begin what is due, as far as there is room; returns when the next turn will come.

        ``ended`` is called whenever a delivery is over: there is room then, and the label may have
        another wish by now.
        """
        now = self._clock.now()
        most = self._settings.at_once + len(self._under_way)

        def look(connection: Connection) -> tuple[tuple[Due, ...], datetime | None]:
            due = deliveries.due(connection, now, most)
            return due, deliveries.next_due(connection, after=now)

        due, coming = await self._database.read(look)
        waiting = [one for one in due if one.label not in self._under_way]
        for one in waiting[: self._settings.at_once - len(self._under_way)]:
            self._under_way.add(one.label)
            task = group.create_task(self._deliver(one), name=f"deliver-{one.label}")
            task.add_done_callback(partial(self._over, one.label, ended))
        return coming

    def _over(self, label: str, ended: Callable[[], None], _task: asyncio.Task[None]) -> None:
        self._under_way.remove(label)
        ended()

    async def _deliver(self, due: Due) -> None:
        driver = self._drivers.get(due.family)
        if driver is None:
            await self._again(due, "no_driver")
            return
        async with self._turns.of(due.label):
            picture = await self._picture(driver, due)
            if picture is None:
                return
            connects = self._connects[due.family]
            outcome = await driver.deliver(due.described, due.wish, picture)
        await self._note(due, picture, outcome, connects)

    async def _picture(self, driver: LabelDriver, due: Due) -> Picture | None:
        def encoded(connection: Connection) -> Picture | None:
            frame = frames.get(connection, due.fingerprint)
            return None if frame is None else driver.encode(frame, due.described)

        try:
            picture = await self._database.read(encoded)
        except ValueError as error:
            now = self._clock.now()
            await self._reports.failed(
                due.label, due.wish, Failed(reason=Reason.LABEL_ERROR, detail=str(error)), now
            )
            return None
        if picture is None:
            await self._again(due, "frame_missing")
            return None
        confirm_by = self._clock.now() + self._wait(due, self._settings.confirm_s)

        def note(connection: Connection) -> bool:
            frames.note_picture(connection, picture.sha256, due.fingerprint)
            return deliveries.handing_over(
                connection, due.label, due.wish, picture.sha256, again_at=confirm_by
            )

        still_wanted = await self._database.write_patiently(note)
        return picture if still_wanted else None

    async def _note(self, due: Due, picture: Picture, outcome: Outcome, connects: int) -> None:
        now = self._clock.now()
        match outcome:
            case Later(reason=Reason.AWAITING_LABEL):
                await self._link_worked(due)
            case Later(reason=Reason.LINK_DOWN):
                await self._link_down(due, connects)
            case Later(reason=reason):
                await self._again(due, reason.value)
            case Shown():
                await self._reports.shown(due.label, due.wish, picture.sha256, now)
            case Transferred():
                await self._reports.transferred(due.label, due.wish, now)
            case Failed():
                await self._reports.failed(due.label, due.wish, outcome, now)

    async def _again(self, due: Due, reason: str) -> None:
        at = self._clock.now() + self._wait(due, self._settings.retry_s)
        await self._database.write_patiently(
            lambda connection: deliveries.again(
                connection, due.label, due.wish, reason=reason, at=at
            )
        )

    async def _link_worked(self, due: Due) -> None:
        if due.reason == Reason.LINK_DOWN.value:
            await self._database.write_patiently(
                lambda connection: deliveries.link_worked(connection, due.label, due.wish)
            )

    async def _link_down(self, due: Due, connects: int) -> None:
        """Wait for the next connect, unless that came while the driver still gave up."""
        steady = Backoff(first_s=_LINK_DOWN_S, max_s=self._settings.retry_max_s)
        at = self._clock.now()
        if self._connects[due.family] == connects:
            at += steady.wait(1, self._rng)
        await self._database.write_patiently(
            lambda connection: deliveries.link_down(connection, due.label, due.wish, at=at)
        )

    async def _link_up(self, family: str) -> None:
        self._connects[family] += 1
        now = self._clock.now()
        await self._database.write_patiently(
            lambda connection: deliveries.link_up(connection, family, now)
        )

    def _wait(self, due: Due, first_s: float) -> timedelta:
        backoff = Backoff(first_s=first_s, max_s=max(first_s, self._settings.retry_max_s))
        return backoff.wait(due.attempts + 1, self._rng)

    async def _all_again(self, family: str) -> None:
        now = self._clock.now()
        await self._database.write_patiently(
            lambda connection: deliveries.all_due(connection, family, now)
        )
