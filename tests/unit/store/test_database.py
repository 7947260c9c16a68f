from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from pathlib import Path

import pytest

from gateway.store import database as store
from gateway.store import migrating
from gateway.store.changes import Change
from gateway.store.database import Connection, Database, StorageError
from tests.support.running import PATIENCE_S, one_turn


@pytest.fixture
async def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Database]:
    # A test that holds the writer must not end its group by that.
    monkeypatch.setattr(store, "_MAX_GROUP_S", PATIENCE_S)
    async with Database(tmp_path / "anaquel.db") as opened:
        yield opened


def put(key: str) -> Callable[[Connection], str]:
    def write(connection: Connection) -> str:
        connection.execute("INSERT INTO meta VALUES (?, '')", (key,))
        connection.note("meta", key)
        return key

    return write


def keys(connection: sqlite3.Connection) -> list[str]:
    return [row[0] for row in connection.execute("SELECT key FROM meta ORDER BY key")]


def seen_from_outside(database: Database) -> list[str]:
    other = sqlite3.connect(database.path)
    try:
        return keys(other)
    finally:
        other.close()


class Held:
    """A transaction that keeps the writer busy until ``go``, so that others wait together."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.statements: list[str] = []
        self._begun = threading.Event()

    def __call__(self, connection: Connection) -> None:
        connection.set_trace_callback(self.statements.append)
        self._begun.set()
        assert self.go.wait(PATIENCE_S)

    async def begun(self) -> None:
        assert await asyncio.to_thread(self._begun.wait, PATIENCE_S)


async def test_a_committed_transaction_is_seen_by_everybody(database: Database) -> None:
    assert await database.write(put("a")) == "a"
    assert seen_from_outside(database) == ["a"]
    assert await database.read(keys) == ["a"]


async def test_the_promises_rest_on_these_settings(database: Database) -> None:
    def chosen(connection: Connection) -> list[object]:
        names = ("journal_mode", "synchronous", "foreign_keys")
        return [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in names]

    assert await database.write(chosen) == ["wal", 2, 1]


async def test_what_waits_together_commits_together_and_fails_alone(database: Database) -> None:
    def fail(connection: Connection) -> None:
        put("lost")(connection)
        raise ValueError("mine alone")

    def collide(connection: Connection) -> None:
        put("also lost")(connection)
        put("first")(connection)

    held = Held()
    async with asyncio.TaskGroup() as group:
        group.create_task(database.write(held))
        await held.begun()
        first = group.create_task(database.write(put("first")))
        failing = group.create_task(failure(database, fail))
        colliding = group.create_task(failure(database, collide))
        last = group.create_task(database.write(put("last")))
        await one_turn()
        held.go.set()

    assert (first.result(), last.result()) == ("first", "last")
    assert str(failing.result()) == "mine alone"
    assert isinstance(colliding.result(), sqlite3.IntegrityError)
    assert seen_from_outside(database) == ["first", "last"]
    assert held.statements.count("COMMIT") == 1, "one commit for all of them"


async def failure(database: Database, transaction: Callable[[Connection], object]) -> Exception:
    with pytest.raises(Exception) as raised:  # noqa: PT011 - the test looks at it
        await database.write(transaction)
    return raised.value


async def test_nobody_is_answered_before_the_commit(database: Database) -> None:
    earlier, later = Held(), Held()
    async with asyncio.TaskGroup() as group:
        group.create_task(database.write(earlier))
        await earlier.begun()
        between = group.create_task(database.write(put("a")))
        group.create_task(database.write(later))
        await one_turn()
        earlier.go.set()
        await later.begun()
        await one_turn()
        assert not between.done(), "it ran, and the commit that carries it did not"
        assert seen_from_outside(database) == []
        later.go.set()
    assert between.result() == "a"
    assert seen_from_outside(database) == ["a"]


async def test_a_caller_that_is_cancelled_leaves_its_transaction_whole(database: Database) -> None:
    held = Held()

    def two(connection: Connection) -> None:
        put("one")(connection)
        put("two")(connection)

    async with asyncio.TaskGroup() as group:
        group.create_task(database.write(held))
        await held.begun()
        asking = group.create_task(database.write(two))
        await one_turn()
        asking.cancel()
        await asyncio.wait([asking])
        held.go.set()
    assert asking.cancelled()
    await database.write(put("three"))
    assert seen_from_outside(database) == ["one", "three", "two"]


async def test_a_reader_has_one_view_from_its_first_look_to_its_last(database: Database) -> None:
    await database.write(put("a"))
    looked, go = threading.Event(), threading.Event()

    def twice(connection: Connection) -> tuple[list[str], list[str]]:
        before = keys(connection)
        looked.set()
        assert go.wait(PATIENCE_S)
        return before, keys(connection)

    async with asyncio.TaskGroup() as group:
        reading = group.create_task(database.read(twice))
        await asyncio.to_thread(looked.wait, PATIENCE_S)
        await database.write(put("b"))
        go.set()
    assert reading.result() == (["a"], ["a"])
    assert await database.read(keys) == ["a", "b"]


async def test_a_reader_cannot_write_and_its_error_is_its_own(database: Database) -> None:
    with pytest.raises(StorageError, match="readonly"):
        await database.read(put("a"))
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        await database.read(lambda connection: connection.execute("SELECT * FROM elsewhere"))
    assert await database.read(keys) == []


async def test_changes_are_told_after_the_commit_and_never_when_undone(database: Database) -> None:
    hears = database.changes.subscribe("meta")
    with pytest.raises(sqlite3.IntegrityError):
        await database.write(lambda connection: (put("a")(connection), put("a")(connection)))
    await database.write(put("b"))
    async with asyncio.timeout(PATIENCE_S):
        assert await hears.next() == frozenset({Change("meta", "b")})
    assert seen_from_outside(database) == ["b"]


async def test_another_program_that_writes_is_noticed(database: Database) -> None:
    hears = database.changes.subscribe("meta")

    async def write_until_heard() -> None:
        async with Database(database.path) as other:
            number = 0
            while not listening.done():
                await other.write(put(f"other {number}"))
                number += 1

    async with asyncio.timeout(PATIENCE_S), asyncio.TaskGroup() as group:
        watching = group.create_task(database.tell_of_other_writers(0.001))
        listening = group.create_task(hears.next())
        await write_until_heard()
        watching.cancel()
    assert listening.result() is None, "anything may have changed"


async def test_our_own_writes_are_no_other_program_s(database: Database) -> None:
    hears = database.changes.subscribe("meta")
    async with asyncio.timeout(PATIENCE_S), asyncio.TaskGroup() as group:
        watching = group.create_task(database.tell_of_other_writers(0.0))
        for number in range(20):
            await database.write(put(f"{number:02}"))
            assert await hears.next() == frozenset({Change("meta", f"{number:02}")})
        watching.cancel()


async def test_a_closed_database_says_so_and_finished_what_waited(tmp_path: Path) -> None:
    database = Database(tmp_path / "anaquel.db")
    with pytest.raises(StorageError, match="not open"):
        await database.write(put("early"))
    held = Held()
    async with asyncio.TaskGroup() as group, database:
        group.create_task(database.write(held))
        await held.begun()
        waiting = [group.create_task(database.write(put(f"{n:03}"))) for n in range(300)]
        await one_turn()
        held.go.set()
    assert [task.result() for task in waiting] == seen_from_outside(database)
    for late in (database.write(put("late")), database.read(keys)):
        with pytest.raises(StorageError, match="not open"):
            await late


async def test_everything_is_in_one_file_once_it_is_closed(tmp_path: Path) -> None:
    async with Database(tmp_path / "anaquel.db") as database:
        await database.write(put("a"))
        assert await database.read(keys) == ["a"]
    assert names_in(tmp_path) == ["anaquel.db"]


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def test_opening_and_closing_leaks_nothing(tmp_path: Path) -> None:
    async def cycle() -> None:
        async with Database(tmp_path / "anaquel.db") as database:
            await database.write(lambda connection: connection.execute("SELECT 1").fetchone())
            await database.read(keys)

    def held() -> tuple[int, list[str]]:
        threads = [thread.name for thread in threading.enumerate()]
        return len(list(Path("/proc/self/fd").iterdir())), [
            n for n in threads if n.startswith("database")
        ]

    await cycle()
    before = held()
    for _ in range(50):
        await cycle()
    assert held() == before == (before[0], [])


async def test_several_processes_may_open_a_new_database_at_once(tmp_path: Path) -> None:
    async def use(number: int) -> None:
        async with Database(tmp_path / "anaquel.db") as database:
            await database.write(put(str(number)))

    for _ in range(3):
        async with asyncio.TaskGroup() as group:
            for number in range(6):
                group.create_task(use(number))
        await asyncio.to_thread((tmp_path / "anaquel.db").unlink)


async def test_giving_up_while_it_opens_leaves_nothing_behind(tmp_path: Path) -> None:
    async def use() -> None:
        async with Database(tmp_path / "anaquel.db"):
            raise AssertionError("was cancelled before")

    for turns in range(3):
        async with asyncio.TaskGroup() as group:
            opening = group.create_task(use())
            for _ in range(turns):
                await asyncio.sleep(0)
            opening.cancel()
        writers = [thread for thread in threading.enumerate() if thread.name == "database-writer"]
        for writer in writers:
            await asyncio.to_thread(writer.join, PATIENCE_S)
            assert not writer.is_alive()


async def test_a_database_of_a_newer_anaquel_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "anaquel.db"
    newer = sqlite3.connect(path)
    newer.execute("PRAGMA user_version = 999")
    newer.close()
    before = path.read_bytes()
    with pytest.raises(migrating.DowngradeError) as raised:
        async with Database(path):
            pass
    assert "the database has version 999" in str(raised.value)
    assert str(raised.value).endswith("restore a backup made before the update")
    again = sqlite3.connect(path)
    assert again.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
    again.close()
    assert before[:16] == path.read_bytes()[:16]


def test_a_migration_that_another_process_took_is_not_repeated(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "anaquel.db", isolation_level=None)) as connection:
        migrating._step(connection, 1, "CREATE TABLE one (x);")
        migrating._step(connection, 2, "INSERT INTO one VALUES (1);")
        migrating._step(connection, 3, "CREATE TABLE two (x);")
        migrating._step(connection, 2, "INSERT INTO one VALUES (1);")
        assert migrating.version(connection) == 3
        assert connection.execute("SELECT count(*) FROM one").fetchone() == (1,)


def test_a_migration_that_breaks_changes_nothing(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "anaquel.db", isolation_level=None)
    with pytest.raises(sqlite3.OperationalError):
        migrating._step(connection, 1, "CREATE TABLE one (x); CREATE TABLE one (x);")
    assert not connection.in_transaction
    assert connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
    connection.close()
