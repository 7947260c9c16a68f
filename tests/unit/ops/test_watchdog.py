"""systemd's watchdog is fed by what moves: every part that may stand still is made to."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway import lifecycle
from gateway.clock import SystemClock
from gateway.lifecycle import Pulses
from gateway.ops import watchdog
from gateway.ops.measuring import Meter
from gateway.ops.service_manager import Manager
from gateway.ops.watchdog import Watchdog
from gateway.store.database import Database
from tests.support.running import one_turn
from tests.support.service_manager import NotifySocket

HOW = "STATUS=0 labels, 0 under way; 0 events to upload; 0 open tasks"


@pytest.fixture
def heard(tmp_path: Path) -> Iterator[NotifySocket]:
    with NotifySocket(tmp_path / "notify") as socket:
        yield socket


def dog(database: Database, heard: NotifySocket, pulses: Pulses, every_s: float = 30.0) -> Watchdog:
    meter = Meter(database, SystemClock(), version="1", late_s=60.0, feed=None, links=[])
    return Watchdog(Manager(str(heard.path)), database, pulses, meter, every_s=every_s)


async def test_it_is_fed_while_everything_moves(tmp_path: Path, heard: NotifySocket) -> None:
    async with Database(tmp_path / "anaquel.db") as database:
        pulses = Pulses()
        pulses.note("courier", 0.0)
        await dog(database, heard, pulses).look(late_s=0.9)
        assert await heard.next() == ["WATCHDOG=1", HOW]


async def test_a_loop_that_was_held_is_told_and_feeds_nothing(
    tmp_path: Path, heard: NotifySocket
) -> None:
    async with Database(tmp_path / "anaquel.db") as database:
        await dog(database, heard, Pulses()).look(late_s=1.5)
        assert await heard.next() == ["STATUS=the event loop was held for 1.5 s"]


async def test_a_writer_that_hangs_is_told_and_feeds_nothing(
    tmp_path: Path, heard: NotifySocket
) -> None:
    held = threading.Event()
    async with Database(tmp_path / "anaquel.db") as database, asyncio.TaskGroup() as group:
        group.create_task(database.write(lambda _: held.wait()))
        await one_turn()
        await dog(database, heard, Pulses(), every_s=0.05).look(late_s=0.0)
        held.set()
        assert await heard.next() == ["STATUS=the database gave no answer in 0.05 s"]


async def test_a_loop_of_a_service_that_turns_no_more_is_named(
    tmp_path: Path, heard: NotifySocket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lifecycle, "_PATIENCE_S", -1.0)
    async with Database(tmp_path / "anaquel.db") as database:
        pulses = Pulses()
        pulses.note("courier", 0.0)
        pulses.note("feed", 60.0)
        await dog(database, heard, pulses).look(late_s=0.0)
        assert await heard.next() == ["STATUS=does nothing any more: courier"]


async def test_a_service_says_that_it_turns_wherever_it_does_so() -> None:
    pulses, stop = Pulses(), asyncio.Event()

    class Turning:
        name = "turning"

        async def run(self) -> None:
            async with asyncio.TaskGroup() as group:
                group.create_task(self.turn())

        async def turn(self) -> None:
            lifecycle.beat("inner", -1_000.0)
            stop.set()
            await asyncio.Event().wait()

    lifecycle.beat("nobody watches", -1_000.0)
    await lifecycle.run_until(stop, [Turning()], pulses)  # type: ignore[list-item] # it returns
    assert pulses.late() == ("inner",)


@pytest.mark.parametrize(
    ("environ", "every_s"),
    [
        ({"WATCHDOG_USEC": "30000000"}, 10.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": str(os.getpid())}, 10.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}, 20.0),
        ({"WATCHDOG_USEC": "0"}, 20.0),
        ({"WATCHDOG_USEC": "soon"}, 20.0),
        ({}, 20.0),
    ],
)
def test_it_looks_three_times_while_systemd_waits(environ: dict[str, str], every_s: float) -> None:
    assert watchdog.every_s(environ) == every_s


def test_without_systemd_nobody_is_told() -> None:
    assert not Manager.of({}).is_there
    Manager.of({}).tell("READY=1")
    Manager.of({"NOTIFY_SOCKET": "/nowhere/at/all"}).tell("READY=1")
