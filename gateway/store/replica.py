"""The replica: every row exactly as its source sent it, and which value of it is in force.

All functions run inside a transaction given to the database. Whoever keeps digests folds the
(bucket, hash) pairs that the writing functions return, after the commit.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway.clock import from_ms, to_ms
from gateway.store import bulk, consequences, guarding, holds, limits, tasks
from gateway.store.consequences import InForce
from gateway.store.database import Connection
from gateway.store.guarding import Guard, Verdicts
from gateway.store.replica_rows import COLUMNS, Held, Row, Written, cases_of, run

GuardAt = Callable[[int], Guard | None]


def unguarded(seq: int) -> None:
    """No guard, wherever the rows were sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """How far one source's rows are; (0, 0) is an empty replica."""

    epoch: int = 0
    seq: int = 0
    applied_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedRow:
    """A row that is in the replica but not in force."""

    kind: str
    key: str
    code: str
    path: str
    message: str
    given: str = ""


def position(connection: Connection, source: str) -> Position:
    """How far the rows of ``source`` are."""
    row = connection.execute(
        "SELECT epoch, seq, applied_at FROM feed WHERE source = ?", (source,)
    ).fetchone()
    if row is None:
        return Position()
    return Position(epoch=row[0], seq=row[1], applied_at=from_ms(row[2]))


def move(connection: Connection, source: str, *, epoch: int, seq: int, at: datetime) -> None:
    """Set the position of ``source``, in the transaction of the rows that belong to it."""
    connection.execute(
        "INSERT INTO feed (source, epoch, seq, applied_at) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (source) DO UPDATE SET epoch = excluded.epoch, seq = excluded.seq, "
        "applied_at = excluded.applied_at",
        (source, epoch, seq, to_ms(at)),
    )
    connection.note("feed", source)


def hashes(connection: Connection, source: str) -> Iterator[tuple[int, bytes]]:
    """The (bucket, hash) of every row of ``source``; held deletes are no rows."""
    yield from connection.execute(
        "SELECT bucket, hash FROM replica WHERE source = ? AND hash <> ?", (source, holds.NOTHING)
    )


def is_empty(connection: Connection, source: str) -> bool:
    """Whether there is no row of ``source``."""
    return (
        connection.execute("SELECT 1 FROM replica WHERE source = ? LIMIT 1", (source,)).fetchone()
        is None
    )


def keys(connection: Connection, source: str, kind: str) -> set[str]:
    """The keys of all rows of one kind that ``source`` sent."""
    rows = connection.execute(
        "SELECT key FROM replica WHERE kind = ? AND source = ? AND hash <> ?",
        (kind, source, holds.NOTHING),
    )
    return {row[0] for row in rows}


def said(connection: Connection, source: str, kind: str) -> Iterator[tuple[str, bytes, str]]:
    """The (key, hash, value) of every row of one kind that ``source`` sent."""
    yield from connection.execute(
        "SELECT key, hash, value FROM replica WHERE kind = ? AND source = ? AND hash <> ?",
        (kind, source, holds.NOTHING),
    )


def rows_of(
    connection: Connection, source: str, wanted: Callable[[str, str], bool]
) -> Iterator[tuple[str, str, Any]]:
    """The (kind, key, value) of the ``wanted`` (by kind and key) rows of ``source``, as sent."""
    rows = connection.execute(
        "SELECT kind, key, value FROM replica WHERE source = ? AND hash <> ?",
        (source, holds.NOTHING),
    )
    for kind, key, value in rows:
        if wanted(kind, key):
            yield kind, key, json.loads(value)


def value(connection: Connection, source: str, kind: str, key: str) -> str | None:
    """A row as ``source`` sent it, in canonical JSON, whether it is in force or not."""
    row = connection.execute(
        "SELECT value FROM replica WHERE kind = ? AND key = ? AND source = ? AND hash <> ?",
        (kind, key, source, holds.NOTHING),
    ).fetchone()
    return None if row is None else str(row[0])


