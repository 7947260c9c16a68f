"""Hearing labels: words that wait together share a commit, and nobody waits for what is freed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AsyncExitStack
from itertools import islice
from typing import Final, NoReturn

import structlog

from device_drivers.api.drivers import Heard, LabelDriver, Refused
from gateway.clock import Clock
from gateway.labels import driving
from gateway.labels.reports import Reports, Word
from gateway.labels.turns import Turns
from gateway.store import labels

_TOGETHER: Final = 100
_PACE_S: Final = 0.02
"""Between two commits: in a wave so much is said meanwhile that one commit serves for all."""
_NAMED: Final = 1_000
_NAMED_FOR_S: Final = 3_600.0

log = structlog.get_logger("labels")


class Complaints:
    """What could not be understood: counted, and logged once per label and kind of problem.

    Names come from the air, so only so many are remembered (and logged) within an hour.
    """

    def __init__(self, clock: Clock) -> None:
        self.count = 0
        self._clock = clock
        self._told: dict[str, set[str]] = {}
        self._size = 0
        self._since = clock.monotonic()

    def hear(self, refused: Refused) -> None:
        """Count it, and log it unless that was done for the like of it."""
        self.count += 1
        if self._clock.monotonic() - self._since > _NAMED_FOR_S:
            self._told.clear()
            self._size, self._since = 0, self._clock.monotonic()
        kind = _kind(refused.problem)
        if self._size >= _NAMED or kind in self._told.get(refused.label, ()):
            return
        self._told.setdefault(refused.label, set()).add(kind)
        self._size += 1
        log.warning("label not understood", label=refused.label, why=refused.problem[:300])
        if self._size == _NAMED:
            log.warning("many labels not understood; for an hour they are only counted")

    def understood(self, label: str) -> None:
        """The label made sense: what it does wrong next is news."""
        self._told.pop(label, None)


class Listener:
    """Hears one driver's labels; each word is acknowledged after its commit."""

    def __init__(self, driver: LabelDriver, reports: Reports, turns: Turns, clock: Clock) -> None:
        self.name = f"labels-{driver.family.name}"
        self.complaints = Complaints(clock)
        self._driver = driver
        self._reports = reports
        self._turns = turns
        self._waiting: asyncio.Queue[Heard] = asyncio.Queue(_TOGETHER)
        self._to_free: dict[str, None] = {}
        self._freeing = asyncio.Event()

    async def run(self) -> NoReturn:
        """Listen for ever."""
        stream = self._driver.heard()  # before anything can be said
        async with asyncio.TaskGroup() as group:
            group.create_task(driving.run(self._driver), name=f"{self.name}-driver")
            group.create_task(self._hear(stream), name=f"{self.name}-hear")
            group.create_task(self._write(), name=f"{self.name}-write")
            group.create_task(self._free(), name=f"{self.name}-free")
        raise AssertionError("a listener ended")

    async def _hear(self, stream: AsyncIterator[Heard]) -> NoReturn:
        async for heard in stream:
            await self._waiting.put(heard)
        raise AssertionError("a driver stopped listening")

    async def _write(self) -> NoReturn:
        while True:
            together = [await self._waiting.get()]
            while len(together) < _TOGETHER and not self._waiting.empty():
                together.append(self._waiting.get_nowait())
            await self._take(together)
            if not self._waiting.full():
                await asyncio.sleep(_PACE_S)

    async def _take(self, together: Sequence[Heard]) -> None:
        words: list[Word] = []
        for heard in together:
            if isinstance(heard.sighting, Refused):
                self.complaints.hear(heard.sighting)
            else:
                self.complaints.understood(heard.sighting.label)
                words.append(heard.sighting)
        settled = await self._reports.heard(self._driver.family.name, words) if words else ()
        for heard in together:
            heard.ack()
        # A picture that is not freed is harmless, so what does not fit is left where it is.
        room = labels.MAX_LABELS - len(self._to_free)
        self._to_free.update(dict.fromkeys(settled[: max(room, 0)]))
        if self._to_free:
            self._freeing.set()

    async def _free(self) -> NoReturn:
        """Free what was kept for labels, unless they have another wish by now.

        A label that is being delivered to holds its turn; only this task waits for that, and only
        after those that have none.
        """
        while True:
            await self._freeing.wait()
            self._freeing.clear()
            while self._to_free:
                free = (label for label in self._to_free if self._turns.is_free(label))
                some = list(islice(free, _TOGETHER)) or [next(iter(self._to_free))]
                for label in some:
                    del self._to_free[label]
                async with AsyncExitStack() as turns:
                    for label in some:
                        await turns.enter_async_context(self._turns.of(label))
                    await self._free_some(await self._reports.settled(some))

    async def _free_some(self, settled: Iterable[str]) -> None:
        async with asyncio.TaskGroup() as group:
            for label in settled:
                free = driving.settled(self._driver, label)
                group.create_task(free, name=f"{self.name}-free-{label}")


def _kind(problem: str) -> str:
    """What a problem is about, without the words from the air: its first two parts."""
    return ":".join(problem[:300].split(":")[:2])
