from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from gateway.domain.proof import Entry
from gateway.labels.proof_check import TAIL, TASK, ProofCheck
from gateway.store import proof, tasks
from gateway.store.database import Connection
from tests.unit.labels import rooms
from tests.unit.labels.rooms import AT, Room


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    async with rooms.room(tmp_path) as made:
        yield made


def fill(connection: Connection) -> None:
    for label in range(120):
        for _ in range(TAIL + 5 if label == 7 else 2):
            proof.append(connection, Entry(label=f"l{label:03d}", at=AT, what="wished"))


def spoil(connection: Connection, number: int) -> None:
    connection.execute(
        "UPDATE proof SET said = '{}' WHERE label = 'l007' AND number = ?", (number,)
    )


async def test_a_broken_chain_is_a_task_and_a_line_until_it_is_whole(room: Room) -> None:
    await room.database.write(fill)
    check = ProofCheck(room.database, room.clock)
    assert await check.check() == 0
    assert await room.read(tasks.all_open) == ()
    broke = "UPDATE proof SET said = said || ' ' WHERE label IN ('l055', 'l119') AND number = 2"
    await room.database.write(lambda connection: connection.execute(broke).rowcount)
    with capture_logs() as logs:
        assert await check.check() == 2
    told = [(one["log_level"], one["label"], one["row"]) for one in logs]
    assert told == [("error", "l055", 2), ("error", "l119", 2)]
    found = await room.read(tasks.all_open)
    assert [(one.kind, one.key, one.detail["row"]) for one in found] == [
        (TASK, "l055", 2),
        (TASK, "l119", 2),
    ]
    mended = "UPDATE proof SET said = rtrim(said)"
    await room.database.write(lambda connection: connection.execute(mended).rowcount)
    assert await check.check() == 0
    assert await room.read(tasks.all_open) == ()


async def test_only_the_end_of_a_chain_is_looked_at_while_the_shop_works(room: Room) -> None:
    await room.database.write(fill)
    check = ProofCheck(room.database, room.clock)
    for number, found in ((3, 0), (6, 1)):
        await room.database.write(partial(spoil, number=number))
        assert await check.check() == found


async def test_a_chain_that_was_taken_away_is_told(room: Room) -> None:
    await room.database.write(fill)
    gone = "DELETE FROM proof_chain WHERE label = 'l003'"
    await room.database.write(lambda connection: connection.execute(gone).rowcount)
    assert await ProofCheck(room.database, room.clock).check() == 1
    (task,) = await room.read(tasks.all_open)
    assert task.key == "l003"
