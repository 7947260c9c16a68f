"""Deliveries: each wish is handed over until its label confirms it, and nothing else counts.

The database is the queue. A delivery's turn is its ``due_at``; handing it over moves that to the
time by which the label should have confirmed. That is also its lease: silence by itself, and the
end of this process, lead to another try, and a delivery that takes longer renews it. One whose
label got another wish meanwhile is cancelled.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final, NoReturn

from device_drivers.api.drivers import Failed, LabelDriver, Later, Outcome, Reason
from gateway import lifecycle
from gateway.clock import Clock
from gateway.domain import ranking
from gateway.domain.quiet_hours import QuietHours
from gateway.domain.ranking import Rank
from gateway.domain.retrying import Backoff
from gateway.labels import driving, picking
from gateway.labels.outcomes import Outcomes
from gateway.labels.picking import Picked, Ready
from gateway.labels.reports import Reports
from gateway.labels.turns import Turns
from gateway.labels.ways import Ways
from gateway.settings import Labels
from gateway.store import queue, reach
from gateway.store.database import Connection, Database
from gateway.store.reach import Pace

_LONGEST_WAIT_S: Final = 60.0
_PACE_S: Final = 0.02
"""Between two looks: in a wave so many deliveries end meanwhile that one look serves for all."""
_FEW: Final = 8
_SHORT_PACE_S: Final = 0.002
"""The same with no more than a few under way: then a new price does not wait for others."""
_MEASURED_EVERY_S: Final = 60.0
_NOWHERE: Final = frozenset({Reason.LINK_DOWN, Reason.ASLEEP})


@dataclass(slots=True, kw_only=True)
class _UnderWay:
    wish: str
    way: str
    task: asyncio.Task[None]
    began: float
    is_cancelled: bool = False

    def cancel(self) -> None:
        """End it, once: a second time would cut what its driver tidies up."""
        if not self.is_cancelled:
            self.is_cancelled = True
            self.task.cancel()


class Courier:
    """Delivers what is due over the driver of each label's family, so many at once on each way."""

    name = "courier"

    def __init__(
        self,
        database: Database,
        drivers: Mapping[str, LabelDriver],
        reports: Reports,
        turns: Turns,
        clock: Clock,
        settings: Labels,
        *,
        quiet: Callable[[], QuietHours | None] = lambda: None,
    ) -> None:
        self._database = database
        self._drivers = drivers
        self._reports = reports
        self._turns = turns
        self._clock = clock
        self._settings = settings
        self._quiet = quiet
        self._ways = Ways(self._places)
        self._outcomes = Outcomes(database, reports, self._ways, clock, settings)
        self._rng = random.SystemRandom()
        self._under_way: dict[str, _UnderWay] = {}
        self._held_places: dict[str, Pace] = {}
        for family, driver in drivers.items():
            driver.on_lost_session(partial(self._all_again, family))
            driver.on_connected(partial(self._outcomes.link_up, family))

    async def run(self) -> NoReturn:
        """Deliver for ever."""
        changes = self._database.changes.subscribe("turn", "shop_setting_in_force")
        async with asyncio.TaskGroup() as group:
            group.create_task(self._renew(), name="courier-leases")
            group.create_task(self._tell_paces(), name="courier-paces")
            while True:
                lifecycle.beat(self.name, _LONGEST_WAIT_S)
                picked = await self._begin_due(group, changes.tell_anything)
                if picked.more and picked.ready:
                    continue
                few = len(self._under_way) <= _FEW
                await asyncio.sleep(_SHORT_PACE_S if few else _PACE_S)
                try:
                    async with asyncio.timeout(self._wait_s(picked)):
                        await changes.next()
                except TimeoutError:
                    continue
        raise AssertionError("the courier stopped")

    async def deliver_due(self) -> bool:
        """Deliver what is due now and wait for it; False when nothing was."""
        async with asyncio.TaskGroup() as group:
            picked = await self._begin_due(group, lambda: None)
        return bool(picked.ready)

    def _wait_s(self, picked: Picked) -> float:
        now = self._clock.now()
        times = [picked.coming, self._ways.next_opening(now)]
        quiet = self._quiet()
        times.append(quiet.ends_at(now) if quiet is not None else None)
        waits = [(at - now).total_seconds() for at in times if at is not None]
        return max(min([_LONGEST_WAIT_S, *waits]), 0.0)

    async def _begin_due(self, group: asyncio.TaskGroup, ended: Callable[[], None]) -> Picked:
        """Begin what is due, as far as there is room, and end what nobody wants any more.

        ``ended`` is called whenever a delivery is over: there is room then, and the label may have
        another wish by now.
        """
        now = self._clock.now()
        under_way = {label: (one.wish, one.way) for label, one in self._under_way.items()}
        room, ranks = self._ways.room(now), self._ranks(now)
        picked = await self._database.read(
            lambda rows: picking.pick(rows, self._drivers, room, under_way, ranks, now)
        )
        for label in picked.overtaken & self._under_way.keys():
            self._under_way[label].cancel()
        await self._outcomes.not_sent(picked.ready)
        going = [one for one in picked.ready if one.picture is not None]
        if going:
            for one in await self._hand_over(going, now):
                self._begin(group, one, ended)
        return picked

    async def _hand_over(self, going: list[Ready], now: datetime) -> list[Ready]:
        until = {one.due.label: now + self._lease(one.due.attempts) for one in going}
        wanted = await self._database.write_patiently(
            lambda rows: picking.hand_over(rows, going, until, now)
        )
        return [one for one in going if one.due.label in wanted]

    def _begin(self, group: asyncio.TaskGroup, one: Ready, ended: Callable[[], None]) -> None:
        due = one.due
        task = group.create_task(self._deliver(one), name=f"deliver-{due.label}")
        self._under_way[due.label] = _UnderWay(
            wish=due.wish, way=due.way, task=task, began=self._clock.monotonic()
        )
        self._ways.began(due.way)
        task.add_done_callback(partial(self._over, due.label, due.way, ended))

    def _over(
        self, label: str, way: str, ended: Callable[[], None], _task: asyncio.Task[None]
    ) -> None:
        del self._under_way[label]
        self._ways.ended(way)
        ended()

    async def _deliver(self, one: Ready) -> None:
        due, picture = one.due, one.picture
        driver = self._drivers[due.family]
        if picture is None:
            raise AssertionError("only what has a picture is delivered")
        connects = self._outcomes.connects(due.way)
        async with self._turns.of(due.label):
            began = self._clock.monotonic()
            outcome = await driving.deliver(driver, due.described, due.wish, picture)
        self._measure(due.way, outcome, self._clock.monotonic() - began)
        await self._outcomes.note(due, picture, outcome, connects)

    def _ranks(self, now: datetime) -> tuple[Rank, ...]:
        """What may begin now: in quiet hours only what is urgent."""
        quiet = self._quiet()
        if quiet is None or quiet.ends_at(now) is None:
            return tuple(Rank)
        return tuple(sorted(ranking.URGENT))

    def _places(self, way: str) -> int:
        driver = self._drivers.get(way.partition("/")[0])
        most = self._settings.at_once
        return most if driver is None else min(most, driver.family.capabilities.parallel)

    def _lease(self, attempts: int) -> timedelta:
        first = self._settings.confirm_s
        backoff = Backoff(first_s=first, max_s=max(first, self._settings.retry_max_s))
        return backoff.wait(attempts + 1, self._rng)

    async def _renew(self) -> NoReturn:
        """Keep the leases of what takes long."""
        lease_s = self._settings.confirm_s
        while True:
            await asyncio.sleep(lease_s / 3)
            before = self._clock.monotonic() - lease_s / 6
            held = {
                label: one.wish for label, one in self._under_way.items() if one.began <= before
            }
            if held:
                until = self._clock.now() + timedelta(seconds=lease_s)
                await self._database.write_patiently(partial(queue.renew, held=held, until=until))

    def _measure(self, way: str, outcome: Outcome, took_s: float) -> None:
        """Remember how long a delivery that got through held its place."""
        nowhere = isinstance(outcome, Later) and outcome.reason in _NOWHERE
        if nowhere or isinstance(outcome, Failed):
            return
        known = self._held_places.get(way, Pace(place_s=0.0, deliveries=0))
        count = known.deliveries + 1
        place_s = known.place_s + (took_s - known.place_s) / count
        self._held_places[way] = Pace(place_s=place_s, deliveries=count)

    async def _tell_paces(self) -> NoReturn:
        while True:
            await asyncio.sleep(_MEASURED_EVERY_S)
            paces, self._held_places = self._held_places, {}
            if paces:
                await self._database.write_patiently(partial(reach.measured, paces=paces))

    async def _all_again(self, family: str, via: str = "") -> None:
        now = self._clock.now()

        def mark(connection: Connection) -> None:
            queue.all_due(connection, family, via, now)

        await self._database.write_patiently(mark)
