"""A full disk, and a foreign program that holds the file: nothing ends, nothing is lost."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import structlog

from gateway.broker.link import Link
from gateway.clock import SystemClock
from gateway.domain.events import Lane, Origin
from gateway.events.housekeeping import Housekeeping
from gateway.intake.over_mqtt import MqttIntake
from gateway.settings import Settings
from gateway.store import outbox
from gateway.store.database import Connection, Database, StorageBusyError
from tests.support import settings as make_settings
from tests.support.mosquitto import Mosquitto
from tests.support.running import PATIENCE_S, PREFIX, running

CLOCK = SystemClock()
ORIGIN = Origin(store="s042", gateway="gw-1")
BEGINS = "nothing can be stored now"
ENDS = "storing again"


class Scanner:
    """A scanner over MQTT that hears the gateway's acks."""

    def __init__(self, mosquitto: Mosquitto) -> None:
        self.link = Link("till-1", mosquitto.broker, prefix=PREFIX, client_id="till-1")
        self._acks = self.link.messages("device/till-1/ack")

    async def scan(self, given: str) -> None:
        await self.link.connected.wait()
        body = json.dumps({"id": given, "code": "09521100001014"}).encode()
        await self.link.publish("device/till-1/scan", body)

    async def acknowledged(self) -> str:
        message = await anext(self._acks)
        message.ack()
        return str(json.loads(message.payload)["id"])


class Pauses:
    """The pauses between attempts: they last until the test says so."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self.over = asyncio.Event()

    async def __call__(self, _seconds: float) -> None:
        self.begun.set()
        await self.over.wait()


def limits(settings: Settings) -> dict[Lane, int]:
    return {lane: getattr(settings.events, lane.value).max_bytes for lane in Lane}


def scans(connection: sqlite3.Connection) -> int:
    count: int = connection.execute("SELECT count(*) FROM outbox WHERE lane = 'scan'").fetchone()[0]
    return count


def pages(most: Callable[[int], int]) -> Callable[[Connection], Any]:
    """Let the file have so many pages, from how many it has."""

    def set_(connection: Connection) -> None:
        now = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {most(now)}")

    return set_


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


async def test_everyone_behind_a_locked_file_hears_of_it_at_once(tmp_path: Path) -> None:
    """Not one busy time after the other: the tenth would wait for a minute."""
    path = tmp_path / "anaquel.db"
    statements: list[str] = []
    async with Database(path) as database:
        await database.write(lambda connection: connection.execute("PRAGMA busy_timeout = 300"))
        await database.write(lambda connection: connection.set_trace_callback(statements.append))
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            async with asyncio.TaskGroup() as group:
                for _ in range(10):
                    group.create_task(refused(database))
            other.execute("ROLLBACK")
    assert sum("BEGIN" in statement for statement in statements) <= 2


async def refused(database: Database) -> None:
    with pytest.raises(StorageBusyError):
        await database.write(lambda connection: connection.execute("SELECT 1"))


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
