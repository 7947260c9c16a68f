"""Trying again until it works, for whoever works in a loop and has nobody to answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

T = TypeVar("T")
Sleep = Callable[[float], Awaitable[object]]

FIRST_S = 1.0
MOST_S = 30.0

log = structlog.get_logger("store")


class Patience:
    """Goes through trouble that passes, and says so once, however many wait.

    Pauses grow from ``FIRST_S`` to ``MOST_S`` seconds; any error but ``passing`` is raised.
    """

    def __init__(self, passing: type[Exception], *, sleep: Sleep = asyncio.sleep) -> None:
        self.waiting = 0
        self._passing = passing
        self._sleep = sleep

    async def until_done(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """What ``attempt`` returns, as soon as it does."""
        try:
            return await attempt()
        except self._passing as error:
            first = error
        self._begin(first)
        try:
            done = await self._again(attempt)
        except BaseException:
            self.waiting -= 1
            raise
        self._end()
        return done

    async def _again(self, attempt: Callable[[], Awaitable[T]]) -> T:
        pause = FIRST_S
        while True:
            await self._sleep(pause)
            try:
                return await attempt()
            except self._passing:
                pause = min(2 * pause, MOST_S)

    def _begin(self, why: Exception) -> None:
        self.waiting += 1
        if self.waiting == 1:
            log.error("nothing can be stored now: it is kept and tried again", why=str(why))

    def _end(self) -> None:
        self.waiting -= 1
        if not self.waiting:
            log.info("storing again")
