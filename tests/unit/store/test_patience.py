"""Trying again until it works: how long it waits, and what it says."""

from __future__ import annotations

import asyncio

import pytest
import structlog

from gateway.store.patience import MOST_S, Patience
from tests.support.running import one_turn


class PassingError(Exception):
    pass


class Attempts:
    """Fails so many times, then returns how often it was tried."""

    def __init__(self, failures: int, error: Exception) -> None:
        self.tried = 0
        self._failures = failures
        self._error = error

    async def __call__(self) -> int:
        self.tried += 1
        if self.tried <= self._failures:
            raise self._error
        return self.tried


class Sleeps:
    """Remembers how long somebody wanted to sleep, and returns at once."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.slept.append(seconds)


async def test_pauses_grow_to_half_a_minute() -> None:
    sleeps = Sleeps()
    patience = Patience(PassingError, sleep=sleeps)
    assert await patience.until_done(Attempts(7, PassingError("no room"))) == 8
    assert sleeps.slept == [1, 2, 4, 8, 16, 30, MOST_S]


async def test_it_is_said_once_when_it_begins_and_once_when_it_is_over() -> None:
    patience = Patience(PassingError, sleep=Sleeps())
    with structlog.testing.capture_logs() as lines:
        await patience.until_done(Attempts(0, PassingError("no room")))
        assert not lines
        await patience.until_done(Attempts(5, PassingError("no room")))
    assert [(line["log_level"], line.get("why")) for line in lines] == [
        ("error", "no room"),
        ("info", None),
    ]


async def test_many_that_wait_together_are_said_once() -> None:
    over = asyncio.Event()

    async def pause(_seconds: float) -> None:
        await over.wait()

    patience = Patience(PassingError, sleep=pause)
    with structlog.testing.capture_logs() as lines:
        async with asyncio.TaskGroup() as group:
            for _ in range(3):
                group.create_task(patience.until_done(Attempts(1, PassingError("no room"))))
            while patience.waiting < 3:
                await one_turn()
            over.set()
    assert [line["log_level"] for line in lines] == ["error", "info"]


@pytest.mark.parametrize("failures", [0, 1])
async def test_other_trouble_is_raised(failures: int) -> None:
    patience = Patience(PassingError, sleep=Sleeps())
    first = Attempts(failures, PassingError("no room"))

    async def attempt() -> None:
        await first()
        raise ValueError("damaged")

    with pytest.raises(ValueError, match="damaged"):
        await patience.until_done(attempt)
    assert patience.waiting == 0
