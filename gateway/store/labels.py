"""Labels, what they are bound to, and how stale their wish is."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from device_drivers.api.drivers import Announced, Presence, Telemetry
from gateway.clock import from_ms, to_ms
from gateway.domain.labels import Target, new_code
from gateway.store import price_shown, tasks
from gateway.store.database import Connection
from gateway.store.label_rows import COLUMNS, Label, read


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """What a label stands for, by whom and since when; ``template`` None lets the facts decide."""

    label: str
    target: Target
    template: str | None
    bound_at: datetime
    bound_by: str


DUE_AT_ONCE: Final = 100
"""Labels marked in one transaction when many prices change at the same time."""
MARKED: Final = (
    "stale = stale + 1, into_wave = NULL, "
    "stale_for = iif(stale > 0 AND stale_for = 'staff', stale_for, ?1)"
)
"""What staff did stays the reason, whatever comes before it was looked at; what is new belongs to
no wave that was stopped."""
LEFT_OUT: Final = "text_left_out"
"""The task that a text of an article cannot be drawn, until no label stands for it any more."""
MAX_LABELS = 60_000
"""Labels taken in. The largest shops have some 30,000 tags; more means that something makes names
up, and each name costs a row, a picture and room in every list."""


def get(connection: Connection, label: str, *, leaving: bool = False) -> Label | None:
    """The label with this id; with ``leaving`` also one that is on its way out."""
    row = connection.execute(
        f"SELECT {COLUMNS} FROM label WHERE id = ? AND (leaving IS NULL OR ?)", (label, leaving)
    ).fetchone()
    return None if row is None else read(row)


def by_code(connection: Connection, code: str) -> Label | None:
    """The label with this (normalised) code."""
    row = connection.execute(
        f"SELECT {COLUMNS} FROM label WHERE code = ? AND leaving IS NULL", (code,)
    ).fetchone()
    return None if row is None else read(row)


def count(connection: Connection) -> int:
    """How many labels are known."""
    total: int = connection.execute("SELECT count(*) FROM label").fetchone()[0]
    return total


def target_of_code(connection: Connection, code: str) -> Target | None:
    """What the label with this code is bound to; None for unknown and unbound labels."""
    label = by_code(connection, code)
    bound = binding(connection, label.id) if label is not None else None
    return bound.target if bound is not None else None


def announce(
    connection: Connection,
    family: str,
    heard: Announced,
    at: datetime,
    *,
    before: Label | None = None,
) -> bool:
    """Note what a label says of itself; True when it was not known before.

    A label that changed its panel is stale, so that it gets a picture of its new size. ``before``
    is the label as it is kept, for who has read it already.
    """
    now = to_ms(at)
    before = before or get(connection, heard.label, leaving=True)
    panel = heard.panel
    if before is not None and before.correction is not None:
        panel = before.correction.viewed(panel)
    inks = ",".join(ink.value for ink in panel.inks)
    described = (
        *(panel.width, panel.height, inks, panel.dpi, panel.name),
        *(",".join(heard.formats), heard.firmware),
    )
    if before is None:
        connection.execute(
            "INSERT INTO label (id, family, code, width, height, inks, dpi, model, formats, "
            "firmware, first_heard, last_heard, via, sight_sha256, sight_at) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (heard.label, family, _free_code(connection), *described, now, now, heard.via)
            + ((heard.showing, now) if heard.showing is not None else (None, None)),
        )
        connection.note("stale", heard.label)
    else:
        changed = before.panel != panel
        connection.execute(
            "UPDATE label SET width = ?, height = ?, inks = ?, dpi = ?, model = ?, formats = ?, "
            "firmware = ?, stale = stale + ?, into_wave = iif(?, NULL, into_wave) WHERE id = ?",
            (*described, int(changed), int(changed), heard.label),
        )
        if heard.tells_showing and heard.showing != before.sight_sha256:
            see(connection, heard.label, heard.showing, at)
        if changed:
            connection.note("stale", heard.label)
    connection.note("label", heard.label)
    return before is None


def see(connection: Connection, label: str, sha256: str | None, at: datetime) -> None:
    """Note the picture that the label says it shows; the one before is old from here on."""
    connection.note("label", label)
    same = connection.execute(
        "UPDATE label SET sight_at = ? WHERE id = ? AND sight_sha256 IS ?",
        (to_ms(at), label, sha256),
    )
    if same.rowcount:
        return
    connection.execute(
        "UPDATE frame SET made_at = max(made_at, ?1) WHERE fingerprint = ("
        "SELECT picture.fingerprint FROM label JOIN picture ON picture.sha256 = label.sight_sha256 "
        "WHERE label.id = ?2)",
        (to_ms(at), label),
    )
    connection.execute(
        "UPDATE label SET sight_sha256 = ?, sight_at = ? WHERE id = ?", (sha256, to_ms(at), label)
    )


def hear(connection: Connection, label: str, telemetry: Telemetry, at: datetime) -> bool:
    """Note that the label was heard, with what it measured; True when it was out of reach."""
    connection.note("label", label)
    measured = (telemetry.battery_mv, telemetry.rssi_dbm, telemetry.temperature_c)
    heard = (
        "UPDATE label SET last_heard = ?, online = 1, away_since = NULL, "
        "battery_mv = coalesce(?, battery_mv), rssi_dbm = coalesce(?, rssi_dbm), "
        "temperature_c = coalesce(?, temperature_c) WHERE id = ? AND online = ?"
    )
    if connection.execute(heard, (to_ms(at), *measured, label, 1)).rowcount:
        return False
    return connection.execute(heard, (to_ms(at), *measured, label, 0)).rowcount == 1


def renew(connection: Connection, label: str, firmware: str) -> None:
    """Note the firmware of a label that does not tell its model."""
    connection.execute(
        "UPDATE label SET firmware = ?1 WHERE id = ?2 AND firmware <> ?1", (firmware, label)
    )


def presence(connection: Connection, heard: Presence, at: datetime) -> bool:
    """Note that the label came into or went out of reach; True when that is news.

    What the broker kept may be from long ago: it is no word of the label, and only takes back a
    goodbye that the broker does not keep any more.
    """
    if heard.online and heard.retained:
        done = connection.execute(
            "UPDATE label SET online = 1, away_since = NULL "
            "WHERE id = ? AND online = 0 AND away_since > last_heard",
            (heard.label,),
        )
        if done.rowcount:
            connection.note("label", heard.label)
        return done.rowcount == 1
    if heard.online:
        connection.execute("UPDATE label SET last_heard = ? WHERE id = ?", (to_ms(at), heard.label))
    done = connection.execute(
        "UPDATE label SET online = ?1, away_since = iif(?1, NULL, coalesce(away_since, ?2)) "
        "WHERE id = ?3 AND online <> ?1",
        (int(heard.online), to_ms(at), heard.label),
    )
    connection.note("label", heard.label)
    return done.rowcount == 1


def fell_silent(connection: Connection, label: str, last_heard: datetime) -> bool:
    """The label is out of reach since it was heard last; False when it was heard meanwhile."""
    done = connection.execute(
        "UPDATE label SET online = 0, away_since = last_heard "
        "WHERE id = ? AND online = 1 AND last_heard = ?",
        (label, to_ms(last_heard)),
    )
    connection.note("label", label)
    return done.rowcount == 1


def bind(connection: Connection, bound: Binding, *, why: str = "staff") -> None:
    """Bind a known label, in place of what it was bound to before.

    What staff did is planned and delivered first. Raises ``KeyError`` for an unknown label.
    """
    target, before = bound.target, binding(connection, bound.label)
    try:
        connection.execute(
            "INSERT OR REPLACE INTO binding "
            "(label, product, group_id, fixed, template, bound_at, bound_by) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                *(bound.label, target.product, target.group, json.dumps(dict(target.where))),
                *(bound.template, to_ms(bound.bound_at), bound.bound_by),
            ),
        )
    except sqlite3.IntegrityError as error:
        raise KeyError(bound.label) from error
    _left(connection, before)
    connection.execute("UPDATE label SET parked = '' WHERE id = ?", (bound.label,))
    look_again(connection, bound.label, why)


def unbind(connection: Connection, label: str, *, why: str = "staff") -> None:
    """Let the label stand for nothing; it will show its code."""
    leave(connection, label)
    look_again(connection, label, why)


def leave(connection: Connection, label: str) -> None:
    """The label stands for nothing from now on; what it will show is the caller's concern."""
    before = binding(connection, label)
    connection.execute("DELETE FROM binding WHERE label = ?", (label,))
    _left(connection, before)


