"""Every label stale at once, as a few words in one transaction and the labels in portions later.

For what concerns all of them: rules, templates, places, a clock that jumped. 20,000 labels would
keep the one writer from scans for 60 ms. The words are as durable as what caused them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Final

from gateway.store import labels
from gateway.store.database import Connection

Mark = Callable[[Connection, str], None]

_KEY: Final = "labels.marking"
PORTION: Final = 2_000
"""Labels marked in one transaction: some 6 ms of the writer."""


def mark_all(connection: Connection, why: str) -> None:
    """Every label must be looked at again, also those that stand for nothing."""
    _begin(connection, why, bound=False)


def mark_bound(connection: Connection, why: str) -> None:
    """Every label that stands for something must be looked at again."""
    _begin(connection, why, bound=True)


def is_under_way(connection: Connection) -> bool:
    """Whether labels wait to be marked."""
    return _wanted(connection) is not None


def go_on(connection: Connection) -> bool:
    """Mark the next labels; False when none waited."""
    wanted = _wanted(connection)
    if wanted is None:
        return False
    why, bound, after = wanted
    last: str | None = connection.execute(
        "SELECT max(id) FROM (SELECT id FROM label WHERE id > ? ORDER BY id LIMIT ?)",
        (after, PORTION),
    ).fetchone()[0]
    if last is None:
        connection.execute("DELETE FROM meta WHERE key = ?", (_KEY,))
        return True
    _put(connection, why, bound=bound, after=last)
    marked = connection.execute(
        f"UPDATE label SET {labels.MARKED} "
        "WHERE id > ?2 AND id <= ?3 AND (?4 = 0 OR id IN (SELECT label FROM binding)) RETURNING id",
        (why, after, last, int(bound)),
    ).fetchall()
    keys = [label for (label,) in marked]
    connection.note_all("stale", keys)
    connection.note_all("label", keys)
    return True


def _begin(connection: Connection, why: str, *, bound: bool) -> None:
    """From the first label on, for all that one under way has still to mark."""
    before = _wanted(connection)
    _put(connection, why, bound=bound and (before is None or before[1]), after="")
    connection.note("stale", "")


def _wanted(connection: Connection) -> tuple[str, bool, str] | None:
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (_KEY,)).fetchone()
    if row is None:
        return None
    why, bound, after = json.loads(row[0])
    return str(why), bool(bound), str(after)


def _put(connection: Connection, why: str, *, bound: bool, after: str) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)",
        (_KEY, json.dumps([why, bound, after])),
    )
