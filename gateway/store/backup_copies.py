"""Where copies of backups arrived, and since when this box holds data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from gateway.clock import from_ms, to_ms
from gateway.domain import backups
from gateway.store.database import Connection

_SINCE = "backup.since"


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """One place off the box: the newest backup of which it has a whole copy, since ``at``.

    ``trouble`` is why the last attempt failed; None after one that went well.
    """

    place: str
    name: str | None = None
    taken_at: datetime | None = None
    at: datetime | None = None
    tried_at: datetime | None = None
    trouble: str | None = None


def every(connection: Connection) -> tuple[Copy, ...]:
    """All places that were tried."""
    rows = connection.execute(
        "SELECT place, name, taken_at, at, tried_at, trouble FROM backup_copy ORDER BY place"
    )
    return tuple(
        Copy(
            place=place,
            name=name,
            taken_at=_instant(taken),
            at=_instant(at),
            tried_at=_instant(tried),
            trouble=trouble,
        )
        for place, name, taken, at, tried, trouble in rows
    )


def made(connection: Connection) -> None:
    """Tell pages that there is another backup."""
    connection.note("backup", "")


def arrived(
    connection: Connection, place: str, name: str, taken_at: datetime, at: datetime
) -> None:
    """A whole copy of the backup is at this place; it counts unless a newer one is there.

    One of a clock that was ahead is none.
    """
    connection.execute(
        "INSERT INTO backup_copy (place, name, taken_at, at, tried_at) VALUES (?1, ?2, ?3, ?4, ?4) "
        "ON CONFLICT (place) DO UPDATE SET at = ?4, tried_at = ?4, trouble = NULL, "
        "name = iif(taken_at > ?3 AND taken_at <= ?5, name, ?2), "
        "taken_at = iif(taken_at > ?3 AND taken_at <= ?5, taken_at, ?3)",
        (place, name, to_ms(taken_at), to_ms(at), to_ms(at + backups.AHEAD)),
    )
    connection.note("backup", place)


def failed(connection: Connection, place: str, trouble: str, at: datetime) -> None:
    """Nothing arrived at this place, for this reason."""
    connection.execute(
        "INSERT INTO backup_copy (place, tried_at, trouble) VALUES (?1, ?2, ?3) "
        "ON CONFLICT (place) DO UPDATE SET tried_at = ?2, trouble = ?3",
        (place, to_ms(at), trouble[:500]),
    )
    connection.note("backup", place)


def last(connection: Connection, latest: datetime) -> datetime | None:
    """When the newest backup was taken, ``latest`` then, of which a copy arrived anywhere."""
    newest = "SELECT max(taken_at) FROM backup_copy WHERE taken_at <= ?"
    return _instant(connection.execute(newest, (to_ms(latest),)).fetchone()[0])


def since(connection: Connection) -> datetime | None:
    """When somebody first asked how old the copies are."""
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (_SINCE,)).fetchone()
    return None if row is None else from_ms(int(row[0]))


def begin(connection: Connection, at: datetime, latest: datetime) -> None:
    """From now on copies are expected, unless they are already, since ``latest`` or before."""
    known = since(connection)
    if known is None or known > latest:
        connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (_SINCE, str(to_ms(at))))


def _instant(milliseconds: int | None) -> datetime | None:
    return None if milliseconds is None else from_ms(milliseconds)
