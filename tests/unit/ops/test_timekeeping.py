"""The time at boot and after jumps: nothing begins or ends before it is known."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway.clock import CheckedClock
from gateway.domain.events import Event, Lane
from gateway.domain.labels import Target
from gateway.domain.rows import Row
from gateway.labels.planning import Planner
from gateway.ops import system_time, timekeeping
from gateway.ops.system_time import SystemTime
from gateway.ops.timekeeping import Timekeeper
from gateway.settings import Time
from gateway.store import outbox, replica, time_marks
from gateway.store.database import Connection
from tests.support.feeding import product, stock
from tests.support.running import running
from tests.unit.labels import rooms, test_ahead
from tests.unit.labels.rooms import AT, Room
from tests.unit.labels.test_ahead import PriceTagPainter

AT_1970 = datetime(1970, 1, 1, 0, 0, 30, tzinfo=UTC)
YEARS = timedelta(days=3 * 365)
ENDS = AT + timedelta(days=20)
"""Before a sale and after a list price."""


@dataclass(slots=True)
class Box:
    """A machine with its clock; ``room.clock`` is what the machine says."""

    room: Room
    system: SystemTime = field(default=SystemTime(synchronised=False, battery=False))

    async def start(self, machine: datetime | None = None) -> tuple[CheckedClock, Timekeeper]:
        """Switch the box on at a time that the machine's clock shows."""
        if machine is not None:
            self.room.clock.wall = machine
        clock = CheckedClock(self.room.clock)
        keeper = Timekeeper(self.room.database, clock, system=lambda: self.system)
        await keeper.begin()
        await keeper.check()
        return clock, keeper

    def synchronise(self, to: datetime) -> None:
        """A time server sets the clock."""
        self.room.clock.wall = to
        self.system = SystemTime(synchronised=True, battery=False)

    async def tasks(self) -> list[str]:
        rows = await self.room.read(
            lambda c: c.execute(
                "SELECT detail FROM task WHERE kind = 'time_not_trusted'"
            ).fetchall()
        )
        return [row[0] for row in rows]


@pytest.fixture
async def box(tmp_path: Path) -> AsyncIterator[Box]:
    async with rooms.room(tmp_path) as room:
        yield Box(room)


async def ran_until(box: Box, at: datetime) -> None:
    """The box was on, with the right time, and was switched off at ``at``."""
    box.synchronise(at)
    await box.start()
    box.system = SystemTime(synchronised=False, battery=False)


async def sale_until(room: Room, ends: datetime, begins: datetime | None = None) -> None:
    """Article ``a`` costs 10, and 7 in the meantime."""
    times = {"valid_until": ends.isoformat()}
    if begins is not None:
        times["valid_from"] = begins.isoformat()
    offers = [{"kind": "list", "amount": "10"}, {"kind": "sale", "amount": "7", **times}]
    await room.write(
        product("a"),
        stock("a", 5),
        Row(kind="offers", key="a", value={"currency": "MXN", "offers": offers}),
    )
    await room.bind("l", Target(product="a"))


class Shelf:
    """Plans labels by a clock and tells what was drawn last."""

    def __init__(self, box: Box, clock: CheckedClock) -> None:
        self.painter = PriceTagPainter()
        self.planner = Planner(
            box.room.database, self.painter, clock, lambda: test_ahead.SETTINGS, rooms.ORIGIN
        )

    async def price(self) -> str | None:
        while await self.planner.plan_stale():
            pass
        return self.painter.drawn[-1] if self.painter.drawn else None


async def test_a_box_that_boots_at_1970_keeps_the_sale_that_was_on(box: Box) -> None:
    await sale_until(box.room, ENDS)
    await ran_until(box, AT)
    clock, keeper = await box.start(AT_1970)
    assert not clock.trusted
    assert clock.known() == AT
    shelf = Shelf(box, clock)
    assert await shelf.price() == "7.00"
    box.room.clock.pass_(timedelta(hours=5))
    await keeper.check()
    assert await shelf.price() == "7.00"
    assert clock.known() == AT
    assert clock.now() == AT + timedelta(hours=5)

    box.synchronise(ENDS + timedelta(hours=1))
    await keeper.check()
    assert clock.trusted
    assert await shelf.price() == "10.00"


