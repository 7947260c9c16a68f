"""What each label was asked to show and said it showed, in order: append only.

Only age removes lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from gateway.clock import from_ms, to_ms
from gateway.store.database import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of a label's history; ``what`` is wished, transferred, shown, failed or bound."""

    label: str
    at: datetime
    what: str
    wish: str | None = None
    fingerprint: str | None = None
    detail: str | None = None


def append(connection: Connection, entry: Entry) -> None:
    """Write a line."""
    connection.execute(
        "INSERT INTO proof (label, at, what, wish, fingerprint, detail) VALUES (?, ?, ?, ?, ?, ?)",
        (
            *(entry.label, to_ms(entry.at), entry.what),
            *(entry.wish, entry.fingerprint, entry.detail),
        ),
    )


def prune(connection: Connection, before: datetime, limit: int = 1_000) -> int:
    """Forget up to ``limit`` lines written before ``before``; how many there were."""
    gone = connection.execute(
        "DELETE FROM proof WHERE id IN (SELECT id FROM proof WHERE at < ? ORDER BY at LIMIT ?)",
        (to_ms(before), limit),
    )
    return gone.rowcount


def of_label(connection: Connection, label: str, limit: int = 50) -> tuple[Entry, ...]:
    """The label's latest lines, newest first."""
    rows = connection.execute(
        "SELECT label, at, what, wish, fingerprint, detail FROM proof WHERE label = ? "
        "ORDER BY id DESC LIMIT ?",
        (label, limit),
    )
    return tuple(
        Entry(
            label=row[0],
            at=from_ms(row[1]),
            what=row[2],
            wish=row[3],
            fingerprint=row[4],
            detail=row[5],
        )
        for row in rows
    )
