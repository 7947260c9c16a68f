"""Cancelling a coroutine at its n-th await, and no other."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Generator
from typing import Any


class CancelledAt:
    """Awaiting it runs ``work`` and cancels its task when that waits for the ``number``-th time.

    ``reached`` says whether there were so many waits.
    """

    def __init__(self, work: Coroutine[Any, Any, None], number: int) -> None:
        self.reached = False
        self._work = work
        self._number = number

    def __await__(self) -> Generator[Any, Any, None]:
        waits = 0
        error: BaseException | None = None
        while True:
            try:
                waiting = self._work.send(None) if error is None else self._work.throw(error)
            except StopIteration:
                return
            waits += 1
            if waits == self._number:
                self.reached = True
                task = asyncio.current_task()
                assert task is not None
                task.cancel()
            error = None
            try:
                yield waiting
            except BaseException as raised:  # noqa: BLE001 - all of it is the work's
                error = raised


async def cancelled_at(work: Coroutine[Any, Any, None], number: int) -> bool:
    """Run it cancelled at that wait; False when it ended before."""
    one = CancelledAt(work, number)

    async def run() -> None:
        await one

    async with asyncio.TaskGroup() as group:
        group.create_task(run())
    return one.reached
