"""The feed: a snapshot merged, deltas committed and acknowledged."""

from __future__ import annotations

import statistics
import time
from collections.abc import AsyncIterator
from random import Random

from benchmarks import broker as brokers
from benchmarks import feed_at_work, process, rounds, shop
from benchmarks.figures import Figure
from benchmarks.messages import Ends
from benchmarks.process import Child
from benchmarks.setup import Setup
from gateway.domain.rows import Row
from gateway.settings import Broker

EACH = 25
BARE = "bare/delta"


async def measure(setup: Setup) -> AsyncIterator[Figure]:
    """``snapshot_60k``, ``delta_changes``, ``delta_changes_share``, and ``feed_at_work``."""
    products = setup.size(11_900, 600)
    wanted = list(shop.rows(products, shops=3))
    snapshots = [await _snapshot(setup, wanted) for _ in range(setup.size(3, 1))]
    yield Figure(
        name=f"snapshot_{round(len(wanted) / 1_000)}k",
        unit="s",
        ours=statistics.median(snapshots),
        goal=None if setup.quick else 2.0,
        better="lower",
    )
    async for figure in _deltas(setup, wanted, products):
        yield figure
    async for figure in feed_at_work.measure(setup):
        yield figure


async def _snapshot(setup: Setup, wanted: list[Row]) -> float:
    """The seconds that a new box takes from the manifest to the position told."""
    folder = setup.room("snapshot")
    async with (
        brokers.running(folder) as broker,
        shop.central(broker, folder, iter(wanted)) as central,
        shop.gateway(shop.settings(folder, broker), folder),
    ):
        took = await central.snapshot()
    setup.say(f"feed: {len(wanted):,} rows in {took:.2f} s")
    return took


async def _deltas(setup: Setup, wanted: list[Row], products: int) -> AsyncIterator[Figure]:
    folder = setup.room("deltas")
    random = Random(1)
    count = setup.size(1_000, 40) * EACH
    async with (
        brokers.running(folder) as broker,
        shop.central(broker, folder, iter(wanted)) as central,
        shop.gateway(shop.settings(folder, broker), folder) as gateway,
        process.started("bare_loop", folder, bare_loop(broker, BARE, count // EACH)) as loop,
    ):
        await loop.hear()
        await central.snapshot()

        async def ours() -> float:
            deltas = central.deltas(shop.stock_changes(products, count, random), each=EACH)
            gateway.child.pause()
            await central.send(deltas)
            began = time.perf_counter()
            gateway.child.go_on()
            await central.reached()
            rate = count / (time.perf_counter() - began)
            setup.say(f"feed: {rate:,.0f} changes/s")
            return rate

        async def bare() -> float:
            changes = shop.stock_changes(products, count, random)
            return count / await held(loop, central.ends, shop.unrelated_deltas(changes, each=EACH))

        rate, bare_rate = await rounds.medians(ours, bare)
    yield Figure(
        name="delta_changes",
        unit="changes/s",
        ours=rate,
        goal=None if setup.quick else 10_000.0,
    )
    yield Figure(
        name="delta_changes_share",
        unit="changes/s",
        ours=rate,
        peer=bare_rate,
        peer_name="bare paho loop",
    )


def bare_loop(broker: Broker, topic: str, expect: int) -> dict[str, object]:
    """What the bare loop is told at its start."""
    topics = [f"{shop.PREFIX}/{topic}"]
    return {"host": broker.host, "port": broker.port, "topics": topics, "expect": expect}


async def held(loop: Child, ends: Ends, payloads: list[bytes], topic: str = BARE) -> float:
    """The seconds that the loop takes for payloads that all wait for it at the broker."""
    loop.pause()
    await ends.send((topic, payload) for payload in payloads)
    began = time.perf_counter()
    loop.go_on()
    await loop.hear()
    return time.perf_counter() - began
