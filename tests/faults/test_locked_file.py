"""A foreign program holds the file: nothing ends, nothing is lost."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx

from gateway.broker.link import Link
from gateway.clock import SystemClock
from gateway.domain.events import Lane, Origin
from gateway.settings import Settings
from gateway.store import devices, outbox
from gateway.store.database import Connection, Database
from tests.support import gateway_process
from tests.support import settings as make_settings
from tests.support.gateway_process import GatewayProcess
from tests.support.mosquitto import Mosquitto
from tests.support.running import PATIENCE_S, PREFIX, one_turn, running

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


async def test_a_locked_file_ends_nothing_and_the_held_scan_is_taken_afterwards(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    """A foreign writer holds the lock from before the start and longer than SQLite waits."""
    settings = make_settings.make(tmp_path, mosquitto.broker)
    path = settings.data.folder / "anaquel.db"
    async with Database(path) as database:
        token = await database.write(lambda rows: devices.add(rows, "till-2", CLOCK.now()))
        await database.write(
            lambda rows: outbox.prepare(rows, limits(settings), CLOCK.now(), uplink=True)
        )
    config = tmp_path / "config.toml"
    gateway_process.write_config(config, settings)
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
            while not any("link=link-intake" in line for line in process.lines):
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