def article(target: Target) -> str:
    """``product/<id>`` or ``group/<id>?<axis>=<value>``."""
    if target.product is not None:
        return f"product/{target.product}"
    fixed = f"?{urlencode(sorted(target.where.items()))}" if target.where else ""
    return f"group/{target.group}{fixed}"


def _left(connection: Connection, before: Binding | None) -> None:
    """Nobody has to mend the texts of an article for which no label stands any more."""
    if before is None:
        return
    others = connection.execute(
        "SELECT fixed FROM binding WHERE product = ?1 "
        "UNION SELECT fixed FROM binding WHERE group_id = ?2",
        (before.target.product, before.target.group),
    )
    if all(json.loads(fixed) != dict(before.target.where) for (fixed,) in others):
        tasks.close(connection, LEFT_OUT, article(before.target))


def binding(connection: Connection, label: str) -> Binding | None:
    """What the label is bound to."""
    row = connection.execute(
        "SELECT label, product, group_id, fixed, template, bound_at, bound_by FROM binding "
        "WHERE label = ?",
        (label,),
    ).fetchone()
    if row is None:
        return None
    return Binding(
        label=row[0],
        target=Target(product=row[1], group=row[2], where=json.loads(row[3])),
        template=row[4],
        bound_at=from_ms(row[5]),
        bound_by=row[6],
    )


