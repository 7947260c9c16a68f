"""Waves: many deliveries from one cause, told as one.

A wish joins the wave of its cause while that still grows. Labels are counted, not wishes: one that
gets two wishes from the same wave is one. The numbers are kept as things happen, so that they
outlast the deliveries. Who stops a wave, and what then, is in ``stopped``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from gateway.clock import from_ms, to_ms
from gateway.store.database import Connection

GROWS_FOR: Final = timedelta(minutes=2)
"""A wish so long after the last one belongs to another wave."""
LASTS: Final = timedelta(minutes=15)
"""No wish joins a wave that began so long ago, so that its numbers and its end mean something."""
KEPT: Final = 500
"""Waves that are remembered, beside those that still hold deliveries."""
_COLUMNS = (
    "id, cause, state, began_at, joined_at, shown_at, joined, shown, arrived, gone, decided_by, "
    "decided_at"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wave:
    """Some labels that change from one cause: ``joined`` of them.

    Labels said of ``shown`` that they show it. ``arrived`` hold it and never say more. ``gone`` got
    a newer wish of another wave before they showed this one, or were left to others.
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


def join(connection: Connection, label: str, cause: str, at: datetime) -> tuple[int, str]:
    """Count the label's new wish for the wave that it belongs to; the wave and its state.

    That is a stopped one where the label was stale for its cause when it was stopped.
    """
    now = to_ms(at)
    wave, state = _wave_for(connection, label, cause, now)
    before = connection.execute(
        "SELECT counted FROM delivery WHERE label = ? AND wave = ?", (label, wave)
    ).fetchone()
    if before is None:
        part(connection, label, at)
        before = connection.execute(
            "DELETE FROM left_wave WHERE label = ? AND wave = ? RETURNING counted", (label, wave)
        ).fetchone()
    if before is None:
        change = "joined = joined + 1"
    else:
        # The same label once more: it waits again, whatever it was counted as.
        change = f"{before[0]} = {before[0]} - 1" if before[0] else "joined = joined"
    connection.execute(f"UPDATE wave SET {change}, joined_at = ? WHERE id = ?", (now, wave))
    connection.note("wave", str(wave))
    return wave, state


def _wave_for(connection: Connection, label: str, cause: str, now: int) -> tuple[int, str]:
    row = connection.execute(
        "SELECT wave.id, wave.state FROM label JOIN wave ON wave.id = label.into_wave "
        "WHERE label.id = ? AND wave.cause = ?",
        (label, cause),
    ).fetchone()
    if row is not None:
        connection.execute("UPDATE label SET into_wave = NULL WHERE id = ?", (label,))
    else:
        row = connection.execute(
            "SELECT id, state FROM wave WHERE cause = ?1 AND state = 'running' "
            "AND abs(?2 - joined_at) <= ?3 AND abs(?2 - began_at) < ?4 ORDER BY id DESC LIMIT 1",
            (cause, now, *(one // timedelta(milliseconds=1) for one in (GROWS_FOR, LASTS))),
        ).fetchone()
    return (_new(connection, cause, now), "running") if row is None else (row[0], row[1])


def _new(connection: Connection, cause: str, now: int) -> int:
    made = connection.execute(
        "INSERT INTO wave (cause, began_at, joined_at) VALUES (?, ?, ?) RETURNING id",
        (cause, now, now),
    ).fetchone()
    wave: int = made[0]
    connection.execute(
        "DELETE FROM wave WHERE id < ? AND id NOT IN (SELECT wave FROM delivery "
        "WHERE wave IS NOT NULL)",
        (wave - KEPT,),
    )
    return wave


def count(connection: Connection, label: str, as_: str, at: datetime | None = None) -> None:
    """The label's wave waits for it no more: it is ``shown``, has ``arrived`` or is ``gone``.

    ``at`` is when, where it has it. What was counted stays so, whatever comes of the delivery.
    """
    row = connection.execute(
        "UPDATE delivery SET counted = ? WHERE label = ? AND wave IS NOT NULL AND counted = '' "
        "RETURNING wave",
        (as_, label),
    ).fetchone()
    if row is None:
        return
    connection.execute(
        f"UPDATE wave SET {as_} = {as_} + 1, shown_at = coalesce(?, shown_at) WHERE id = ?",
        (None if at is None else to_ms(at), row[0]),
    )
    connection.note("wave", str(row[0]))


def part(connection: Connection, label: str, at: datetime) -> None:
    """The label gets a wish that is not of its wave: that waits for it no more.

    A wave that the label may come back to remembers it.
    """
    count(connection, label, "gone")
    connection.execute(
        "INSERT INTO left_wave SELECT delivery.label, wave.id, delivery.counted "
        "FROM delivery JOIN wave ON wave.id = delivery.wave WHERE delivery.label = ? "
        "AND (wave.state <> 'running' OR abs(? - wave.began_at) < ?)",
        (label, to_ms(at), LASTS // timedelta(milliseconds=1)),
    )


def leave(connection: Connection, label: str) -> None:
    """The label's delivery is forgotten: it is no part of its wave, as if it had never been."""
    row = connection.execute(
        "SELECT wave, counted FROM delivery WHERE label = ? AND wave IS NOT NULL", (label,)
    ).fetchone()
    if row is None:
        return
    back = f", {row[1]} = {row[1]} - 1" if row[1] else ""
    connection.execute(f"UPDATE wave SET joined = joined - 1{back} WHERE id = ?", (row[0],))
    connection.note("wave", str(row[0]))


def grows(wave: Wave, at: datetime) -> bool:
    """Whether more labels may join it."""
    is_open = abs(at - wave.joined_at) <= GROWS_FOR and abs(at - wave.began_at) < LASTS
    return wave.state == "running" and is_open


def get(connection: Connection, wave: int) -> Wave | None:
    """One wave."""
    row = connection.execute(f"SELECT {_COLUMNS} FROM wave WHERE id = ?", (wave,)).fetchone()
    return None if row is None else _wave(row)


def latest(connection: Connection, limit: int, *, least: int = 1) -> tuple[Wave, ...]:
    """The newest waves with at least so many labels, and those that were stopped; newest first."""
    rows: Iterable[tuple[object, ...]] = connection.execute(
        f"SELECT {_COLUMNS} FROM wave WHERE joined >= ? OR state <> 'running' "
        "ORDER BY id DESC LIMIT ?",
        (least, limit),
    )
    return tuple(_wave(row) for row in rows)


def _wave(row: tuple[object, ...]) -> Wave:
    values = dict(zip(_COLUMNS.split(", "), row, strict=True))
    for name in ("began_at", "joined_at", "shown_at", "decided_at"):
        at = values[name]
        values[name] = from_ms(at) if isinstance(at, int) else None
    return Wave(**values)  # type: ignore[arg-type] # the columns are its fields
