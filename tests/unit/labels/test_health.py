from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from device_drivers.api.drivers import (
    Described,
    Foreign,
    Later,
    Measured,
    Outcome,
    Presence,
    Reason,
    Telemetry,
)
from gateway.domain import label_events
from gateway.domain.events import Lane, rfc3339
from gateway.domain.health import Trouble
from gateway.domain.proof import WAY_SILENT
from gateway.labels.health import Health
from gateway.settings import Labels
from gateway.store import deliveries, labels, outbox, proof, proof_at, tasks
from gateway.store import health as store
from gateway.store.proof_at import Span
from tests.unit.labels.aisles import Aisle, an_aisle
from tests.unit.labels.rooms import ORIGIN


@pytest.fixture
async def aisle(tmp_path: Path) -> AsyncIterator[Aisle]:
    async with an_aisle(tmp_path) as made:
        yield made


def health_of(aisle: Aisle) -> Health:
    room = aisle.room
    return Health(room.database, {"radio": aisle.driver}, room.clock, Labels(), ORIGIN)


async def central_heard(aisle: Aisle) -> list[tuple[str, dict[str, Any]]]:
    """Label and data of each event of a label's health, oldest first."""
    batch = await aisle.room.read(
        lambda rows: outbox.batch(rows, Lane.KEEP, limit=500, max_bytes=1_000_000)
    )
    each = [json.loads(one.event) for one in (batch.events if batch is not None else ())]
    return [
        (one["data"].pop("label"), one["data"])
        for one in each
        if one["type"] == label_events.LABEL_HEALTH
    ]


async def told(aisle: Aisle) -> list[tuple[str, str]]:
    found = await aisle.room.read(tasks.all_open)
    return [(task.kind, task.key) for task in found]


async def test_a_weak_battery_is_told_once_and_until_there_is_a_good_one(aisle: Aisle) -> None:
    health = health_of(aisle)
    await aisle.hang("l1")
    for millivolts, wanted in ((2_300, True), (2_550, True), (2_900, False), (2_550, False)):
        word = Measured(label="l1", telemetry=Telemetry(battery_mv=millivolts))
        await aisle.room.reports.heard("radio", [word])
        await health.look()
        assert await told(aisle) == ([("label_battery", "l1")] if wanted else [])
    changed = aisle.room.database.changes.subscribe("task", "label")
    await health.look()
    await aisle.room.database.write(lambda rows: rows.note("task", "end"))
    assert {change.key for change in await changed.next() or ()} == {"end"}


async def test_labels_behind_a_dead_access_point_are_one_task_that_ends(aisle: Aisle) -> None:
    health = health_of(aisle)
    for number in range(40):
        await aisle.hang(f"l{number:02}", "north" if number < 30 else "south")
    aisle.room.clock.pass_(timedelta(hours=5))
    for number in range(30, 40):
        await aisle.hang(f"l{number:02}", "south")
    await health.look()
    assert await told(aisle) == [("way_silent", "radio/north")]
    (task,) = await aisle.room.read(tasks.all_open)
    assert task.detail["count"] == 30
    for number in range(30):
        await aisle.hang(f"l{number:02}", "north")
    await health.look()
    assert await told(aisle) == []


async def test_a_label_that_says_goodbye_is_silent_after_a_while(aisle: Aisle) -> None:
    health = health_of(aisle)
    await aisle.hang("l1")
    for _ in range(2):
        await aisle.room.reports.heard("radio", [Presence(label="l1", online=False)])
        await health.look()
        assert await told(aisle) == []
        aisle.room.clock.pass_(timedelta(minutes=10))
    await health.look()
    assert await told(aisle) == [("label_silent", "l1")]
    await aisle.room.reports.heard("radio", [Presence(label="l1", online=True)])
    await health.look()
    assert await told(aisle) == []


async def test_a_label_that_somebody_else_drives_is_one_task_until_it_is_taken_back(
    aisle: Aisle,
) -> None:
    health = health_of(aisle)
    await aisle.hang("l1")
    await aisle.wish("l1")
    await aisle.courier.deliver_due()
    for _ in range(3):
        await aisle.room.reports.heard("radio", [Foreign(label="l1")])
        await health.look()
        aisle.room.clock.pass_(timedelta(hours=1))
    assert await told(aisle) == [("label_foreign", "l1")]
    found = await aisle.room.read(lambda rows: store.troubles(rows, "l1"))
    assert found == {Trouble.FOREIGN}
    now = aisle.room.clock.now()
    await aisle.room.database.write(lambda rows: deliveries.send_again(rows, "l1", now))
    await health.look()
    assert await told(aisle) == []


async def test_what_is_heard_while_labels_are_judged_is_not_forgotten(aisle: Aisle) -> None:
    await aisle.hang("l1")
    await aisle.wish("l1")
    await aisle.courier.deliver_due()
    now = aisle.room.clock.now()
    patients = await aisle.room.read(lambda rows: store.patients(rows, "", 9, (), now))
    await aisle.room.reports.heard("radio", [Foreign(label="l1")])
    await aisle.room.database.write(lambda rows: store.judged(rows, dict.fromkeys(patients, ())))
    await health_of(aisle).look()
    assert await told(aisle) == [("label_foreign", "l1")]