def mark_stale(
    connection: Connection, products: Iterable[str], groups: Iterable[str], *, group_rows: set[str]
) -> None:
    """Mark the labels of these products and groups stale.

    ``groups`` are the groups concerned; labels on a single product of a group follow only where
    the group's own row changed (``group_rows``).
    """
    found = standing_for(connection, products, groups, group_rows=group_rows)
    for label in found:
        look_again(connection, label, "feed")
    if found:
        _hurry(connection, products)


def standing_for(
    connection: Connection, products: Iterable[str], groups: Iterable[str], *, group_rows: set[str]
) -> list[str]:
    """The labels that ``mark_stale`` would mark."""
    found = connection.execute(
        "SELECT label FROM binding WHERE product IN (SELECT value FROM json_each(?1)) "
        "UNION SELECT label FROM binding WHERE group_id IN (SELECT value FROM json_each(?2)) "
        "UNION SELECT label FROM binding WHERE product IN (SELECT id FROM product "
        "WHERE group_id IN (SELECT value FROM json_each(?3)))",
        tuple(json.dumps(list(keys)) for keys in (products, groups, group_rows)),
    )
    return [row[0] for row in found]


def _hurry(connection: Connection, products: Iterable[str]) -> None:
    """Labels of these products are urgent where the product is blocked or recalled."""
    withdrawn = connection.execute(
        "SELECT in_force.key, product.group_id FROM json_each(?) AS touched "
        "CROSS JOIN in_force ON in_force.kind = 'product' AND in_force.key = touched.value "
        "CROSS JOIN product ON product.id = in_force.key "
        "WHERE json_extract(in_force.value, '$.status') IN ('blocked', 'recalled')",
        (json.dumps(list(products)),),
    ).fetchall()
    for product, group in withdrawn:
        connection.execute(
            "UPDATE label SET urgent = max(urgent, 1) WHERE stale > 0 "
            "AND id IN (SELECT label FROM binding WHERE product = ?1 "
            "UNION ALL SELECT label FROM binding WHERE group_id = ?2)",
            (product, group),
        )


def mark_due_stale(connection: Connection, at: datetime) -> None:
    """Mark stale the next labels whose price begins or ends at or before ``at``.

    So few at once that others get to write; until ``rounds.next_change`` is later there are more.
    """
    due = connection.execute(
        "SELECT id FROM label WHERE next_change <= ? ORDER BY next_change, id LIMIT ?",
        (to_ms(at), DUE_AT_ONCE),
    ).fetchall()
    price_shown.unsettle(connection, [label for (label,) in due], at)
    for (label,) in due:
        connection.execute("UPDATE label SET next_change = NULL WHERE id = ?", (label,))
        look_again(connection, label, "time")


def stale(
    connection: Connection, limit: int, among: Iterable[str] | None = None
) -> tuple[Label, ...]:
    """Labels whose wish must be looked at again: any, or those ``among`` these."""
    if among is None:
        rows = connection.execute(
            f"SELECT {COLUMNS} FROM label WHERE stale > 0 ORDER BY id LIMIT ?", (limit,)
        )
    else:
        rows = connection.execute(
            f"SELECT {COLUMNS} FROM label WHERE stale > 0 "
            "AND id IN (SELECT value FROM json_each(?)) ORDER BY id LIMIT ?",
            (json.dumps(list(among)), limit),
        )
    return tuple(read(row) for row in rows)


def planned(
    connection: Connection, label: str, *, looked_at: int, next_change: datetime | None
) -> int | None:
    """The wish is up to date with ``looked_at`` (the ``stale`` count read before planning).

    Returns how often the label became stale anew meanwhile; None for one that is gone.
    """
    row = connection.execute(
        "UPDATE label SET stale = stale - ?1, urgent = iif(stale > ?1, urgent, 0), "
        "next_change = ?2 WHERE id = ?3 RETURNING stale",
        (looked_at, None if next_change is None else to_ms(next_change), label),
    ).fetchone()
    return None if row is None else int(row[0])


def look_again(connection: Connection, label: str, why: str) -> None:
    """Mark one label stale."""
    connection.execute(
        f"UPDATE label SET {MARKED}, urgent = max(urgent, iif(?1 = 'staff', 2, 0)) WHERE id = ?2",
        (why, label),
    )
    connection.note("stale", label)
    connection.note("label", label)


def _free_code(connection: Connection) -> str:
    while True:
        code = new_code()
        taken = connection.execute("SELECT 1 FROM label WHERE code = ?", (code,)).fetchone()
        if taken is None:
            return code
