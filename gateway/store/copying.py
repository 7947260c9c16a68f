"""A copy of the database while it is written to, and whether a file of it is whole. All block."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from gateway.store import database, migrating
from gateway.store.database import Connection, StorageError

_PAGES: Final = 512
"""Copied between two looks at whether to go on: 2 MiB, some milliseconds on a memory card."""
_INSTRUCTIONS: Final = 100_000

GoOn = Callable[[], None]
"""Called again and again during long work; what it raises ends the work."""


def size(path: Path) -> int:
    """Bytes that a copy takes at most."""
    log = path.with_name(f"{path.name}-wal")
    return sum(file.stat().st_size for file in (path, log) if file.exists())


def copy(path: Path, target: Path, go_on: GoOn) -> None:
    """Copy the database as it stands now to ``target``, one file without a log beside it.

    Writing goes on meanwhile. The log cannot shrink until the copy is done; it is brought home
    here afterwards, so that the writing thread need not do it in one of its commits. Raises
    ``StorageError``.
    """
    try:
        with (
            contextlib.closing(database.connect(path)) as source,
            contextlib.closing(sqlite3.connect(target, isolation_level=None)) as copied,
        ):
            # In one read transaction: the copy would begin again after every commit of others.
            source.execute("BEGIN")
            source.execute("SELECT count(*) FROM sqlite_schema").fetchone()
            source.backup(copied, pages=_PAGES, progress=lambda *_: go_on(), sleep=0)
            source.execute("COMMIT")
            source.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
            copied.execute("PRAGMA journal_mode = DELETE").fetchall()
    except sqlite3.Error as error:
        raise StorageError(f"{path}: cannot be copied: {error}; free space, then try again") from (
            error
        )


def fault(path: Path, go_on: GoOn) -> str | None:
    """What is wrong inside a file of a database; None when it is whole."""
    with looking(path) as connection:
        stopped: list[BaseException] = []

        def look() -> int:
            try:
                go_on()
            except BaseException as error:  # noqa: BLE001 - SQLite would swallow it; raised below
                stopped.append(error)
            return len(stopped)

        connection.set_progress_handler(look, _INSTRUCTIONS)
        try:
            found = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
            return None if found == "ok" else str(found)
        except sqlite3.Error as error:
            if stopped:
                raise stopped[0] from None
            return str(error)


def version(path: Path) -> int:
    """The schema version of a file of a database. Raises ``StorageError``."""
    try:
        with looking(path) as connection:
            found: int = connection.execute("PRAGMA user_version").fetchone()[0]
            return found
    except sqlite3.Error as error:
        raise StorageError(f"{path}: is no database: {error}") from error


def newest_version() -> int:
    """The schema version that this Anaquel writes."""
    return migrating.newest()


@contextlib.contextmanager
def looking(path: Path) -> Iterator[Connection]:
    """Read a file of a database that nobody writes to."""
    # So SQLite makes nothing beside it, also on a medium without room.
    where = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    with contextlib.closing(sqlite3.connect(where, uri=True, factory=Connection)) as connection:
        yield connection
