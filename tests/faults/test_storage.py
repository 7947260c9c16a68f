"""Full disks, damaged files, missing rights, dead processes: nothing acknowledged is ever lost."""

from __future__ import annotations

import asyncio
import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from gateway.store.database import Connection, Database, StorageError
from tests import tiers

KILLS = tiers.count("commits_killed")
CUTS = tiers.count("log_cuts")
COMMITTING = """
import asyncio, sys
from pathlib import Path
from gateway.store.database import Database

async def main():
    async with Database(Path(sys.argv[1])) as database:
        known = await database.read(lambda c: c.execute("SELECT count(*) FROM meta").fetchone()[0])
        async def commit(worker):
            number = 0
            while True:
                key = f"{known}-{worker}-{number}"
                def both(connection):
                    connection.execute("INSERT INTO meta VALUES (?, 'one')", (key + "-a",))
                    connection.execute("INSERT INTO meta VALUES (?, 'two')", (key + "-b",))
                await database.write(both)
                sys.stdout.write(key + "\\n")
                sys.stdout.flush()
                number += 1
        async with asyncio.TaskGroup() as group:
            for worker in range(4):
                group.create_task(commit(worker))

asyncio.run(main())
"""


def put(key: str, size: int = 0) -> Callable[[Connection], None]:
    def write(connection: Connection) -> None:
        connection.execute("INSERT INTO meta VALUES (?, ?)", (key, "x" * size))
        connection.note("meta", key)

    return write


def stored(path: Path) -> set[str]:
    """What is in the file once SQLite has recovered it; damage fails the test."""
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return {row[0] for row in connection.execute("SELECT key FROM meta")}


def room_for(pages: int) -> Callable[[Connection], None]:
    """Let the file grow by so many pages, as a disk that has no more."""

    def write(connection: Connection) -> None:
        used = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {used + pages}")

    return write


async def test_a_full_disk_says_what_to_do_loses_nothing_and_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "anaquel.db"
    async with Database(path) as database:
        hears = database.changes.subscribe("meta")
        await database.write(put("before"))
        assert await hears.next() is not None
        await database.write(room_for(2))
        with pytest.raises(StorageError) as raised:
            await database.write(put("too much", 1_000_000))
        assert str(raised.value) == (
            f"{path}: the disk is full; free space on it, nothing stored was lost"
        )
        assert stored(path) == {"before"}
        await database.write(put("small"))
        await database.write(room_for(1_000))
        await database.write(put("after", 1_000_000))
        assert {change.key for change in await hears.next() or ()} == {"small", "after"}
    assert stored(path) == {"before", "small", "after"}


async def test_a_full_disk_refuses_all_that_shared_the_commit(tmp_path: Path) -> None:
    path = tmp_path / "anaquel.db"

    async def ask(key: str, size: int) -> str:
        try:
            await database.write(put(key, size))
        except StorageError:
            return "refused"
        return "kept"

    async with Database(path) as database:
        await database.write(room_for(2))
        async with asyncio.TaskGroup() as group:
            asking = {
                name: group.create_task(ask(name, size))
                for name, size in (("a", 0), ("b", 1_000_000), ("c", 0), ("d", 0))
            }
    answers = {name: task.result() for name, task in asking.items()}
    assert answers["b"] == "refused"
    assert stored(path) == {name for name, answer in answers.items() if answer == "kept"}


async def test_after_a_failed_write_to_the_disk_nothing_more_is_promised(tmp_path: Path) -> None:
    path = tmp_path / "anaquel.db"

    def fail(_connection: Connection) -> None:
        error = sqlite3.OperationalError("disk I/O error")
        error.sqlite_errorcode = sqlite3.SQLITE_IOERR_FSYNC
        raise error

    async with Database(path) as database:
        await database.write(put("before"))
        for transaction in (fail, put("after")):
            with pytest.raises(StorageError, match="disk I/O error; check the disk"):
                await database.write(transaction)
    assert stored(path) == {"before"}


