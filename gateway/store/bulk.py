"""Many rows in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from gateway.store.database import Connection

_TOGETHER = 50


def put_all(connection: Connection, columns: str, rows: Sequence[tuple[object, ...]]) -> None:
    """Insert or replace rows of ``columns``, written ``table (column, ...)``.

    Python's lock is handed over once for many rows, not for each: with ``executemany`` the writer
    would wait for the threads beside it at every row.
    """
    if not rows:
        return
    row = f"({', '.join('?' * len(rows[0]))})"
    insert = f"INSERT OR REPLACE INTO {columns} VALUES "
    whole = len(rows) // _TOGETHER * _TOGETHER
    for first in range(0, whole, _TOGETHER):
        values = chain.from_iterable(rows[first : first + _TOGETHER])
        connection.execute(insert + ", ".join([row] * _TOGETHER), tuple(values))
    connection.executemany(insert + row, rows[whole:])
