"""Events: stored beside two queues of equal durability, taken in beside a bare MQTT loop."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import threading
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import litequeue  # type: ignore[import-untyped] # it ships no types
import persistqueue

from benchmarks import broker as brokers
from benchmarks import feed, messages, process, rounds, shop
from benchmarks.figures import Figure
from benchmarks.setup import Setup
from gateway.clock import SystemClock
from gateway.domain import events
from gateway.domain.events import Event, Lane, Origin, Scan
from gateway.store import database as store
from gateway.store import outbox
from gateway.store.database import Connection, Database

PRODUCERS = 100
_ORIGIN = Origin(store=shop.STORE, gateway=shop.GATEWAY)
_BARE = "bare/scan"
_LOOK_EVERY_S = 0.02

Put = Callable[[str], object]


async def measure(setup: Setup) -> AsyncIterator[Figure]:
    """``enqueue_100_vs_persist_queue``, ``enqueue_100_vs_litequeue``, ``mqtt_ingest_share``."""
    async for figure in _enqueue(setup):
        yield figure
    yield await _ingest(setup)


def scan(number: int) -> Event:
    """One scan as intake makes it."""
    now = SystemClock().now()
    said = Scan(code=shop.gtin_of(number % 1000), symbology="EAN-13", mode="stock_count")
    event_id = str(uuid.uuid4())
    return events.scanned(
        _ORIGIN, said, event_id=event_id, device="scanner-1", time=now, recorded=now
    )


def full_sync(connection: sqlite3.Connection | None) -> None:
    """The durability that ours has: every commit is on disk when the call returns."""
    assert connection is not None  # noqa: S101 - the queue is open
    connection.execute("PRAGMA synchronous = FULL")
    level = connection.execute("PRAGMA synchronous").fetchone()[0]
    mode = connection.execute("PRAGMA journal_mode").fetchone()[0]
    assert (level, mode) == (2, "wal")  # noqa: S101 - else the comparison is worth nothing


async def _enqueue(setup: Setup) -> AsyncIterator[Figure]:
    each = setup.size(100, 10)
    folder = setup.room("enqueue")
    limits = dict.fromkeys(Lane, 10**9)
    persist = persistqueue.SQLiteQueue(str(folder / "persist"), multithreading=True)
    full_sync(persist._putter)  # noqa: SLF001 - it has no setting for it
    lite = litequeue.LiteQueue(folder / "lite.db")
    full_sync(lite.conn)
    one_at_a_time = threading.Lock()

    def put_lite(text: str) -> None:
        # Its connection is not to be used by two threads at once.
        with one_at_a_time:
            lite.put(text)

    async with Database(folder / "ours.db") as database:
        now = SystemClock().now()
        await database.write(lambda c: outbox.prepare(c, limits, now, uplink=True))
        rates = await rounds.medians(
            lambda: _ours(database, each),
            lambda: asyncio.to_thread(_threads, persist.put, each),
            lambda: asyncio.to_thread(_threads, put_lite, each),
        )
    persist.close()
    lite.conn.close()
    ours, *others = rates
    for name, peer in zip(("persist-queue", "litequeue"), others, strict=True):
        yield Figure(
            name=f"enqueue_100_vs_{name.replace('-', '_')}",
            unit="events/s",
            ours=ours,
            peer=peer,
            peer_name=name,
            goal=8.0,
        )


async def _ours(database: Database, each: int) -> float:
    async def produce(waiting: Sequence[Event]) -> None:
        for event in waiting:

            def store_it(connection: Connection, event: Event = event) -> int:
                return outbox.append(connection, Lane.SCAN, event, event.recorded)

            await database.write(store_it)

    shares = _shares(each)
    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for share in shares:
            group.create_task(produce(share))
    return PRODUCERS * each / (time.perf_counter() - began)


def _threads(put: Put, each: int) -> float:
    def produce(waiting: Sequence[Event]) -> None:
        for event in waiting:
            put(event.to_json())

    threads = [threading.Thread(target=produce, args=(share,)) for share in _shares(each)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return PRODUCERS * each / (time.perf_counter() - began)


def _shares(each: int) -> list[list[Event]]:
    """What each producer has to say, made before the time runs."""
    return [[scan(number) for number in range(each)] for _ in range(PRODUCERS)]


async def _ingest(setup: Setup) -> Figure:
    folder = setup.room("ingest")
    count = setup.size(10_000, 500)
    async with (
        brokers.running(folder) as broker,
        shop.gateway(shop.settings(folder, broker), folder) as gateway,
        process.started("bare_loop", folder, feed.bare_loop(broker, _BARE, count)) as loop,
        messages.ends(broker, shop.PREFIX) as ends,
    ):
        await loop.hear()
        stored = folder / "data" / store.FILE

        async def ours() -> float:
            before = await asyncio.to_thread(_taken, stored)
            gateway.child.pause()
            await ends.send(_scans(uuid.uuid4().hex, count))
            began = time.perf_counter()
            gateway.child.go_on()
            await asyncio.to_thread(_until_taken, stored, before + count)
            return count / (time.perf_counter() - began)

        async def bare() -> float:
            payloads = [payload for _, payload in _scans(uuid.uuid4().hex, count)]
            return count / await feed.held(loop, ends, payloads, _BARE)

        rate, peer = await rounds.medians(ours, bare)
    return Figure(
        name="mqtt_ingest_share",
        unit="events/s",
        ours=rate,
        peer=peer,
        peer_name="bare paho loop",
        goal=0.4,
    )


def _scans(run: str, count: int) -> Iterator[tuple[str, bytes]]:
    for number in range(count):
        said: dict[str, Any] = {"id": f"{run}-{number}", "code": shop.gtin_of(number % 1000)}
        yield f"device/scanner-{number % 20}/scan", json.dumps(said).encode()


def _until_taken(path: Path, count: int) -> None:
    # The file tells nobody outside its process when it changes.
    while _taken(path) < count:
        time.sleep(_LOOK_EVERY_S)


def _taken(path: Path) -> int:
    """How many scans the gateway has committed since its beginning."""
    connection = store.connect(path, read_only=True)
    try:
        row = connection.execute("SELECT next_seq FROM lane WHERE name = 'scan'").fetchone()
        return int(row[0])
    finally:
        connection.close()
