"""Whole feeds merged by difference, into a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from gateway.feed import digest, merging
from gateway.store import replica, staging
from gateway.store.database import Connection, Database

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
Value = tuple[str, str, Any]


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with Database(tmp_path / "anaquel.db") as opened:
        yield opened


def catalogue(count: int, amount: str = "100.00") -> list[Value]:
    """Articles with a price each, more than fit in one slice."""
    offers = {"currency": "MXN", "offers": [{"kind": "list", "amount": amount}]}
    articles: list[Value] = [
        ("product", f"a{number}", {"gtins": [], "codes": [f"c{number}"]}) for number in range(count)
    ]
    return articles + [("offers", f"a{number}", offers) for number in range(count)]


async def merge(
    database: Database, values: Iterable[Value], *, seq: int, keep_after: int | None = None
) -> int:
    """Merge what central says at ``seq``; returns how many rows changed."""
    begin = partial(
        staging.begin,
        source="central",
        epoch=1,
        seq=seq,
        keep_after=seq if keep_after is None else keep_after,
        at=AT,
    )
    plan = await database.write(begin)
    portions = merging.portions("central", values, lambda _: "central")
    changed = await merging.merge(portions, plan, database, None)
    await database.write(partial(staging.finish, merge=plan))
    return changed


async def told(database: Database) -> str:
    """The digest of what is in the file."""

    def count(connection: Connection) -> str:
        buckets = digest.Buckets()
        buckets.toggle_all(replica.hashes(connection, "central"))
        return buckets.digest()

    return await database.read(count)


def expected(values: Iterable[Value]) -> str:
    buckets = digest.Buckets()
    for kind, key, value in values:
        text = digest.canonical(value)
        buckets.toggle(digest.bucket_of(kind, key), digest.row_hash(kind, key, text))
    return buckets.digest()


async def test_the_same_feed_again_changes_nothing(database: Database) -> None:
    values = catalogue(1_300)
    assert await merge(database, values, seq=1) == 2_600
    pages = database.changes.subscribe("catalogue", "task")
    assert await merge(database, values, seq=1) == 0
    assert await merge(database, values, seq=2) == 0
    assert not pages._waiting, "no page is told of a row that is as it was"
    assert await told(database) == expected(values)


async def test_only_what_differs_changes_and_what_is_gone_goes(database: Database) -> None:
    await merge(database, catalogue(1_300), seq=1)
    newer = catalogue(700, "90.00")
    assert await merge(database, newer, seq=2) == 700 + 600 * 2
    assert await told(database) == expected(newer)


async def test_a_row_twice_in_a_feed_counts_with_its_last_value(database: Database) -> None:
    values = catalogue(600)
    last = ("product", "a1", {"gtins": [], "codes": ["c1", "other"]})
    assert await merge(database, [*values, last], seq=1) == 1_201
    wanted = [last if place[:2] == last[:2] else place for place in values]
    assert await told(database) == expected(wanted)


async def test_a_feed_that_breaks_off_is_taken_up_again(database: Database) -> None:
    values = catalogue(1_300)

    def broken() -> Iterable[Value]:
        yield from values[:1_600]
        raise OSError("the file ends here")

    with pytest.raises(OSError, match="ends here"):
        await merge(database, broken(), seq=1)
    at = await database.read(partial(replica.position, source="central"))
    assert at.seq == 0
    await merge(database, values, seq=1)
    assert await told(database) == expected(values)


async def test_keys_with_a_nul_are_found_again(database: Database) -> None:
    values: list[Value] = [("odd", "a\0b", 1), ("odd", "a\0c", 2), ("odd", "a", 3)]
    assert await merge(database, values, seq=1) == 3
    values[0] = ("odd", "a\0b", 4)
    assert await merge(database, values, seq=2) == 1
    assert await told(database) == expected(values)


async def test_a_row_without_a_value_is_as_if_it_were_not_there(database: Database) -> None:
    values = catalogue(600)
    nothing: list[Value] = [("product", "a1", None), ("product", "new", None)]
    for seq in (1, 2):
        await merge(database, [*values, *nothing], seq=seq)
        wanted = [one for one in values if one[:2] != ("product", "a1")]
        assert await told(database) == expected(wanted)
