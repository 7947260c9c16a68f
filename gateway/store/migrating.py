"""From any earlier database to today's tables: numbered SQL files, applied once each."""

from __future__ import annotations

import sqlite3
from importlib import resources

from gateway.errors import AnaquelError


class DowngradeError(AnaquelError):
    """The database was written by a newer Anaquel than this one."""


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the open database to the newest version, each step in one transaction.

    Raises ``DowngradeError`` when the database is newer than this program.
    """
    steps = sorted(
        (int(file.name.split("_")[0]), file)
        for file in resources.files("gateway.store.migrations").iterdir()
        if file.name.endswith(".sql")
    )
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    newest = steps[-1][0]
    if version > newest:
        raise DowngradeError(
            f"the database has version {version}, this Anaquel knows {newest}: "
            "install the newer Anaquel again or restore a backup made before the update"
        )
    for number, file in steps:
        if number > version:
            connection.executescript(
                f"BEGIN IMMEDIATE;\n{file.read_text()}\nPRAGMA user_version = {number};\nCOMMIT;"
            )
