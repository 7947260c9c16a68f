"""Waves that a person stopped: paused for a while, or cancelled.

A stop holds what is in the wave, drawn or still to be drawn, and nothing that comes later. A pause
delays all but what is urgent. Cancelling gives up only what may be given up: prices that go down,
corrections and what must not be sold are sent all the same. Labels that are held show another
picture than they should; so a task says so until nothing is held: of a cancelled wave at once, of a
paused one when it seems forgotten.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from gateway.clock import to_ms
from gateway.domain import ranking
from gateway.domain.ranking import Move, Rank
from gateway.store import tasks, waves
from gateway.store.database import Connection
from gateway.store.waves import Wave

FORGOTTEN_AFTER: Final = timedelta(hours=1)
"""A pause that lasts so long becomes a task."""
TASKS: Final = {"paused": "wave_paused", "cancelled": "wave_cancelled"}
"""The kinds of tasks by the state of the wave; the key is its number."""

_PAUSED: Final = f"delivery.rank > {int(max(ranking.URGENT))}"
_CANCELLED: Final = (
    f"(delivery.rank > {int(max(ranking.FIRM))} AND delivery.repriced > {int(Move.DOWN)})"
)
_LEFT: Final = "delivery.wave = :wave AND delivery.counted = ''"


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """So many labels of a wave are held; the picture of ``prices`` of them has another price."""

    labels: int
    prices: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What cancelling a wave would mean for its labels.

    ``kept`` keep what they show, ``sent`` get theirs all the same, and pictures of ``coming`` ones
    are not drawn yet.
    """

    kept: Held
    sent: int
    coming: int


def hold(state: str, rank: Rank, move: Move) -> str | None:
    """Why a delivery that joins a wave in this ``state`` waits; None when it does not."""
    if state == "paused":
        return None if rank in ranking.URGENT else state
    if state == "cancelled":
        return None if ranking.is_firm(rank, move) else state
    return None


def pause(connection: Connection, wave: int, by: str, at: datetime) -> None:
    """Send nothing more of a running wave for now; what is urgent goes on."""
    if _decide(connection, wave, "paused", by, at, of=("running",)):
        connection.execute(
            "UPDATE delivery SET hold = 'paused', due_at = NULL "
            f"WHERE {_LEFT} AND due_at IS NOT NULL AND {_PAUSED}",
            {"wave": wave},
        )
        _told(connection, at)


def cancel(connection: Connection, wave: int, by: str, at: datetime) -> None:
    """Give up what is left of it: those labels keep what they show. What is firm is sent."""
    if _decide(connection, wave, "cancelled", by, at, of=("running", "paused")):
        connection.execute(
            f"UPDATE delivery SET hold = iif({_CANCELLED}, 'cancelled', NULL), "
            f"due_at = iif({_CANCELLED}, NULL, coalesce(due_at, :now)) "
            f"WHERE {_LEFT} AND (due_at IS NOT NULL OR hold = 'paused')",
            {"wave": wave, "now": to_ms(at)},
        )
        _told(connection, at)


def resume(connection: Connection, wave: int, by: str, at: datetime) -> None:
    """Go on with it, also after it was cancelled."""
    if _decide(connection, wave, "running", by, at, of=("paused", "cancelled")):
        connection.execute(
            "UPDATE delivery SET hold = NULL, due_at = :now "
            "WHERE wave = :wave AND hold IN ('paused', 'cancelled')",
            {"wave": wave, "now": to_ms(at)},
        )
        _told(connection, at)


def outlook(connection: Connection, wave: Wave, at: datetime) -> Outlook:
    """What cancelling it at ``at`` would mean."""
    kept, prices, sent = connection.execute(
        f"SELECT coalesce(sum({_CANCELLED}), 0), coalesce(sum({_CANCELLED} AND repriced <> 0), 0), "
        f"coalesce(sum(NOT {_CANCELLED}), 0) FROM delivery WHERE {_LEFT} AND hold IS NOT 'foreign'",
        {"wave": wave.id},
    ).fetchone()
    return Outlook(
        kept=Held(labels=kept, prices=prices), sent=sent, coming=_coming(connection, wave, at)
    )


def held(connection: Connection) -> Mapping[int, Held]:
    """The stopped waves that hold labels, with how many."""
    rows = connection.execute(
        "SELECT wave, count(*), sum(repriced <> 0) FROM delivery "
        "WHERE hold IN ('paused', 'cancelled') GROUP BY wave"
    )
    return {wave: Held(labels=labels, prices=prices) for wave, labels, prices in rows}


def is_behind(connection: Connection, at: datetime) -> bool:
    """Whether ``look_after`` would do something."""
    return _wanted(connection, at) != _open(connection)


def look_after(connection: Connection, at: datetime) -> None:
    """Open, bring up to date and close the tasks of stopped waves."""
    wanted = _wanted(connection, at)
    for kind, key in _open(connection).keys() - wanted.keys():
        tasks.close(connection, kind, key)
    for (kind, key), detail in wanted.items():
        tasks.open_(connection, kind, key, detail, at)


def _decide(
    connection: Connection, wave: int, state: str, by: str, at: datetime, *, of: tuple[str, ...]
) -> bool:
    """Note who decided; False when the wave is in no state that this is for."""
    before = waves.get(connection, wave)
    if before is None or before.state not in of:
        return False
    if waves.grows(before, at):
        # What is not drawn yet is of the same change; labels that change again leave it.
        connection.execute(
            "UPDATE label SET into_wave = ? WHERE stale > 0 AND stale_for = ? "
            "AND into_wave IS NULL",
            (wave, before.cause),
        )
    connection.execute(
        "UPDATE wave SET state = ?, decided_by = ?, decided_at = ? WHERE id = ?",
        (state, by, to_ms(at), wave),
    )
    connection.note("wave", str(wave))
    return True


def _told(connection: Connection, at: datetime) -> None:
    look_after(connection, at)
    connection.note("turn", "")
    connection.note("delivery", "")


def _coming(connection: Connection, wave: Wave, at: datetime) -> int:
    """Labels whose picture for the wave is not drawn yet."""
    row: tuple[int] = connection.execute(
        "SELECT count(*) FROM label WHERE stale > 0 AND (into_wave = ?1 "
        "OR (?2 AND into_wave IS NULL AND stale_for = ?3))",
        (wave.id, waves.grows(wave, at), wave.cause),
    ).fetchone()
    return row[0]


def _wanted(connection: Connection, at: datetime) -> dict[tuple[str, str], dict[str, Any]]:
    found = {}
    for number, some in held(connection).items():
        wave = waves.get(connection, number)
        if wave is None or wave.decided_at is None or wave.state not in TASKS:
            continue
        if wave.state == "cancelled" or at - wave.decided_at >= FORGOTTEN_AFTER:
            detail = {"count": some.labels, "prices": some.prices}
            found[TASKS[wave.state], str(number)] = detail
    return found


def _open(connection: Connection) -> dict[tuple[str, str], Mapping[str, Any]]:
    return {
        (kind, task.key): task.detail
        for kind in TASKS.values()
        for task in tasks.of_kind(connection, kind, waves.KEPT)
    }
