"""A walk along the shelves: which labels were compared with what lies behind, and how it was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from gateway.clock import from_ms, to_ms
from gateway.store.database import Connection

Verdict = Literal["right", "wrong", "mended"]
_BEGAN: Final = "walk.began"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far the walk has come in one zone, None for labels without one.

    Of ``labels`` that stand for an article ``checked`` were compared, ``wrong`` still are.
    """

    zone: str | None
    labels: int
    checked: int
    wrong: int


def began(connection: Connection) -> datetime | None:
    """Since when comparisons count for the walk; None before the first."""
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (_BEGAN,)).fetchone()
    return None if row is None else from_ms(int(row[0]))


def begin(connection: Connection, at: datetime) -> None:
    """Count from now on; what was compared before is forgotten."""
    connection.execute("DELETE FROM walk_check")
    connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (_BEGAN, str(to_ms(at))))


def note(connection: Connection, label: str, verdict: Verdict, by: str, at: datetime) -> None:
    """A label was compared; the first of all begins the walk."""
    if began(connection) is None:
        begin(connection, at)
    connection.execute(
        "INSERT OR REPLACE INTO walk_check VALUES (?, ?, ?, ?)", (label, verdict, to_ms(at), by)
    )


def progress(connection: Connection) -> tuple[Progress, ...]:
    """Every zone with labels that stand for an article, by name; those without a zone last."""
    rows = connection.execute(
        "SELECT label.zone, count(*), count(walk_check.label), "
        "count(CASE WHEN walk_check.verdict = 'wrong' THEN 1 END) "
        "FROM binding JOIN label ON label.id = binding.label "
        "LEFT JOIN walk_check ON walk_check.label = label.id "
        "WHERE label.leaving IS NULL GROUP BY label.zone ORDER BY label.zone IS NULL, label.zone"
    )
    return tuple(
        Progress(zone=zone, labels=labels, checked=checked, wrong=wrong)
        for zone, labels, checked, wrong in rows
    )
