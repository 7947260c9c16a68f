"""What the shop's own sources say: a whole catalogue in place of the one before, or single changes.

Both run through the same checks and the same replica as central's feed, with an epoch and
positions of their own for each source.
"""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import chain
from typing import Any

from gateway.domain.rows import Row
from gateway.errors import AnaquelError
from gateway.feed import checking, merging
from gateway.feed.messages import Change
from gateway.feed.rows import Refusal
from gateway.settings import KINDS, Kind, Settings, Source
from gateway.store import holds, replica, staging
from gateway.store.database import Connection, Database
from gateway.store.guarding import Guard, Ruling
from gateway.store.replica import RefusedRow
from gateway.store.replica_rows import Row as ReplicaRow
from gateway.store.replica_rows import Written
from gateway.store.staging import ALL_SEQS, Merge, MergeTakenOverError

_EPOCH = 1


class NotOwnerError(AnaquelError):
    """The source may not write any of these rows."""


class TakenOverError(AnaquelError):
    """Another import of the same source began before this one was done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replaced:
    """What became of the rows.

    ``left_out`` counts rows by kind that belong to another source; ``refused`` are the first of
    ``refused_total`` rows that break a rule; ``held`` counts the rows of the source that wait for
    somebody to accept them.
    """

    rows: int
    left_out: Counter[str]
    refused_total: int
    refused: tuple[RefusedRow, ...]
    held: int


async def replace(
    database: Database,
    settings: Settings,
    source: Source,
    rows: Iterable[Row],
    *,
    at: datetime,
    accepted: bool = False,
) -> Replaced:
    """Let ``rows`` be all that ``source`` says from now on; they are taken as they come.

    ``accepted`` says that a large difference is meant: nothing of it is held. Raises
    ``NotOwnerError`` when every row belongs to another source, ``TakenOverError``.
    """
    owned = {kind for kind in KINDS if settings.source_of(kind) == source}
    kept: Counter[str] = Counter()
    left_out: Counter[str] = Counter()
    own = _own(rows, owned, kept, left_out)
    first = next(own, None)
    if first is None:
        raise NotOwnerError(
            f"the catalogue of this shop does not come from {source}: in the configuration set "
            f'[central] kind = "none", or give {source} its kinds under [sources]'
        )
    incoming = merging.portions(source, chain([first], own), checking.owner_in(settings, source))
    plan = await database.write(partial(_begin, source=source, at=at))
    try:
        guard = None if accepted else Guard(ranges=settings.shop.price_ranges)
        await merging.merge(incoming, plan, database, guard)
        await database.write(partial(_finish, merge=plan))
    except MergeTakenOverError:
        raise TakenOverError(
            "another import began meanwhile; its file is the catalogue now"
        ) from None
    total, refused = await database.read(partial(replica.refused, source=source))
    held = await database.read(partial(holds.row_count, source=source))
    return Replaced(
        rows=kept.total(), left_out=left_out, refused_total=total, refused=refused, held=held
    )


def _own(
    rows: Iterable[Row], owned: set[Kind], kept: Counter[str], left_out: Counter[str]
) -> Iterator[tuple[str, str, Any]]:
    """The rows of ``owned`` kinds as they come; those and the others are counted."""
    for row in rows:
        if row.kind in owned:
            kept[row.kind] += 1
            yield row.kind, row.key, row.value
        else:
            left_out[row.kind] += 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one change: in force when ``refusal`` and ``hold`` are None.

    ``hold`` keeps it out of force until somebody accepts it. A refused row that is ``kept`` stands
    in the replica and its last good value stays in force; the others left no trace.
    """

    refusal: Refusal | None = None
    kept: bool = True
    hold: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delta:
    """Changes of one source, checked; ``outcomes`` stand in the order of the changes."""

    source: Source
    guard: Guard
    rows: tuple[ReplicaRow, ...]
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """The position after a delta, and the outcome of each of its changes in order."""

    epoch: int
    seq: int
    outcomes: tuple[Outcome, ...]


async def write(
    database: Database,
    settings: Settings,
    source: Source,
    changes: Sequence[Change],
    *,
    at: datetime,
) -> Applied:
    """Let ``changes`` hold from now on: one numbered delta of the source's own feed, committed.

    See ``check`` and ``apply``. Raises ``StorageError``; nothing was kept then.
    """
    delta = check(settings, source, changes)
    return await database.write(partial(apply, delta=delta, at=at))


def check(
    settings: Settings, source: Source, changes: Iterable[Change], ruling: Ruling | None = None
) -> Delta:
    """What of ``changes`` may be written, and why not the rest.

    ``ruling`` is what the guard decided about all of a change that comes in several deltas.

    A change that ``source`` may not make, of an unknown kind or under an impossible key leaves no
    trace; one that breaks another rule is kept and refused for use. A value of None removes the
    row.
    """
    owner = checking.owner_in(settings, source)
    outcomes: list[Outcome] = []
    rows: list[ReplicaRow] = []
    for change in changes:
        barred = checking.barred(source, change.kind, change.key, owner)
        if barred is not None:
            outcomes.append(Outcome(refusal=barred, kept=False))
            continue
        row = checking.row(source, change.kind, change.key, change.value, owner)
        rows.append(row)
        outcomes.append(Outcome(refusal=checking.refusal_of(row)))
    guard = Guard(ranges=settings.shop.price_ranges, ruling=ruling)
    return Delta(source=source, guard=guard, rows=tuple(rows), outcomes=tuple(outcomes))


def apply(connection: Connection, delta: Delta, at: datetime) -> Applied:
    """Write a checked delta under the next number, with all that follows from its rows.

    Of several changes under one key the last counts. Where nothing may be written the position
    stays. What is written while ``replace`` brings in a catalogue of the same source stays, too.
    """
    position = replica.position(connection, delta.source)
    epoch, seq = position.epoch, position.seq
    outcomes = delta.outcomes
    if delta.rows:
        epoch, seq = _EPOCH, position.seq + 1
        written = replica.apply(
            connection, delta.source, delta.rows, seq=seq, at=at, guard=delta.guard
        )
        outcomes = _written(delta, written)
        keys = ((row.kind, row.key) for row in delta.rows)
        staging.note_written(connection, delta.source, keys)
        replica.move(connection, delta.source, epoch=epoch, seq=seq, at=at)
    return Applied(epoch=epoch, seq=seq, outcomes=outcomes)


def _written(delta: Delta, written: Written) -> tuple[Outcome, ...]:
    """The outcomes of the changes; the rows stand in the order of those that are kept."""
    rows = iter(delta.rows)
    return tuple(
        _of_row(outcome, next(rows), written) if outcome.kept else outcome
        for outcome in delta.outcomes
    )


def _of_row(outcome: Outcome, row: ReplicaRow, written: Written) -> Outcome:
    place, refusal = (row.kind, row.key), outcome.refusal
    if refusal is None and row.value is not None and place in written.refused:
        refusal = Refusal(**json.loads(written.refused[place]))
    return dataclasses.replace(outcome, hold=written.held.get(place), refusal=refusal)


def _begin(connection: Connection, source: str, at: datetime) -> Merge:
    seq = replica.position(connection, source).seq + 1
    return staging.begin(connection, source, epoch=_EPOCH, seq=seq, keep_after=ALL_SEQS, at=at)


def _finish(connection: Connection, merge: Merge) -> None:
    """The position moves on, also where changes were written while the catalogue came in."""
    seq = max(merge.seq, replica.position(connection, merge.source).seq + 1)
    staging.finish(connection, dataclasses.replace(merge, seq=seq))
