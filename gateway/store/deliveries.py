"""What labels should show, and how far each delivery has come: one row per label, latest wish.

States are *queued* (ours to deliver), *transferred* (the label holds it), *shown* (the label said
so) and *failed* (the label or the way to it said no; it is tried again).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from gateway.clock import from_ms, to_ms
from gateway.store.database import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """The frame a label should show, under an opaque id that is never ordered."""

    label: str
    id: str
    fingerprint: str
    template: str
    cause: str
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """How far a wish has come; ``sha256`` names the picture as it was handed over."""

    label: str
    wish: str
    sha256: str | None
    state: str
    attempts: int
    reason: str | None
    detail: str | None
    queued_at: datetime
    transferred_at: datetime | None
    shown_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A delivery whose turn has come."""

    label: str
    family: str
    wish: str
    fingerprint: str
    formats: tuple[str, ...]
    attempts: int


def wish(connection: Connection, label: str) -> Wish | None:
    """What the label should show."""
    row = connection.execute(
        "SELECT label, id, fingerprint, template, cause, made_at FROM wish WHERE label = ?",
        (label,),
    ).fetchone()
    if row is None:
        return None
    return Wish(
        label=row[0],
        id=row[1],
        fingerprint=row[2],
        template=row[3],
        cause=row[4],
        made_at=from_ms(row[5]),
    )


def want(connection: Connection, new: Wish) -> None:
    """Let the label show something else; an older delivery is dropped, never sent."""
    connection.execute(
        "INSERT OR REPLACE INTO wish (label, id, fingerprint, template, cause, made_at) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        (new.label, new.id, new.fingerprint, new.template, new.cause, to_ms(new.made_at)),
    )
    now = to_ms(new.made_at)
    connection.execute(
        "INSERT OR REPLACE INTO delivery (label, wish, state, due_at, queued_at) "
        "VALUES (?, ?, 'queued', ?, ?)",
        (new.label, new.id, now, now),
    )
    _note(connection, new.label)


def get(connection: Connection, label: str) -> Delivery | None:
    """The label's delivery."""
    row = connection.execute(
        "SELECT label, wish, sha256, state, attempts, reason, detail, queued_at, transferred_at, "
        "shown_at FROM delivery WHERE label = ?",
        (label,),
    ).fetchone()
    if row is None:
        return None
    return Delivery(
        label=row[0],
        wish=row[1],
        sha256=row[2],
        state=row[3],
        attempts=row[4],
        reason=row[5],
        detail=row[6],
        queued_at=from_ms(row[7]),
        transferred_at=None if row[8] is None else from_ms(row[8]),
        shown_at=None if row[9] is None else from_ms(row[9]),
    )


def due(connection: Connection, at: datetime, limit: int) -> tuple[Due, ...]:
    """The deliveries whose turn has come, longest waiting first."""
    rows = connection.execute(
        "SELECT delivery.label, label.family, delivery.wish, wish.fingerprint, label.formats, "
        "delivery.attempts FROM delivery JOIN wish ON wish.label = delivery.label "
        "JOIN label ON label.id = delivery.label "
        "WHERE delivery.due_at <= ? ORDER BY delivery.due_at, delivery.label LIMIT ?",
        (to_ms(at), limit),
    )
    return tuple(
        Due(
            label=row[0],
            family=row[1],
            wish=row[2],
            fingerprint=row[3],
            formats=tuple(row[4].split(",")),
            attempts=row[5],
        )
        for row in rows
    )


def next_due(connection: Connection) -> datetime | None:
    """When the next delivery's turn comes."""
    row = connection.execute("SELECT min(due_at) FROM delivery WHERE due_at IS NOT NULL").fetchone()
    return None if row[0] is None else from_ms(row[0])


def handing_over(
    connection: Connection, label: str, wish_id: str, sha256: str, *, again_at: datetime
) -> bool:
    """Note, before the first byte leaves, which picture goes out and when to try again.

    False when the label has another wish by now: then nothing may be sent.
    """
    done = connection.execute(
        "UPDATE delivery SET sha256 = ?, attempts = attempts + 1, due_at = ? "
        "WHERE label = ? AND wish = ?",
        (sha256, to_ms(again_at), label, wish_id),
    )
    connection.note("label", label)
    return done.rowcount == 1


def again(connection: Connection, label: str, wish_id: str, *, reason: str, at: datetime) -> None:
    """The handing over did not work out; its turn comes again at ``at``."""
    connection.execute(
        "UPDATE delivery SET reason = ?, due_at = ? WHERE label = ? AND wish = ? "
        "AND state IN ('queued', 'failed')",
        (reason, to_ms(at), label, wish_id),
    )
    _note(connection, label)


def transferred(connection: Connection, label: str, wish_id: str, at: datetime) -> bool:
    """The label said that it holds the picture; True when that is news."""
    done = connection.execute(
        "UPDATE delivery SET state = 'transferred', transferred_at = ?, reason = NULL, "
        "detail = NULL WHERE label = ? AND wish = ? AND state IN ('queued', 'failed')",
        (to_ms(at), label, wish_id),
    )
    _note(connection, label)
    return done.rowcount == 1


def shown(connection: Connection, label: str, wish_id: str, at: datetime) -> bool:
    """The label said that it shows the picture; True when that is news."""
    done = connection.execute(
        "UPDATE delivery SET state = 'shown', shown_at = ?, due_at = NULL, reason = NULL, "
        "detail = NULL WHERE label = ? AND wish = ? AND state != 'shown'",
        (to_ms(at), label, wish_id),
    )
    _note(connection, label)
    return done.rowcount == 1


def failed(
    connection: Connection,
    label: str,
    wish_id: str,
    *,
    reason: str,
    detail: str,
    again_at: datetime,
) -> None:
    """The label said no; it is tried again at ``again_at``."""
    connection.execute(
        "UPDATE delivery SET state = 'failed', reason = ?, detail = ?, due_at = ? "
        "WHERE label = ? AND wish = ?",
        (reason, detail[:200], to_ms(again_at), label, wish_id),
    )
    _note(connection, label)


def requeue(connection: Connection, label: str, *, reason: str, at: datetime) -> None:
    """Deliver the label's wish again from the start: it shows something else, or nothing."""
    connection.execute(
        "UPDATE delivery SET state = 'queued', reason = ?, due_at = ?, queued_at = ?, "
        "transferred_at = NULL, shown_at = NULL WHERE label = ?",
        (reason, to_ms(at), to_ms(at), label),
    )
    _note(connection, label)


def all_due(connection: Connection, family: str, at: datetime) -> None:
    """What was on its way to labels of ``family`` may be gone: hand it all over again."""
    connection.execute(
        "UPDATE delivery SET due_at = ? WHERE state != 'shown' "
        "AND label IN (SELECT id FROM label WHERE family = ?)",
        (to_ms(at), family),
    )
    connection.note("delivery", "")


def _note(connection: Connection, label: str) -> None:
    connection.note("delivery", label)
    connection.note("label", label)
