"""Bindings that a source sends, so that a fresh box rebuilds itself.

A row also says that its label is ours: one that waits is taken in, with the panel and the
correction of the row where it does not tell them. Bindings are for labels that stand for nothing
yet, or that the source itself bound: what people bound or parked in the shop is theirs to change,
and what they retired stays retired.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from gateway.domain import label_hardware
from gateway.domain.labels import Target
from gateway.store import discovered, label_life, labels, retired, takeover
from gateway.store.database import Connection
from gateway.store.labels import Binding

BY_SOURCE = "central"


def adopt(connection: Connection, label: str, at: datetime) -> None:
    """Take in and bind a label as its row in force says, if there is one and it may."""
    row = connection.execute(
        "SELECT value FROM in_force WHERE kind = 'binding' AND key = ?", (label,)
    ).fetchone()
    value: dict[str, Any] | None = None if row is None else json.loads(row[0])
    if labels.get(connection, label) is None and (
        value is None or not _take_in(connection, label, value, at)
    ):
        return
    if value is not None:
        _describe(connection, label, value)
    _bind(connection, label, value, at)


def _take_in(connection: Connection, label: str, value: dict[str, Any], at: datetime) -> bool:
    waiting = discovered.get(connection, label)
    if waiting is None or retired.get(connection, label) is not None:
        return False
    if takeover.is_held(connection, label):
        return False
    said = value.get("hardware")
    known = None if said is None else label_hardware.read(said)
    if known is not None and known.family != waiting.family:
        known = None
    panel = waiting.panel or (known.panel if known is not None else None)
    if panel is None:
        return False
    correction = known.correction if known is not None and not known.correction.is_none else None
    label_life.take_in(connection, waiting, panel, at, correction)
    return True


def _describe(connection: Connection, label: str, value: dict[str, Any]) -> None:
    """What stands on its case and where it hangs, unless somebody here said."""
    known = labels.get(connection, label)
    alias, zone = value.get("alias"), value.get("zone")
    if known is None:
        return
    if alias is not None and known.alias is None:
        label_life.name(connection, label, alias)
    if zone is not None and known.zone != zone:
        label_life.place(connection, label, zone)


def _bind(connection: Connection, label: str, value: dict[str, Any] | None, at: datetime) -> None:
    known, bound = labels.get(connection, label), labels.binding(connection, label)
    if known is None or known.parked or (bound is not None and bound.bound_by != BY_SOURCE):
        return
    wanted = None if value is None else _binding(label, value, at)
    if wanted is None:
        if bound is not None:
            labels.unbind(connection, label, why="feed")
        return
    if bound is None or (bound.target, bound.template) != (wanted.target, wanted.template):
        labels.bind(connection, wanted, why="feed")


def _binding(label: str, value: dict[str, Any], at: datetime) -> Binding | None:
    target = value["target"]
    if target is None:
        return None
    return Binding(
        label=label,
        target=Target(
            product=target.get("product"),
            group=target.get("group"),
            where=target.get("where") or {},
        ),
        template=value.get("template"),
        bound_at=at,
        bound_by=BY_SOURCE,
    )
