"""A whole feed on its way in: staged row by row, then merged into the replica by difference.

One merge of a source runs at a time, also across processes: whoever begins takes it over, and the
one before finds out at its next step.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from gateway.store import bulk, replica
from gateway.store.database import Connection
from gateway.store.guarding import Guard
from gateway.store.pacing import MOST, Pace
from gateway.store.replica_rows import Held, Row

ALL_SEQS = 2**62
"""A position above all: with it a snapshot replaces every row, whenever it was written."""

_OURS = ", ".join(f"ours.{name}" for name in Held._fields)

Place = tuple[int, str, str]
"""Rank, kind and key of a staged row."""


class MergeTakenOverError(Exception):
    """Another merge of the same source began; this one must stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """One merge: our rows written after ``keep_after`` stay; ``token`` says it is still ours."""

    source: str
    token: str
    epoch: int
    seq: int
    keep_after: int
    at: datetime


def begin(
    connection: Connection, source: str, *, epoch: int, seq: int, keep_after: int, at: datetime
) -> Merge:
    """Begin a merge, in place of one that may be under way."""
    token = secrets.token_hex(8)
    connection.execute(
        "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (f"merge:{source}", token)
    )
    connection.execute("DELETE FROM written_meanwhile WHERE source = ?", (source,))
    return Merge(source=source, token=token, epoch=epoch, seq=seq, keep_after=keep_after, at=at)


def put(connection: Connection, merge: Merge, rows: Sequence[tuple[int, Row]]) -> int:
    """Write (rank, row) pairs at once, for a replica that was empty; returns how many changed.

    What was written meanwhile stays. Raises ``MergeTakenOverError``.
    """
    _check(connection, merge)
    later = set(
        connection.execute(
            "SELECT kind, key FROM written_meanwhile WHERE source = ?", (merge.source,)
        )
    )
    new = [row for _, row in rows if (row.kind, row.key) not in later]
    return replica.apply(connection, merge.source, new, seq=merge.seq, at=merge.at).changed


def stage(connection: Connection, merge: Merge, rows: Sequence[tuple[int, Row]]) -> int:
    """Put (rank, row) pairs aside until all are there, and return how many they are.

    Of two under one key the last counts; one without a value is as if it were not there.
    Raises ``MergeTakenOverError``.
    """
    _check(connection, merge)
    last = {(row.kind, row.key): (rank, row) for rank, row in rows}
    bulk.put_all(
        connection,
        "staged (source, rank, kind, key, value, hash, bucket, refusal)",
        [
            (merge.source, rank, row.kind, row.key, row.value, row.hash, row.bucket, row.refusal)
            for rank, row in last.values()
            if row.value is not None
        ],
    )
    connection.executemany(
        "DELETE FROM staged WHERE source = ? AND kind = ? AND key = ?",
        [(merge.source, *place) for place, (_, row) in last.items() if row.value is None],
    )
    return len(rows)


def merge_next(
    connection: Connection, merge: Merge, after: Place, pace: Pace, guard: Guard | None = None
) -> tuple[int, Place | None]:
    """Merge the next staged rows in feed order: how many changed, and where to go on.

    Raises ``MergeTakenOverError``.
    """
    _check(connection, merge)
    staged = connection.execute(
        "SELECT rank, kind, key, staged.value, staged.hash, staged.bucket, staged.refusal, "
        f"{_OURS}, "
        "EXISTS (SELECT 1 FROM written_meanwhile AS later WHERE later.source = staged.source "
        "AND later.kind = staged.kind AND later.key = staged.key) "
        "FROM staged LEFT JOIN replica AS ours USING (kind, key, source) WHERE source = ? "
        "AND (rank, kind, key) > (?, ?, ?) ORDER BY rank, kind, key LIMIT ?",
        (merge.source, *after, MOST),
    )
    found, more = pace.fill(staged, lambda row: str(row[1]))
    staged.close()
    rows: list[Row] = []
    held: dict[tuple[str, str], Held] = {}
    for _, kind, key, value, row_hash, bucket, refusal, *ours, later in found:
        if later or (ours[1] is not None and ours[3] > merge.keep_after):
            continue
        if ours[1] is not None:
            held[kind, key] = Held._make(ours)
        rows.append(
            Row(kind=kind, key=key, value=value, hash=row_hash, bucket=bucket, refusal=refusal)
        )
    with pace.turn(row[1] for row in found):
        (written,) = replica.write(
            connection,
            merge.source,
            [(merge.seq, rows)],
            held,
            at=merge.at,
            guard_at=lambda _: guard,
            leaving=_leaving(connection, merge),
        )
    return written.changed, (found[-1][0], found[-1][1], found[-1][2]) if more else None