async def test_what_waits_behind_a_failed_disk_is_refused_too(tmp_path: Path) -> None:
    path = tmp_path / "anaquel.db"

    def fail(_connection: Connection) -> None:
        error = sqlite3.DatabaseError("database disk image is malformed")
        error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise error

    async def refused(transaction: Callable[[Connection], None]) -> None:
        with pytest.raises(StorageError, match="the file is damaged"):
            await database.write(transaction)

    async with Database(path) as database, asyncio.TaskGroup() as group:
        group.create_task(refused(fail))
        for number in range(300):
            group.create_task(refused(put(f"behind {number}")))
    assert stored(path) == set()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"this is not a database, it is a letter\n" * 200, "the file is damaged"),
        (b"SQLite format 3\x00" + bytes(4_080), "the file is damaged"),
    ],
)
async def test_a_damaged_file_is_said_at_the_start(
    tmp_path: Path, content: bytes, why: str
) -> None:
    path = tmp_path / "anaquel.db"
    path.write_bytes(content)
    with pytest.raises(StorageError, match=why) as raised:
        async with Database(path):
            pass
    assert str(path) in str(raised.value)
    assert "put a backup in its place" in str(raised.value)
    assert path.read_bytes() == content, "left as it is for those who rescue data"


async def test_a_file_damaged_under_us_is_said_when_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "anaquel.db"
    async with Database(path) as database:
        for number in range(20):
            await database.write(put(f"{number}", 3_000))
    whole = path.read_bytes()
    pages = len(whole) // 4096
    path.write_bytes(whole[: 2 * 4096] + b"\xff" * 4096 * (pages - 2))
    with pytest.raises(StorageError, match="put a backup in its place"):
        async with Database(path) as database:
            await database.read(
                lambda connection: (
                    connection.execute("PRAGMA integrity_check").fetchall()
                    and connection.execute("SELECT * FROM meta").fetchall()
                )
            )


@pytest.mark.parametrize("folder", ["/proc", "/proc/anaquel/data", "file/data", "file"])
async def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, folder: str) -> None:
    (tmp_path / "file").write_text("no folder")
    path = tmp_path / folder / "anaquel.db"
    with pytest.raises(StorageError) as raised:
        async with Database(path):
            pass
    message = str(raised.value)
    assert message.startswith(str(path.parent))
    assert "folder" in message


async def test_a_folder_in_the_place_of_the_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "anaquel.db").mkdir()
    with pytest.raises(StorageError, match=r"anaquel\.db: unable to open database file; let this"):
        async with Database(tmp_path / "anaquel.db"):
            pass


async def test_a_file_that_somebody_keeps_locked_is_said(tmp_path: Path) -> None:
    path = tmp_path / "anaquel.db"
    async with Database(path) as database:
        await database.write(lambda connection: connection.execute("PRAGMA busy_timeout = 1"))
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StorageError, match="another program keeps the file locked"):
                await database.write(put("a"))
            other.execute("ROLLBACK")
        await database.write(put("a"))
    assert stored(path) == {"a"}


def test_kill_9_keeps_every_acknowledged_commit(tmp_path: Path) -> None:
    path = tmp_path / "anaquel.db"
    rng = random.Random(42)
    acknowledged: set[str] = set()
    for _ in range(KILLS):
        acknowledged |= acknowledged_until_killed(path, rng.randrange(1, 120))
        found = stored(path)
        for key in acknowledged:
            assert {f"{key}-a", f"{key}-b"} <= found
        halves = {name[:-2] for name in found}
        assert len(found) == 2 * len(halves), "no transaction is half there"
    assert len(acknowledged) >= KILLS


def acknowledged_until_killed(path: Path, wanted: int) -> set[str]:
    """Let a process commit, and kill it after so many of its answers."""
    command = [sys.executable, "-c", COMMITTING, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        heard = [process.stdout.readline() for _ in range(wanted)]
        process.kill()
        heard += process.stdout.readlines()
    return {line.strip() for line in heard if line.endswith("\n")}


async def test_a_log_cut_anywhere_ends_at_a_commit(tmp_path: Path) -> None:
    """A power cut may leave any prefix of what was not yet synced; none of it may be half a
    transaction, and what was synced before stays."""
    rng = random.Random(7)
    path, cut = tmp_path / "anaquel.db", tmp_path / "cut.db"
    sizes: list[int] = []
    log = path.with_name("anaquel.db-wal")

    def pair(number: int) -> Callable[[Connection], None]:
        def write(connection: Connection) -> None:
            put(f"{number:02}-a", rng.randrange(3_000))(connection)
            put(f"{number:02}-b", rng.randrange(3_000))(connection)

        return write

    async with Database(path) as database:
        for number in range(20):
            await database.write(pair(number))
            sizes.append(log.stat().st_size)
        for _ in range(CUTS):
            length = rng.randrange(sizes[0], sizes[-1] + 1)
            shutil.copy(path, cut)
            cut.with_name("cut.db-wal").write_bytes(log.read_bytes()[:length])
            whole = sum(size <= length for size in sizes)
            wanted = {f"{number:02}-{half}" for number in range(whole) for half in "ab"}
            assert stored(cut) == wanted
