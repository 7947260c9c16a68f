"""Which labels a change concerns, and over which ways they are served."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from gateway.clock import from_ms, to_ms
from gateway.store import reach
from gateway.store.database import Connection

_WAVES: Final = 5
_LEAST: Final = 50
"""Waves of fewer labels say little about how fast pictures are drawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WayLoad:
    """So many labels on one way; seconds are averages, None where nothing was measured."""

    way: str
    family: str
    labels: int
    place_s: float | None
    answer_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheduled:
    """Prices that begin or end at one instant, on so many labels."""

    at: datetime
    labels: int


def of_labels(connection: Connection, labels: Iterable[str]) -> tuple[WayLoad, ...]:
    """The load of these labels."""
    chosen = json.dumps(list(labels))
    return _loads(connection, "label.id IN (SELECT value FROM json_each(:chosen))", chosen=chosen)


def of_all(connection: Connection) -> tuple[WayLoad, ...]:
    """The load of every label."""
    return _loads(connection, "1")


def of_template(connection: Connection, template: str) -> tuple[WayLoad, ...]:
    """The load of the labels that show this template, as chosen by somebody or by the facts."""
    return _loads(
        connection,
        "label.id IN (SELECT label FROM wish WHERE template = :template "
        "UNION SELECT label FROM binding WHERE template = :template)",
        template=template,
    )


def of_wave(connection: Connection, wave: int) -> tuple[WayLoad, ...]:
    """The load of what a wave still has to bring."""
    return _loads(
        connection,
        "label.id IN (SELECT label FROM delivery WHERE wave = :wave AND counted = '')",
        wave=wave,
    )


def at_instant(connection: Connection, at: datetime) -> tuple[WayLoad, ...]:
    """The load of the labels whose prices begin or end at this instant."""
    return _loads(connection, "label.next_change = :at", at=to_ms(at))


def scheduled(connection: Connection, until: datetime, limit: int) -> tuple[Scheduled, ...]:
    """The coming instants at which prices begin or end by themselves."""
    rows = connection.execute(
        "SELECT next_change, count(*) FROM label WHERE next_change IS NOT NULL "
        "AND next_change <= ? GROUP BY next_change ORDER BY next_change LIMIT ?",
        (to_ms(until), limit),
    )
    return tuple(Scheduled(at=from_ms(at), labels=count) for at, count in rows)


def draw_s(connection: Connection) -> float:
    """How long a picture took to be drawn and wished for in the last large waves, in seconds.

    The fastest of them tells: in the others changes came one by one, and nobody drew meanwhile.
    """
    row = connection.execute(
        "SELECT min(each) FROM (SELECT (joined_at - began_at) * 1.0 / joined AS each FROM wave "
        "WHERE joined >= ? ORDER BY id DESC LIMIT ?)",
        (_LEAST, _WAVES),
    ).fetchone()
    return 0.0 if row[0] is None else float(row[0]) / 1e3


def _loads(connection: Connection, condition: str, **values: Any) -> tuple[WayLoad, ...]:
    rows = connection.execute(
        "SELECT family, via, count(*), avg(took_ms) FROM label "
        f"WHERE {condition} GROUP BY family, via ORDER BY family, via",
        values,
    ).fetchall()
    found = []
    for family, via, count, took_ms in rows:
        way = f"{family}/{via}"
        pace = reach.pace(connection, way)
        found.append(
            WayLoad(
                way=way,
                family=family,
                labels=count,
                place_s=None if pace is None else pace.place_s,
                answer_s=None if took_ms is None else took_ms / 1e3,
            )
        )
    return tuple(found)
