"""A whole feed merged by difference, in slices short enough that scans and labels go on between.

All rows are staged first; then ours become theirs where they differ, and what theirs lacks goes.
The position is not moved here: that is the caller's last transaction. Cut off anywhere, a merge
can be begun again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Any

from gateway.feed import checking, digest, messages, rows
from gateway.store import replica
from gateway.store.database import Connection, Database
from gateway.store.replica import Written

SLICE = 200
_SWEEP = 1_000
_FIRST = (-1, "", "")

StagedRow = tuple[int, str, str, str]
"""Rank, kind, key and canonical value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How a snapshot is merged: rows of ours written after ``keep_after`` stay."""

    source: str
    seq: int
    keep_after: int
    at: datetime


def staged(kind: str, key: str, value: Any) -> StagedRow:
    """A row as it is staged."""
    return rows.rank(kind), kind, key, digest.canonical(value)


def slices(all_rows: Iterable[StagedRow]) -> Generator[list[StagedRow]]:
    """The rows in the portions that ``merge`` takes."""
    waiting: Iterator[StagedRow] = iter(all_rows)
    while portion := list(islice(waiting, SLICE)):
        yield portion


async def merge(
    portions: Generator[list[StagedRow]], plan: Plan, database: Database, owner: checking.Owner
) -> list[tuple[int, bytes]]:
    """Stage the rows and merge them; returns the hash pairs to fold into the digest.

    ``portions`` may block and runs in a thread; what it raises ends the merge before anything of
    the replica was touched.
    """
    await _stage(portions, plan.source, database)
    toggles: list[tuple[int, bytes]] = []
    after: tuple[int, str, str] | None = _FIRST
    while after is not None:
        written, after = await database.write(
            partial(_merge_slice, plan=plan, after=after, owner=owner)
        )
        toggles += written.toggles
    place: tuple[str, str] | None = ("", "")
    while place is not None:
        written, place = await database.write(partial(_sweep_slice, plan=plan, after=place))
        toggles += written.toggles
    await _clear_stage(database, plan.source)
    return toggles


async def _stage(portions: Generator[list[StagedRow]], source: str, database: Database) -> None:
    await _clear_stage(database, source)
    with closing(portions):
        while (portion := await asyncio.to_thread(next, portions, None)) is not None:
            await database.write(partial(replica.stage, source=source, rows=portion))


def _sweep_slice(
    connection: Connection, plan: Plan, after: tuple[str, str]
) -> tuple[Written, tuple[str, str] | None]:
    return replica.sweep(
        connection, plan.source, after, _SWEEP, keep_after=plan.keep_after, at=plan.at
    )


def _merge_slice(
    connection: Connection, plan: Plan, after: tuple[int, str, str], owner: checking.Owner
) -> tuple[Written, tuple[int, str, str] | None]:
    found = replica.staged(connection, plan.source, after, SLICE)
    checked = (
        checking.row_of_text(plan.source, kind, key, text, messages.load(text), owner)
        for _, kind, key, text in found
    )
    written = replica.merge(
        connection,
        plan.source,
        checked,
        snapshot_seq=plan.seq,
        keep_after=plan.keep_after,
        at=plan.at,
    )
    last = (found[-1][0], found[-1][1], found[-1][2]) if len(found) == SLICE else None
    return written, last


async def _clear_stage(database: Database, source: str) -> None:
    while await database.write(lambda connection: replica.unstage(connection, source, _SWEEP)):
        pass
