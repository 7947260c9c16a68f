"""Labels that were heard and that nobody adopted: they wait, and are never driven.

Names come from the air, so there is only so much room: when it is full, who was not heard for a
while makes room for newcomers, and while all are heard newcomers are turned away. For labels
that lists name there is room apart, as much as lists name labels.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from device_drivers.api.drivers import Announced, Telemetry, Unidentified
from device_drivers.api.panels import Ink, Panel
from gateway.clock import from_ms, to_ms
from gateway.store.database import Connection

MOST: Final = 2_000
"""Labels that wait at the same time and that no list names; a delivery of new ones is some
hundreds."""
FORGOTTEN_AFTER: Final = timedelta(days=7)
_GIVES_WAY_AFTER: Final = timedelta(hours=1)
TABLE: Final = "discovered"
"""The table that changes are told under."""

_COLUMNS = (
    "label, family, model, width, height, inks, dpi, formats, firmware, showing, via, rssi_dbm, "
    "battery_mv, first_heard, last_heard"
)
SHORTEST: Final = 4
"""Characters of the end of an id that are enough to mean it."""
_NO_SIGN = re.compile(r"[^0-9A-Za-z]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovered:
    """A label that waits; ``panel`` is None where it does not tell its model."""

    label: str
    family: str
    panel: Panel | None
    formats: tuple[str, ...]
    firmware: str
    first_heard: datetime
    last_heard: datetime
    showing: str | None = None
    via: str = ""
    telemetry: Telemetry = field(default_factory=Telemetry)


def put(
    connection: Connection,
    family: str,
    heard: Announced | Unidentified,
    at: datetime,
    *,
    most: int = MOST,
    named: int = 0,
) -> bool:
    """Let the label wait, or bring up to date what is known of it; False without room for it.

    ``named`` is how many labels lists name, when they name this one.
    """
    known = connection.execute(
        "SELECT 1 FROM discovered WHERE label = ?", (heard.label,)
    ).fetchone()
    listed = named > 0 and (known is not None or count(connection, listed=True) < named)
    if known is None and not listed and not _has_room(connection, at, most):
        return False
    panel = heard.panel if isinstance(heard, Announced) else None
    told: tuple[Any, ...] = (None, None, None, None, None, "", None)
    if isinstance(heard, Announced) and panel is not None:
        inks = ",".join(ink.value for ink in panel.inks)
        told = (panel.name, panel.width, panel.height, inks, panel.dpi)
        told += (",".join(heard.formats), heard.showing)
    now = to_ms(at)
    connection.execute(
        "INSERT INTO discovered (label, family, model, width, height, inks, dpi, formats, showing, "
        "firmware, via, rssi_dbm, battery_mv, first_heard, last_heard, listed) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?14, ?14, ?15) "
        "ON CONFLICT (label) DO UPDATE SET family = excluded.family, model = excluded.model, "
        "width = excluded.width, height = excluded.height, inks = excluded.inks, "
        "dpi = excluded.dpi, formats = excluded.formats, showing = excluded.showing, "
        "firmware = excluded.firmware, via = excluded.via, "
        "rssi_dbm = coalesce(excluded.rssi_dbm, rssi_dbm), "
        "battery_mv = coalesce(excluded.battery_mv, battery_mv), last_heard = excluded.last_heard, "
        "listed = excluded.listed",
        (
            *(heard.label, family, *told, heard.firmware, heard.via),
            *(heard.telemetry.rssi_dbm, heard.telemetry.battery_mv, now, int(listed)),
        ),
    )
    connection.note(TABLE, heard.label)
    return True


def hear(connection: Connection, label: str, telemetry: Telemetry, via: str, at: datetime) -> None:
    """A label that waits was heard again."""
    done = connection.execute(
        "UPDATE discovered SET last_heard = ?, rssi_dbm = coalesce(?, rssi_dbm), "
        "battery_mv = coalesce(?, battery_mv), via = iif(?4 = '', via, ?4) WHERE label = ?5",
        (to_ms(at), telemetry.rssi_dbm, telemetry.battery_mv, via, label),
    )
    if done.rowcount:
        connection.note(TABLE, label)


def get(connection: Connection, label: str) -> Discovered | None:
    """The label that waits under this id."""
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM discovered WHERE label = ?", (label,)
    ).fetchone()
    return None if row is None else _read(row)


def nearest(connection: Connection, limit: int) -> tuple[Discovered, ...]:
    """The labels with the best signal first; those that tell none come last, latest first."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM discovered "
        "ORDER BY rssi_dbm IS NULL, rssi_dbm DESC, last_heard DESC, label LIMIT ?",
        (limit,),
    )
    return tuple(map(_read, rows))


