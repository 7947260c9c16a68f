"""How labels are reached: over which way each was heard last, and how fast the ways are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from gateway.clock import to_ms
from gateway.store import queue
from gateway.store.database import Connection

MOVES_FOR: Final = timedelta(hours=1)
"""Changes of the way are counted for so long."""
_KEPT: Final = 16
"""One pace counts as much as so many deliveries before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """What was measured on a way: the seconds for which a delivery holds a place on it."""

    place_s: float
    deliveries: int


def heard_via(connection: Connection, label: str, via: str, at: datetime) -> None:
    """The label was heard by this adapter or access point; '' where there is only one way."""
    if not via:
        return
    now = to_ms(at)
    row = connection.execute(
        "UPDATE label SET moves = iif(?1 - moves_since > ?2, 0, moves) + (via <> ''), "
        "moves_since = iif(?1 - moves_since > ?2, ?1, moves_since), via = ?3 "
        "WHERE id = ?4 AND via <> ?3 RETURNING family",
        (now, MOVES_FOR // timedelta(milliseconds=1), via, label),
    ).fetchone()
    if row is not None:
        queue.moved(connection, label, f"{row[0]}/{via}")
        connection.note("label", label)


def forget_way(connection: Connection, label: str) -> None:
    """Whoever hears the label next takes it."""
    row = connection.execute(
        "UPDATE label SET via = '' WHERE id = ? AND via <> '' RETURNING family", (label,)
    ).fetchone()
    if row is not None:
        queue.moved(connection, label, f"{row[0]}/")


def measured(connection: Connection, paces: Mapping[str, Pace]) -> None:
    """Add what was measured lately to what is known of these ways."""
    for way, new in paces.items():
        known = pace(connection, way)
        place_s, count = new.place_s, new.deliveries
        if known is not None:
            share = new.deliveries / (new.deliveries + _KEPT)
            place_s = known.place_s + share * (new.place_s - known.place_s)
            count += known.deliveries
        connection.execute(
            "INSERT OR REPLACE INTO pace (way, place_ms, deliveries) VALUES (?, ?, ?)",
            (way, 1e3 * place_s, count),
        )
        connection.note("pace", way)


def pace(connection: Connection, way: str) -> Pace | None:
    """What was measured on the way."""
    row = connection.execute(
        "SELECT place_ms, deliveries FROM pace WHERE way = ?", (way,)
    ).fetchone()
    return None if row is None else Pace(place_s=row[0] / 1e3, deliveries=row[1])
