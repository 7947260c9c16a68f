"""The replica: every row exactly as its source sent it, and which value of it is in force.

All functions run inside a transaction given to the database. Whoever keeps digests folds the
(bucket, hash) pairs that the writing functions return, after the commit.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from gateway.clock import from_ms, to_ms
from gateway.store import bulk, consequences, tasks
from gateway.store.consequences import InForce
from gateway.store.database import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One checked row: ``value`` is canonical JSON (None is a tombstone), ``refusal`` JSON.

    While it is refused its last good value stays in force, unless the source may not speak of it.
    """

    kind: str
    key: str
    value: str | None
    hash: bytes
    bucket: int
    refusal: str | None = None
    keeps_last_good: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """How far one source's rows are; (0, 0) is an empty replica."""

    epoch: int = 0
    seq: int = 0
    applied_at: datetime | None = None


@dataclass(slots=True)
class Written:
    """What a write did: hash pairs to fold into the digest, and the rows newly refused."""

    toggles: list[tuple[int, bytes]] = field(default_factory=list)
    changed: int = 0
    newly_refused: list[Row] = field(default_factory=list)


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
    """The (bucket, hash) of every row of ``source``."""
    yield from connection.execute("SELECT bucket, hash FROM replica WHERE source = ?", (source,))


def is_empty(connection: Connection, source: str) -> bool:
    """Whether there is no row of ``source``."""
    return (
        connection.execute("SELECT 1 FROM replica WHERE source = ? LIMIT 1", (source,)).fetchone()
        is None
    )


def keys(connection: Connection, source: str, kind: str) -> set[str]:
    """The keys of all rows of one kind that ``source`` sent."""
    rows = connection.execute(
        "SELECT key FROM replica WHERE kind = ? AND source = ?", (kind, source)
    )
    return {row[0] for row in rows}


def said(connection: Connection, source: str, kind: str) -> Iterator[tuple[str, bytes, str]]:
    """The (key, hash, value) of every row of one kind that ``source`` sent."""
    yield from connection.execute(
        "SELECT key, hash, value FROM replica WHERE kind = ? AND source = ?", (kind, source)
    )


def rows_of(
    connection: Connection, source: str, wanted: Callable[[str, str], bool]
) -> Iterator[tuple[str, str, Any]]:
    """The (kind, key, value) of the ``wanted`` (by kind and key) rows of ``source``, as sent."""
    rows = connection.execute("SELECT kind, key, value FROM replica WHERE source = ?", (source,))
    for kind, key, value in rows:
        if wanted(kind, key):
            yield kind, key, json.loads(value)


def value(connection: Connection, source: str, kind: str, key: str) -> str | None:
    """A row as ``source`` sent it, in canonical JSON, whether it is in force or not."""
    row = connection.execute(
        "SELECT value FROM replica WHERE kind = ? AND key = ? AND source = ?", (kind, key, source)
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
    connection: Connection, source: str, rows: Iterable[Row], *, seq: int, at: datetime
) -> Written:
    """Write rows that hold from ``seq`` on, with everything that follows from them."""
    return apply_all(connection, source, [(seq, tuple(rows))], at=at)[0]


def apply_all(
    connection: Connection,
    source: str,
    deltas: Sequence[tuple[int, Sequence[Row]]],
    *,
    at: datetime,
) -> list[Written]:
    """Write deltas, each rows that hold from a seq on, in their order and as one.

    Of several values of a row only the last one is written and has consequences; each counts in
    the digest of its own position.
    """
    places = {(row.kind, row.key) for _, rows in deltas for row in rows}
    return write(connection, source, deltas, held(connection, source, places), at=at)


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


class Held(NamedTuple):
    """A row as it is in the replica."""

    value: str
    hash: bytes
    bucket: int
    seq: int
    refusal: str | None
    good: str | None

    @property
    def in_force(self) -> str | None:
        """The value that is used."""
        return self.value if self.refusal is None else self.good


_HELD = (
    "SELECT key, value, hash, bucket, seq, refusal, good FROM replica WHERE kind = ? AND source = ?"
)


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
    deltas: Iterable[tuple[int, Iterable[Row]]],
    before: Mapping[tuple[str, str], Held],
    *,
    at: datetime,
) -> list[Written]:
    """Like ``apply_all`` where it is known which of the rows are ``held``."""
    now = dict(before)
    written = [_run(now, rows, seq) for seq, rows in deltas]
    _store(connection, source, before, now)
    changes: list[InForce] = []
    for place in {**before, **now}:
        was, is_now = before.get(place), now.get(place)
        if was is is_now:
            continue
        _tell_of_refusal(connection, place, was, is_now, at)
        used_before = None if was is None else was.in_force
        used_now = None if is_now is None else is_now.in_force
        if used_before != used_now:
            changes.append(InForce(*place, used_before, used_now))
    consequences.follow(connection, changes, at)
    return written


def _run(now: dict[tuple[str, str], Held], rows: Iterable[Row], seq: int) -> Written:
    """Change what is held as these rows say."""
    written = Written()
    for row in rows:
        place = (row.kind, row.key)
        old = now.get(place)
        if row.value is None:
            if old is None:
                continue
            del now[place]
        elif old is not None and old.hash == row.hash and old.refusal == row.refusal:
            if old.seq != seq:
                now[place] = old._replace(seq=seq)
            continue
        else:
            keeps = old is not None and row.refusal is not None and row.keeps_last_good
            good = old.in_force if keeps and old is not None else None
            now[place] = Held(row.value, row.hash, row.bucket, seq, row.refusal, good)
            written.toggles.append((row.bucket, row.hash))
        if old is not None:
            written.toggles.append((row.bucket, old.hash))
        written.changed += 1
        if row.refusal is not None and (old is None or old.refusal != row.refusal):
            written.newly_refused.append(row)
    return written


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
    bulk.put_all(
        connection, "replica (kind, key, source, value, hash, bucket, seq, refusal, good)", put
    )


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
