"""Failed sign-ins, by account and by address: they slow down the next, also after a restart."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple

from gateway.clock import to_ms
from gateway.store.database import Connection

FORGOTTEN_AFTER: Final = timedelta(minutes=15)
MAX_KEPT: Final = 2_000
"""Under a flood of names the oldest entries make room."""


class Key(NamedTuple):
    """Whom a failure is counted for."""

    kind: Literal["account", "address"]
    key: str


def most(connection: Connection, keys: Iterable[Key], now: datetime) -> int:
    """The most failures in a row that are remembered of one of ``keys``.

    A failure from the future counts: nobody gets rid of it by a clock that was set back.
    """
    since = to_ms(now - FORGOTTEN_AFTER)
    found = [
        connection.execute(
            "SELECT count FROM failed_sign_in WHERE kind = ? AND key = ? AND last_at >= ?",
            (*key, since),
        ).fetchone()
        for key in keys
    ]
    return max((row[0] for row in found if row is not None), default=0)


def add(connection: Connection, keys: Iterable[Key], now: datetime) -> None:
    """Count a failure."""
    at, since = to_ms(now), to_ms(now - FORGOTTEN_AFTER)
    for key in keys:
        connection.execute(
            "INSERT INTO failed_sign_in (kind, key, count, last_at) VALUES (?1, ?2, 1, ?3) "
            "ON CONFLICT DO UPDATE SET count = iif(last_at >= ?4, count + 1, 1), last_at = ?3",
            (*key, at, since),
        )
    connection.execute(
        "DELETE FROM failed_sign_in WHERE (kind, key) IN (SELECT kind, key FROM failed_sign_in "
        "ORDER BY last_at DESC LIMIT -1 OFFSET ?)",
        (MAX_KEPT,),
    )


def forget(connection: Connection, keys: Iterable[Key]) -> None:
    """Whoever it was knows the secret."""
    connection.executemany("DELETE FROM failed_sign_in WHERE kind = ? AND key = ?", list(keys))