def sweep_next(
    connection: Connection,
    merge: Merge,
    after: tuple[str, str],
    limit: int,
    guard: Guard | None = None,
) -> tuple[int, tuple[str, str] | None]:
    """Among the next ``limit`` rows of ours, delete those that theirs lacks.

    Returns how many went and where to go on. Raises ``MergeTakenOverError``.
    """
    _check(connection, merge)
    looked = connection.execute(
        "SELECT kind, key, bucket, seq <= ? AND NOT EXISTS (SELECT 1 FROM staged "
        "WHERE staged.source = replica.source AND staged.kind = replica.kind "
        "AND staged.key = replica.key) AND NOT EXISTS (SELECT 1 FROM written_meanwhile AS later "
        "WHERE later.source = replica.source AND later.kind = replica.kind "
        "AND later.key = replica.key) FROM replica "
        "WHERE source = ? AND (kind, key) > (?, ?) ORDER BY kind, key LIMIT ?",
        (merge.keep_after, merge.source, *after, limit),
    ).fetchall()
    gone = [
        Row(kind=kind, key=key, value=None, hash=b"", bucket=bucket)
        for kind, key, bucket, missing in looked
        if missing
    ]
    written = replica.apply(connection, merge.source, gone, seq=merge.seq, at=merge.at, guard=guard)
    return written.changed, (looked[-1][0], looked[-1][1]) if len(looked) == limit else None


def finish(connection: Connection, merge: Merge) -> None:
    """Move the position: all of the feed is in. Raises ``MergeTakenOverError``."""
    _check(connection, merge)
    replica.move(connection, merge.source, epoch=merge.epoch, seq=merge.seq, at=merge.at)
    connection.execute("DELETE FROM meta WHERE key = ?", (f"merge:{merge.source}",))
    connection.execute("DELETE FROM written_meanwhile WHERE source = ?", (merge.source,))


def note_written(connection: Connection, source: str, keys: Iterable[tuple[str, str]]) -> None:
    """Let what was just written under these (kind, key) pairs win over a merge under way."""
    connection.executemany(
        "INSERT OR IGNORE INTO written_meanwhile (source, kind, key) "
        "SELECT ?, ?, ? WHERE EXISTS (SELECT 1 FROM meta WHERE meta.key = ?)",
        ((source, kind, key, f"merge:{source}") for kind, key in keys),
    )


def clear(connection: Connection, source: str, limit: int) -> bool:
    """Forget ``limit`` staged rows; True while there may be more."""
    gone = connection.execute(
        "DELETE FROM staged WHERE (source, kind, key) IN "
        "(SELECT source, kind, key FROM staged WHERE source = ? LIMIT ?)",
        (source, limit),
    )
    return gone.rowcount == limit


def _leaving(connection: Connection, merge: Merge) -> frozenset[str]:
    """The places of ours that theirs lacks."""
    rows = connection.execute(
        "SELECT key FROM replica WHERE kind = 'location' AND source = ? AND seq <= ? "
        "AND NOT EXISTS (SELECT 1 FROM staged WHERE staged.source = replica.source "
        "AND staged.kind = replica.kind AND staged.key = replica.key)",
        (merge.source, merge.keep_after),
    )
    return frozenset(row[0] for row in rows)


def _check(connection: Connection, merge: Merge) -> None:
    row = connection.execute(
        "SELECT value FROM meta WHERE key = ?", (f"merge:{merge.source}",)
    ).fetchone()
    if row is None or row[0] != merge.token:
        raise MergeTakenOverError(merge.source)
