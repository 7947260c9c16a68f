"""Zones that change hands, and what lists claim of their labels."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from gateway.clock import from_ms, to_ms
from gateway.domain.takeover import Claim, State
from gateway.store import discovered
from gateway.store.database import Connection

TABLE: Final = "takeover"
"""The table that changes are told under."""
_COLUMNS = "zone, label, alias, article, options, template, model, price, currency, shown_at"
SHORTEST: Final = 4
"""Characters of a code from which on it may be only the end of an id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """A zone with its state, since when, and how many labels lists name for it."""

    name: str
    state: State
    at: datetime
    by: str
    labels: int


def state(connection: Connection, zone: str) -> State | None:
    """Where the zone is; None when it is not known."""
    row = connection.execute("SELECT state FROM takeover_zone WHERE zone = ?", (zone,)).fetchone()
    return None if row is None else State(row[0])


def zones(connection: Connection) -> tuple[Zone, ...]:
    """All zones by name."""
    rows = connection.execute(
        "SELECT zone, state, at, by, (SELECT count(*) FROM takeover_label AS one "
        "WHERE one.zone = takeover_zone.zone) FROM takeover_zone ORDER BY zone"
    )
    return tuple(
        Zone(name=row[0], state=State(row[1]), at=from_ms(row[2]), by=row[3], labels=row[4])
        for row in rows
    )


def put(connection: Connection, zone: str, to: State, by: str, at: datetime) -> None:
    """The zone is there now; since when stays where it was there already."""
    connection.execute(
        "INSERT INTO takeover_zone (zone, state, at, by) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (zone) DO UPDATE SET state = excluded.state, at = excluded.at, "
        "by = excluded.by WHERE state <> excluded.state",
        (zone, to.value, to_ms(at), by),
    )
    connection.note(TABLE, zone)


def forget(connection: Connection, zone: str) -> int:
    """Forget the zone and what lists claim of it; how many labels that were."""
    gone = connection.execute("DELETE FROM takeover_label WHERE zone = ?", (zone,)).rowcount
    connection.execute("DELETE FROM takeover_zone WHERE zone = ?", (zone,))
    connection.note(TABLE, zone)
    return gone


def replace(connection: Connection, zone: str, claims: Iterable[Claim]) -> None:
    """These are all the labels of the zone. Raises ``sqlite3.IntegrityError`` for a key twice."""
    connection.execute("DELETE FROM takeover_label WHERE zone = ?", (zone,))
    connection.executemany(
        f"INSERT INTO takeover_label (key, sign, {_COLUMNS}) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                *(one.key, discovered.plain(one.alias), one.zone, one.label, one.alias),
                *(one.article, json.dumps(dict(one.options)), one.template, one.model),
                *(one.price, one.currency),
                None if one.shown_at is None else to_ms(one.shown_at),
            )
            for one in claims
        ],
    )
    connection.note(TABLE, zone)


def claims(connection: Connection, zone: str) -> tuple[Claim, ...]:
    """What lists claim of the zone's labels, by key."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM takeover_label WHERE zone = ? ORDER BY key", (zone,)
    )
    return tuple(map(_read, rows))


def zone_of(connection: Connection, key: str) -> str | None:
    """The zone whose list names this id or alias."""
    row = connection.execute("SELECT zone FROM takeover_label WHERE key = ?", (key,)).fetchone()
    return None if row is None else str(row[0])


def on_label(connection: Connection, label: str) -> tuple[Claim, ...]:
    """What lists claim of the label with this id: by the id, else by what its case may show."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM takeover_label WHERE label = ?1 AND key = ?1", (label,)
    ).fetchall()
    if not rows:
        sign = discovered.plain(label)
        ends = [sign[at:] for at in range(max(len(sign) - SHORTEST + 1, 1))]
        rows = connection.execute(
            f"SELECT {_COLUMNS} FROM takeover_label "
            "WHERE label = '' AND sign IN (SELECT value FROM json_each(?)) ORDER BY key",
            (json.dumps(ends),),
        ).fetchall()
    return tuple(map(_read, rows))


def named_with(connection: Connection, label: str) -> int:
    """How many labels lists name in all, when they name this one; else 0."""
    if not on_label(connection, label):
        return 0
    named: int = connection.execute("SELECT count(*) FROM takeover_label").fetchone()[0]
    return named


def is_held(connection: Connection, label: str) -> bool:
    """Whether another system drives the label: a list names it for a zone that is not switched."""
    return any(
        state(connection, one.zone) is not State.SWITCHED for one in on_label(connection, label)
    )


def heard_ids(connection: Connection) -> tuple[str, ...]:
    """The ids of all labels that are ours or wait."""
    rows = connection.execute("SELECT id FROM label UNION SELECT label FROM discovered ORDER BY 1")
    return tuple(row[0] for row in rows)


def labels_in(connection: Connection, zone: str) -> tuple[str, ...]:
    """The labels of ours that hang in the zone."""
    rows = connection.execute("SELECT id FROM label WHERE zone = ? ORDER BY id", (zone,))
    return tuple(row[0] for row in rows)


def _read(row: tuple[Any, ...]) -> Claim:
    return Claim(
        zone=row[0],
        label=row[1],
        alias=row[2],
        article=row[3],
        options=json.loads(row[4]),
        template=row[5],
        model=row[6],
        price=row[7],
        currency=row[8],
        shown_at=None if row[9] is None else from_ms(row[9]),
    )
