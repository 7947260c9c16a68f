"""Waves: many deliveries from one cause, told as one, paused, gone on with and cancelled as one.

A wish joins the wave of its cause while that still grows. Numbers are kept as things happen, so
that they outlast the deliveries.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from gateway.clock import from_ms, to_ms
from gateway.domain import ranking
from gateway.store.database import Connection

GROWS_FOR: Final = timedelta(minutes=2)
"""A wish so long after the last one belongs to another wave."""
_KEPT: Final = 500
_COLUMNS = (
    "id, cause, state, began_at, joined_at, shown_at, joined, shown, arrived, gone, decided_by, "
    "decided_at"
)
_NOT_URGENT = max(ranking.URGENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wave:
    """Some deliveries from one cause.

    Labels said of ``shown`` that they show it. ``arrived`` are held by labels that never say more.
    ``gone`` were replaced by newer ones before their turn, or their label was left to others.
    ``joined_at`` and ``shown_at`` (also for what arrived) are the last times that happened.
    """

    id: int
    cause: str
    state: str
    began_at: datetime
    joined_at: datetime
    shown_at: datetime | None
    joined: int
    shown: int
    arrived: int
    gone: int
    decided_by: str | None
    decided_at: datetime | None

    @property
    def done(self) -> int:
        """Labels that have it, as far as they tell."""
        return self.shown + self.arrived

    @property
    def left(self) -> int:
        """Labels that do not have it yet."""
        return max(self.joined - self.done - self.gone, 0)


def join(connection: Connection, cause: str, at: datetime) -> tuple[int, bool]:
    """The wave that a new wish belongs to, and whether that is paused."""
    row = connection.execute(
        "SELECT id, state, joined_at FROM wave WHERE cause = ? AND state <> 'cancelled' "
        "ORDER BY id DESC LIMIT 1",
        (cause,),
    ).fetchone()
    now = to_ms(at)
    if row is not None and abs(now - row[2]) <= GROWS_FOR // timedelta(milliseconds=1):
        wave, paused = int(row[0]), row[1] == "paused"
        connection.execute(
            "UPDATE wave SET joined = joined + 1, joined_at = ? WHERE id = ?", (now, wave)
        )
    else:
        wave, paused = _new(connection, cause, now), False
    connection.note("wave", str(wave))
    return wave, paused


def _new(connection: Connection, cause: str, now: int) -> int:
    made = connection.execute(
        "INSERT INTO wave (cause, began_at, joined_at, joined) VALUES (?, ?, ?, 1) RETURNING id",
        (cause, now, now),
    ).fetchone()
    wave: int = made[0]
    connection.execute(
        "DELETE FROM wave WHERE id < ? AND id NOT IN (SELECT wave FROM delivery "
        "WHERE wave IS NOT NULL)",
        (wave - _KEPT,),
    )
    return wave


def shown(connection: Connection, wave: int, at: datetime) -> None:
    """A label of the wave shows it."""
    connection.execute(
        "UPDATE wave SET shown = shown + 1, shown_at = ? WHERE id = ?", (to_ms(at), wave)
    )
    connection.note("wave", str(wave))


def arrived(connection: Connection, wave: int, at: datetime) -> None:
    """A label of the wave holds it and will never say more."""
    connection.execute(
        "UPDATE wave SET arrived = arrived + 1, shown_at = ? WHERE id = ?", (to_ms(at), wave)
    )
    connection.note("wave", str(wave))


def gone(connection: Connection, wave: int) -> None:
    """A label of the wave will not show it: it got a newer wish, or is left to others."""
    connection.execute("UPDATE wave SET gone = gone + 1 WHERE id = ?", (wave,))
    connection.note("wave", str(wave))


def get(connection: Connection, wave: int) -> Wave | None:
    """One wave."""
    row = connection.execute(f"SELECT {_COLUMNS} FROM wave WHERE id = ?", (wave,)).fetchone()
    return None if row is None else _wave(row)


def latest(connection: Connection, limit: int, *, least: int = 1) -> tuple[Wave, ...]:
    """The newest waves with at least so many wishes, newest first."""
    rows: Iterable[tuple[object, ...]] = connection.execute(
        f"SELECT {_COLUMNS} FROM wave WHERE joined >= ? ORDER BY id DESC LIMIT ?", (least, limit)
    )
    return tuple(_wave(row) for row in rows)


def pause(connection: Connection, wave: int, by: str, at: datetime) -> None:
    """Send nothing more of it for now; what is urgent goes on."""
    _decide(connection, wave, "paused", by, at)
    connection.execute(
        "UPDATE delivery SET hold = 'paused', due_at = NULL "
        "WHERE wave = ? AND due_at IS NOT NULL AND rank > ?",
        (wave, int(_NOT_URGENT)),
    )
    connection.note("turn", "")
    connection.note("delivery", "")


def cancel(connection: Connection, wave: int, by: str, at: datetime) -> None:
    """Send nothing more of it: labels that do not show it keep what they show."""
    _decide(connection, wave, "cancelled", by, at)
    connection.execute(
        "UPDATE delivery SET hold = 'cancelled', due_at = NULL WHERE wave = ? AND rank > ? "
        "AND (due_at IS NOT NULL OR hold = 'paused')",
        (wave, int(_NOT_URGENT)),
    )
    connection.note("turn", "")
    connection.note("delivery", "")


def resume(connection: Connection, wave: int, by: str, at: datetime) -> None:
    """Go on with it, also after it was cancelled."""
    _decide(connection, wave, "running", by, at)
    connection.execute(
        "UPDATE delivery SET hold = NULL, due_at = ? "
        "WHERE wave = ? AND hold IN ('paused', 'cancelled')",
        (to_ms(at), wave),
    )
    connection.note("turn", "")
    connection.note("delivery", "")


def _decide(connection: Connection, wave: int, state: str, by: str, at: datetime) -> None:
    connection.execute(
        "UPDATE wave SET state = ?, decided_by = ?, decided_at = ? WHERE id = ?",
        (state, by, to_ms(at), wave),
    )
    connection.note("wave", str(wave))


def _wave(row: tuple[object, ...]) -> Wave:
    values = dict(zip(_COLUMNS.split(", "), row, strict=True))
    for name in ("began_at", "joined_at", "shown_at", "decided_at"):
        at = values[name]
        values[name] = from_ms(at) if isinstance(at, int) else None
    return Wave(**values)  # type: ignore[arg-type] # the columns are its fields
