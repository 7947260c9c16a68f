"""What each label was asked to show and said it showed, in order: append only.

Only age removes rows, the oldest of all labels first. A label's chain stays whole: its checkpoint
goes on to the last row that went.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from gateway.clock import to_ms
from gateway.domain import proof
from gateway.domain.proof import Entry, Link, Place
from gateway.store import time_marks
from gateway.store.database import Connection

SIGHTS: Final = frozenset({"shown", "lost"})
"""Rows that say what a label shows from then on: a picture, or not that picture any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """Where a label's chain begins and ends; ``start`` is the last row that went."""

    label: str
    start: Place
    head: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An entry as it is kept; ``id`` rises over all labels."""

    id: int
    number: int
    entry: Entry
    hash: bytes


def append(connection: Connection, entry: Entry) -> bytes:
    """Write a row after the label's last one; returns its hash."""
    number, last_hash, doubted = connection.execute(
        f"SELECT last_number, last_hash, {time_marks.DOUBTED} "
        "FROM (SELECT ? AS name) LEFT JOIN proof_chain ON label = name",
        (entry.label,),
    ).fetchone()
    after = Place() if number is None else Place(number=number, hash=last_hash)
    if doubted:
        entry = replace(entry, doubted=True)
    one = proof.link(entry, after)
    connection.execute(
        "INSERT INTO proof (label, number, at, what, said, hash) VALUES (?, ?, ?, ?, ?, ?)",
        (entry.label, one.number, to_ms(entry.at), entry.what, one.text, one.hash),
    )
    connection.execute(
        "INSERT INTO proof_chain (label, last_number, last_hash) VALUES (?, ?, ?) "
        "ON CONFLICT (label) DO UPDATE SET last_number = excluded.last_number, "
        "last_hash = excluded.last_hash",
        (entry.label, one.number, one.hash),
    )
    return one.hash


def prune(connection: Connection, before: datetime, limit: int = 1_000, *, most: int) -> int:
    """Forget up to ``limit`` of the oldest rows: older than ``before``, or beyond ``most`` rows.

    Returns how many there were.
    """
    # Rows only go from the low end, so their ids have no gaps.
    first, last = connection.execute("SELECT min(id), max(id) FROM proof").fetchone()
    if first is None:
        return 0
    kept_from = last - most + 1
    gone = connection.execute(
        "SELECT id, label, number, hash, what, said, at FROM proof ORDER BY id LIMIT ?", (limit,)
    ).fetchall()
    through = 0
    starts: dict[str, Place] = {}
    shown: dict[str, str] = {}
    for row_id, label, number, row_hash, what, said, at in gone:
        if row_id >= kept_from and at >= to_ms(before):
            break
        through = row_id
        starts[label] = Place(number=number, hash=row_hash)
        if what in SIGHTS:
            shown[label] = said
    connection.execute("DELETE FROM proof WHERE id <= ?", (through,))
    connection.executemany(
        "UPDATE proof_chain SET from_number = ?, from_hash = ?, shown = coalesce(?, shown) "
        "WHERE label = ?",
        [(one.number, one.hash, shown.get(label), label) for label, one in starts.items()],
    )
    return max(through - int(first) + 1, 0)


def is_known(connection: Connection, label: str) -> bool:
    """Whether anything is on record of the label."""
    row = connection.execute("SELECT 1 FROM proof_chain WHERE label = ?", (label,)).fetchone()
    return row is not None


def last_wished(connection: Connection, label: str) -> Entry | None:
    """What the label was asked for last."""
    row = connection.execute(
        "SELECT said FROM proof WHERE label = ? AND what = 'wished' ORDER BY number DESC LIMIT 1",
        (label,),
    ).fetchone()
    return None if row is None else proof.read(row[0])


def of_label(connection: Connection, label: str, limit: int = 50) -> tuple[Entry, ...]:
    """The label's latest entries, newest first."""
    rows = connection.execute(
        "SELECT said FROM proof WHERE label = ? ORDER BY number DESC LIMIT ?", (label, limit)
    )
    return tuple(proof.read(said) for (said,) in rows)


def page(
    connection: Connection,
    *,
    after: int,
    since: datetime,
    until: datetime,
    label: str | None,
    limit: int,
) -> tuple[Row, ...]:
    """Rows of ``[since, until)`` after the row with the id ``after``, of one label or of all."""
    rows = connection.execute(
        "SELECT id, number, said, hash FROM proof WHERE id > ?1 AND at >= ?2 AND at < ?3 "
        "AND (?4 IS NULL OR label = ?4) ORDER BY id LIMIT ?5",
        (after, to_ms(since), to_ms(until), label, limit),
    )
    return tuple(
        Row(id=row[0], number=row[1], entry=proof.read(row[2]), hash=row[3]) for row in rows
    )


def latest_rows(connection: Connection, label: str, limit: int) -> tuple[Row, ...]:
    """The label's latest rows, oldest first."""
    rows = connection.execute(
        "SELECT * FROM (SELECT id, number, said, hash FROM proof WHERE label = ? "
        "ORDER BY number DESC LIMIT ?) ORDER BY number",
        (label, limit),
    )
    return tuple(
        Row(id=row[0], number=row[1], entry=proof.read(row[2]), hash=row[3]) for row in rows
    )


def chains(connection: Connection, after: str = "", limit: int = 100) -> tuple[Chain, ...]:
    """The next chains in the order of their labels."""
    rows = connection.execute(
        "SELECT label, from_number, from_hash, last_number, last_hash FROM proof_chain "
        "WHERE label > ? ORDER BY label LIMIT ?",
        (after, limit),
    )
    return tuple(
        Chain(
            label=row[0],
            start=Place(number=row[1], hash=row[2]),
            head=Place(number=row[3], hash=row[4]),
        )
        for row in rows
    )


def lost_rows(connection: Connection) -> tuple[str, ...]:
    """Labels that have rows and no chain: somebody took it away."""
    # Steps from label to label in the index: the rows between them are not read.
    rows = connection.execute(
        "WITH RECURSIVE named (label) AS (SELECT min(label) FROM proof UNION ALL "
        "SELECT (SELECT min(label) FROM proof WHERE proof.label > named.label) FROM named "
        "WHERE named.label IS NOT NULL) "
        "SELECT label FROM named WHERE label IS NOT NULL "
        "AND label NOT IN (SELECT label FROM proof_chain) LIMIT 100"
    )
    return tuple(label for (label,) in rows)


def broken(connection: Connection, chain: Chain, *, last: int | None = None) -> proof.Break | None:
    """What is wrong with a chain, all of it or its ``last`` rows."""
    start = chain.start
    if last is not None and chain.head.number - last > start.number:
        number = chain.head.number - last
        row = connection.execute(
            "SELECT hash FROM proof WHERE label = ? AND number = ?", (chain.label, number)
        ).fetchone()
        if row is None:
            return proof.Break(label=chain.label, number=number, why="the row is missing")
        start = Place(number=number, hash=row[0])
    return proof.broken(chain.label, start, _links(connection, chain.label, start), chain.head)


def _links(connection: Connection, label: str, after: Place) -> Iterator[Link]:
    rows: Iterable[tuple[int, str, bytes]] = connection.execute(
        "SELECT number, said, hash FROM proof WHERE label = ? AND number > ? ORDER BY number",
        (label, after.number),
    )
    for number, said, row_hash in rows:
        yield Link(number=number, text=said, hash=row_hash)