async def test_nothing_begins_before_the_time_is_known_and_then_it_begins_at_once(
    box: Box,
) -> None:
    begins = AT + timedelta(minutes=30)
    await sale_until(box.room, ENDS, begins)
    await ran_until(box, AT)
    # The clock goes on from when the box was switched off, as many systems have it.
    clock, keeper = await box.start(AT)
    shelf = Shelf(box, clock)
    box.room.clock.pass_(timedelta(hours=1))
    await keeper.check()
    assert await shelf.price() == "10.00"
    keeper.central_said((AT + timedelta(hours=1)).isoformat(), answered=True)
    await keeper.check()
    assert await shelf.price() == "7.00"


async def test_when_the_time_becomes_known_every_label_is_looked_at_once(box: Box) -> None:
    await sale_until(box.room, ENDS)
    await ran_until(box, AT)
    clock, keeper = await box.start(AT_1970)
    shelf = Shelf(box, clock)
    await shelf.price()
    box.synchronise(AT + timedelta(hours=12))
    await keeper.check()
    await shelf.price()
    await keeper.check()
    await shelf.price()
    assert shelf.painter.drawn == ["7.00", "7.00"]


@pytest.mark.parametrize("years", [YEARS, -YEARS])
async def test_a_step_of_years_while_running_changes_nothing(box: Box, years: timedelta) -> None:
    await sale_until(box.room, AT + timedelta(hours=3))
    await ran_until(box, AT)
    box.synchronise(AT)
    clock, keeper = await box.start()
    shelf = Shelf(box, clock)
    assert await shelf.price() == "7.00"
    box.system = SystemTime(synchronised=False, battery=True)
    box.room.clock.wall += years
    assert clock.now() == AT, "also before anybody looked"
    await keeper.check()
    box.room.clock.pass_(timedelta(hours=2))
    await keeper.check()
    assert clock.now() == clock.known() == AT + timedelta(hours=2)
    assert await shelf.price() == "7.00"
    box.room.clock.wall -= years
    box.room.clock.pass_(timedelta(hours=1))
    await keeper.check()
    assert await shelf.price() == "10.00", "and offers end by our own count"
    assert await box.room.read(time_marks.newest) == AT + timedelta(hours=3)


async def test_a_step_that_a_time_server_made_is_followed(box: Box) -> None:
    await ran_until(box, AT)
    box.synchronise(AT)
    clock, keeper = await box.start()
    box.room.clock.wall += timedelta(hours=1)
    await keeper.check()
    assert clock.now() == AT + timedelta(hours=1)


async def test_a_small_correction_is_no_step(box: Box) -> None:
    await ran_until(box, AT)
    box.synchronise(AT)
    clock, keeper = await box.start()
    box.system = SystemTime(synchronised=False, battery=False)
    for _ in range(5):
        box.room.clock.wall += timedelta(seconds=3)
        await keeper.check()
    assert clock.now() == AT + timedelta(seconds=15)


async def test_a_battery_is_believed_unless_it_tells_nonsense(box: Box) -> None:
    await ran_until(box, AT)
    box.system = SystemTime(synchronised=False, battery=True)
    clock, _ = await box.start(AT + timedelta(hours=12))
    assert clock.trusted
    clock, _ = await box.start(AT + YEARS)
    assert not clock.trusted


async def test_a_new_shop_has_nothing_better_than_its_machine(box: Box) -> None:
    clock, keeper = await box.start(AT)
    assert not clock.trusted
    assert clock.known() == clock.now() == AT
    for said in ("2026-11-22T12:00:00", "yesterday", "9999-12-31T23:59:59-12:00"):
        keeper.central_said(said, answered=True)
    await keeper.check()
    assert not clock.trusted
    keeper.central_said(AT.isoformat(), answered=True)
    await keeper.check()
    assert clock.trusted


