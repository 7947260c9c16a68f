"""Central's commands that were carried out, so that one that comes again is only answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from gateway.clock import to_ms
from gateway.store.database import Connection

MAX_ROWS: Final = 10_000
"""Commands remembered at most; there is no room for another until the oldest are forgotten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A command that was carried out: a digest of what was ``asked`` ('': unknown), the result."""

    asked: str
    told: str


def get(connection: Connection, command: str) -> Kept | None:
    """What became of the command of this id."""
    row = connection.execute(
        "SELECT asked, result FROM command WHERE id = ?", (command,)
    ).fetchone()
    return None if row is None else Kept(asked=row[0], told=row[1])


def has_room(connection: Connection) -> bool:
    """Whether one more can be remembered."""
    count: int = connection.execute("SELECT count(*) FROM command").fetchone()[0]
    return count < MAX_ROWS


def keep(connection: Connection, command: str, kept: Kept, at: datetime) -> None:
    """Remember what became of it."""
    connection.execute(
        "INSERT INTO command (id, at, result, asked) VALUES (?, ?, ?, ?)",
        (command, to_ms(at), kept.told, kept.asked),
    )


def purge(connection: Connection, before: datetime, *, limit: int) -> int:
    """Forget those carried out before then, ``limit`` at most; returns how many."""
    return connection.execute(
        "DELETE FROM command WHERE id IN (SELECT id FROM command WHERE at < ? ORDER BY at LIMIT ?)",
        (to_ms(before), limit),
    ).rowcount