def in_bucket(
    connection: Connection,
    source: str,
    bucket: int,
    *,
    after: tuple[str, str] | None,
    through: tuple[str, str] | None,
) -> dict[tuple[str, str], bytes]:
    """The hashes by (kind, key) of a bucket's rows after one place through another.

    Reads all rows of ``source``: for what is seldom needed.
    """
    least, most = after or ("", ""), through or (None, None)
    rows = connection.execute(
        "SELECT kind, key, hash FROM replica WHERE source = ?1 AND bucket = ?2 "
        "AND (kind, key) > (?3, ?4) AND (?5 IS NULL OR (kind, key) <= (?5, ?6))",
        (source, bucket, *least, *most),
    )
    return {(kind, key): row_hash for kind, key, row_hash in rows}


def apply(
    connection: Connection,
    source: str,
    rows: Iterable[Row],
    *,
    seq: int,
    at: datetime,
    guard: Guard | None = None,
) -> Written:
    """Write rows that hold from ``seq`` on, with everything that follows from them.

    Without a guard nothing is held, and a row that was held goes into force.
    """
    return apply_all(connection, source, [(seq, tuple(rows))], at=at, guard_at=lambda _: guard)[0]


def apply_all(
    connection: Connection,
    source: str,
    deltas: Sequence[tuple[int, Sequence[Row]]],
    *,
    at: datetime,
    guard_at: GuardAt = unguarded,
) -> list[Written]:
    """Write deltas, each rows that hold from a seq on, in their order and as one.

    Of several values of a row only the last one is written and has consequences; each counts in
    the digest of its own position. ``guard_at`` gives the guard over what was sent at a seq.
    """
    places = {(row.kind, row.key) for _, rows in deltas for row in rows}
    before = held(connection, source, places)
    deltas = limits.with_room(connection, source, deltas, before)
    return write(connection, source, deltas, before, at=at, guard_at=guard_at)


def refused(
    connection: Connection, source: str, limit: int = 100
) -> tuple[int, tuple[RefusedRow, ...]]:
    """How many rows of ``source`` are refused, and the first of them."""
    total: int = connection.execute(
        "SELECT count(*) FROM replica WHERE source = ? AND refusal IS NOT NULL", (source,)
    ).fetchone()[0]
    first = connection.execute(
        "SELECT kind, key, refusal FROM replica WHERE source = ? AND refusal IS NOT NULL "
        "ORDER BY kind, key LIMIT ?",
        (source, limit),
    )
    return total, tuple(
        RefusedRow(kind=kind, key=key, **json.loads(refusal)) for kind, key, refusal in first
    )


def misowned(
    connection: Connection, owner: Callable[[str], str | None], limit: int
) -> list[tuple[str, str, str, str]]:
    """Rows (kind, key, source, value) in force whose kind has another owner, or the reverse.

    ``owner`` gives the source that owns a kind, None for kinds that anybody may send.
    """
    kinds = [row[0] for row in connection.execute("SELECT DISTINCT kind FROM replica")]
    found: list[tuple[str, str, str, str]] = []
    # What goes out of force first, so that the owner's rows find their keys free.
    for condition in (
        "source <> ? AND (refusal IS NULL OR good IS NOT NULL)",
        "source = ? AND refusal LIKE '%\"not_owner\"%'",
    ):
        for kind in kinds:
            owned_by = owner(kind)
            if owned_by is not None and not found:
                found = connection.execute(
                    "SELECT kind, key, source, value FROM replica "
                    f"WHERE kind = ? AND {condition} LIMIT ?",
                    (kind, owned_by, limit),
                ).fetchall()
    return found


_HELD = f"SELECT key, {COLUMNS} FROM replica WHERE kind = ? AND source = ?"


def held(
    connection: Connection, source: str, places: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], Held]:
    """The rows of ``source`` among those under these (kind, key) pairs."""
    by_kind: dict[str, list[str]] = {}
    found: dict[tuple[str, str], Held] = {}
    for kind, key in places:
        by_kind.setdefault(kind, []).append(key)
    for kind, keys in by_kind.items():
        # SQLite's JSON ends a text at a NUL.
        odd = [key for key in keys if "\0" in key]
        plain = json.dumps(keys if not odd else [key for key in keys if "\0" not in key])
        rows = connection.execute(
            f"{_HELD} AND key IN (SELECT value FROM json_each(?))", (kind, source, plain)
        ).fetchall()
        for key in odd:
            rows += connection.execute(f"{_HELD} AND key = ?", (kind, source, key))
        found.update(((kind, row[0]), Held._make(row[1:])) for row in rows)
    return found


