"""The till's prices as somebody took them from it, and what comparing them with the shelf gave."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from gateway.clock import from_ms, to_ms
from gateway.domain.money import Money
from gateway.domain.till import Compared, Finding
from gateway.store.database import Connection

TABLE: Final = "till_check"
KEPT: Final = 100
MOST_LINES: Final = 2_000
"""Differences listed in one comparison; of more only the number is kept."""
MOST_UNKNOWN: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An article of which shelf and till differ, as it was; ``name`` in the language of labels."""

    product: str
    name: str
    compared: Compared


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A comparison: ``matches`` of ``compared`` articles cost the same.

    ``counts`` has the articles of each other finding, ``unknown`` numbers and ``unread`` lines.
    """

    id: int
    at: datetime
    by: str
    matches: int
    compared: int
    counts: Mapping[str, int]


def put(
    connection: Connection,
    lines: Sequence[Line],
    unknown: Sequence[str],
    counts: Mapping[str, int],
    *,
    by: str,
    at: datetime,
) -> int:
    """Keep a comparison and forget the oldest; ``counts`` by finding, ``unknown`` and ``unread``.

    Its prices count from ``end`` on. Returns its number.
    """
    found = {Finding(name): number for name, number in counts.items() if name in _FINDINGS}
    said: dict[str, Any] = {"lines": [_written(one) for one in lines[:MOST_LINES]]}
    said["unknown"] = list(unknown[:MOST_UNKNOWN])
    done = connection.execute(
        "INSERT INTO till_check (at, by, matches, compared, counts, lines) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        (
            *(to_ms(at), by, found.get(Finding.MATCH, 0)),
            sum(number for one, number in found.items() if one.is_compared),
            json.dumps(dict(counts)),
            zlib.compress(json.dumps(said).encode()),
        ),
    )
    connection.execute(
        "DELETE FROM till_check WHERE id NOT IN "
        "(SELECT id FROM till_check ORDER BY id DESC LIMIT ?)",
        (KEPT,),
    )
    return done.lastrowid or 0


def add_prices(connection: Connection, check: int, prices: Iterable[tuple[str, Money]]) -> None:
    """Some prices of the comparison; they count once it has ended."""
    connection.executemany(
        "INSERT OR REPLACE INTO till_price (upload, product, amount, currency) VALUES (?, ?, ?, ?)",
        ((check, product, f"{one.amount:f}", one.currency) for product, one in prices),
    )


def end(connection: Connection, check: int) -> None:
    """Its prices count from now on, in place of those before."""
    connection.execute("UPDATE till_check SET ended = 1 WHERE id = ?", (check,))
    connection.note(TABLE, str(check))


def prune(connection: Connection, limit: int) -> int:
    """Forget up to ``limit`` prices that count no more."""
    gone = connection.execute(
        "DELETE FROM till_price WHERE (upload, product) IN (SELECT upload, product FROM "
        "till_price WHERE upload < (SELECT max(id) FROM till_check WHERE ended) LIMIT ?)",
        (limit,),
    )
    return gone.rowcount


def price(connection: Connection, product: str, since: datetime) -> Money | None:
    """What the till asks for the product, by a list that is not older than ``since``."""
    row = connection.execute(
        "SELECT amount, currency FROM till_price WHERE product = ?1 AND upload = "
        "(SELECT id FROM till_check WHERE ended AND at >= ?2 ORDER BY id DESC LIMIT 1)",
        (product, to_ms(since)),
    ).fetchone()
    return None if row is None else Money(amount=Decimal(row[0]), currency=row[1])


_COLUMNS: Final = "id, at, by, matches, compared, counts"
_FINDINGS: Final = frozenset(one.value for one in Finding)


def get(connection: Connection, number: int) -> Check | None:
    """The comparison with this number."""
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM till_check WHERE id = ?", (number,)
    ).fetchone()
    return None if row is None else _check(row)


def latest(connection: Connection, limit: int) -> tuple[Check, ...]:
    """The newest comparisons, newest first."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM till_check ORDER BY id DESC LIMIT ?", (limit,)
    )
    return tuple(map(_check, rows))


def lines(connection: Connection, number: int) -> tuple[tuple[Line, ...], tuple[str, ...]]:
    """What differed, worst first, and the first numbers that no article has."""
    row = connection.execute("SELECT lines FROM till_check WHERE id = ?", (number,)).fetchone()
    if row is None:
        return (), ()
    said = json.loads(zlib.decompress(row[0]))
    return tuple(map(_read, said["lines"])), tuple(said["unknown"])


def _check(row: tuple[Any, ...]) -> Check:
    return Check(
        id=row[0],
        at=from_ms(row[1]),
        by=row[2],
        matches=row[3],
        compared=row[4],
        counts=json.loads(row[5]),
    )


def _written(line: Line) -> list[Any]:
    one = line.compared
    return [
        *(line.product, line.name, one.finding.value, _money(one.till), _money(one.shelf)),
        one.labels,
    ]


def _money(one: Money | None) -> list[str] | None:
    return None if one is None else [f"{one.amount:f}", one.currency]


def _read(said: list[Any]) -> Line:
    product, name, finding, asked, shelf, labels = said
    return Line(
        product=product,
        name=name,
        compared=Compared(
            finding=Finding(finding),
            till=Money(amount=Decimal(asked[0]), currency=asked[1]),
            shelf=shelf and Money(amount=Decimal(shelf[0]), currency=shelf[1]),
            labels=labels,
        ),
    )
