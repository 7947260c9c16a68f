"""Deliveries: bytes on the air, a wave of new prices over all labels, how late one change is."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path

from benchmarks import air_bytes, messages, process, rounds, shop
from benchmarks import broker as brokers
from benchmarks.figures import Figure
from benchmarks.messages import Awaited
from benchmarks.setup import BenchmarkError, Setup
from benchmarks.shop import CentralSide
from gateway.store import database as store

_LOOK_EVERY_S = 0.1
_PATIENCE_S = 900.0
_CHANGES_A_SECOND = 50
_AT_ONCE = 200
_REPORTS = "label/+/report"


async def measure(setup: Setup) -> AsyncIterator[Figure]:
    """``air_bytes_<family>``, ``reprice_wave`` and ``shown_p99_ms``."""
    for figure in await asyncio.to_thread(lambda: list(air_bytes.measure(setup))):
        yield figure
    count = setup.size(20_000, 40)
    names = [f"l{number:05d}" for number in range(count)]
    opening = [*shop.rows(count), *(shop.binding(name, n) for n, name in enumerate(names))]
    folder = setup.room("delivery")
    stored = folder / "data" / store.FILE
    waves = Waves(stored, count, setup)
    steady = Steady()
    async with (
        brokers.running(folder, most_waiting=1_000) as broker,
        shop.central(broker, folder, iter(opening)) as central,
        shop.gateway(shop.settings(folder, broker), folder),
        messages.ends(broker, shop.PREFIX, _REPORTS, heard=steady.heard),
    ):
        await central.snapshot()
        asked = {"broker": broker.model_dump(mode="json"), "names": names}
        async with process.started("labels", folder, asked) as labels:
            await labels.hear()
            for first in range(0, count, _AT_ONCE):
                # All at once would be a test of the broker's queue for one client.
                await labels.tell(names[first : first + _AT_ONCE])
                await waves.until_shown(min(first + _AT_ONCE, count))
            setup.say(f"delivery: {count:,} labels hang")
            # One long wave is its own average.
            rate = await waves.run(central)
            p99_ms = await steady.p99_ms(central, setup.size(500, 40), count)
    yield Figure(
        name="reprice_wave",
        unit="labels/s",
        ours=rate,
        goal=None if setup.quick else 300.0,
    )
    yield Figure(name="shown_p99_ms", unit="ms", ours=p99_ms, goal=1_000.0, better="lower")


class Waves:
    """New prices for everything, until the gateway has committed every label's report."""

    def __init__(self, stored: Path, count: int, setup: Setup) -> None:
        self._stored = stored
        self._count = count
        self._setup = setup
        self._pesos = 2_000

    async def run(self, central: CentralSide) -> float:
        """Labels per second, from the first delta's departure to the last report's commit."""
        self._pesos += 1_000
        rows = [shop.price(number, self._pesos + number) for number in range(self._count)]
        deltas = central.deltas(rows, each=200)
        wall_ms = await asyncio.to_thread(self._latest)
        began = time.perf_counter()
        await central.send(deltas)
        await self.until_shown(self._count, since=wall_ms)
        rate = self._count / (time.perf_counter() - began)
        self._setup.say(f"delivery: a wave at {rate:,.0f} labels/s")
        return rate

    async def until_shown(self, count: int, *, since: float = 0.0) -> None:
        """Wait until so many labels confirmed a wish after ``since`` (the database's own time)."""
        shown = 0
        until = time.perf_counter() + _PATIENCE_S
        while time.perf_counter() < until:
            shown = await asyncio.to_thread(self._shown, since)
            if shown == count:
                return
            await asyncio.sleep(_LOOK_EVERY_S)
        raise BenchmarkError(f"only {shown} of {count} labels showed their prices")

    def _shown(self, since: float) -> int:
        return self._one(
            "SELECT count(*) FROM delivery JOIN label ON label.id = delivery.label"
            " WHERE delivery.state = 'shown' AND delivery.shown_at > ? AND label.stale = 0"
            " AND EXISTS (SELECT 1 FROM binding WHERE binding.label = label.id)",
            since,
        )

    def _latest(self) -> float:
        return self._one("SELECT max(shown_at) FROM delivery WHERE shown_at > ?", -1)

    def _one(self, query: str, value: float) -> int:
        connection = store.connect(self._stored, read_only=True)
        try:
            return int(connection.execute(query, (value,)).fetchone()[0] or 0)
        finally:
            connection.close()


class Steady:
    """One new price after the other, timed until the label reports that it shows it."""

    def __init__(self) -> None:
        self._sent: dict[str, float] = {}
        self._took: list[float] = []
        self._news = Awaited()

    def heard(self, topic: str, payload: bytes) -> None:
        """A label reported."""
        if b'"shown"' in payload and json.loads(payload)["result"] == "shown":
            sent = self._sent.pop(topic.split("/")[1], None)
            if sent is not None:
                self._took.append(time.perf_counter() - sent)
                self._news.tell()

    async def p99_ms(self, central: CentralSide, changes: int, labels: int) -> float:
        """The 99th percentile, in ms, of so many changes of different labels."""
        chosen = range(min(changes, labels))
        deltas = [central.deltas([shop.price(number, 90_000)], each=1) for number in chosen]
        began = time.perf_counter()
        for number, delta in zip(chosen, deltas, strict=True):
            due = began + number / _CHANGES_A_SECOND
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            self._sent[f"l{number:05d}"] = due
            await central.send(delta)
        await self._news.until(lambda: len(self._took) == len(chosen), "the last report")
        return rounds.percentile(self._took, 0.99) * 1e3
