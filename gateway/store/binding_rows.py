"""Bindings that a source sends, so that a fresh box rebuilds itself.

They are for labels that stand for nothing yet, or that the source itself bound: what people bound
in the shop is theirs to change.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from gateway.domain.labels import Target
from gateway.store import labels
from gateway.store.database import Connection
from gateway.store.labels import Binding

BY_SOURCE = "central"


def adopt(connection: Connection, label: str, at: datetime) -> None:
    """Bind a known label as its row in force says, if there is one and it may."""
    row = connection.execute(
        "SELECT value FROM in_force WHERE kind = 'binding' AND key = ?", (label,)
    ).fetchone()
    bound = labels.binding(connection, label)
    if bound is not None and bound.bound_by != BY_SOURCE:
        return
    wanted = None if row is None else _binding(label, json.loads(row[0]), at)
    if wanted is None:
        if bound is not None:
            labels.unbind(connection, label, why="feed")
        return
    if bound is None or (bound.target, bound.template) != (wanted.target, wanted.template):
        labels.bind(connection, wanted, why="feed")


def _binding(label: str, value: dict[str, Any], at: datetime) -> Binding:
    target = value["target"]
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
