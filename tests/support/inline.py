"""A database that runs every transaction on the caller's thread, for tests in virtual time."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from typing_extensions import override

from gateway.store import migrating
from gateway.store.database import Connection, Database

T = TypeVar("T")


class InlineDatabase(Database):
    """In memory, with the promises of ``Database`` but those about disks and threads.

    Make it before the loop runs: its tables come from files.
    """

    def __init__(self) -> None:
        super().__init__(Path("memory"))
        self._connection = sqlite3.connect(":memory:", factory=Connection, isolation_level=None)
        migrating.migrate(self._connection)
        self._connection.execute("PRAGMA foreign_keys = ON")

    @override
    async def __aenter__(self) -> Self:
        return self

    @override
    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._connection.close()

    @override
    async def write(self, transaction: Callable[[Connection], T]) -> T:
        await asyncio.sleep(0)
        result = self._run(lambda connection: self._whole(connection, transaction))
        noted, self._connection.noted = self._connection.noted, defaultdict(set)
        self.changes.publish(noted)
        return result

    @override
    async def write_patiently(self, transaction: Callable[[Connection], T]) -> T:
        return await self.write(transaction)

    @override
    async def read(self, query: Callable[[Connection], T]) -> T:
        await asyncio.sleep(0)
        return self._run(query)

    def _whole(self, connection: Connection, transaction: Callable[[Connection], T]) -> T:
        connection.execute("BEGIN")
        try:
            result = transaction(connection)
        except BaseException:
            connection.execute("ROLLBACK")
            connection.noted = defaultdict(set)
            raise
        connection.execute("COMMIT")
        return result

    def _run(self, work: Callable[[Connection], T]) -> T:
        """The only place where a test lets the loop wait for SQLite; memory never does."""
        return work(self._connection)
