"""What a failed call of SQLite means, and what a person should do about it."""

from __future__ import annotations

import sqlite3
from typing import Final

PASSING: Final = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_BUSY})
"""After these the file is as it was, and a later try may succeed."""

_STORAGE: Final = frozenset(
    {
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_NOTADB,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_CANTOPEN,
    }
)


def code_of(error: Exception) -> int:
    """SQLite's primary result code; 0 for other errors."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def is_of_storage(error: Exception) -> bool:
    """Whether the disk or the file failed, and not what was asked of it."""
    return isinstance(error, sqlite3.Error) and code_of(error) in _STORAGE


def as_sqlite(error: Exception) -> sqlite3.Error:
    """The error, as one of SQLite's own."""
    return error if isinstance(error, sqlite3.Error) else sqlite3.OperationalError(str(error))


def advice(code: int, error: Exception) -> str:
    """What is wrong and what to do, for the primary result ``code`` of ``error``."""
    match code:
        case sqlite3.SQLITE_FULL:
            return "the disk is full; free space on it, nothing stored was lost"
        case sqlite3.SQLITE_BUSY:
            return "another program keeps the file locked; end it and try again"
        case sqlite3.SQLITE_NOTADB | sqlite3.SQLITE_CORRUPT:
            return f"the file is damaged ({error}); put a backup in its place"
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN:
            return f"{error}; let this user read and write the file and its folder"
        case _:
            return f"{error}; check the disk and the rights of the folder"