def count(connection: Connection, *, listed: bool | None = None) -> int:
    """How many labels wait; ``listed`` says whether lists name them, None counts all."""
    total: int = connection.execute(
        "SELECT count(*) FROM discovered WHERE listed IN (?, ?)",
        (0, 1) if listed is None else (int(listed), int(listed)),
    ).fetchone()[0]
    return total


def meant_by(connection: Connection, printed: str) -> tuple[str, ...]:
    """The ids of waiting labels that a code printed on a case can mean: exact ones, else by end."""
    rows = [row[0] for row in connection.execute("SELECT label FROM discovered ORDER BY label")]
    return matching(rows, printed)


def matching(ids: Iterable[str], printed: str) -> tuple[str, ...]:
    """Those of the ids that a printed code means; signs and case do not count.

    Cases often show only the end of the id: that counts from four characters on, where no id is
    meant in full.
    """
    code = plain(printed)
    if not code:
        return ()
    known = [(one, plain(one)) for one in ids]
    exact = tuple(one for one, text in known if text == code)
    if exact or len(code) < SHORTEST:
        return exact
    return tuple(one for one, text in known if text.endswith(code))


def plain(printed: str) -> str:
    """A printed code as it is compared: letters and digits only, capitals."""
    return _NO_SIGN.sub("", printed).upper()


def remove(connection: Connection, label: str) -> None:
    """The label does not wait any more."""
    connection.execute("DELETE FROM discovered WHERE label = ?", (label,))
    connection.note(TABLE, label)


def prune(connection: Connection, before: datetime, limit: int = 500) -> int:
    """Forget up to ``limit`` labels last heard before ``before``; how many there were."""
    gone = connection.execute(
        "DELETE FROM discovered WHERE label IN "
        "(SELECT label FROM discovered WHERE last_heard < ? ORDER BY last_heard LIMIT ?)",
        (to_ms(before), limit),
    )
    if gone.rowcount:
        connection.note(TABLE, "")
    return gone.rowcount


def _has_room(connection: Connection, at: datetime, most: int) -> bool:
    if count(connection, listed=False) < most:
        return True
    gone = connection.execute(
        "DELETE FROM discovered WHERE label = (SELECT label FROM discovered "
        "WHERE listed = 0 AND last_heard < ? ORDER BY last_heard LIMIT 1)",
        (to_ms(at - _GIVES_WAY_AFTER),),
    )
    return gone.rowcount > 0


def _read(row: tuple[Any, ...]) -> Discovered:
    panel = None
    if row[2] is not None:
        inks = tuple(Ink(ink) for ink in row[5].split(","))
        panel = Panel(name=row[2], width=row[3], height=row[4], inks=inks, dpi=row[6])
    return Discovered(
        label=row[0],
        family=row[1],
        panel=panel,
        formats=tuple(row[7].split(",")) if row[7] else (),
        firmware=row[8],
        showing=row[9],
        via=row[10],
        telemetry=Telemetry(rssi_dbm=row[11], battery_mv=row[12]),
        first_heard=from_ms(row[13]),
        last_heard=from_ms(row[14]),
    )
