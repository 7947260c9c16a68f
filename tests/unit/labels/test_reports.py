from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from device_drivers.api.drivers import (
    Announced,
    Failed,
    Measured,
    Outcome,
    Presence,
    Reason,
    Reported,
    Shown,
    Telemetry,
    Transferred,
    Unidentified,
)
from gateway.labels.reports import TOO_MANY, Word
from gateway.store import labels, proof, tasks
from tests.unit.labels import rooms
from tests.unit.labels.rooms import OTHER, Room, announced, says_shown


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    async with rooms.room(tmp_path) as made:
        yield made


async def recorded(room: Room, label: str) -> list[str]:
    lines = await room.read(lambda connection: proof.of_label(connection, label))
    return [line.what for line in lines]


async def test_a_label_that_says_it_shows_another_picture_gets_its_own_again(room: Room) -> None:
    done = await room.shown("l1")
    await room.know_picture(OTHER)
    other = replace(says_shown(done), wish="old", sha256=OTHER)
    assert await room.reports.heard("mqtt", [other]) == ()
    again = await room.delivery("l1")
    assert (again.state, again.reason) == ("queued", "image_missing")
    assert (await room.label("l1")).sight_sha256 == OTHER
    assert await room.courier.deliver_due(), "it is due at once"


async def test_the_same_picture_under_an_old_wish_is_no_contradiction(room: Room) -> None:
    done = await room.shown("l1")
    await room.reports.heard("mqtt", [replace(says_shown(done), wish="old")])
    assert (await room.delivery("l1")).state == "shown"


async def test_a_label_that_never_tells_its_picture_is_met_again_and_keeps_it(room: Room) -> None:
    await room.shown("l1")
    sight = (await room.label("l1")).sight_sha256
    assert sight is not None
    met = replace(announced("l1", showing=None), tells_showing=False)
    await room.reports.heard("mqtt", [met])
    assert (await room.delivery("l1")).state == "shown"
    assert (await room.label("l1")).sight_sha256 == sight


async def test_an_old_retained_report_does_not_say_shown_of_an_empty_label(room: Room) -> None:
    done = await room.shown("l1")
    await room.reports.heard("mqtt", [announced("l1", showing=None)])
    outcomes: list[Outcome] = [Shown(), Transferred(), Failed(reason=Reason.LABEL_ERROR)]
    for outcome in outcomes:
        old = replace(says_shown(done, retained=True), outcome=outcome)
        assert await room.reports.heard("mqtt", [old]) == ()
        assert (await room.delivery("l1")).state == "queued"
        assert (await room.label("l1")).sight_sha256 is None
    assert await room.reports.heard("mqtt", [says_shown(done)]) == ("l1",), "said now, it counts"


async def test_a_retained_report_confirms_what_the_label_announced(room: Room) -> None:
    await room.wish("l1")
    await room.courier.deliver_due()
    delivery = await room.delivery("l1")
    words: list[Word] = [
        announced("l1", showing=delivery.sha256),
        says_shown(delivery, retained=True),
    ]
    assert await room.reports.heard("mqtt", words) == ("l1",)
    assert (await room.delivery("l1")).state == "shown"


async def test_words_of_one_commit_are_taken_in_their_order(room: Room) -> None:
    await room.wish("l1")
    await room.know_picture(OTHER)
    await room.courier.deliver_due()
    delivery = await room.delivery("l1")
    other = replace(says_shown(delivery), wish="old", sha256=OTHER)
    settled = await room.reports.heard("mqtt", [other, says_shown(delivery), other])
    assert settled == ("l1",)
    assert (await room.delivery("l1")).state == "queued"
    assert await recorded(room, "l1") == ["lost", "shown", "adopted"]


@pytest.mark.parametrize("kind", [Announced, Reported, Measured, Unidentified, Presence])
async def test_whatever_a_label_says_its_return_is_on_record_once(
    room: Room, kind: type[object]
) -> None:
    said = says_shown(await room.shown("l1"))
    await room.reports.heard("mqtt", [Presence(label="l1", online=False)])
    words: tuple[Word, ...] = (
        announced("l1", showing=said.sha256),
        said,
        Measured(label="l1", telemetry=Telemetry()),
        Unidentified(label="l1", firmware="1"),
        Presence(label="l1", online=True),
    )
    (word,) = [one for one in words if isinstance(one, kind)]
    await room.reports.heard("mqtt", [word, word])
    assert (await room.label("l1")).online
    assert (await recorded(room, "l1"))[:3] == ["reachable", "unreachable", "shown"]


async def test_what_the_broker_kept_of_a_dead_label_brings_it_not_back(room: Room) -> None:
    """Every connect brings it once more."""
    said = says_shown(await room.shown("l1"), retained=True)
    heard_at = room.clock.now()
    await room.reports.heard("mqtt", [Presence(label="l1", online=False)])
    record = await recorded(room, "l1")
    room.clock.pass_(timedelta(hours=3))
    kept = replace(announced("l1", showing=said.sha256), retained=True)
    await room.reports.heard("mqtt", [kept, said])
    label = await room.label("l1")
    assert (label.online, label.last_heard) == (False, heard_at)
    assert await recorded(room, "l1") == record


async def test_a_word_about_nobody_we_know_changes_nothing(room: Room) -> None:
    done = await room.shown("l1")
    stranger = replace(says_shown(done), label="stranger")
    assert await room.reports.heard("mqtt", [stranger]) == ()
    assert await room.read(lambda connection: labels.get(connection, "stranger")) is None


async def test_only_so_many_labels_are_taken_in(tmp_path: Path) -> None:
    async with rooms.room(tmp_path, most=2) as room:
        names = ("l1", "l2", "l3", "l4")
        await room.reports.heard("mqtt", [announced(name) for name in names])
        await room.reports.heard("mqtt", [announced("l1"), announced("l3")])
        assert await room.read(labels.count) == 2
        assert room.reports.turned_away == 3
        (task,) = await room.read(tasks.all_open)
        assert task.kind == TOO_MANY
        assert "2 labels are known" in task.detail["message"]
