"""The courier with a driver that does as it is told: rooms, leases, turns, remedies."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from device_drivers.api.drivers import (
    Described,
    Failed,
    Foreign,
    Later,
    Measured,
    Outcome,
    Presence,
    Reason,
    Shown,
    Telemetry,
    Transferred,
)
from gateway.domain.labels import LabelState
from gateway.domain.quiet_hours import QuietHours
from gateway.domain.ranking import Rank
from gateway.labels.courier import Courier
from gateway.settings import Labels
from gateway.store import deliveries, queue, reach, waves
from gateway.store.database import Connection, Database
from tests.support.running import running
from tests.unit.labels.aisles import FAMILY, Aisle, an_aisle, shown


@pytest.fixture
async def aisle(tmp_path: Path) -> AsyncIterator[Aisle]:
    async with an_aisle(tmp_path) as made:
        yield made


async def test_each_way_has_its_own_places(aisle: Aisle) -> None:
    stuck = asyncio.Event()

    async def answer(label: Described) -> Outcome:
        if label.via == "dead":
            await stuck.wait()
        return Shown()

    aisle.driver.answer = answer
    for number in range(10):
        for via in ("dead", "good"):
            await aisle.hang(f"{via}{number}", via)
            await aisle.wish(f"{via}{number}")
    changes = aisle.room.database.changes.subscribe("delivery")
    async with asyncio.timeout(20), running(aisle.courier):
        while not all([(await aisle.delivery(f"good{n}")).state == "shown" for n in range(10)]):
            await changes.next()
    asked = [label.via for label in aisle.driver.asked]
    assert asked.count("dead") == FAMILY.capabilities.parallel
    assert asked.count("good") == 10


async def test_a_way_that_is_down_is_tried_with_one_delivery_at_a_time(aisle: Aisle) -> None:
    async def answer(_label: Described) -> Outcome:
        return Later(reason=Reason.LINK_DOWN)

    aisle.driver.answer = answer
    for number in range(5):
        await aisle.hang(f"l{number}", "ap")
        await aisle.wish(f"l{number}")
    await aisle.courier.deliver_due()
    await aisle.courier.deliver_due()
    assert len(aisle.driver.asked) == 2, "it is closed"
    aisle.room.clock.pass_(timedelta(minutes=1))
    await aisle.courier.deliver_due()
    assert len(aisle.driver.asked) == 3, "one tries"
    aisle.driver.answer = shown
    for tell in aisle.driver.connected:
        await tell()
    while await aisle.courier.deliver_due():
        pass
    states = {(await aisle.delivery(f"l{number}")).state for number in range(5)}
    assert states == {"shown"}


async def test_an_access_point_that_comes_back_wakes_its_own_labels_alone(aisle: Aisle) -> None:
    async def answer(_label: Described) -> Outcome:
        return Later(reason=Reason.LINK_DOWN)

    aisle.driver.answer = answer
    for label, via in (("n1", "north"), ("s1", "south"), ("nobody", "")):
        await aisle.hang(label, via)
        await aisle.wish(label)
    await aisle.courier.deliver_due()
    for tell in aisle.driver.connected:
        await tell("north")
    aisle.driver.asked.clear()
    await aisle.courier.deliver_due()
    asked = sorted(one.label for one in aisle.driver.asked)
    assert asked == ["n1", "nobody"], "who was heard by none may hang on any"


async def test_another_access_point_coming_back_is_no_reason_to_try_again(aisle: Aisle) -> None:
    async def answer(_label: Described) -> Outcome:
        for tell in aisle.driver.connected:
            await tell("north")
        return Later(reason=Reason.LINK_DOWN)

    aisle.driver.answer = answer
    for label, via in (("n1", "north"), ("s1", "south")):
        await aisle.hang(label, via)
        await aisle.wish(label)
    await aisle.courier.deliver_due()
    now = aisle.room.clock.now()
    assert (await aisle.delivery("n1")).due_at == now, "its own came back while it gave up"
    waits = (await aisle.delivery("s1")).due_at
    assert waits is not None
    assert waits > now


async def test_an_access_point_that_starts_anew_wakes_its_own_back_offs_alone(aisle: Aisle) -> None:
    async def answer(_label: Described) -> Outcome:
        return Failed(reason=Reason.NO_ANSWER)

    aisle.driver.answer = answer
    for label, via in (("n1", "north"), ("s1", "south")):
        await aisle.hang(label, via)
        await aisle.wish(label)
    await aisle.courier.deliver_due()
    before = (await aisle.delivery("s1")).due_at
    for tell in aisle.driver.lost:
        await tell("north")
    assert (await aisle.delivery("n1")).due_at == aisle.room.clock.now()
    assert (await aisle.delivery("s1")).due_at == before


async def test_a_running_delivery_of_an_old_wish_is_cancelled(aisle: Aisle) -> None:
    begun, cancelled = asyncio.Event(), asyncio.Event()

    async def answer(_label: Described) -> Outcome:
        if begun.is_set():
            return Shown()
        begun.set()
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            cancelled.set()
        raise AssertionError("cancelled above")

    aisle.driver.answer = answer
    await aisle.hang("l1")
    await aisle.wish("l1")
    changes = aisle.room.database.changes.subscribe("delivery")
    async with asyncio.timeout(20), running(aisle.courier):
        await begun.wait()
        await aisle.wish("l1", 1)
        await cancelled.wait()
        while (await aisle.delivery("l1")).state != "shown":
            await changes.next()
    assert aisle.driver.wishes == ["w-l1-0", "w-l1-1"]


async def test_what_needs_no_picture_at_one_look_shares_a_commit(
    aisle: Aisle, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"l{number}" for number in range(20)]
    for number, name in enumerate(names):
        await aisle.hang(name, f"ap{number}")
        await aisle.wish(name)
    while await aisle.courier.deliver_due():
        pass
    for name in names:
        await aisle.wish(name, 1)
        await aisle.wish(name, 0)
    write, commits = Database.write, 0

    async def counted(database: Database, transaction: Callable[[Connection], object]) -> object:
        nonlocal commits
        commits += 1
        return await write(database, transaction)

    monkeypatch.setattr(Database, "write", counted)
    await aisle.courier.deliver_due()
    assert commits == 1
    assert {(await aisle.delivery(name)).state for name in names} == {"shown"}


async def test_the_picture_that_the_label_shows_is_never_sent(aisle: Aisle) -> None:
    await aisle.hang("l1")
    await aisle.wish("l1", 0)
    await aisle.courier.deliver_due()
    await aisle.wish("l1", 1)
    await aisle.wish("l1", 0)
    await aisle.courier.deliver_due()
    assert (await aisle.delivery("l1")).state == "shown"
    assert len(aisle.driver.asked) == 1


async def test_it_is_sent_where_another_may_still_arrive(aisle: Aisle) -> None:
    await aisle.hang("l1")
    await aisle.wish("l1", 0)
    await aisle.courier.deliver_due()

    async def awaiting(_label: Described) -> Outcome:
        return Later(reason=Reason.AWAITING_LABEL)

    aisle.driver.answer = awaiting
    await aisle.wish("l1", 1)
    await aisle.courier.deliver_due()
    await aisle.wish("l1", 0)
    await aisle.courier.deliver_due()
    assert len(aisle.driver.asked) == 3


async def test_it_is_sent_where_the_picture_of_a_forgotten_wish_may_still_arrive(
    aisle: Aisle,
) -> None:
    await aisle.hang("l1")
    await aisle.wish("l1", 0)
    await aisle.courier.deliver_due()

    async def awaiting(_label: Described) -> Outcome:
        return Later(reason=Reason.AWAITING_LABEL)

    aisle.driver.answer = awaiting
    await aisle.wish("l1", 1)
    await aisle.courier.deliver_due()
    for _ in range(2):
        await aisle.room.database.write(lambda rows: deliveries.forget(rows, "l1"))
    await aisle.wish("l1", 0)
    await aisle.courier.deliver_due()
    assert len(aisle.driver.asked) == 3
    aisle.driver.answer = shown
    await aisle.wish("l1", 1)
    await aisle.courier.deliver_due()
    await aisle.room.database.write(lambda rows: deliveries.forget(rows, "l1"))
    await aisle.wish("l1", 1)
    await aisle.courier.deliver_due()
    assert len(aisle.driver.asked) == 4, "it shows this and nothing else is under way"


@pytest.mark.parametrize("heard", ["presence", "measured", "announced"])
async def test_a_label_that_is_asleep_is_served_when_it_is_heard(aisle: Aisle, heard: str) -> None:
    async def asleep(_label: Described) -> Outcome:
        return Later(reason=Reason.ASLEEP)

    aisle.driver.answer = asleep
    await aisle.hang("l1", "ap")
    await aisle.wish("l1")
    await aisle.courier.deliver_due()
    waiting = await aisle.delivery("l1")
    assert (waiting.attempts, waiting.reason) == (0, "asleep")
    assert waiting.due_at is not None
    assert waiting.due_at > aisle.room.clock.now() + timedelta(hours=5), "not on a timer"
    aisle.driver.answer = shown
    if heard == "announced":
        await aisle.hang("l1", "ap")
    elif heard == "measured":
        word = Measured(label="l1", telemetry=Telemetry(rssi_dbm=-50), via="other")
        await aisle.room.reports.heard("radio", [word])
    else:
        await aisle.room.reports.heard("radio", [Presence(label="l1", online=True)])
    await aisle.courier.deliver_due()
    assert (await aisle.delivery("l1")).state == "shown"
    assert aisle.driver.asked[-1].via == ("other" if heard == "measured" else "ap")


async def test_nothing_is_tried_before_the_time_a_driver_names(aisle: Aisle) -> None:
    async def later(_label: Described) -> Outcome:
        return Later(reason=Reason.ASLEEP, wait_s=300)

    aisle.driver.answer = later
    await aisle.hang("l1")
    await aisle.wish("l1")
    await aisle.courier.deliver_due()
    await aisle.room.reports.heard("radio", [Presence(label="l1", online=True)])
    assert not await aisle.courier.deliver_due()
    aisle.room.clock.pass_(timedelta(seconds=301))
    assert await aisle.courier.deliver_due()

    async def busy(_label: Described) -> Outcome:
        return Later(reason=Reason.BUSY, wait_s=77)

    aisle.driver.answer = busy
    await aisle.wish("l1", 1)
    await aisle.courier.deliver_due()
    assert await aisle.room.due_in() == timedelta(seconds=77)


async def test_a_family_that_never_confirms_is_done_when_the_label_holds_it(
    tmp_path: Path,
) -> None:
    silent = replace(FAMILY, capabilities=replace(FAMILY.capabilities, confirms_shown=False))
    async with an_aisle(tmp_path, family=silent) as aisle:

        async def transferred(_label: Described) -> Outcome:
            return Transferred()

        aisle.driver.answer = transferred
        await aisle.hang("l1")
        await aisle.wish("l1", why="feed")
        await aisle.courier.deliver_due()
        done = await aisle.delivery("l1")
        assert (done.state, done.due_at, done.shown_at) == ("transferred", None, None)
        (wave,) = await aisle.room.read(lambda rows: waves.latest(rows, 5))
        assert (wave.shown, wave.arrived, wave.left) == (0, 1, 0)
        aisle.room.clock.pass_(timedelta(days=1))
        assert not await aisle.courier.deliver_due()
        await aisle.wish("l1", 1)
        assert await aisle.room.read(lambda rows: waves.latest(rows, 5)) == (wave,)


async def test_a_process_that_dies_leaves_a_lease_that_runs_out(aisle: Aisle) -> None:
    async def for_ever(_label: Described) -> Outcome:
        await asyncio.get_running_loop().create_future()
        raise AssertionError("never")

    aisle.driver.answer = for_ever
    await aisle.hang("l1")
    await aisle.wish("l1")
    changes = aisle.room.database.changes.subscribe("label")
    async with asyncio.timeout(20), running(aisle.courier):
        while (await aisle.delivery("l1")).attempts == 0:
            await changes.next()
    leased = await aisle.room.due_in()
    assert leased is not None
    assert timedelta() < leased <= timedelta(seconds=Labels().confirm_s)
    aisle.driver.answer = shown
    aisle.room.clock.pass_(leased)
    reborn = Courier(
        aisle.room.database,
        {"radio": aisle.driver},
        aisle.room.reports,
        aisle.room.turns,
        aisle.room.clock,
        Labels(),
    )
    await reborn.deliver_due()
    assert (await aisle.delivery("l1")).state == "shown"


async def test_a_delivery_that_takes_long_keeps_its_lease(aisle: Aisle) -> None:
    begun, going_on = asyncio.Event(), asyncio.Event()

    async def slowly(_label: Described) -> Outcome:
        begun.set()
        await going_on.wait()
        return Shown()

    aisle.driver.answer = slowly
    room = aisle.room
    courier = Courier(
        room.database,
        {"radio": aisle.driver},
        room.reports,
        room.turns,
        room.clock,
        Labels(confirm_s=0.1),
    )
    await aisle.hang("l1")
    await aisle.wish("l1")
    changes = room.database.changes.subscribe("delivery")
    async with asyncio.timeout(20), running(courier):
        await begun.wait()
        room.clock.pass_(timedelta(hours=1))
        renewed = room.clock.now() + timedelta(seconds=0.1)
        while (await aisle.delivery("l1")).due_at != renewed:
            await aisle.room.label("l1")
        going_on.set()
        while (await aisle.delivery("l1")).state != "shown":
            await changes.next()
    assert len(aisle.driver.asked) == 1


async def test_in_quiet_hours_only_what_is_urgent_goes_out(tmp_path: Path) -> None:
    quiet = QuietHours(begins=time(11), ends=time(13), zone=ZoneInfo("UTC"))
    async with an_aisle(tmp_path, quiet=quiet) as aisle:
        for label in ("usual", "recalled", "staff"):
            await aisle.hang(label)
        await aisle.wish("usual", why="feed")
        await aisle.wish("recalled", state=LabelState.RECALLED, why="feed")
        await aisle.wish("staff", why="staff")
        await aisle.courier.deliver_due()
        assert [one.label for one in aisle.driver.asked] == ["staff", "recalled"]
        aisle.room.clock.pass_(timedelta(hours=1))
        await aisle.courier.deliver_due()
        assert (await aisle.delivery("usual")).state == "shown"


async def test_what_helps_is_tried_when_the_same_fails_again(aisle: Aisle) -> None:
    async def unreadable(_label: Described) -> Outcome:
        return Failed(reason=Reason.IMAGE_UNREADABLE)

    aisle.driver.answer = unreadable
    await aisle.hang("l1", "ap", ("raw", "packed"))
    await aisle.wish("l1")
    for _ in range(4):
        await aisle.courier.deliver_due()
        aisle.room.clock.pass_(timedelta(hours=1))
    both = ("raw", "packed")
    assert aisle.driver.formats == [both, both, ("packed",), ("packed",)]

    async def silent(_label: Described) -> Outcome:
        return Later(reason=Reason.NO_ANSWER)

    aisle.driver.answer = silent
    await aisle.wish("l1", 1)
    aisle.driver.asked.clear()
    for _ in range(4):
        await aisle.courier.deliver_due()
        aisle.room.clock.pass_(timedelta(hours=1))
    assert [one.via for one in aisle.driver.asked] == ["ap", "ap", "ap", ""]


async def test_a_label_that_somebody_else_drives_is_left_alone(aisle: Aisle) -> None:
    await aisle.hang("l1")
    await aisle.wish("l1")
    await aisle.courier.deliver_due()
    await aisle.room.reports.heard("radio", [Foreign(label="l1")])
    await aisle.room.reports.heard("radio", [Foreign(label="l1")])
    left = await aisle.delivery("l1")
    assert (left.state, left.reason, left.hold) == ("failed", "foreign", "foreign")
    aisle.room.clock.pass_(timedelta(days=2))
    assert not await aisle.courier.deliver_due(), "no fight"
    now = aisle.room.clock.now()
    await aisle.room.database.write(lambda rows: deliveries.send_again(rows, "l1", now))
    await aisle.courier.deliver_due()
    assert (await aisle.delivery("l1")).state == "shown"
    await aisle.room.reports.heard("radio", [Foreign(label="l1")])
    await aisle.wish("l1", 1)
    await aisle.courier.deliver_due()
    assert (await aisle.delivery("l1")).state == "shown", "a new wish is delivered"


async def test_staff_goes_before_all_and_a_lost_picture_before_the_usual(aisle: Aisle) -> None:
    for label in ("usual", "lost", "staff"):
        await aisle.hang(label)
        await aisle.wish(label)
    await aisle.courier.deliver_due()
    await aisle.courier.deliver_due()
    aisle.driver.asked.clear()
    await aisle.wish("usual", 1)
    await aisle.hang("lost")
    now = aisle.room.clock.now()
    await aisle.room.database.write(lambda rows: deliveries.send_again(rows, "staff", now))
    due = await aisle.room.read(lambda rows: queue.due(rows, "radio/", now, 9))
    assert [one.label for one in due] == ["staff", "lost", "usual"]
    assert [one.rank for one in due] == [Rank.STAFF, Rank.CORRECTION, Rank.REST]


async def test_how_long_deliveries_take_is_remembered(
    aisle: Aisle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.labels.courier._MEASURED_EVERY_S", 0.01)

    async def slowly(_label: Described) -> Outcome:
        aisle.room.clock.pass_(timedelta(seconds=12))
        return Shown()

    aisle.driver.answer = slowly
    await aisle.hang("l1", "ap")
    await aisle.wish("l1")
    changes = aisle.room.database.changes.subscribe("pace")
    async with asyncio.timeout(20), running(aisle.courier):
        await changes.next()
        pace = await aisle.room.read(lambda rows: reach.pace(rows, "radio/ap"))
    assert pace is not None
    assert (pace.place_s, pace.deliveries) == (12.0, 1)
