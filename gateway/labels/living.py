"""What is done with labels that are ours: named, parked, replaced, retired; each told to central.

Decided and written in the caller's transaction.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from gateway.domain import label_events
from gateway.domain.events import Event, Lane, Origin
from gateway.domain.label_life import Deed, LifeError, after
from gateway.domain.proof import Entry
from gateway.labels import binding, wishing
from gateway.store import deliveries, label_life, labels, outbox, proof, retired, tasks
from gateway.store.database import Connection
from gateway.store.label_life import Parked
from gateway.store.label_rows import Label

HEARD_AGAIN: Final = "retired_label_heard"
"""The task that a label is on the air that was retired."""
LONGEST_ALIAS: Final = 64


class LabelError(ValueError):
    """It cannot be done with this label; ``code`` is for programs, the message for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Doer:
    """Who does it, when, and in whose name it is told."""

    origin: Origin
    by: str
    at: datetime


def name(connection: Connection, label: str, alias: str | None, doer: Doer) -> None:
    """Note the id that is printed on the label's case; raises ``LabelError``."""
    known = _of(connection, label)
    alias = (alias or "").strip() or None
    if alias is not None and (len(alias) > LONGEST_ALIAS or not alias.isprintable()):
        raise LabelError("bad_alias", f"an alias has at most {LONGEST_ALIAS} characters")
    if alias == known.alias:
        return
    if not label_life.name(connection, label, alias):
        raise LabelError("alias_taken", f"another label has {alias} on its case")
    tell_name(connection, label, alias, doer)


def tell_name(connection: Connection, label: str, alias: str | None, doer: Doer) -> None:
    """What stands on the label's case is known (or, None, no more)."""
    event = label_events.named(
        doer.origin,
        event_id=str(uuid.uuid4()),
        label=label,
        alias=alias,
        time=doer.at,
    )
    note(connection, label, "named", doer, event, alias)


def park(connection: Connection, label: str, shows: Parked, doer: Doer) -> None:
    """Let the label lie in a drawer: it stands for nothing and shows this."""
    _may(connection, label, Deed.PARK)
    label_life.park(connection, label, shows)
    _tell_parked(connection, label, shows, doer)


def unpark(connection: Connection, label: str, doer: Doer) -> None:
    """Take the label out of its drawer."""
    _may(connection, label, Deed.UNPARK)
    label_life.park(connection, label, None)
    _tell_parked(connection, label, None, doer)


def retire(connection: Connection, label: str, doer: Doer, *, to: str | None = None) -> None:
    """The label is out of use; what it showed stays on record.

    One that may still show a picture of ours is asked to show nothing (``labels.parting``).
    """
    known = _may(connection, label, Deed.RETIRE)
    event = label_events.retired(
        doer.origin,
        event_id=str(uuid.uuid4()),
        label=label,
        alias=known.alias,
        replaced_by=to,
        time=doer.at,
    )
    note(connection, label, "retired", doer, event, to)
    shows = may_show(connection, known)
    label_life.retire(connection, label, by=doer.by, at=doer.at, to=to, shows=shows)
    wishing.forget(connection, label)


def replace(connection: Connection, old: str, new: str, doer: Doer) -> None:
    """Let ``new`` stand for what ``old`` stood for, in its place, and retire ``old``.

    ``new`` is adopted and free. Raises ``LabelError``.
    """
    gone = _may(connection, old, Deed.RETIRE)
    if old == new:
        raise LabelError("same_label", "a label cannot replace itself")
    _of(connection, new)
    if labels.binding(connection, new) is not None:
        raise LabelError("bound_already", f"{new} stands for something else: unbind it first")
    bound = labels.binding(connection, old)
    if bound is not None:
        try:
            binding.bind(
                connection,
                new,
                bound.target,
                origin=doer.origin,
                by=doer.by,
                at=doer.at,
                template=bound.template,
                replaces=old,
            )
        except binding.BindingError as error:
            raise LabelError(error.code, str(error)) from error
    if gone.zone is not None:
        label_life.place(connection, new, gone.zone)
    retire(connection, old, doer, to=new)


def may_show(connection: Connection, label: Label) -> bool:
    """Whether a picture may be on the label: it says so, or one went out to it."""
    delivery = deliveries.get(connection, label.id)
    return label.sight_sha256 is not None or (delivery is not None and delivery.sha256 is not None)


def heard_again(connection: Connection, label: str, at: datetime) -> None:
    """A label is on the air that is none of ours: one that was retired is told once."""
    gone = retired.get(connection, label)
    if gone is not None and retired.tell_heard_again(connection, label):
        detail = {"label": label, "by": gone.by, "at": gone.at.isoformat(), "alias": gone.alias}
        tasks.open_(connection, HEARD_AGAIN, label, detail, at)


def note(
    connection: Connection,
    label: str,
    what: str,
    doer: Doer,
    event: Event,
    detail: str | None = None,
) -> None:
    """Write it down in the label's history, and tell central."""
    entry = Entry(label=label, at=doer.at, what=what, detail=detail, actor=doer.by)
    proof.append(connection, entry)
    outbox.append_or_gap(connection, Lane.KEEP, event, doer.at)


def _tell_parked(connection: Connection, label: str, shows: Parked | None, doer: Doer) -> None:
    event = label_events.parked(
        doer.origin,
        event_id=str(uuid.uuid4()),
        label=label,
        shows=shows,
        time=doer.at,
    )
    note(connection, label, "parked", doer, event, shows)


def _may(connection: Connection, label: str, deed: Deed) -> Label:
    known = _of(connection, label)
    life = label_life.life(connection, label)
    try:
        if life is not None:
            after(life, deed)
    except LifeError as error:
        raise LabelError("not_now", str(error)) from error
    return known


def _of(connection: Connection, label: str) -> Label:
    known = labels.get(connection, label)
    if known is None:
        raise LabelError("unknown_label", f"there is no label {label}")
    return known
