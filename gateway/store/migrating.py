"""From any earlier database to today's tables: numbered SQL files, applied once each."""

from __future__ import annotations

import sqlite3
from importlib import resources
from importlib.resources.abc import Traversable

from gateway.errors import AnaquelError
from gateway.store import search_words


class DowngradeError(AnaquelError):
    """The database was written by a newer Anaquel than this one."""


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the open database to the newest version, each step in one transaction.

    Raises ``DowngradeError`` when the database is newer than this program.
    """
    before, known = version(connection), newest()
    if before > known:
        raise DowngradeError(
            f"the database has version {before}, this Anaquel knows {known}: "
            "install the newer Anaquel again or restore a backup made before the update"
        )
    search_words.function(connection)
    for number, file in _steps():
        if number > before:
            _step(connection, number, file.read_text())


def newest() -> int:
    """The version that this program brings a database to."""
    return _steps()[-1][0]


def version(connection: sqlite3.Connection) -> int:
    """The version of the open database; 0 for an empty one."""
    number: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return number


def _steps() -> list[tuple[int, Traversable]]:
    return sorted(
        (int(file.name.split("_")[0]), file)
        for file in resources.files("gateway.store.migrations").iterdir()
        if file.name.endswith(".sql")
    )


def _step(connection: sqlite3.Connection, number: int, script: str) -> None:
    # A step that another process took is not repeated: it would set the version back.
    new = (
        "CREATE TEMP TABLE step (new INTEGER CHECK (new));\n"
        f"INSERT INTO temp.step SELECT user_version < {number} FROM pragma_user_version;\n"
        "DROP TABLE temp.step;"
    )
    try:
        connection.executescript(
            f"BEGIN IMMEDIATE;\n{new}\n{script}\nPRAGMA user_version = {number};\nCOMMIT;"
        )
    except sqlite3.Error:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        # Another process may have taken this step while we waited for the file.
        if version(connection) < number:
            raise
