"""Where labels are in their life: taken in, named, parked, shown a test card, retired."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Literal

from device_drivers.api import correction as corrections
from device_drivers.api.correction import Correction
from device_drivers.api.drivers import Announced
from device_drivers.api.panels import Panel
from gateway.clock import to_ms
from gateway.domain.label_hardware import Hardware
from gateway.domain.label_life import Life
from gateway.store import deliveries, discovered, labels, price_shown, retired
from gateway.store.database import Connection
from gateway.store.discovered import Discovered
from gateway.store.label_rows import COLUMNS, Label, read

Parked = Literal["blank", "code"]
Card = Literal["raw", "checked"]


def life(connection: Connection, label: str) -> Life | None:
    """Where the label is; None for one that was never heard."""
    known = labels.get(connection, label)
    if known is not None:
        if known.parked:
            return Life.PARKED
        return Life.ADOPTED if labels.binding(connection, label) is None else Life.BOUND
    if retired.get(connection, label) is not None:
        return Life.RETIRED
    return None if discovered.get(connection, label) is None else Life.WAITING


def take_in(
    connection: Connection,
    waiting: Discovered,
    panel: Panel,
    at: datetime,
    correction: Correction | None = None,
) -> None:
    """A label that waited is ours from now on; ``panel`` is that of its model."""
    heard = Announced(
        label=waiting.label,
        panel=panel,
        formats=waiting.formats,
        firmware=waiting.firmware,
        showing=waiting.showing,
        via=waiting.via,
        telemetry=waiting.telemetry,
    )
    labels.announce(connection, waiting.family, heard, at)
    labels.hear(connection, waiting.label, waiting.telemetry, waiting.last_heard)
    if correction is not None:
        correct(connection, waiting.label, correction)
    discovered.remove(connection, waiting.label)
    retired.remove(connection, waiting.label)


def retire(
    connection: Connection, label: str, *, by: str, at: datetime, to: str | None, shows: bool
) -> None:
    """The label is out of use, and all that stands for it goes; ``to`` took its place.

    While it may show a picture of ours (``shows``) it is asked to show nothing; its alias is free.
    """
    known = labels.get(connection, label)
    if known is None:
        raise KeyError(label)
    bound = labels.binding(connection, label)
    correction = known.correction or Correction()
    hardware = Hardware(
        family=known.family, panel=correction.model(known.panel), correction=correction
    )
    target = None if bound is None else bound.target
    retired.put(connection, known, target, hardware, by=by, at=at, to=to)
    if not shows:
        forget(connection, label)
        return
    price_shown.left(connection, label)
    connection.execute(
        "UPDATE label SET leaving = ?, alias = NULL, card = '', card_until = NULL WHERE id = ?",
        (to_ms(at), label),
    )
    park(connection, label, "blank")


def stay(connection: Connection, label: str) -> None:
    """A label on its way out is ours again, without an article."""
    connection.execute("UPDATE label SET leaving = NULL WHERE id = ?", (label,))
    retired.remove(connection, label)
    park(connection, label, None)


def forget(connection: Connection, label: str) -> None:
    """The label is none of ours any more."""
    deliveries.forget(connection, label)
    price_shown.left(connection, label)
    labels.leave(connection, label)
    connection.execute("DELETE FROM label WHERE id = ?", (label,))
    connection.note("label", label)


def name(connection: Connection, label: str, alias: str | None) -> bool:
    """Give the label the id that is printed on its case; False when another has it."""
    taken = by_alias(connection, alias) if alias is not None else None
    if taken is not None and taken != label:
        return False
    connection.execute("UPDATE label SET alias = ? WHERE id = ?", (alias, label))
    connection.note("label", label)
    return True


def keep_code(connection: Connection, label: str, code: str) -> None:
    """Let the label have the code that it had before, unless another has it by now."""
    connection.execute(
        "UPDATE label SET code = ?1 WHERE id = ?2 "
        "AND NOT EXISTS (SELECT 1 FROM label WHERE code = ?1)",
        (code, label),
    )
    connection.note("label", label)


def by_alias(connection: Connection, alias: str) -> str | None:
    """The label whose case says this."""
    row = connection.execute("SELECT id FROM label WHERE alias = ?", (alias,)).fetchone()
    return None if row is None else str(row[0])


def meant_by(connection: Connection, printed: str) -> tuple[str, ...]:
    """The ids of our labels that a code printed on a case can mean; at most three."""
    code = discovered.plain(printed)
    if len(code) < discovered.SHORTEST:
        return ()
    rows = connection.execute(
        "SELECT id FROM label "
        "WHERE upper(replace(replace(replace(id, '-', ''), '.', ''), '_', '')) "
        "LIKE '%' || ? AND leaving IS NULL ORDER BY length(id), id LIMIT 3",
        (code,),
    )
    return discovered.matching((row[0] for row in rows), printed)


def free(connection: Connection, but: str, limit: int) -> tuple[Label, ...]:
    """Our labels that stand for nothing, without ``but``; those heard last first."""
    rows = connection.execute(
        f"SELECT {COLUMNS} FROM label WHERE leaving IS NULL AND id <> ? "
        "AND NOT EXISTS (SELECT 1 FROM binding WHERE binding.label = label.id) "
        "ORDER BY last_heard DESC, id LIMIT ?",
        (but, limit),
    )
    return tuple(map(read, rows))


def place(connection: Connection, label: str, zone: str | None) -> None:
    """Say where in the shop the label hangs."""
    connection.execute("UPDATE label SET zone = ? WHERE id = ?", (zone, label))
    connection.note("label", label)


def park(connection: Connection, label: str, shows: Parked | None) -> None:
    """Let the label lie in a drawer and show this; None takes it out again."""
    labels.leave(connection, label)
    connection.execute("UPDATE label SET parked = ? WHERE id = ?", (shows or "", label))
    labels.look_again(connection, label, "staff")


def show_card(
    connection: Connection, label: str, card: Card | None, until: datetime | None = None
) -> None:
    """Let the label show the test card until then; None ends that."""
    connection.execute(
        "UPDATE label SET card = ?, card_until = ? WHERE id = ?",
        (card or "", None if until is None else to_ms(until), label),
    )
    labels.look_again(connection, label, "staff")


def correct(connection: Connection, label: str, correction: Correction) -> None:
    """From now on the label's pictures go through this."""
    known = labels.get(connection, label)
    if known is None:
        raise KeyError(label)
    before = known.correction or Correction()
    panel = correction.viewed(before.model(known.panel))
    connection.execute(
        "UPDATE label SET correction = ?, width = ?, height = ?, inks = ? WHERE id = ?",
        (
            *(json.dumps(correction.to_json()), panel.width, panel.height),
            *(",".join(ink.value for ink in panel.inks), label),
        ),
    )
    # The same picture is other bytes now.
    deliveries.forget(connection, label)
    labels.look_again(connection, label, "staff")


def batch(connection: Connection, family: str, model: str, firmware: str) -> Correction | None:
    """What put the last label of this batch right."""
    row = connection.execute(
        "SELECT correction FROM batch WHERE family = ? AND model = ? AND firmware = ?",
        (family, model, firmware),
    ).fetchone()
    return None if row is None else corrections.from_json(json.loads(row[0]))


def remember_batch(
    connection: Connection,
    family: str,
    model: str,
    firmware: str,
    correction: Correction,
    at: datetime,
) -> None:
    """Offer this for the next labels of the batch."""
    connection.execute(
        "INSERT OR REPLACE INTO batch (family, model, firmware, correction, at) "
        "VALUES (?, ?, ?, ?, ?)",
        (family, model, firmware, json.dumps(correction.to_json()), to_ms(at)),
    )
