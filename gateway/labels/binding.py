"""Binding: which label stands for what, checked, written down and told to central."""

from __future__ import annotations

import uuid
from datetime import datetime

from gateway.domain import events
from gateway.domain.events import Lane, Origin
from gateway.domain.labels import Target
from gateway.domain.proof import Entry
from gateway.store import catalogue, labels, outbox, proof
from gateway.store.database import Connection


class BindingError(ValueError):
    """The label cannot stand for that; ``code`` is for programs, the message for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def bind(
    connection: Connection,
    label: str,
    target: Target,
    *,
    origin: Origin,
    by: str,
    at: datetime,
    template: str | None = None,
    replaces: str | None = None,
) -> None:
    """Let the label stand for ``target``, in place of what it stood for; raises ``BindingError``.

    ``template`` None lets the facts decide. ``replaces`` is the label whose place it takes.
    """
    if labels.get(connection, label) is None:
        raise BindingError("unknown_label", f"there is no label {label}")
    kind, key = ("product", target.product) if target.product else ("group", target.group or "")
    if not catalogue.exists(connection, kind, key):
        raise BindingError(f"unknown_{kind}", f"there is no {kind} {key} in the catalogue")
    bound = labels.Binding(label=label, target=target, template=template, bound_at=at, bound_by=by)
    labels.bind(connection, bound)
    _tell(connection, bound, label, origin, by, at, replaces)


def unbind(connection: Connection, label: str, *, origin: Origin, by: str, at: datetime) -> None:
    """Let the label stand for nothing; raises ``BindingError``."""
    if labels.get(connection, label) is None:
        raise BindingError("unknown_label", f"there is no label {label}")
    labels.unbind(connection, label)
    _tell(connection, None, label, origin, by, at)


def _tell(
    connection: Connection,
    bound: labels.Binding | None,
    label: str,
    origin: Origin,
    by: str,
    at: datetime,
    replaces: str | None = None,
) -> None:
    target = bound.target if bound is not None else None
    detail = (target.product or target.group) if target is not None else None
    entry = Entry(label=label, at=at, what="bound", detail=detail, actor=by)
    proof.append(connection, entry)
    event = events.label_bound(
        origin,
        event_id=str(uuid.uuid4()),
        label=label,
        target=target,
        template=bound.template if bound is not None else None,
        replaces=replaces,
        time=at,
    )
    outbox.append_or_gap(connection, Lane.KEEP, event, at)
