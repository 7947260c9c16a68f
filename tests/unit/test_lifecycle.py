from __future__ import annotations

import asyncio
import gc
import os
import signal
from typing import NoReturn

import pytest

from gateway.lifecycle import ServiceEndedError, loading, run_until, stop_on_signals
from tests.support.running import PATIENCE_S


class Endless:
    """Works until it is cancelled, and tidies up then."""

    name = "endless"

    def __init__(self) -> None:
        self.working = asyncio.Event()
        self.tidied = False

    async def run(self) -> NoReturn:
        self.working.set()
        try:
            while True:
                await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            self.tidied = True


class Failing:
    name = "failing"

    def __init__(self, after: asyncio.Event) -> None:
        self._after = after

    async def run(self) -> NoReturn:
        await self._after.wait()
        raise ValueError("a part broke")


class Leaving:
    name = "leaving"

    async def run(self) -> NoReturn:
        return None  # type: ignore[misc] # the fault under test


async def test_all_services_stop_together_and_tidy_up() -> None:
    services, stop = [Endless(), Endless()], asyncio.Event()
    async with asyncio.timeout(PATIENCE_S), asyncio.TaskGroup() as group:
        running = group.create_task(run_until(stop, services))
        for service in services:
            await service.working.wait()
        assert not running.done()
        stop.set()
    assert all(service.tidied for service in services)


async def test_the_first_failure_stops_the_others() -> None:
    other = Endless()
    async with asyncio.timeout(PATIENCE_S):
        with pytest.RaisesGroup(pytest.RaisesExc(ValueError, match="a part broke")):
            await run_until(asyncio.Event(), [other, Failing(other.working)])
    assert other.tidied


async def test_a_service_that_ends_is_a_failure_and_is_named() -> None:
    async with asyncio.timeout(PATIENCE_S):
        with pytest.RaisesGroup(pytest.RaisesExc(ServiceEndedError, match="leaving")):
            await run_until(asyncio.Event(), [Endless(), Leaving()])


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_signals_ask_to_stop_and_only_inside(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    stop = asyncio.Event()
    with stop_on_signals(stop):
        os.kill(os.getpid(), number)
        async with asyncio.timeout(PATIENCE_S):
            await stop.wait()
    assert signal.getsignal(number) in {before, signal.SIG_DFL, signal.default_int_handler}


def test_what_is_made_while_loading_is_never_collected() -> None:
    before = gc.get_freeze_count()
    with loading():
        assert not gc.isenabled()
        kept = [[] for _ in range(100)]  # type: ignore[var-annotated] # any tracked object
    assert gc.isenabled()
    assert gc.get_freeze_count() >= before + len(kept)
    gc.unfreeze()
