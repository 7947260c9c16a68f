"""By what the labels were drawn: where that changes, each label is looked at again."""

from __future__ import annotations

from gateway.store import marking
from gateway.store.database import Connection

_TEMPLATES = "drawn_by"
_SAID = "drawn_with"


def settle(connection: Connection, digest: str, said: str) -> None:
    """Draw by these from now on.

    ``digest`` is of the templates, ``said`` names the languages and the address in codes.
    """
    if _changed(connection, _SAID, said):
        _changed(connection, _TEMPLATES, digest)
        marking.mark_all(connection, "settings")
    elif _changed(connection, _TEMPLATES, digest):
        marking.mark_all(connection, "template")


def _changed(connection: Connection, key: str, value: str) -> bool:
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    if row is not None and row[0] == value:
        return False
    connection.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (key, value))
    return True
