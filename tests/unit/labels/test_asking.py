"""Labels that say nothing are asked in turn: those that never answer keep nobody waiting."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from device_drivers.api.drivers import Described, Picture
from gateway.labels import asking
from gateway.labels.asking import Asking
from gateway.store.database import Connection
from tests.unit.labels import rooms
from tests.unit.labels.aisles import RadioDriver
from tests.unit.labels.rooms import Room

AFTER = timedelta(hours=1)


@dataclass(slots=True)
class Asker(RadioDriver):
    """Remembers which labels it was to ask; nobody ever answers."""

    questions: list[str] = field(default_factory=list)

    async def ask(self, label: Described, wish: str, picture: Picture) -> bool:  # noqa: ARG002
        self.questions.append(label.label)
        return True


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    async with rooms.room(tmp_path) as made:
        yield made


async def silent(room: Room, *names: str) -> None:
    """Labels that show their wish and say no more, the first the longest."""
    for name in names:
        await room.shown(name)
        room.clock.pass_(timedelta(seconds=1))
    room.clock.pass_(AFTER)


async def asked(asking_: Asking, driver: Asker, room: Room) -> list[str]:
    driver.questions.clear()
    await asking_.look(room.clock.now())
    return list(driver.questions)


async def test_every_silent_label_has_its_turn_before_one_is_asked_again(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "_AT_ONCE", 2)
    driver = Asker()
    one = Asking(room.database, {"mqtt": driver}, AFTER)
    names = ["l1", "l2", "l3", "l4"]
    await silent(room, *names)
    turns = []
    for _ in range(4):
        turns += await asked(one, driver, room)
        room.clock.pass_(AFTER)
    assert turns == [*names, *names], "although the first were due again before the last"
    assert one.unanswered(room.clock.now()) == set(names)


async def test_labels_that_cannot_be_asked_keep_no_other_from_it(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "_AT_ONCE", 2)
    driver = Asker()
    one = Asking(room.database, {"mqtt": driver}, AFTER)
    await silent(room, "l1", "l2", "l3")

    def lose(connection: Connection) -> None:
        connection.execute("UPDATE delivery SET sha256 = NULL WHERE label IN ('l1', 'l2')")

    await room.database.write(lose)
    turns = []
    for _ in range(3):
        turns += await asked(one, driver, room)
        room.clock.pass_(AFTER)
    assert turns == ["l3"]
    assert one.unanswered(room.clock.now()) == frozenset(), "who was never asked owes no answer"