async def test_a_label_that_moves_to_and_fro_is_told_and_forgotten(aisle: Aisle) -> None:
    health = health_of(aisle)
    for number in range(6):
        await aisle.hang("l1", f"ap{number % 2}")
    await health.look()
    assert await told(aisle) == [("label_moving", "l1")]
    aisle.room.clock.pass_(timedelta(minutes=61))
    await aisle.hang("l1", "ap1")
    await health.look()
    assert await told(aisle) == []


async def test_central_hears_once_of_each_change_and_that_a_label_is_well_again(
    aisle: Aisle,
) -> None:
    health = health_of(aisle)
    await aisle.hang("l1")
    await aisle.hang("l2")
    heard_at = rfc3339(aisle.room.clock.now())
    weak = Measured(label="l1", telemetry=Telemetry(battery_mv=2_300))
    await aisle.room.reports.heard("radio", [weak])
    for _ in range(2):
        await health.look()
    assert await central_heard(aisle) == [
        (
            "l1",
            {
                "troubles": ["battery"],
                "began": ["battery"],
                "ended": [],
                "last_heard": heard_at,
            },
        )
    ]
    aisle.room.clock.pass_(timedelta(hours=5))
    for _ in range(2):
        await health.look()
    good = Measured(label="l1", telemetry=Telemetry(battery_mv=2_900))
    await aisle.room.reports.heard("radio", [good])
    for _ in range(2):
        await health.look()
    told = [
        (label, data["troubles"], data["began"], data["ended"])
        for label, data in (await central_heard(aisle))[1:]
    ]
    assert told == [
        ("l1", ["battery", "silent"], ["silent"], []),
        ("l2", ["silent"], ["silent"], []),
        ("l1", [], [], ["battery", "silent"]),
    ]


async def test_a_label_that_is_only_late_is_no_news_for_central(aisle: Aisle) -> None:
    health = health_of(aisle)
    aisle.driver.answer = no_answer
    await aisle.hang("l1")
    await aisle.wish("l1")
    await aisle.courier.deliver_due()
    aisle.room.clock.pass_(timedelta(minutes=10))
    await health.look()
    found = await aisle.room.read(lambda rows: store.troubles(rows, "l1"))
    assert found == {Trouble.LATE}
    assert await central_heard(aisle) == []


async def no_answer(_label: Described) -> Outcome:
    return Later(reason=Reason.NO_ANSWER)


async def reach(aisle: Aisle, label: str) -> list[tuple[str, datetime]]:
    rows = await aisle.room.read(lambda one: proof.of_label(one, label))
    return [
        (row.what, row.at) for row in reversed(rows) if row.what in {"reachable", "unreachable"}
    ]


async def test_a_label_that_fell_silent_is_out_of_reach_since_it_was_heard_last(
    aisle: Aisle,
) -> None:
    health = health_of(aisle)
    await aisle.hang("l1")
    await aisle.hang("l2")
    heard_at = aisle.room.clock.now()
    aisle.room.clock.pass_(timedelta(hours=5))
    await aisle.room.reports.heard("radio", [Measured(label="l2", telemetry=Telemetry())])
    for _ in range(2):
        await health.look()
    label = await aisle.room.label("l1")
    assert (label.online, label.last_heard) == (False, heard_at)
    assert (await aisle.room.label("l2")).online
    assert await reach(aisle, "l1") == [("unreachable", heard_at)]
    now = aisle.room.clock.now()
    await aisle.room.reports.heard("radio", [Measured(label="l1", telemetry=Telemetry())])
    await health.look()
    assert await told(aisle) == []
    assert await reach(aisle, "l1") == [("unreachable", heard_at), ("reachable", now)]
    assert await reach(aisle, "l2") == []


async def test_a_label_that_is_heard_while_it_is_judged_stays_in_reach(aisle: Aisle) -> None:
    await aisle.hang("l1")
    before = aisle.room.clock.now()
    aisle.room.clock.pass_(timedelta(hours=5))
    await aisle.hang("l1")
    assert not await aisle.room.database.write(lambda one: labels.fell_silent(one, "l1", before))
    assert (await aisle.room.label("l1")).online


async def test_a_way_that_is_silent_is_on_record_for_the_labels_behind_it(aisle: Aisle) -> None:
    health = health_of(aisle)
    for number in range(20):
        await aisle.hang(f"n{number:02}", "north")
    await aisle.hang("s1", "south")
    aisle.room.clock.pass_(timedelta(hours=5))
    await aisle.hang("n00", "north")
    await aisle.hang("s1", "south")
    since = aisle.room.clock.now()
    for _ in range(2):
        await health.look()
        aisle.room.clock.pass_(timedelta(minutes=10))

    async def spans(label: str) -> tuple[Span, ...]:
        now = aisle.room.clock.now()
        answer = await aisle.room.read(lambda one: proof_at.answer(one, label, now))
        assert answer is not None
        return answer.unreachable

    assert await spans("n00") == (Span(since=since, until=None, why=WAY_SILENT),)
    assert await spans("s1") == ()
    for number in range(20):
        await aisle.hang(f"n{number:02}", "north")
    await health.look()
    assert await spans("n00") == ()
    assert await reach(aisle, "@gateway/radio/north") == [
        ("unreachable", since), ("reachable", aisle.room.clock.now()),
    ]  # fmt: skip
