"""A foreign program holds the file: nothing ends, nothing is lost."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from gateway.clock import SystemClock
from gateway.store import devices
from gateway.store.database import Database, StorageBusyError
from tests.support import gateway_process
from tests.support import settings as make_settings
from tests.support.gateway_process import GatewayProcess
from tests.support.mosquitto import Mosquitto
from tests.support.running import PATIENCE_S, one_turn, running
from tests.support.storing import BEGINS, ENDS, Scanner, scans

CLOCK = SystemClock()


async def test_a_locked_file_ends_nothing_and_the_held_scan_is_taken_afterwards(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    """A foreign writer holds the lock from before a restart and longer than SQLite waits."""
    settings = make_settings.make(tmp_path, mosquitto.broker)
    path = settings.data.folder / "anaquel.db"
    config = tmp_path / "config.toml"
    gateway_process.write_config(config, settings)
    async with asyncio.TaskGroup() as group:
        first = GatewayProcess(config)
        await first.start(group)
        assert await first.stop() == 0
    async with Database(path) as database:
        token = await database.write(lambda rows: devices.add(rows, "till-2", CLOCK.now()))
    process = GatewayProcess(config)
    scanner = Scanner(mosquitto)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        async with (
            asyncio.timeout(2 * PATIENCE_S),
            asyncio.TaskGroup() as group,
            running(scanner.link),
            httpx.AsyncClient(timeout=PATIENCE_S) as client,
        ):
            await process.start(group)
            while not any("broker='intake at" in line for line in process.lines):
                await one_turn()
            await scanner.scan("held")
            refused = await client.post(
                f"{process.addresses['intake']}/api/v1/scans",
                headers={"Authorization": f"Bearer {token}"},
                json={"id": "refused", "code": "09521100001014"},
            )
            assert refused.status_code == 503, refused.text
            assert refused.headers["retry-after"]
            page = await client.get(f"{process.addresses['shopper']}/p/unknown")
            assert page.status_code == 404
            assert scans(other) == 0
            other.execute("ROLLBACK")
            assert await scanner.acknowledged() == "held"
            assert scans(other) == 1
            code = await process.stop()
    said = "\n".join(process.lines)
    assert code == 0, said
    assert said.count(BEGINS) == 1, said
    assert said.count(ENDS) == 1, said


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
