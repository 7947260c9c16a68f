"""What a restored database must not go on believing: that labels and central stood still."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final

from gateway.clock import to_ms
from gateway.domain.events import Event, Lane
from gateway.store import database, marking, migrating, outbox
from gateway.store.database import Connection, StorageError

CAUSE: Final = "restored"


def prepare(path: Path, at: datetime, event: Callable[[Connection], Event]) -> int:
    """Bring the file of a restored database to today's tables and ``settle`` it; blocks.

    ``event`` makes what central hears of it. It is one file again afterwards. Returns the
    new event epoch. Raises ``StorageError``.
    """
    try:
        with contextlib.closing(database.connect(path)) as connection:
            migrating.migrate(connection)
            connection.execute("BEGIN IMMEDIATE")
            epoch = settle(connection, at)
            outbox.append_or_gap(connection, Lane.KEEP, event(connection), at)
            connection.execute("COMMIT")
            connection.execute("PRAGMA journal_mode = DELETE").fetchall()
            return epoch
    except sqlite3.Error as error:
        raise StorageError(
            f"{path}: cannot be brought to today's form: {error}; free space, then try again"
        ) from error


def counts(path: Path) -> tuple[int, int]:
    """How many labels and articles the file has that nobody has open; blocks.

    Raises ``StorageError``.
    """
    try:
        with contextlib.closing(database.connect(path, read_only=True, still=True)) as connection:
            labels, articles = connection.execute(
                "SELECT (SELECT count(*) FROM label), (SELECT count(*) FROM product)"
            ).fetchone()
            return labels, articles
    except sqlite3.Error as error:
        raise StorageError(f"{path}: cannot be read: {error}; use another copy") from error


def settle(connection: Connection, at: datetime) -> int:
    """Make the restored database this box's own, and return its new event epoch.

    Nothing that was shown since the backup is known: every label is looked at again and its
    picture delivered again, unless the label itself says that it shows it. The feed's position is
    that of the backup, so the feed asks for what came since. Nobody is signed in.
    """
    connection.execute("DELETE FROM session")
    connection.execute("DELETE FROM heard")
    _deliver_again(connection, at)
    marking.mark_all(connection, CAUSE)
    return outbox.new_epoch(connection, at)


def _deliver_again(connection: Connection, at: datetime) -> None:
    now = to_ms(at)
    connection.execute("UPDATE label SET sight_sha256 = NULL, sight_at = NULL")
    connection.execute(
        "UPDATE delivery SET state = 'queued', reason = ?1, detail = NULL, due_at = ?2, "
        "earliest_at = NULL, hold = NULL, queued_at = ?2, handed_at = NULL, attempts = 0, "
        "same = 0, transferred_at = NULL, shown_at = NULL, wave = NULL, "
        "counted = '' "
        "WHERE hold IS NULL OR hold <> 'foreign'",
        (CAUSE, now),
    )
    # Their waves are of another day: nobody waits for them any more.
    connection.execute("UPDATE wave SET gone = max(joined - shown - arrived, gone)")
