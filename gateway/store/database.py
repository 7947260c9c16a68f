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
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn, Self, TypeVar
from urllib.parse import quote

from gateway.errors import AnaquelError
from gateway.store import migrating, replacing, room, troubles
from gateway.store.changes import Changes, Noted
from gateway.store.patience import Patience, Sleep

FILE = "anaquel.db"
"""The database's name in the data folder."""

T = TypeVar("T")

_MAX_GROUP = 256
_MAX_GROUP_S = 0.02
_READERS = 2
_BUSY_S = 5.0
_STATEMENTS = 512  # kept prepared: with the usual 128 those of one price pushed others out
_AGAIN_S = 0.01


class StorageError(AnaquelError):
    """The disk or the database file failed; nothing more can be promised."""


class StorageBusyError(StorageError):
    """The disk is full or another program holds the file: nothing was kept, later it may be."""


class Connection(sqlite3.Connection):
    """A connection that remembers which keys the transaction in hand changed."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type] # sqlite3's own arguments
        self.noted: Noted = defaultdict(set)

    def note(self, table: str, key: str) -> None:
        """Say that the row under ``key`` changed; told to subscribers after the commit."""
        self.noted[table].add(key)

    def note_all(self, table: str, keys: Iterable[str]) -> None:
        """``note`` for many keys."""
        self.noted[table].update(keys)


class Database:
    """The gateway's memory. Use as ``async with Database(path) as database``."""

    def __init__(self, path: Path, *, sleep: Sleep = asyncio.sleep) -> None:
        self.path = path
        self.changes = Changes()
        self._patience = Patience(StorageBusyError, sleep=sleep)
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._questions: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._readers: list[threading.Thread] = []
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
        self._readers = [
            threading.Thread(
                target=self._answer_questions,
                args=(loop,),
                name=f"database-reader-{number}",
                daemon=True,
            )
            for number in range(_READERS)
        ]
        for reader in self._readers:
            reader.start()
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
        # The writer closes last: only it can bring the log home into the one file people copy.
        for _ in self._readers:
            self._questions.put(None)
        for reader in self._readers:
            await asyncio.to_thread(reader.join)
        self._closing.set()
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join)

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

    @property
    def is_busy(self) -> bool:
        """Whether writers wait: the disk is full or another program holds the file."""
        return self._patience.waiting > 0

    async def read(self, query: Callable[[Connection], T]) -> T:
        """Run ``query`` on a reader thread in one read transaction: one consistent view."""
        self._require_open()
        answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._questions.put(_Job(query, answer))
        return await answer

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

    def _answer_questions(self, loop: asyncio.AbstractEventLoop) -> None:
        with contextlib.ExitStack() as kept:
            connection: Connection | None = None
            while (job := self._questions.get()) is not None:
                try:
                    if connection is None:
                        connection = connect(self.path, read_only=True)
                        kept.enter_context(contextlib.closing(connection))
                    job.look(connection)
                except sqlite3.Error as error:
                    job.refuse(_storage_error(self.path, error))
                # A loop that is gone has nobody left to tell.
                with contextlib.suppress(RuntimeError):
                    loop.call_soon_threadsafe(job.answer)

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
                with contextlib.suppress(RuntimeError):
                    loop.call_soon_threadsafe(self._tell, jobs, noted)
            self._closing.wait()

    def _tell(self, jobs: list[_Job], noted: Noted) -> None:
        """On the event loop: one call for a whole group."""
        if noted:
            self.changes.publish(noted)
        for job in jobs:
            job.answer()

    def _commit_group(self, connection: Connection, first: _Job) -> tuple[list[_Job], Noted]:
        """Run what waits and commit; every job knows its end then. Returns what changed, too."""
        jobs: list[_Job] = []
        noted: Noted = defaultdict(set)
        if self._failure is not None:
            first.refuse(self._failure)
            return [first], noted
        try:
            connection.execute("BEGIN IMMEDIATE")
            for job in self._with_waiting(first):
                jobs.append(job)
                for table, keys in job.run(connection).items():
                    noted[table] |= keys
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            # Who waits behind a locked file would else wait as long again, one after the other.
            jobs = jobs or list(self._with_waiting(first))
            self._fail(connection, jobs, error)
            return jobs, defaultdict(set)
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

    def run(self, connection: Connection) -> Noted:
        """Run in a savepoint of its own and return what it changed.

        An error of the function undoes and fails this job alone. Raises ``sqlite3.Error`` when
        the whole group is lost.
        """
        connection.noted = defaultdict(set)
        connection.execute("SAVEPOINT job")
        try:
            self._result = self._transaction(connection)
        except Exception as error:  # raised again where the caller waits
            if not connection.in_transaction or troubles.is_of_storage(error):
                raise troubles.as_sqlite(error) from error
            connection.execute("ROLLBACK TO job")
            self._error = error
            connection.noted = defaultdict(set)
        connection.execute("RELEASE job")
        return connection.noted

    def look(self, connection: Connection) -> None:
        """Run as a query in a read transaction of its own, unless the caller has left.

        Raises ``sqlite3.Error`` when the file cannot be read.
        """
        if self._answer.done():
            return
        connection.execute("BEGIN")
        try:
            self._result = self._transaction(connection)
        except Exception as error:  # raised again where the caller waits
            if troubles.is_of_storage(error):
                raise
            self._error = error
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")

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


def connect(path: Path, *, read_only: bool = False, still: bool = False) -> Connection:
    """Open the database file with the settings that the promises rest on.

    ``still``: nobody else has it open, and nothing is made beside it. Raises ``sqlite3.Error``.
    """
    mode = "ro" if read_only else "rwc"
    connection = sqlite3.connect(
        f"file:{quote(str(path))}?mode={mode}{'&immutable=1' if still else ''}",
        uri=True,
        factory=Connection,
        isolation_level=None,
        cached_statements=_STATEMENTS,
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
            if troubles.code_of(error) != sqlite3.SQLITE_BUSY or time.monotonic() > until:
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
    replacing.finish(path.parent)
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


def _opening_error(path: Path, error: Exception) -> Exception:
    if isinstance(error, AnaquelError) or not isinstance(error, sqlite3.Error | OSError):
        return error
    full = troubles.code_of(error) == sqlite3.SQLITE_IOERR and room.is_none(path.parent)
    return _storage_error(path, error, full=full)


def _storage_error(path: Path, error: Exception, *, full: bool = False) -> StorageError:
    code = sqlite3.SQLITE_FULL if full else troubles.code_of(error)
    kind = StorageBusyError if code in troubles.PASSING else StorageError
    return kind(f"{path}: {troubles.advice(code, error)}")
