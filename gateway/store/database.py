"""One SQLite file with one writing thread; a transaction is a function handed to it.

Transactions that wait together share one commit (group commit), each in a savepoint of its own, so
that one that fails takes nobody along. A call returns only after the commit is on disk
(WAL, ``synchronous=FULL``).
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn, Self, TypeVar
from urllib.parse import quote

from gateway.errors import AnaquelError
from gateway.store import migrating, room
from gateway.store.changes import Change, Changes
from gateway.store.patience import Patience, Sleep

FILE = "anaquel.db"
"""The database's name in the data folder."""

T = TypeVar("T")

_MAX_GROUP = 256
_MAX_GROUP_S = 0.02
_READERS = 2
_BUSY_S = 5.0
_AGAIN_S = 0.01


class StorageError(AnaquelError):
    """The disk or the database file failed; nothing more can be promised."""


class StorageBusyError(StorageError):
    """The disk is full or another program holds the file: nothing was kept, later it may be."""


class Connection(sqlite3.Connection):
    """A connection that remembers which keys the transaction in hand changed."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type] # sqlite3's own arguments
        self.noted: set[Change] = set()

    def note(self, table: str, key: str) -> None:
        """Say that the row under ``key`` changed; told to subscribers after the commit."""
        self.noted.add(Change(table, key))

    def note_all(self, table: str, keys: Iterable[str]) -> None:
        """``note`` for many keys."""
        self.noted.update([Change(table, key) for key in keys])


class Database:
    """The gateway's memory. Use as ``async with Database(path) as database``."""

    def __init__(self, path: Path, *, sleep: Sleep = asyncio.sleep) -> None:
        self.path = path
        self.changes = Changes()
        self._patience = Patience(StorageBusyError, sleep=sleep)
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._readers: ThreadPoolExecutor | None = None
        self._local = threading.local()
        self._reading: list[sqlite3.Connection] = []
        self._closing = threading.Event()
        self._failure: StorageError | None = None
        self._open = False

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        opened: Future[None] = Future()
        self._thread = threading.Thread(
            target=self._work, args=(loop, opened), name="database-writer", daemon=True
        )
        self._thread.start()
        try:
            await asyncio.wrap_future(opened)
        except BaseException:
            self._jobs.put(None)
            self._closing.set()
            raise
        self._readers = ThreadPoolExecutor(_READERS, thread_name_prefix="database-reader")
        self._open = True
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open = False
        self._jobs.put(None)
        thread, readers = self._thread, self._readers
        # The writer closes last: only it can bring the log home into the one file people copy.
        if readers is not None:
            await asyncio.to_thread(readers.shutdown)
        for connection in self._reading:
            connection.close()
        self._reading.clear()
        self._closing.set()
        if thread is not None:
            await asyncio.to_thread(thread.join)

    async def write(self, transaction: Callable[[Connection], T]) -> T:
        """Run ``transaction`` whole, commit, and return what it returned.

        What the function raises is raised here and undoes only its own work. If the caller is
        cancelled meanwhile, the transaction still ends one way or the other; only the answer is
        lost. Raises ``StorageBusyError`` when nothing was kept and a later try may succeed, and
        ``StorageError`` when the file can no longer be trusted.
        """
        if self._failure is not None:
            raise self._failure
        self._require_open()
        answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._jobs.put(_Job(transaction, answer))
        return await answer

    async def write_patiently(self, transaction: Callable[[Connection], T]) -> T:
        """Like ``write``, for ever again while the disk is full or somebody holds the file.

        For work that nobody waits for. ``transaction`` may run more than once.
        """
        return await self._patience.until_done(lambda: self.write(transaction))

    async def read(self, query: Callable[[Connection], T]) -> T:
        """Run ``query`` on a reader thread in one read transaction: one consistent view."""
        self._require_open()
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._readers, self._read, query)

    async def tell_of_other_writers(self, every_s: float) -> NoReturn:
        """Publish when another process (``anaquel import``) wrote to the file; runs for ever."""
        seen: int | None = None
        while True:
            version = await self.write_patiently(_data_version)
            if seen is not None and version != seen:
                self.changes.publish_anything()
            seen = version
            await asyncio.sleep(every_s)

    def _require_open(self) -> None:
        if not self._open:
            raise StorageError(f"{self.path}: the database is not open")

    def _read(self, query: Callable[[Connection], T]) -> T:
        try:
            connection = self._reader()
            connection.execute("BEGIN")
            try:
                return query(connection)
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
        except sqlite3.Error as error:
            if _is_storage_trouble(error):
                raise _storage_error(self.path, error) from error
            raise

    def _reader(self) -> Connection:
        connection: Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = connect(self.path, read_only=True)
            self._local.connection = connection
            self._reading.append(connection)
        return connection

    def _work(self, loop: asyncio.AbstractEventLoop, opened: Future[None]) -> None:
        opened.set_running_or_notify_cancel()
        try:
            connection = _opened(self.path)
        except Exception as error:  # noqa: BLE001 - the thread's outermost edge: the opener waits
            opened.set_exception(_opening_error(self.path, error))
            return
        opened.set_result(None)
        with contextlib.closing(connection):
            while (job := self._jobs.get()) is not None:
                jobs, noted = self._commit_group(connection, job)
                # A loop that is gone has nobody left to tell.
                with contextlib.suppress(RuntimeError):
                    loop.call_soon_threadsafe(self._tell, jobs, noted)
            self._closing.wait()

    def _tell(self, jobs: list[_Job], noted: set[Change]) -> None:
        """On the event loop: one call for a whole group."""
        if noted:
            self.changes.publish(noted)
        for job in jobs:
            job.answer()

    def _commit_group(self, connection: Connection, first: _Job) -> tuple[list[_Job], set[Change]]:
        """Run what waits and commit; every job knows its end then. Returns what changed, too."""
        jobs: list[_Job] = []
        noted: set[Change] = set()
        if self._failure is not None:
            first.refuse(self._failure)
            return [first], noted
        try:
            connection.execute("BEGIN IMMEDIATE")
            for job in self._with_waiting(first):
                jobs.append(job)
                noted |= job.run(connection)
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            # Who waits behind a locked file would else wait as long again, one after the other.
            jobs = jobs or list(self._with_waiting(first))
            self._fail(connection, jobs, error)
            return jobs, set()
        return jobs, noted

    def _with_waiting(self, first: _Job) -> Iterator[_Job]:
        """The first job and what waits behind it, as far as one commit should carry."""
        until = time.monotonic() + _MAX_GROUP_S
        yield first
        for _ in range(_MAX_GROUP - 1):
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                return
            if job is None:
                self._jobs.put(None)
                return
            yield job
            if time.monotonic() > until:
                return

    def _fail(self, connection: Connection, jobs: list[_Job], error: sqlite3.Error) -> None:
        failure = _storage_error(self.path, error)
        with contextlib.suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        # After a failed fsync nobody knows what is on disk: stop, and check at the next start.
        if not isinstance(failure, StorageBusyError):
            self._failure = failure
        for job in jobs:
            job.refuse(failure)


