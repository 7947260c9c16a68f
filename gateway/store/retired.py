"""Labels that are out of use: what they were, who retired them, and whether they are down.

One that may still show a picture of ours stays among the labels while it is asked to show nothing:
it is *leaving*, and nobody but the deliveries knows it any more.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway.clock import from_ms, to_ms
from gateway.domain import label_hardware
from gateway.domain.label_hardware import Hardware
from gateway.domain.labels import Target
from gateway.store.database import Connection
from gateway.store.discovered import Discovered
from gateway.store.label_rows import Label

_COLUMNS = (
    "label, family, model, alias, replaced_by, at, by, code, target, hardware, formats, firmware, "
    "via, last_heard, blank, taken_down, "
    "EXISTS (SELECT 1 FROM label WHERE label.id = retired.label AND label.leaving IS NOT NULL)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Retired:
    """A label that is out of use.

    ``target`` is what it stood for. ``hardware`` and ``known`` are what it was, as if it waited to
    be adopted; None for one that an older version retired. ``leaving``: it is asked to show nothing
    and has not confirmed it; ``blank`` is what it confirmed, transferred or shown. ``taken_down``:
    when somebody said that it is off the shelf.
    """

    label: str
    family: str
    model: str
    alias: str | None
    replaced_by: str | None
    at: datetime
    by: str
    code: str = ""
    target: Target | None = None
    hardware: Hardware | None = None
    known: Discovered | None = None
    blank: str = ""
    taken_down: datetime | None = None
    leaving: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """A label on its way out.

    ``blank`` is what it said of the empty picture for good: transferred, shown or ''.
    """

    label: str
    since: datetime
    online: bool
    blank: str


def put(
    connection: Connection,
    known: Label,
    target: Target | None,
    hardware: Hardware,
    *,
    by: str,
    at: datetime,
    to: str | None,
) -> None:
    """Write the label down; ``to`` took its place."""
    aim = None
    if target is not None:
        where = dict(target.where)
        aim = json.dumps({"product": target.product, "group": target.group, "where": where})
    connection.execute(
        "INSERT OR REPLACE INTO retired (label, family, model, alias, replaced_by, at, by, code, "
        "target, hardware, formats, firmware, via, last_heard) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(known.id, known.family, known.panel.name, known.alias, to, to_ms(at), by, known.code),
            *(aim, json.dumps(label_hardware.to_json(hardware)), ",".join(known.formats)),
            *(known.firmware, known.via, to_ms(known.last_heard)),
        ),
    )


def remove(connection: Connection, label: str) -> None:
    """The label is in use again."""
    connection.execute("DELETE FROM retired WHERE label = ?", (label,))


def get(connection: Connection, label: str) -> Retired | None:
    """The label as it was when it was retired."""
    row = connection.execute(f"SELECT {_COLUMNS} FROM retired WHERE label = ?", (label,)).fetchone()
    return None if row is None else _read(row)


def latest(connection: Connection, limit: int, offset: int = 0) -> tuple[Retired, ...]:
    """Retired labels, the latest first."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM retired ORDER BY at DESC, label LIMIT ? OFFSET ?", (limit, offset)
    )
    return tuple(map(_read, rows))


def count(connection: Connection) -> int:
    """How many labels are retired."""
    total: int = connection.execute("SELECT count(*) FROM retired").fetchone()[0]
    return total


def leaving(connection: Connection) -> tuple[Leaving, ...]:
    """The labels on their way out."""
    rows = connection.execute(
        "SELECT id, leaving, online, iif(stale = 0 AND (delivery.state = 'shown' "
        "OR (delivery.state = 'transferred' AND delivery.due_at IS NULL)), delivery.state, '') "
        "FROM label LEFT JOIN delivery ON delivery.label = label.id "
        "WHERE leaving IS NOT NULL ORDER BY leaving, id"
    )
    return tuple(
        Leaving(label=row[0], since=from_ms(row[1]), online=bool(row[2]), blank=row[3])
        for row in rows
    )


def is_blank(connection: Connection, label: str, said: str) -> None:
    """The label ``transferred`` the empty picture or has it ``shown``: nothing more is asked."""
    connection.execute("UPDATE retired SET blank = ? WHERE label = ?", (said, label))


def take_down(connection: Connection, label: str, at: datetime) -> None:
    """Somebody says that the label is off the shelf."""
    connection.execute("UPDATE retired SET taken_down = ? WHERE label = ?", (to_ms(at), label))
    connection.note("label", label)


def tell_heard_again(connection: Connection, label: str) -> bool:
    """A retired label was heard; True the first time."""
    done = connection.execute("UPDATE retired SET told = 1 WHERE label = ? AND told = 0", (label,))
    return done.rowcount == 1


def _read(row: tuple[Any, ...]) -> Retired:
    hardware = None if row[9] is None else label_hardware.read(json.loads(row[9]))
    known = None
    if hardware is not None:
        heard = from_ms(row[13])
        known = Discovered(
            label=row[0],
            family=row[1],
            panel=hardware.panel,
            formats=tuple(row[10].split(",")) if row[10] else (),
            firmware=row[11],
            via=row[12],
            first_heard=heard,
            last_heard=heard,
        )
    return Retired(
        label=row[0],
        family=row[1],
        model=row[2],
        alias=row[3],
        replaced_by=row[4],
        at=from_ms(row[5]),
        by=row[6],
        code=row[7] or "",
        target=None if row[8] is None else Target(**json.loads(row[8])),
        hardware=hardware,
        known=known,
        blank=row[14],
        taken_down=None if row[15] is None else from_ms(row[15]),
        leaving=bool(row[16]),
    )
