"""What the health of labels is judged by, and what was judged."""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway.clock import from_ms, to_ms
from gateway.domain.health import Alert, Seen, Trouble
from gateway.store import tasks
from gateway.store.database import Connection
from gateway.store.reach import MOVES_FOR

WAY_SILENT = "way_silent"
KINDS = (WAY_SILENT, *(f"label_{trouble.value}" for trouble in Trouble))
_NAMED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """A label as it is judged, with the troubles it had before."""

    label: str
    way: str
    seen: Seen
    before: frozenset[Trouble]


def patients(
    connection: Connection,
    after: str,
    limit: int,
    talkers: Iterable[str],
    at: datetime,
    asked: Container[str] = (),
) -> tuple[Patient, ...]:
    """The next labels in the order of their ids; families ``talkers`` are heard by themselves.

    Labels that were ``asked`` had time to answer. A label in a drawer troubles nobody.
    """
    rows = connection.execute(
        "SELECT id, family, via, last_heard, online, away_since, battery_mv, rssi_dbm, moves, "
        "moves_since, foreign_since, troubles, delivery.state, delivery.same, delivery.hold, "
        "delivery.attempts, coalesce(delivery.transferred_at, delivery.queued_at) "
        "FROM label LEFT JOIN delivery ON delivery.label = label.id "
        "WHERE id > ? AND parked = '' ORDER BY id LIMIT ?",
        (after, limit),
    )
    known, forgotten = frozenset(talkers), to_ms(at - MOVES_FOR)
    return tuple(
        _patient(row, should_talk=row[1] in known or row[0] in asked, forgotten=forgotten)
        for row in rows
    )


def _patient(row: tuple[Any, ...], *, should_talk: bool, forgotten: int) -> Patient:
    state, same, hold, attempts, since = row[12:]
    owed = state in {"queued", "transferred"} and attempts > 0 and hold is None
    seen = Seen(
        last_heard=from_ms(row[3]),
        should_talk=should_talk,
        away_since=None if row[4] or row[5] is None else from_ms(row[5]),
        battery_mv=row[6],
        rssi_dbm=row[7],
        moves=row[8] if row[9] >= forgotten else 0,
        foreign_since=None if row[10] is None else from_ms(row[10]),
        shown=state == "shown",
        same=same if state in {"queued", "failed"} and hold is None else 0,
        owed_since=from_ms(since) if owed else None,
    )
    before = frozenset(Trouble(one) for one in row[11].split(",") if one)
    return Patient(label=row[0], way=f"{row[1]}/{row[2]}", seen=seen, before=before)


def quiet(
    connection: Connection, families: Iterable[str], before: datetime
) -> tuple[tuple[str, str], ...]:
    """Label and family of those that show their wish and said nothing since ``before``.

    The longest unheard first.
    """
    rows = connection.execute(
        "SELECT id, family FROM label JOIN delivery ON delivery.label = label.id "
        "WHERE family IN (SELECT value FROM json_each(?)) AND parked = '' "
        "AND delivery.state = 'shown' AND last_heard < ? ORDER BY last_heard, id",
        (json.dumps(list(families)), to_ms(before)),
    )
    return tuple((label, family) for label, family in rows)


def judged(
    connection: Connection, found: Mapping[Patient, Iterable[Trouble]]
) -> tuple[Patient, ...]:
    """Note the troubles of these labels, in place of those they had; returns who is still there.

    That somebody else wrote to a label is over only as far as it was judged, not what came since.
    """
    there = []
    for one, each in found.items():
        since = one.seen.foreign_since
        done = connection.execute(
            "UPDATE label SET troubles = ?1, "
            "foreign_since = iif(instr(?1, 'foreign') OR foreign_since IS NOT ?2, "
            "foreign_since, NULL) WHERE id = ?3",
            (
                ",".join(sorted(trouble.value for trouble in each)),
                *(None if since is None else to_ms(since), one.label),
            ),
        )
        connection.note("label", one.label)
        if done.rowcount:
            there.append(one)
    return tuple(there)


def troubles(connection: Connection, label: str) -> frozenset[Trouble]:
    """What was wrong with the label when it was judged last."""
    row = connection.execute("SELECT troubles FROM label WHERE id = ?", (label,)).fetchone()
    return frozenset(Trouble(one) for one in (row[0] if row else "").split(",") if one)


def told(connection: Connection) -> frozenset[Alert]:
    """What is open of it."""
    rows = connection.execute(
        f"SELECT kind, key FROM task WHERE kind IN ({', '.join('?' * len(KINDS))})", KINDS
    )
    return frozenset(Alert(kind=kind, key=key) for kind, key in rows)


def tell(connection: Connection, alerts: Mapping[Alert, tuple[str, ...]], at: datetime) -> None:
    """Open what is new, bring numbers up to date and close what is over."""
    for one in told(connection) - alerts.keys():
        tasks.close(connection, one.kind, one.key)
    for one, labels in alerts.items():
        detail = {"count": len(labels), "labels": list(labels[:_NAMED])}
        tasks.open_(connection, one.kind, one.key, detail, at)
