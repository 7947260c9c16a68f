"""A scanner, and a disk or file that refuses: what the tests of failing storage share."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Callable
from typing import Any

from gateway.broker.link import Link
from gateway.domain.events import Lane
from gateway.settings import Settings
from gateway.store.database import Connection
from tests.support.mosquitto import Mosquitto
from tests.support.running import PREFIX

BEGINS = "nothing can be stored now"
ENDS = "storing again"


class Scanner:
    """A scanner over MQTT that hears the gateway's acks."""

    def __init__(self, mosquitto: Mosquitto) -> None:
        self.link = Link("till-1", mosquitto.broker, prefix=PREFIX, client_id="till-1")
        self._acks = self.link.messages("device/till-1/ack")

    async def scan(self, given: str) -> None:
        """Scan once, under this id."""
        await self.link.connected.wait()
        body = json.dumps({"id": given, "code": "09521100001014"}).encode()
        await self.link.publish("device/till-1/scan", body)

    async def acknowledged(self) -> str:
        """The id of the next scan that the gateway has stored."""
        message = await anext(self._acks)
        message.ack()
        return str(json.loads(message.payload)["id"])


class Pauses:
    """The pauses between attempts: they last until the test says so."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self.over = asyncio.Event()

    async def __call__(self, _seconds: float) -> None:
        """Pause."""
        self.begun.set()
        await self.over.wait()


def limits(settings: Settings) -> dict[Lane, int]:
    """How many bytes each lane may hold."""
    return {lane: getattr(settings.events, lane.value).max_bytes for lane in Lane}


def scans(connection: sqlite3.Connection) -> int:
    """How many scans are stored."""
    count: int = connection.execute("SELECT count(*) FROM outbox WHERE lane = 'scan'").fetchone()[0]
    return count


def pages(most: Callable[[int], int]) -> Callable[[Connection], Any]:
    """Let the file have so many pages, from how many it has: to SQLite that is a full disk."""

    def set_(connection: Connection) -> None:
        now = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {most(now)}")

    return set_
