"""The feed beside other work: scans during a large snapshot, changes on labels, and memory."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sqlite3
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NoReturn

from benchmarks import broker as brokers
from benchmarks import messages, process, rounds, shop
from benchmarks.figures import Figure
from benchmarks.messages import Awaited, Ends
from benchmarks.setup import Setup
from gateway.store import database

_SCANS_A_SECOND = 20
_CHANGES_A_SECOND = 100
_LABELS = 200
_ACK = "device/bench/ack"
_PICTURES = "label/+/image"
_LOOK_EVERY_S = 0.002


async def measure(setup: Setup) -> AsyncIterator[Figure]:
    """``snapshot_300k`` with scans, ``planned_p99_ms`` with ``sent_p99_ms``, ``rss_mb``."""
    async for figure in _large(setup):
        yield figure
    async for figure in _planned(setup):
        yield figure
    yield await _memory(setup)


async def _large(setup: Setup) -> AsyncIterator[Figure]:
    """20,000 products and prices, stock in 13 places; scans come in all the while."""
    opening = list(shop.rows(setup.size(20_000, 400), shops=13))
    folder = setup.room("large")
    scans = Scans()
    async with (
        brokers.running(folder) as broker,
        shop.central(broker, folder, iter(opening)) as central,
        shop.gateway(shop.settings(folder, broker), folder),
        messages.ends(broker, shop.PREFIX, _ACK, heard=scans.heard) as scanner,
        asyncio.TaskGroup() as group,
    ):
        await scans.ready(scanner)
        scanning = group.create_task(scans.send(scanner), name="scans")
        took = await central.snapshot()
        scans.enough = True
        await scanning
        await scans.all_taken()
    setup.say(f"feed: {len(opening):,} rows in {took:.2f} s, {len(scans.took)} scans meanwhile")
    yield Figure(
        name=f"snapshot_{len(opening) // 1_000}k",
        unit="s",
        ours=took,
        goal=None if setup.quick else 12.0,
        better="lower",
    )
    yield Figure(
        name="snapshot_enqueue_p99_ms",
        unit="ms",
        ours=rounds.percentile(scans.took, 0.99) * 1e3,
        goal=None if setup.quick else 100.0,
        better="lower",
    )


class Scans:
    """Scans at a steady rate, each timed from the instant it is due until it is acknowledged."""

    def __init__(self) -> None:
        self.took: list[float] = []
        self.enough = False
        self._due: dict[str, float] = {}
        self._news = Awaited()

    def heard(self, _topic: str, payload: bytes) -> None:
        """The gateway has committed a scan."""
        due = self._due.pop(json.loads(payload)["id"], None)
        if due is not None:
            self.took.append(time.perf_counter() - due)
            self._news.tell()

    async def ready(self, ends: Ends) -> None:
        """Wait until the gateway listens: what was sent before is lost without a session."""
        number = 0
        while not self.took:
            self._due[f"try-{number}"] = time.perf_counter()
            await ends.send([_scan(f"try-{number}")])
            await asyncio.sleep(0.1)
            number += 1
        self._due.clear()
        self.took.clear()

    async def send(self, ends: Ends) -> None:
        """Go on until there are ``enough``; cancelled, a scan could be awaited and never sent."""
        began = time.perf_counter()
        number = 0
        while not self.enough:
            due = began + number / _SCANS_A_SECOND
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            self._due[f"scan-{number}"] = due
            try:
                await ends.send([_scan(f"scan-{number}")])
            except asyncio.CancelledError:
                self._due.pop(f"scan-{number}", None)  # perhaps never sent
                raise
            number += 1

    async def all_taken(self) -> None:
        """Wait for the last one."""
        await self._news.until(lambda: not self._due, "the receipt of a scan")


def _scan(name: str) -> tuple[str, bytes]:
    return "device/bench/scan", json.dumps({"id": name, "code": shop.gtin_of(1)}).encode()


async def _planned(setup: Setup) -> AsyncIterator[Figure]:
    """One new price after the other, timed until its wish is committed, and until that leaves.

    The labels answer all the while.
    """
    names = [f"l{number:05d}" for number in range(setup.size(_LABELS, 20))]
    opening = [
        *shop.rows(len(names)),
        *(shop.binding(name, number) for number, name in enumerate(names)),
    ]
    folder = setup.room("planned")
    pictures = Pictures()
    async with (
        brokers.running(folder) as broker,
        shop.central(broker, folder, iter(opening)) as central,
        shop.gateway(shop.settings(folder, broker), folder),
        messages.ends(broker, shop.PREFIX, _PICTURES, heard=pictures.heard),
        process.started(
            "labels", folder, {"broker": broker.model_dump(mode="json"), "names": names}
        ) as labels,
        asyncio.TaskGroup() as group,
    ):
        await central.snapshot()
        await labels.hear()
        pictures.expect(names)
        await labels.tell(names)
        await pictures.all_came()
        pictures.took.clear()
        wishes = Wishes(folder / "data" / database.FILE)
        following = group.create_task(wishes.follow(), name="wishes")
        for turn in range(setup.size(5, 1)):
            deltas = [
                central.deltas([shop.price(number, 10_000 * (turn + 1) + number)], each=1)
                for number in range(len(names))
            ]
            began = time.perf_counter()
            for number, delta in enumerate(deltas):
                due = began + number / _CHANGES_A_SECOND
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                pictures.expect([names[number]], due)
                wishes.expect(names[number], due)
                await central.send(delta)
            await pictures.all_came()
            await wishes.all_came()
        following.cancel()
    yield Figure(
        name="planned_p99_ms",
        unit="ms",
        ours=rounds.percentile(wishes.took, 0.99) * 1e3,
        goal=None if setup.quick else 50.0,
        better="lower",
    )
    yield Figure(
        name="sent_p99_ms",
        unit="ms",
        ours=rounds.percentile(pictures.took, 0.99) * 1e3,
        goal=None,
        better="lower",
    )


class Wishes:
    """When the wish of a label could be read in the database's file by another process."""

    def __init__(self, file: Path) -> None:
        self.took: list[float] = []
        self._due: dict[str, float] = {}
        self._news = Awaited()
        self._connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
        self._known = self._wishes()

    def expect(self, label: str, since: float) -> None:
        """Time the next wish of this label from ``since``."""
        self._due[label] = since

    async def follow(self) -> NoReturn:
        """Look for ever, as often as costs little; what that adds counts against us."""
        with contextlib.closing(self._connection):
            seen = 0
            while True:
                (version,) = self._connection.execute("PRAGMA data_version").fetchone()
                if version != seen:
                    seen = version
                    self._look()
                await asyncio.sleep(_LOOK_EVERY_S)

    def _look(self) -> None:
        wishes, now = self._wishes(), time.perf_counter()
        for label in [one for one in self._due if wishes[one] != self._known[one]]:
            self.took.append(now - self._due.pop(label))
            self._news.tell()
        self._known = wishes

    def _wishes(self) -> dict[str, str]:
        return dict(self._connection.execute("SELECT label, id FROM wish"))

    async def all_came(self) -> None:
        """Wait for the last one."""
        await self._news.until(lambda: not self._due, "the wish of a label")


