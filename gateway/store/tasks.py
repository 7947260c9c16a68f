"""What needs a person: one open row per kind and key."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway.clock import from_ms, to_ms
from gateway.store.database import Connection

_BY_THE_ROW = ("refused_row", "label_rules", "false_prior_price", "proof_broken")
"""Kinds with a task for every row or label."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """An open task; ``detail`` says what is wrong and where."""

    kind: str
    key: str
    detail: Mapping[str, Any]
    opened_at: datetime


def open_(
    connection: Connection, kind: str, key: str, detail: Mapping[str, Any], at: datetime
) -> bool:
    """Open the task, or bring the detail of the open one up to date; True when it is new."""
    is_new = not is_open(connection, kind, key)
    changed = connection.execute(
        "INSERT INTO task (kind, key, detail, opened_at) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (kind, key) DO UPDATE SET detail = excluded.detail "
        "WHERE detail <> excluded.detail",
        (kind, key, json.dumps(detail), to_ms(at)),
    )
    if changed.rowcount:
        connection.note("task", f"{kind}:{key}")
    return is_new


def close(connection: Connection, kind: str, key: str) -> None:
    """Close the task if it is open."""
    gone = connection.execute("DELETE FROM task WHERE kind = ? AND key = ?", (kind, key))
    if gone.rowcount:
        connection.note("task", f"{kind}:{key}")


def is_open(connection: Connection, kind: str, key: str) -> bool:
    """Whether the task is open."""
    row = connection.execute("SELECT 1 FROM task WHERE kind = ? AND key = ?", (kind, key))
    return row.fetchone() is not None


def all_open(
    connection: Connection, limit: int = 200, *, but: Iterable[tuple[str, str]] = ()
) -> tuple[Task, ...]:
    """The open tasks, oldest first; kinds of which there may be thousands come after the others.

    ``but`` are kinds and keys of tasks that are left out.
    """
    rows = connection.execute(
        "SELECT kind, key, detail, opened_at FROM task "
        "WHERE kind || ':' || key NOT IN (SELECT value FROM json_each(?)) "
        "ORDER BY kind IN (SELECT value FROM json_each(?)), opened_at, kind, key LIMIT ?",
        (json.dumps([":".join(one) for one in but]), json.dumps(_BY_THE_ROW), limit),
    )
    return _read(rows)


def of_kind(connection: Connection, kind: str, limit: int = 200) -> tuple[Task, ...]:
    """The open tasks of one kind, oldest first."""
    rows = connection.execute(
        "SELECT kind, key, detail, opened_at FROM task WHERE kind = ? "
        "ORDER BY opened_at, key LIMIT ?",
        (kind, limit),
    )
    return _read(rows)


def _read(rows: Iterable[tuple[str, str, str, int]]) -> tuple[Task, ...]:
    return tuple(
        Task(kind=kind, key=key, detail=json.loads(detail), opened_at=from_ms(at))
        for kind, key, detail, at in rows
    )


def count(connection: Connection, *, but: Iterable[tuple[str, str]] = ()) -> int:
    """How many tasks are open, without those of these kinds and keys."""
    total: int = connection.execute(
        "SELECT count(*) FROM task WHERE kind || ':' || key NOT IN "
        "(SELECT value FROM json_each(?))",
        (json.dumps([":".join(one) for one in but]),),
    ).fetchone()[0]
    return total
