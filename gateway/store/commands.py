"""Central's commands that were carried out, so that one that comes again is only answered."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from gateway.clock import to_ms
from gateway.store.database import Connection

MAX_ROWS: Final = 10_000
"""Commands remembered at most; there is no room for another until the oldest are forgotten."""


def result(connection: Connection, command: str) -> str | None:
    """The result of the command of this id, as it was told."""
    row = connection.execute("SELECT result FROM command WHERE id = ?", (command,)).fetchone()
    return None if row is None else str(row[0])


def has_room(connection: Connection) -> bool:
    """Whether one more can be remembered."""
    count: int = connection.execute("SELECT count(*) FROM command").fetchone()[0]
    return count < MAX_ROWS


def keep(connection: Connection, command: str, told: str, at: datetime) -> None:
    """Remember what became of it."""
    connection.execute("INSERT INTO command VALUES (?, ?, ?)", (command, to_ms(at), told))


def purge(connection: Connection, before: datetime, *, limit: int) -> int:
    """Forget those carried out before then, ``limit`` at most; returns how many."""
    return connection.execute(
        "DELETE FROM command WHERE id IN (SELECT id FROM command WHERE at < ? ORDER BY at LIMIT ?)",
        (to_ms(before), limit),
    ).rowcount
