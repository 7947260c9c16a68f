"""What a person must mend about Shopify: said once in the log, and open as a task until it is over.

The task is of kind ``shopify``; its key is the trouble's name.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from functools import partial
from typing import Final

import structlog

from gateway.clock import Clock
from gateway.store import tasks
from gateway.store.database import Connection, Database

TASK: Final = "shopify"

log = structlog.get_logger("shopify")


class Trouble(Enum):
    """The troubles there are; the staff site has words for each."""

    CONNECTION = "connection"
    ACCESS = "access"
    PLACES = "places"
    TAX = "tax"
    VERSION = "version"
    ARTICLES = "articles"
    EMPTY = "empty"


class Troubles:
    """Remembers which are open, so that nothing is said or written twice."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._said: set[Trouble] = set()
        # Not in here: the task of an earlier run may be open. None: closed.
        self._tasks: dict[Trouble, str | None] = {}

    async def arose(self, trouble: Trouble, message: str, *, task: bool = True) -> None:
        """There is this trouble; without ``task`` it is only said."""
        if trouble not in self._said:
            self._said.add(trouble)
            log.warning("shopify in trouble", about=trouble.value, why=message)
        if task and self._tasks.get(trouble) != message:
            detail, at = {"message": message}, self._clock.now()
            await self._write(
                lambda connection: tasks.open_(connection, TASK, trouble.value, detail, at)
            )
            self._tasks[trouble] = message

    async def over(self, *troubles: Trouble) -> None:
        """These are no more."""
        for trouble in troubles:
            if trouble in self._said:
                self._said.remove(trouble)
                log.info("shopify is well again", about=trouble.value)
            if self._tasks.get(trouble, "") is not None:
                await self._write(partial(tasks.close, kind=TASK, key=trouble.value))
                self._tasks[trouble] = None

    async def _write(self, change: Callable[[Connection], object]) -> None:
        await self._database.write_patiently(change)
