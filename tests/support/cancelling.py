"""Cancelling a coroutine at its n-th await, once or several times in a row."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Generator
from typing import Any


class CancelledAt:
    """Awaiting it runs ``work`` and cancels its task when that waits for the ``number``-th time.

    ``reached`` says whether there were so many waits. So many ``times`` it is cancelled, each at
    its next wait.
    """

    def __init__(self, work: Coroutine[Any, Any, None], number: int, times: int = 1) -> None:
        self.reached = False
        self._work = work
        self._cancelled = range(number, number + times)

    def __await__(self) -> Generator[Any, Any, None]:
        waits = 0
        error: BaseException | None = None
        while True:
            try:
                waiting = self._work.send(None) if error is None else self._work.throw(error)
            except StopIteration:
                return
            waits += 1
            if waits in self._cancelled:
                self.reached = True
                task = asyncio.current_task()
                assert task is not None
                task.cancel()
            error = None
            try:
                yield waiting
            except BaseException as raised:  # noqa: BLE001 - all of it is the work's
                error = raised


async def cancelled_at(work: Coroutine[Any, Any, None], number: int, times: int = 1) -> bool:
    """Run it cancelled at that wait (and the next ones); False when it ended before."""
    one = CancelledAt(work, number, times)

    async def run() -> None:
        await one

    async with asyncio.TaskGroup() as group:
        group.create_task(run())
    return one.reached
