"""The latest time that was believed, and whether the time is believed now."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from gateway.clock import from_ms, to_ms
from gateway.store import tasks
from gateway.store.database import Connection

TASK = "time_not_trusted"
_NEWEST = "newest_time"
_DOUBTED = "time_doubted"
_CONTACT = "label_contact"
DOUBTED: Final = f"EXISTS (SELECT 1 FROM meta WHERE key = '{_DOUBTED}')"
"""``is_doubted`` as an expression, for who asks the database something else anyhow."""


def newest(connection: Connection) -> datetime | None:
    """The latest time that was believed; None in a shop where none was."""
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (_NEWEST,)).fetchone()
    return None if row is None else from_ms(int(row[0]))


def written(connection: Connection) -> datetime | None:
    """The latest time that was written down, believed or not; None in a new shop."""
    latest: int | None = connection.execute(
        "SELECT max(at) FROM (SELECT CAST(value AS INTEGER) AS at FROM meta WHERE key = ? "
        "UNION ALL SELECT max(applied_at) FROM feed UNION ALL SELECT max(used_at) FROM session)",
        (_NEWEST,),
    ).fetchone()[0]
    return None if latest is None else from_ms(latest)


def contact(connection: Connection) -> datetime | None:
    """When labels could be heard last, as was written down; None in a new shop."""
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (_CONTACT,)).fetchone()
    return None if row is None else from_ms(int(row[0]))


def mark_contact(connection: Connection, now: datetime) -> None:
    """Note that the gateway is there at ``now``."""
    connection.execute(
        "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (_CONTACT, str(to_ms(now)))
    )


def mark(connection: Connection, now: datetime) -> None:
    """Note that it is ``now``, as far as is known."""
    connection.execute(
        "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (_NEWEST, str(to_ms(now)))
    )


def believe(connection: Connection, now: datetime) -> None:
    """The time is known: ``now``."""
    mark(connection, now)
    connection.execute("DELETE FROM meta WHERE key = ?", (_DOUBTED,))
    tasks.close(connection, TASK, "")
    connection.note("time", "")


def doubt(connection: Connection, why: str | None, now: datetime) -> None:
    """The time is not known; with ``why`` a person is asked to see to it."""
    connection.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?, '1')", (_DOUBTED,))
    if why is not None:
        tasks.open_(connection, TASK, "", {"message": why}, now)
    connection.note("time", "")


def is_doubted(connection: Connection) -> bool:
    """Whether what is written down now bears a time that is not known."""
    doubted: int = connection.execute(f"SELECT {DOUBTED}").fetchone()[0]
    return bool(doubted)
