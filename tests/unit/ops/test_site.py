"""Is it alive, is it ready, how does it go: over a real database."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import httpx
import pytest

from gateway.clock import SystemClock
from gateway.ops import site
from gateway.ops.measuring import Meter
from gateway.store import database as store
from gateway.store.database import Database
from tests.support.running import one_turn


@asynccontextmanager
async def ops(database: Database, answer_s: float = 30.0) -> AsyncIterator[httpx.AsyncClient]:
    meter = Meter(database, SystemClock(), version="1", late_s=60.0, feed=None, links=[])
    transport = httpx.ASGITransport(site.build(database, meter, answer_s=answer_s))
    async with httpx.AsyncClient(transport=transport, base_url="http://ops") as client:
        yield client


async def test_a_gateway_that_works_says_so(tmp_path: Path) -> None:
    async with Database(tmp_path / "anaquel.db") as database, ops(database) as client:
        for path in ("/healthz", "/readyz"):
            answer = await client.get(path)
            assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
            assert answer.headers["cache-control"] == "no-store"
        scraped = await client.get("/metrics")

    assert scraped.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert "anaquel_tasks_open 0.0" in scraped.text
    assert 'anaquel_outbox_waiting{lane="scan"} 0.0' in scraped.text


async def test_a_writer_that_hangs_is_not_alive_while_pages_go_on(tmp_path: Path) -> None:
    held = threading.Event()
    async with (
        Database(tmp_path / "anaquel.db") as database,
        ops(database, answer_s=0.05) as client,
        asyncio.TaskGroup() as group,
    ):
        group.create_task(database.write(lambda _: held.wait()))
        await one_turn()
        alive = await client.get("/healthz")
        ready = await client.get("/readyz")
        held.set()

    assert (alive.status_code, alive.json()["status"]) == (503, "failing")
    assert alive.json()["why"] == "the database gave no answer in 0.05 s"
    assert ready.status_code == 200


async def test_a_file_that_somebody_else_holds_is_told_and_no_reason_to_start_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "_BUSY_S", 0.02)
    async with Database(tmp_path / "anaquel.db") as database, ops(database) as client:
        with closing(sqlite3.connect(database.path)) as other:
            other.execute("BEGIN IMMEDIATE")
            alive = await client.get("/healthz")

    assert alive.status_code == 200
    assert "another program" in alive.json()["but"]


async def test_what_cannot_be_measured_is_said(tmp_path: Path) -> None:
    held = threading.Event()
    async with (
        Database(tmp_path / "anaquel.db") as database,
        ops(database, 0.05) as client,
        asyncio.TaskGroup() as group,
    ):
        for _ in range(store._READERS):
            group.create_task(database.read(lambda _: held.wait()))
        await one_turn()
        slow = await client.get("/metrics")
        held.set()
    async with ops(database) as client:
        broken = await client.get("/metrics")

    assert (slow.status_code, slow.text) == (503, "the database gave no answer in 0.05 s\n")
    assert broken.status_code == 503
    assert "the database is not open" in broken.text
