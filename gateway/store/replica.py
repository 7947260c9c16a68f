"""The replica: every row exactly as its source sent it, and which value of it is in force.

All functions run inside a transaction given to the database. Whoever keeps digests folds the
(bucket, hash) pairs that the writing functions return, after the commit.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from gateway.clock import from_ms, to_ms
from gateway.store import binding_rows, catalogue, labels, price_history, price_rules, tasks
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
    written = Written()
    touched = _Touched()
    for row in rows:
        _write(connection, source, row, seq, at, written, touched)
    touched.follow_up(connection, at)
    return written


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


class _Touched:
    """Which products and groups changed in force, and so which labels and pages."""

    def __init__(self) -> None:
        self._products: set[str] = set()
        self._groups: set[str] = set()
        self._places = False
        self._counting_places = False
        self._labels: set[str] = set()
        self._offers: dict[str, price_history.Change] = {}

    def row(self, kind: str, key: str, was: str | None, now: str | None) -> None:
        match kind:
            case "product":
                self._products.add(key)
            case "offers":
                self._products.add(key)
                first, _ = self._offers.get(key, (was, None))
                self._offers[key] = (first, now)
            case "stock":
                self._products.add(key.partition("/")[2])
            case "group":
                self._groups.add(key)
            case "location":
                self._places = True
            case "binding":
                self._labels.add(key)
            case _:
                pass

    def counting_place(self) -> None:
        """A place came or went, and with it all stock that is kept under it."""
        self._counting_places = True

    def group(self, group: str | None) -> None:
        if group is not None:
            self._groups.add(group)

    def follow_up(self, connection: Connection, at: datetime) -> None:
        """Mark labels stale and note the pages, in the transaction of the change itself."""
        for label in self._labels:
            if labels.get(connection, label) is not None:
                binding_rows.adopt(connection, label, at)
        price_history.changed(connection, self._offers, at)
        if self._counting_places or (self._places and price_rules.get(connection).when_closed):
            labels.mark_bound_stale(connection)
        if not (self._products or self._groups or self._places):
            return
        page_groups = self._groups | catalogue.groups_of(connection, self._products)
        labels.mark_stale(connection, self._products, page_groups, group_rows=self._groups)
        for key in self._products | page_groups:
            connection.note("catalogue", key)
        if self._places:
            connection.note("location", "")


def _write(
    connection: Connection,
    source: str,
    row: Row,
    seq: int,
    at: datetime,
    written: Written,
    touched: _Touched,
) -> None:
    old = connection.execute(
        "SELECT value, hash, refusal, good FROM replica WHERE kind = ? AND key = ? AND source = ?",
        (row.kind, row.key, source),
    ).fetchone()
    if row.value is None:
        if old is None:
            return
        connection.execute(
            "DELETE FROM replica WHERE kind = ? AND key = ? AND source = ?",
            (row.kind, row.key, source),
        )
    elif old is not None and old[1] == row.hash and old[2] == row.refusal:
        connection.execute(
            "UPDATE replica SET seq = ? WHERE kind = ? AND key = ? AND source = ? AND seq <> ?",
            (seq, row.kind, row.key, source, seq),
        )
        return
    was = None if old is None else old[0] if old[2] is None else old[3]
    good = was if row.refusal is not None and row.keeps_last_good else None
    if row.value is not None:
        connection.execute(
            "INSERT OR REPLACE INTO replica "
            "(kind, key, source, value, hash, bucket, seq, refusal, good) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(row.kind, row.key, source, row.value, row.hash),
                *(row.bucket, seq, row.refusal, good),
            ),
        )
        written.toggles.append((row.bucket, row.hash))
    if old is not None:
        written.toggles.append((row.bucket, old[1]))
    written.changed += 1
    if row.refusal is not None and (old is None or old[2] != row.refusal):
        written.newly_refused.append(row)
    _tell_of_refusal(connection, row, at, was_refused=old is not None and old[2] is not None)
    now = row.value if row.refusal is None else good
    if now != was:
        if row.kind == "product":
            _index_product(connection, row.key, was, now, touched)
        if row.kind == "location" and None in {now, was}:
            touched.counting_place()
        touched.row(row.kind, row.key, was, now)


def _tell_of_refusal(connection: Connection, row: Row, at: datetime, *, was_refused: bool) -> None:
    key = f"{row.kind}/{row.key}"
    if row.refusal is not None:
        tasks.open_(connection, "refused_row", key, json.loads(row.refusal), at)
    elif was_refused:
        tasks.close(connection, "refused_row", key)


def _index_product(
    connection: Connection, key: str, was: str | None, now: str | None, touched: _Touched
) -> None:
    """Keep the look-up keys of a product equal to its value in force."""
    for value in (was, now):
        if value is not None:
            touched.group(json.loads(value).get("group"))
    connection.execute("DELETE FROM product_code WHERE product = ?", (key,))
    if now is None:
        connection.execute("DELETE FROM product WHERE id = ?", (key,))
        return
    product: dict[str, Any] = json.loads(now)
    connection.execute(
        "INSERT OR REPLACE INTO product (id, group_id) VALUES (?, ?)", (key, product.get("group"))
    )
    codes = {*(product.get("gtins") or ()), *(product.get("codes") or ())}
    connection.executemany(
        "INSERT INTO product_code (code, product) VALUES (?, ?)", ((code, key) for code in codes)
    )
