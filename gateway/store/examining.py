"""Looks at the database file from beside whoever has it open: reads only, leaves nothing."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from gateway.store import migrating, troubles
from gateway.store.database import Connection, StorageError, connect

_PROBLEMS: Final = 5
_STEPS: Final = 100_000
"""SQLite's own steps between two looks at the time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """The file as it stands.

    ``newest`` is the version that this program knows. ``problems`` are SQLite's words; they are
    complete only when the file was read ``whole``.
    """

    version: int
    newest: int
    bytes: int
    log_bytes: int
    problems: tuple[str, ...] = ()
    whole: bool = False


@contextmanager
def reading(path: Path) -> Iterator[Connection]:
    """A read-only connection to the file; raises ``StorageError`` where it cannot be read.

    A gateway that runs keeps a log beside the file. Without one the file is opened as it lies, for
    SQLite would make a log and leave it there.
    """
    try:
        with closing(connect(path, read_only=True, still=not log_of(path).exists())) as connection:
            yield connection
    except sqlite3.Error as error:
        code = troubles.code_of(error)
        raise StorageError(f"{path}: {troubles.advice(code, error)}") from error


def log_of(path: Path) -> Path:
    """Where SQLite keeps what is not in the file yet."""
    return path.with_name(f"{path.name}-wal")


def examine(path: Path, *, limit_s: float, whole: bool) -> Examined:
    """Look at versions and sizes, and ``whole`` at every page.

    Raises ``StorageError`` where it cannot be read, and ``TimeoutError`` where ``limit_s`` is not
    enough to read it whole.
    """
    found = _examined(path, limit_s, whole=whole)
    if found.problems and log_of(path).exists():
        # A gateway may have started in between and changed the file under us.
        found = _examined(path, limit_s, whole=whole)
    return found


def articles(connection: Connection, most: int) -> Iterator[tuple[str, str]]:
    """Key and JSON of articles and groups, of the first ``most`` in force."""
    return connection.execute(
        "SELECT key, value FROM in_force WHERE kind IN ('group', 'product') LIMIT ?", (most,)
    )


def templates_named(connection: Connection) -> tuple[tuple[str, int], ...]:
    """The templates that bindings name, with how many do."""
    rows = connection.execute(
        "SELECT template, count(*) FROM binding WHERE template IS NOT NULL "
        "GROUP BY template ORDER BY template"
    )
    return tuple((name, count) for name, count in rows)


def _examined(path: Path, limit_s: float, *, whole: bool) -> Examined:
    with reading(path) as connection:
        problems = _checked(connection, limit_s) if whole else ()
        log = log_of(path)
        return Examined(
            version=migrating.version(connection),
            newest=migrating.newest(),
            bytes=path.stat().st_size,
            log_bytes=log.stat().st_size if log.exists() else 0,
            problems=problems,
            whole=whole,
        )


def _checked(connection: Connection, limit_s: float) -> tuple[str, ...]:
    until = time.monotonic() + limit_s
    connection.set_progress_handler(lambda: time.monotonic() > until, _STEPS)
    try:
        rows = connection.execute(f"PRAGMA quick_check({_PROBLEMS})").fetchall()
    except sqlite3.DatabaseError as error:
        match troubles.code_of(error):
            case sqlite3.SQLITE_INTERRUPT:
                raise TimeoutError from error
            case sqlite3.SQLITE_CORRUPT:
                return (str(error),)
            case _:
                raise
    finally:
        connection.set_progress_handler(None, 0)
    return tuple(row[0] for row in rows if row[0] != "ok")


def texts(article: str) -> Iterator[str]:
    """What labels show of an article or group; a row in force was checked when it came."""
    value: dict[str, Any] = json.loads(article)
    yield from value.get("name", {}).values()
    yield from value.get("options", {}).values()
    if brand := value.get("brand"):
        yield brand
    yield from (value.get("color") or {}).get("name", {}).values()


def rows(connection: Connection) -> dict[str, int]:
    """How many rows each table has; an index of words has none that can be counted."""
    tables = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' "
        "AND sql NOT LIKE 'CREATE VIRTUAL TABLE%' ORDER BY name"
    ).fetchall()
    return {
        name: int(connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0])
        for (name,) in tables
    }


def open_tasks(connection: Connection) -> dict[str, int]:
    """How many tasks are open, by kind."""
    found = connection.execute("SELECT kind, count(*) FROM task GROUP BY kind ORDER BY kind")
    return dict(found.fetchall())