class Pictures:
    """When the picture that a label is to show next was published."""

    def __init__(self) -> None:
        self.took: list[float] = []
        self._due: dict[str, float] = {}
        self._news = Awaited()

    def expect(self, names: list[str], since: float | None = None) -> None:
        """Time the next picture of these labels from ``since``, or from now."""
        began = time.perf_counter() if since is None else since
        self._due.update(dict.fromkeys(names, began))

    def heard(self, topic: str, payload: bytes) -> None:
        """A picture was published; an empty one takes the last one back."""
        began = self._due.pop(topic.split("/")[1], None) if payload else None
        if began is not None:
            self.took.append(time.perf_counter() - began)
            self._news.tell()

    async def all_came(self) -> None:
        """Wait for the last one."""
        await self._news.until(lambda: not self._due, "the picture of a label")


async def _memory(setup: Setup) -> Figure:
    """The gateway after a snapshot of a large shop and some deltas."""
    products = setup.size(60_000, 600)
    labels = products // 3
    opening = [
        *shop.rows(products),
        *(shop.binding(f"l{number:05d}", number) for number in range(labels)),
    ]
    folder = setup.room("memory")
    async with (
        brokers.running(folder) as broker,
        shop.central(broker, folder, iter(opening)) as central,
        shop.gateway(shop.settings(folder, broker), folder) as gateway,
    ):
        await central.snapshot()
        news = [shop.price(number, 5_000) for number in range(min(products, 2_500))]
        await central.send(central.deltas(news, each=25))
        await central.reached()
        rss_mb = await gateway.child.rss_mb()
    return Figure(
        name="rss_mb", unit="MB", ours=rss_mb, goal=None if setup.quick else 250.0, better="lower"
    )
