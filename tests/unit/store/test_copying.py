from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from gateway.store import copying, database
from gateway.store.database import StorageError
from tests.support import archives

STEPS = 5
"""Looks in the middle of a copy of ``STEPS * 512`` pages."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    one = tmp_path / "anaquel.db"
    with closing(database.connect(one)) as connection:
        connection.execute("CREATE TABLE t (a INTEGER PRIMARY KEY, b BLOB)")
        connection.execute("INSERT INTO t VALUES (1, zeroblob(?))", (STEPS * 512 * 4_096,))
        connection.execute("PRAGMA user_version = 7")
    return one


def test_a_copy_does_not_begin_again_when_others_commit(path: Path, tmp_path: Path) -> None:
    looks = 0
    with closing(database.connect(path)) as other:

        def commit() -> None:
            nonlocal looks
            looks += 1
            assert looks <= 2 * STEPS, "it begins again and again"
            other.execute("INSERT INTO t (b) VALUES ('later')")

        copying.copy(path, tmp_path / "copy.db", commit)
        assert other.execute("SELECT count(*) FROM t").fetchone()[0] == 1 + looks
    assert looks >= STEPS
    with closing(sqlite3.connect(tmp_path / "copy.db")) as copied:
        assert copied.execute("SELECT count(*) FROM t").fetchone()[0] == 1
    assert copying.fault(tmp_path / "copy.db", archives.go_on) is None
    assert copying.version(tmp_path / "copy.db") == 7


def test_the_log_is_home_again_after_the_copy(path: Path, tmp_path: Path) -> None:
    """The writing thread need not do it in one of its commits."""
    with closing(database.connect(path)) as other:

        def commit() -> None:
            other.execute("INSERT INTO t (b) VALUES (zeroblob(200000))")

        other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        before = path.stat().st_size
        copying.copy(path, tmp_path / "copy.db", commit)
        assert path.stat().st_size > before
        assert other.execute("SELECT count(*) FROM t").fetchone()[0] > STEPS


def test_what_is_no_database_is_told_as_such(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("x" * 5_000)

    assert copying.fault(tmp_path / "text", archives.go_on) == "file is not a database"
    with pytest.raises(StorageError, match="is no database"):
        copying.version(tmp_path / "text")


def test_a_look_inside_ends_when_it_should(path: Path) -> None:
    class LeftError(Exception):
        pass

    with closing(database.connect(path)) as connection:
        rows = ((number, b"x" * 20) for number in range(2, 60_000))
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO t VALUES (?, ?)", rows)
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def leave() -> None:
        raise LeftError

    with pytest.raises(LeftError):
        copying.fault(path, leave)