class _Job:
    """One transaction and whoever waits for its answer."""

    def __init__(
        self, transaction: Callable[[Connection], Any], answer: asyncio.Future[Any]
    ) -> None:
        self._transaction = transaction
        self._answer = answer
        self._result: Any = None
        self._error: Exception | None = None

    def run(self, connection: Connection) -> set[Change]:
        """Run in a savepoint of its own and return what it changed.

        An error of the function undoes and fails this job alone. Raises ``sqlite3.Error`` when
        the whole group is lost.
        """
        connection.noted = set()
        connection.execute("SAVEPOINT job")
        try:
            self._result = self._transaction(connection)
        except Exception as error:  # raised again where the caller waits
            if not connection.in_transaction or _is_storage_trouble(error):
                raise _as_sqlite(error) from error
            connection.execute("ROLLBACK TO job")
            self._error = error
            connection.noted = set()
        connection.execute("RELEASE job")
        return connection.noted

    def answer(self) -> None:
        """Hand the result to the caller, unless that has left; on the event loop."""
        if self._answer.done():
            return
        if self._error is not None:
            self._answer.set_exception(self._error)
        else:
            self._answer.set_result(self._result)

    def refuse(self, failure: StorageError) -> None:
        """Nothing of this group was kept."""
        self._error = failure


def connect(path: Path, *, read_only: bool = False) -> Connection:
    """Open the database file with the settings that the promises rest on.

    Raises ``sqlite3.Error``.
    """
    mode = "ro" if read_only else "rwc"
    connection = sqlite3.connect(
        f"file:{quote(str(path))}?mode={mode}",
        uri=True,
        factory=Connection,
        isolation_level=None,
        check_same_thread=False,
    )
    try:
        connection.execute(f"PRAGMA busy_timeout = {_BUSY_S * 1000:.0f}")
        connection.execute("PRAGMA foreign_keys = ON")
        if not read_only:
            _keep_a_log(connection)
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute(f"PRAGMA journal_size_limit = {16 * 2**20}")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _keep_a_log(connection: sqlite3.Connection) -> None:
    """Switch to WAL; SQLite's own patience does not cover two that switch at once."""
    until = time.monotonic() + _BUSY_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if _primary_code(error) != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(_AGAIN_S)
        else:
            return


def make_folder(folder: Path) -> None:
    """Make the data folder where it is missing; raises ``StorageError``."""
    try:
        # It holds hashes of passwords and tokens: nobody else on the machine reads it.
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(
            f"{folder}: cannot be made: {error.strerror}; correct folder in [data], "
            "or the rights of the folder above it"
        ) from error


def _opened(path: Path) -> Connection:
    make_folder(path.parent)
    connection = connect(path)
    try:
        migrating.migrate(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _data_version(connection: Connection) -> int:
    version: int = connection.execute("PRAGMA data_version").fetchone()[0]
    return version


def _primary_code(error: Exception) -> int:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _is_storage_trouble(error: Exception) -> bool:
    trouble = {
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_NOTADB,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_CANTOPEN,
    }
    return isinstance(error, sqlite3.Error) and _primary_code(error) in trouble


def _as_sqlite(error: Exception) -> sqlite3.Error:
    return error if isinstance(error, sqlite3.Error) else sqlite3.OperationalError(str(error))


def _opening_error(path: Path, error: Exception) -> Exception:
    if isinstance(error, AnaquelError) or not isinstance(error, sqlite3.Error | OSError):
        return error
    full = _primary_code(error) == sqlite3.SQLITE_IOERR and room.is_none(path.parent)
    return _storage_error(path, error, full=full)


def _storage_error(path: Path, error: Exception, *, full: bool = False) -> StorageError:
    kind = StorageError
    match sqlite3.SQLITE_FULL if full else _primary_code(error):
        case sqlite3.SQLITE_FULL:
            kind = StorageBusyError
            advice = "the disk is full; free space on it, nothing stored was lost"
        case sqlite3.SQLITE_BUSY:
            kind = StorageBusyError
            advice = "another program keeps the file locked; end it and try again"
        case sqlite3.SQLITE_NOTADB | sqlite3.SQLITE_CORRUPT:
            advice = f"the file is damaged ({error}); put a backup in its place"
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN:
            advice = f"{error}; let this user read and write the file and its folder"
        case _:
            advice = f"{error}; check the disk and the rights of the folder"
    return kind(f"{path}: {advice}")