def write(
    connection: Connection,
    source: str,
    deltas: Sequence[tuple[int, Sequence[Row]]],
    before: Mapping[tuple[str, str], Held],
    *,
    at: datetime,
    guard_at: GuardAt = unguarded,
    leaving: frozenset[str] = frozenset(),
) -> list[Written]:
    """Like ``apply_all`` where it is known which of the rows are ``held``.

    ``leaving`` are places that are going to be deleted by the same merge.
    """
    deltas = limits.with_places(connection, deltas, leaving)
    now = dict(before)
    grown: Counter[str] = Counter()
    written: list[Written] = []
    last_seq = 0
    for seq, given in deltas:
        last_seq = max(seq, last_seq)
        rows = {(row.kind, row.key): row for row in given}
        guard = guard_at(seq)
        verdicts = Verdicts(minute=0)
        if guard is not None:
            cases = cases_of(rows, now)
            verdicts = guarding.judge(connection, guard, source, cases, grown, at)
        written.append(run(now, rows, seq, verdicts, grown))
    if any(one.held for one in written):
        _mark_held(connection, before, now)
    _store(connection, source, before, now)
    guarding.count_in_force(connection, source, grown)
    _count_held(connection, written, before, now, at)
    changes: list[InForce] = []
    for place in {**before, **now}:
        was, is_now = before.get(place), now.get(place)
        if was is is_now:
            continue
        _tell_of_refusal(connection, place, was, is_now, at)
        used_before = None if was is None else was.in_force
        used_now = None if is_now is None else is_now.in_force
        if used_before != used_now:
            seq = last_seq if is_now is None else is_now.seq
            changes.append(InForce(*place, used_before, used_now, seq))
    consequences.follow(connection, changes, at)
    return written


def _mark_held(
    connection: Connection,
    before: Mapping[tuple[str, str], Held],
    now: dict[tuple[str, str], Held],
) -> None:
    """Give each held value that is new the next mark of its hold."""
    marks: dict[int, int] = {}
    for place, row in now.items():
        old = before.get(place)
        if row.hold is None or row is old:
            continue
        if old is not None and (old.hold, old.hash) == (row.hold, row.hash):
            mark = old.mark
        else:
            mark = marks.get(row.hold)
            if mark is None:
                mark = marks[row.hold] = holds.next_mark(connection, row.hold)
        now[place] = row._replace(mark=mark)


def _count_held(
    connection: Connection,
    written: Iterable[Written],
    before: Mapping[tuple[str, str], Held],
    now: Mapping[tuple[str, str], Held],
    at: datetime,
) -> None:
    """Let holds grow and shrink; one that was opened for a row of the same write may be over."""
    grown: Counter[int] = Counter()
    for rows, by in ((before, -1), (now, 1)):
        for row in rows.values():
            if row.hold is not None:
                grown[row.hold] += by
    opened = {hold for one in written for hold in one.opened}
    for hold in {hold for hold, by in grown.items() if by} | opened:
        holds.grow(connection, hold, grown[hold], at)


def _store(
    connection: Connection,
    source: str,
    before: Mapping[tuple[str, str], Held],
    now: Mapping[tuple[str, str], Held],
) -> None:
    gone = [(*place, source) for place in before if place not in now]
    put, same = [], []
    for place, row in now.items():
        old = before.get(place)
        if old is row:
            continue
        if old is not None and old.hash == row.hash and old[4:] == row[4:]:
            same.append((row.seq, *place, source))
        else:
            put.append((*place, source, *row))
    connection.executemany("DELETE FROM replica WHERE kind = ? AND key = ? AND source = ?", gone)
    connection.executemany(
        "UPDATE replica SET seq = ? WHERE kind = ? AND key = ? AND source = ?", same
    )
    bulk.put_all(connection, f"replica (kind, key, source, {COLUMNS})", put)


def _tell_of_refusal(
    connection: Connection,
    place: tuple[str, str],
    was: Held | None,
    now: Held | None,
    at: datetime,
) -> None:
    refused_before = None if was is None else was.refusal
    refusal = None if now is None else now.refusal
    if refusal == refused_before:
        return
    if refusal is not None:
        tasks.open_(connection, "refused_row", "/".join(place), json.loads(refusal), at)
    else:
        tasks.close(connection, "refused_row", "/".join(place))
