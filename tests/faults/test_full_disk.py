"""A full disk: nothing ends, nothing is lost."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest
import structlog

from gateway.broker.link import Link
from gateway.clock import SystemClock
from gateway.domain.events import Origin
from gateway.events.housekeeping import Housekeeping
from gateway.intake.over_mqtt import MqttIntake
from gateway.store import outbox
from gateway.store.database import Connection, Database, StorageBusyError
from tests.support import gateway_process
from tests.support import settings as make_settings
from tests.support.mosquitto import Mosquitto
from tests.support.running import PATIENCE_S, PREFIX, running
from tests.support.storing import BEGINS, ENDS, Pauses, Scanner, limits, pages, scans

CLOCK = SystemClock()
ORIGIN = Origin(store="s042", gateway="gw-1")


async def test_a_full_disk_leaves_a_scan_unacknowledged_until_there_is_room(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    pauses = Pauses()
    scanner = Scanner(mosquitto)
    port = Link("intake", mosquitto.broker, prefix=PREFIX, client_id="gw-1.intake")
    settings = make_settings.make(tmp_path)
    async with Database(tmp_path / "anaquel.db", sleep=pauses) as database:
        await database.write(
            lambda rows: outbox.prepare(rows, limits(settings), CLOCK.now(), uplink=True)
        )
        await database.write(pages(lambda now: now))
        intake = MqttIntake(port, database, CLOCK, origin=ORIGIN)
        housekeeping = Housekeeping(database, CLOCK)
        with structlog.testing.capture_logs() as lines:
            async with (
                asyncio.timeout(PATIENCE_S),
                running(intake, housekeeping, port, scanner.link),
            ):
                # The broker keeps nothing for an intake that it has not met yet.
                await port.connected.wait()
                sent: set[str] = set()
                while not pauses.begun.is_set():
                    sent.add(f"scan-{len(sent)}")
                    await scanner.scan(f"scan-{len(sent) - 1}")
                assert await database.read(scans) == intake.counters.taken < len(sent)
                await database.write(pages(lambda now: now + 1_000))
                pauses.over.set()
                assert {await scanner.acknowledged() for _ in sent} == sent
        assert await database.read(scans) == len(sent)
    events = [line["event"] for line in lines]
    assert sum(BEGINS in event for event in events) == 1
    assert sum(ENDS in event for event in events) == 1


async def test_a_full_disk_is_trouble_that_passes(tmp_path: Path) -> None:
    async with Database(tmp_path / "anaquel.db") as database:
        await database.write(pages(lambda now: now))

        def large(connection: Connection) -> None:
            connection.execute("INSERT INTO meta VALUES ('large', zeroblob(1000000))")

        with pytest.raises(StorageBusyError, match="the disk is full; free space on it"):
            await database.write(large)
        await database.write(pages(lambda now: now + 1_000))
        await database.write(large)


async def test_a_start_without_room_to_open_the_file_says_what_to_do(tmp_path: Path) -> None:
    """SQLite cannot make the small file beside the database, and calls it an I/O error."""
    settings = make_settings.make(tmp_path)
    async with Database(settings.data.folder / "anaquel.db"):
        pass
    config = tmp_path / "config.toml"
    gateway_process.write_config(config, settings)
    started = await asyncio.create_subprocess_exec(
        *("prlimit", "--fsize=16384", sys.executable, "-m", "gateway", "run", "--config", config),
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(PATIENCE_S):
        _, said = await started.communicate()
    assert started.returncode == 1
    words = "the disk is full; free space on it, nothing stored was lost"
    told = [line for line in said.decode().splitlines() if line.startswith("anaquel:")]
    assert told == [f"anaquel: {settings.data.folder}/anaquel.db: {words}"]
    async with Database(settings.data.folder / "anaquel.db") as database:
        assert await database.read(scans) == 0


async def test_a_start_with_nothing_new_writes_nothing_to_the_lanes(tmp_path: Path) -> None:
    settings = make_settings.make(tmp_path)
    wanted = limits(settings)

    def prepare(connection: Connection) -> tuple[int, int, int]:
        before = connection.total_changes
        first = outbox.prepare(connection, wanted, CLOCK.now(), uplink=True)
        between = connection.total_changes
        assert outbox.prepare(connection, wanted, CLOCK.now(), uplink=True) == first
        return before, between, connection.total_changes

    async with Database(tmp_path / "anaquel.db") as database:
        assert not await database.read(lambda rows: outbox.is_prepared(rows, wanted, uplink=True))
        before, between, after = await database.write(prepare)
        assert before < between == after
        assert await database.read(lambda rows: outbox.is_prepared(rows, wanted, uplink=True))
        assert not await database.read(lambda rows: outbox.is_prepared(rows, wanted, uplink=False))
