"""What labels should show, and how far each delivery has come: one row per label, latest wish.

States are *queued* (ours to deliver), *transferred* (the label holds it), *shown* (the label said
so) and *failed* (the label or the way to it said no; it is tried again).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from device_drivers.api.drivers import Described, Reason
from gateway.clock import from_ms, to_ms
from gateway.store.database import Connection

LINK_DOWN = Reason.LINK_DOWN.value


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
    described: Described
    wish: str
    fingerprint: str
    attempts: int
    reason: str | None


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


def want(connection: Connection, new: Wish, *, first: bool = False) -> None:
    """Let the label show something else; an older delivery is dropped, never sent.

    ``first`` puts the new delivery before all that are not.
    """
    connection.execute(
        "INSERT OR REPLACE INTO wish (label, id, fingerprint, template, cause, made_at) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        (new.label, new.id, new.fingerprint, new.template, new.cause, to_ms(new.made_at)),
    )
    now = to_ms(new.made_at)
    connection.execute(
        "INSERT OR REPLACE INTO delivery (label, wish, state, priority, due_at, queued_at) "
        "VALUES (?, ?, 'queued', ?, ?, ?)",
        (new.label, new.id, int(first), now, now),
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
    """The deliveries whose turn has come: what goes first, then the longest waiting."""
    first = _due(connection, at, limit, priority=1)
    return (*first, *_due(connection, at, limit - len(first), priority=0))


def _due(connection: Connection, at: datetime, limit: int, *, priority: int) -> tuple[Due, ...]:
    rows = connection.execute(
        "SELECT delivery.label, label.family, delivery.wish, wish.fingerprint, "
        "delivery.attempts, delivery.reason, label.model, label.formats, label.firmware "
        "FROM delivery JOIN wish ON wish.label = delivery.label "
        "JOIN label ON label.id = delivery.label "
        "WHERE delivery.priority = ? AND delivery.due_at <= ? "
        "ORDER BY delivery.due_at, delivery.label LIMIT ?",
        (priority, to_ms(at), limit),
    )
    return tuple(
        Due(
            label=row[0],
            family=row[1],
            described=Described(
                label=row[0], model=row[6], formats=tuple(row[7].split(",")), firmware=row[8]
            ),
            wish=row[2],
            fingerprint=row[3],
            attempts=row[4],
            reason=row[5],
        )
        for row in rows
    )


def next_due(connection: Connection, *, after: datetime | None = None) -> datetime | None:
    """When the next delivery's turn comes, or the next one ``after`` an instant."""
    least = -1 if after is None else to_ms(after)
    earliest = [
        connection.execute(
            "SELECT min(due_at) FROM delivery WHERE priority = ? AND due_at > ?",
            (priority, least),
        ).fetchone()[0]
        for priority in (0, 1)
    ]
    return min((from_ms(one) for one in earliest if one is not None), default=None)


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


def link_down(connection: Connection, label: str, wish_id: str, *, at: datetime) -> None:
    """Nothing left the house, so this was no attempt; its turn comes again at ``at``."""
    again(connection, label, wish_id, reason=LINK_DOWN, at=at)
    connection.execute(
        "UPDATE delivery SET attempts = max(attempts - 1, 0) WHERE label = ? AND wish = ?",
        (label, wish_id),
    )


def link_worked(connection: Connection, label: str, wish_id: str) -> None:
    """The picture left the house after all; the label's answer is awaited."""
    connection.execute(
        "UPDATE delivery SET reason = NULL WHERE label = ? AND wish = ? AND reason = ?",
        (label, wish_id, LINK_DOWN),
    )
    _note(connection, label)


def link_up(connection: Connection, family: str, at: datetime) -> None:
    """The way to labels of ``family`` is open: what waited for it is due."""
    connection.execute(
        "UPDATE delivery SET due_at = ? WHERE reason = ? AND due_at > ? "
        "AND label IN (SELECT id FROM label WHERE family = ?)",
        (to_ms(at), LINK_DOWN, to_ms(at), family),
    )
    connection.note("delivery", "")


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


def clock_jumped(connection: Connection, at: datetime) -> None:
    """Turns were set by another time: every delivery that waits for one has it now."""
    connection.execute("UPDATE delivery SET due_at = ? WHERE due_at IS NOT NULL", (to_ms(at),))
    connection.note("delivery", "")


def _note(connection: Connection, label: str) -> None:
    connection.note("delivery", label)
    connection.note("label", label)
