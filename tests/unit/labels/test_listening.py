from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from device_drivers.api.drivers import Described, Picture, Refused, Telemetry
from device_drivers.labels.mqtt import protocol
from gateway.labels.listening import Complaints
from tests.support.running import running
from tests.unit.labels import rooms
from tests.unit.labels.rooms import OTHER, Room, SetClock, announced

PATIENCE_S = 5.0


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    async with rooms.room(tmp_path) as made:
        yield made


@asynccontextmanager
async def listening(room: Room) -> AsyncIterator[None]:
    async with running(room.listener), asyncio.timeout(PATIENCE_S):
        yield


async def say_shown(room: Room, label: str) -> None:
    """The label says on the air that it shows its wish."""
    delivery = await room.delivery(label)
    assert delivery.sha256 is not None
    air = room.broker.port(f"air-{label}")
    await air.connect()
    report = protocol.Report(
        wish=delivery.wish, sha256=delivery.sha256, result="shown", telemetry=Telemetry()
    )
    await air.publish(f"label/{label}/report", protocol.report_payload(report))


async def until_shown(room: Room, label: str) -> None:
    changes = room.database.changes.subscribe("delivery")
    while (await room.delivery(label)).state != "shown":
        await changes.next()


async def test_a_label_being_delivered_holds_back_no_other_s_report(room: Room) -> None:
    for label in ("slow", "quick"):
        await room.wish(label)
    await room.courier.deliver_due()
    async with listening(room), room.turns.of("slow"):
        await say_shown(room, "slow")
        await say_shown(room, "quick")
        await until_shown(room, "slow")
        await until_shown(room, "quick")


async def test_what_was_kept_for_a_settled_label_is_freed(room: Room) -> None:
    await room.wish("l1")
    await room.courier.deliver_due()
    watcher = room.broker.port("watcher")
    pictures = watcher.messages("label/l1/image")
    await watcher.connect()
    assert (await anext(pictures)).payload
    async with listening(room):
        await say_shown(room, "l1")
        assert (await anext(pictures)).payload == b""


async def test_a_newer_wish_s_picture_is_not_freed(room: Room) -> None:
    await room.wish("l1")
    await room.courier.deliver_due()
    async with listening(room):
        async with room.turns.of("l1"):
            await say_shown(room, "l1")
            await until_shown(room, "l1")
            await room.wish("l1", ink=1)
            newer = Picture(format="png", data=b"newer", sha256=OTHER)
            known = Described(label="l1", model="2.9", formats=("png",))
            await room.driver.deliver(known, "w-l1-1", newer)
        async with room.turns.of("l1"):  # after whoever waited for the turn to free the old one
            pass
        late = room.broker.port("late")
        pictures = late.messages("label/l1/image")
        await late.connect()
        assert (await anext(pictures)).payload == b"newer"


async def test_reports_that_wait_together_share_a_commit(room: Room) -> None:
    names = [f"l{number}" for number in range(40)]
    air = room.broker.port("air")
    await air.connect()
    stream = room.driver.heard()
    for name in names:
        await air.publish(f"label/{name}/announce", protocol.announce_payload(announced(name)))
    heard = [await anext(stream) for _ in names]
    commits = 0
    write = room.database.write

    async def counted(transaction: object) -> object:
        nonlocal commits
        commits += 1
        return await write(transaction)  # type: ignore[arg-type] # passed on as it came

    room.database.write = counted  # type: ignore[method-assign,assignment] # only counts
    await room.listener._take(heard)
    assert commits == 1
    assert (await room.label("l39")).id == "l39"


def refused(label: str, problem: str = "report of l1: sha256: a hash is needed, not 7") -> Refused:
    return Refused(label=label, problem=problem)


def test_what_is_not_understood_is_logged_once_per_label_and_kind() -> None:
    complaints = Complaints(SetClock())
    with capture_logs() as lines:
        for number in range(5):
            complaints.hear(refused("l1", f"report of l1: sha256: needed, not {number}"))
            complaints.hear(refused("l2"))
        complaints.hear(refused("l1", "report of l1: wish: an id is needed"))
    assert [line["label"] for line in lines] == ["l1", "l2", "l1"]
    assert complaints.count == 11


def test_what_goes_wrong_after_it_was_understood_is_logged_again() -> None:
    complaints = Complaints(SetClock())
    complaints.hear(refused("l1"))
    complaints.understood("l1")
    with capture_logs() as lines:
        complaints.hear(refused("l1"))
    assert len(lines) == 1


def test_a_label_that_speaks_well_and_badly_in_turn_does_not_fill_the_log() -> None:
    complaints = Complaints(SetClock())
    with capture_logs() as lines:
        for _ in range(3_000):
            complaints.hear(refused("l1"))
            complaints.understood("l1")
    assert len(lines) == 1_001


def test_made_up_names_fill_neither_memory_nor_log() -> None:
    clock = SetClock()
    complaints = Complaints(clock)
    with capture_logs() as lines:
        for number in range(3_000):
            complaints.hear(refused(f"l{number}"))
    assert (complaints.count, len(lines)) == (3_000, 1_001)
    clock.pass_(timedelta(hours=2))
    with capture_logs() as lines:
        complaints.hear(refused("l1"))
    assert len(lines) == 1
