"""A whole feed merged by difference, in slices short enough that scans and labels go on between.

All rows are staged first, checked and hashed off the writer; then ours become theirs where they
differ, what theirs lacks goes, and last the position moves. Where we have nothing at all they are
written as they come. Cut off anywhere, a merge can be begun again.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Generator, Iterable
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import Any

from gateway.feed import checking, holding, rows
from gateway.store import holds, replica, staging, surveying
from gateway.store.database import Connection, Database
from gateway.store.guarding import Guard
from gateway.store.pacing import MOST, Pace
from gateway.store.replica_rows import Row
from gateway.store.staging import Merge

_SWEEP = 1_000
_FIRST: staging.Place = (-1, "", "")

Portion = list[tuple[int, Row]]
"""Checked rows with their ranks."""


def portions(
    source: str, values: Iterable[tuple[str, str, Any]], owner: checking.Owner
) -> Generator[Portion]:
    """(kind, key, value) triples, checked, in the portions that ``merge`` takes."""
    checked = (
        (rows.rank(kind), checking.row(source, kind, key, value, owner))
        for kind, key, value in values
    )
    while portion := list(islice(checked, MOST)):
        yield portion


async def merge(
    incoming: Generator[Portion], plan: Merge, database: Database, guard: Guard | None
) -> int:
    """Stage ``incoming`` and merge it; returns how many rows changed.

    The guard decides on the whole difference before any of it is merged; None holds nothing.
    ``incoming`` may block and runs in a thread; what it raises ends the merge before anything that
    we had was touched. The position is moved by ``staging.finish``, the caller's part.
    Raises ``MergeTakenOverError``.
    """
    pace = Pace()
    if await database.read(partial(replica.is_empty, source=plan.source)):
        return await _each(incoming, partial(_put, database, plan, pace))
    await _clear(database, plan.source)
    await _each(
        incoming, lambda rows: database.write(partial(staging.stage, merge=plan, rows=rows))
    )
    if guard is not None:
        ruling = await database.read(partial(surveying.survey, merge=plan))
        guard = replace(guard, ruling=ruling)
    known = {hold.id for hold in await database.read(partial(holds.every, source=plan.source))}
    changed = 0
    place: staging.Place | None = _FIRST
    while place is not None:
        step = partial(staging.merge_next, merge=plan, after=place, pace=pace, guard=guard)
        count, place = await database.write(step)
        changed += count
    row: tuple[str, str] | None = ("", "")
    while row is not None:
        sweep = partial(staging.sweep_next, merge=plan, after=row, limit=_SWEEP, guard=guard)
        count, row = await database.write(sweep)
        changed += count
    await _clear(database, plan.source)
    found = await database.read(partial(holds.every, source=plan.source))
    holding.tell_opened((hold.id for hold in found if hold.id not in known), found)
    return changed


async def _put(database: Database, plan: Merge, pace: Pace, rows: Portion) -> int:
    """Write a portion in as many turns of the writer as it takes."""
    changed = 0
    while rows:
        some, _ = pace.fill(rows, lambda one: one[1].kind)
        changed += await database.write(partial(_put_some, merge=plan, rows=some, pace=pace))
        rows = rows[len(some) :]
    return changed


def _put_some(connection: Connection, merge: Merge, rows: Portion, pace: Pace) -> int:
    with pace.turn(row.kind for _, row in rows):
        return staging.put(connection, merge, rows)


async def _each(incoming: Generator[Portion], write: Callable[[Portion], Awaitable[int]]) -> int:
    """Write portion after portion; returns the sum of what each write returned.

    The next one is made while the last one is written: SQLite and the disk leave Python alone.
    """
    total = 0
    make = partial(asyncio.get_running_loop().run_in_executor, None, next, incoming, None)
    coming = make()
    try:
        while (portion := await coming) is not None:
            coming = make()
            total += await write(portion)
    finally:
        coming.cancel()
        # Ended in the middle of a step, its thread still has the generator; it ends with it.
        with contextlib.suppress(ValueError):
            incoming.close()
    return total


async def _clear(database: Database, source: str) -> None:
    while await database.write(partial(staging.clear, source=source, limit=_SWEEP)):
        pass
