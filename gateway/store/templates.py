"""By which templates the labels were drawn: where others come, each label is looked at again."""

from __future__ import annotations

from gateway.store import labels
from gateway.store.database import Connection

_KEY = "drawn_by"


def settle(connection: Connection, digest: str) -> None:
    """Draw by the templates with this digest from now on."""
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (_KEY,)).fetchone()
    if row is None or row[0] != digest:
        connection.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (_KEY, digest))
        labels.mark_all_stale(connection, "template")
