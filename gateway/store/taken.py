"""What was taken in lately, so that a repeat is acknowledged and not stored again."""

from __future__ import annotations

from datetime import datetime

from gateway.clock import to_ms
from gateway.store.database import Connection


def is_new(connection: Connection, key: bytes, since: datetime) -> bool:
    """Whether nothing under ``key`` was taken since then."""
    row = connection.execute(
        "SELECT 1 FROM taken WHERE key = ? AND at >= ?", (key, to_ms(since))
    ).fetchone()
    return row is None


def note(connection: Connection, key: bytes, at: datetime) -> None:
    """Remember that it was taken now."""
    connection.execute("INSERT OR REPLACE INTO taken VALUES (?, ?)", (key, to_ms(at)))


def purge(connection: Connection, before: datetime, *, limit: int) -> int:
    """Forget the oldest of what was taken before then, ``limit`` at most; returns how many."""
    return connection.execute(
        "DELETE FROM taken WHERE key IN (SELECT key FROM taken WHERE at < ? ORDER BY at LIMIT ?)",
        (to_ms(before), limit),
    ).rowcount