async def test_what_waited_at_the_broker_since_the_box_was_off_proves_nothing(box: Box) -> None:
    await ran_until(box, AT)
    clock, keeper = await box.start(AT + timedelta(seconds=20))
    keeper.central_said((AT - timedelta(minutes=2)).isoformat(), answered=False)
    await keeper.check()
    assert not clock.trusted
    assert keeper.in_doubt
    keeper.central_said((AT + timedelta(hours=10)).isoformat(), answered=True)
    await keeper.check()
    assert not clock.trusted, "and central's own answer says that it is the next day"


async def test_times_written_down_in_doubt_do_not_speak_against_a_time_server(box: Box) -> None:
    box.room.clock.wall = AT + YEARS
    await box.room.write(product("a"))
    await box.room.database.write(
        lambda c: replica.move(c, "central", epoch=1, seq=1, at=AT + YEARS)
    )
    clock, keeper = await box.start(AT)
    assert clock.known() == AT + YEARS, "nothing that has been is undone by a doubtful clock"
    box.synchronise(AT)
    await keeper.check()
    assert clock.known() == AT


async def test_people_are_told_when_it_does_not_pass_by_itself(box: Box) -> None:
    await ran_until(box, AT)
    _, keeper = await box.start(AT_1970)
    assert await box.tasks() == []
    box.room.clock.pass_(timedelta(seconds=61))
    await keeper.check()
    assert await box.tasks() == [
        '{"message": "the machine\'s clock is before a time that has been"}'
    ]
    box.synchronise(AT + timedelta(days=1))
    await keeper.check()
    assert await box.tasks() == []


async def test_events_say_that_the_time_was_not_known_and_stay_in_order(box: Box) -> None:
    await ran_until(box, AT)
    await box.room.database.write(
        lambda c: outbox.prepare(c, dict.fromkeys(Lane, 100000), AT, uplink=True)
    )
    clock, keeper = await box.start(AT_1970)
    stored: list[str] = []

    async def happen(name: str) -> None:
        now = clock.now()
        event = Event(id=name, source="/s", type="t", subject="x", time=now, recorded=now, data={})

        def append(connection: Connection) -> str:
            outbox.append(connection, Lane.KEEP, event, now)
            row = connection.execute("SELECT event FROM outbox ORDER BY seq DESC").fetchone()
            return str(row[0])

        stored.append(await box.room.database.write(append))

    await happen("a")
    box.room.clock.pass_(timedelta(minutes=5))
    await happen("b")
    box.synchronise(AT + timedelta(days=1))
    await keeper.check()
    await happen("c")
    assert ['"timetrusted":false' in one for one in stored] == [True, True, False]
    times = [one.split('"recordedtime":"')[1][:20] for one in stored]
    assert times == sorted(times)


async def test_it_looks_by_itself_and_tells_who_asked(box: Box) -> None:
    await ran_until(box, AT)
    clock, keeper = await box.start(AT)
    known = asyncio.Event()
    keeper.on_change(known.set)
    async with running(keeper), asyncio.timeout(5):
        keeper.central_said(AT.isoformat(), answered=True)
        await known.wait()
    assert clock.trusted


def test_the_system_can_be_asked() -> None:
    found = system_time.read()
    assert isinstance(found.synchronised, bool)
    assert isinstance(found.battery, bool)


async def test_a_shop_that_trusts_its_machine_forgets_the_doubts_of_before(box: Box) -> None:
    machine = box.room.clock
    machine.wall = AT_1970
    await box.room.database.write(lambda rows: time_marks.doubt(rows, "unset", AT_1970))
    machine.wall = AT

    clock, keeper = await timekeeping.begin(box.room.database, machine, Time(trust="always"))

    assert (clock, keeper) == (machine, None)
    assert await box.tasks() == []
    assert not await box.room.read(time_marks.is_doubted)
    assert await box.room.read(time_marks.newest) == AT
