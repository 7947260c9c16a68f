"""Deltas and pages of a repair, written into a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from gateway.clock import SystemClock
from gateway.feed import digest
from gateway.feed.messages import Change, Delta, Place
from gateway.feed.repair import Page
from gateway.feed.writing import Writing
from gateway.store.database import Connection, Database
from gateway.store.guarding import Guard
from tests.unit.feed.modelling import BUCKET, KEYS, KIND, digest_of

CROWD = [key for key in KEYS if digest.bucket_of(KIND, key) == BUCKET]


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with Database(tmp_path / "anaquel.db") as opened:
        yield opened


@pytest.fixture
async def writing(database: Database) -> Writing:
    made = Writing(database, SystemClock(), "central", lambda _: "central", Guard)
    await made.begin()
    made.take(delta(0, dict.fromkeys(KEYS, 1)))
    await made.commit()
    return made


def changes(values: dict[str, Any]) -> list[Change]:
    return [Change(kind=KIND, key=key, value=value) for key, value in values.items()]


def delta(prev_seq: int, values: dict[str, Any]) -> Delta:
    return Delta(epoch=1, prev_seq=prev_seq, seq=prev_seq + 1, changes=changes(values))


async def rows(database: Database) -> dict[str, int]:
    def read(connection: Connection) -> dict[str, int]:
        return {
            key: int(value) for key, value in connection.execute("SELECT key, value FROM replica")
        }

    return await database.read(read)


async def test_deltas_of_one_commit_have_each_their_own_digest(
    database: Database, writing: Writing
) -> None:
    first = dict.fromkeys(KEYS, 1)
    writing.take(delta(1, {"a": 2, "b": None}))
    writing.take(delta(2, {"a": 3, "b": 4}))
    writing.take(delta(3, {"a": 1, "b": None}))
    assert await writing.commit()
    without_b = {key: value for key, value in first.items() if key != "b"}
    known = [writing.digests.digest_at(1, seq) for seq in (1, 2, 3, 4)]
    assert known == [
        digest_of(first),
        digest_of(without_b | {"a": 2}),
        digest_of(first | {"a": 3, "b": 4}),
        digest_of(without_b),
    ]
    assert await rows(database) == without_b


async def test_a_page_replaces_its_part_of_the_bucket_and_nothing_else(
    database: Database, writing: Writing
) -> None:
    first, second, third, *_ = CROWD
    page = Page(
        bucket=BUCKET,
        seq=1,
        after=Place(kind=KIND, key=first),
        through=Place(kind=KIND, key=third),
        rows=tuple(changes({third: 9})),
    )
    await writing.mend(page, 1, 1)
    expected = {key: 9 if key == third else 1 for key in KEYS if key != second}
    assert await rows(database) == expected
    assert writing.digests.digest_at(1, 1) == digest_of(expected)


async def test_what_is_newer_than_a_page_stays(database: Database, writing: Writing) -> None:
    kept, gone, *_ = CROWD
    writing.take(delta(1, {kept: 5, gone: None}))
    await writing.commit()
    rest = {key: 1 for key in CROWD if key not in {kept, gone}}
    newer = frozenset({(KIND, kept), (KIND, gone)})
    old = {kept: 1, gone: 1} | rest
    page = Page(
        bucket=BUCKET, seq=1, after=None, through=None, rows=tuple(changes(old)), newer=newer
    )
    await writing.mend(page, 1, 2)
    expected = {key: 1 for key in KEYS if key != gone} | {kept: 5}
    assert await rows(database) == expected
