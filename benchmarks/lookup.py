"""The shopper's page beside a bare Starlette page under the same server settings."""

from __future__ import annotations

import asyncio
import base64
import gzip
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random

import httpx

from benchmarks import broker as brokers
from benchmarks import phones, process, rounds, shop
from benchmarks.figures import Figure
from benchmarks.phones import Phones
from benchmarks.setup import BenchmarkError, Setup
from benchmarks.shop import CentralSide

_CONNECTIONS = 20
_MANY = 200
_RATE = 400.0
_CHANGES_A_SECOND = 50
_PEER = "bare Starlette page"


async def measure(setup: Setup) -> AsyncIterator[Figure]:
    """``page_unchanged_share``, ``page_changing_share``, ``page_p99_ms``, ``find_p95_ms``."""
    products = setup.size(60_000, 480)
    seconds = setup.size(8.0, 0.4)
    folder = setup.room("lookup")
    random = Random(1)
    async with (
        brokers.running(folder) as broker,
        shop.central(broker, folder, shop.rows(products)) as central,
        shop.gateway(shop.settings(folder, broker), folder) as gateway,
        phones.ready(folder) as crowd,
    ):
        setup.say(f"lookup: {products:,} articles in {await central.snapshot():.0f} s")
        ours = gateway.addresses["shopper"]
        one = [f"/01/{shop.gtin_of(0)}"]
        body = await _body(ours + one[0])
        asked = {"body": base64.b64encode(gzip.compress(body, 6)).decode()}
        async with process.started("bare_page", folder, asked) as page:
            bare = (await page.hear())["bare"]
            rates = await _beside(crowd, ours, bare, one, seconds)
            yield _share("page_unchanged_share", rates, 0.5)
            paths = [f"/01/{shop.gtin_of(random.randrange(products))}" for _ in range(5_000)]
            async with _changing(central, products, random):
                rates = await _beside(crowd, ours, bare, paths, seconds)
                yield _share("page_changing_share", rates, 0.12)
                p99_ms = await _p99_ms(crowd, ours, paths, seconds)
                yield Figure(name="page_p99_ms", unit="ms", ours=p99_ms, goal=25.0, better="lower")
                p95_ms = await _find_p95_ms(crowd, ours, products, seconds)
    yield Figure(name="find_p95_ms", unit="ms", ours=p95_ms, goal=100.0, better="lower")


def _share(name: str, rates: list[float], goal: float) -> Figure:
    ours, bare = rates
    return Figure(name=name, unit="pages/s", ours=ours, peer=bare, peer_name=_PEER, goal=goal)


async def _beside(
    crowd: Phones, ours: str, bare: str, paths: list[str], seconds: float
) -> list[float]:
    async def rate(address: str) -> float:
        asked = await crowd.ask(address, paths, connections=_CONNECTIONS, seconds=seconds)
        return asked.rate

    return await rounds.medians(lambda: rate(ours), lambda: rate(bare))


async def _p99_ms(crowd: Phones, ours: str, paths: list[str], seconds: float) -> float:
    async def once() -> float:
        asked = await crowd.ask(ours, paths, connections=_MANY, seconds=seconds, rate=_RATE)
        return asked.p99_ms

    return (await rounds.medians(once))[0]


async def _find_p95_ms(crowd: Phones, ours: str, products: int, seconds: float) -> float:
    """One shopper who searches for one thing after the other: a style, a size, misspelt, any."""
    styles = max(1, products // shop.SIZES)
    words = ("tenis+modelo+{n}", "cumbre+{n}+24", "sneekers+{n}", "modleo+{n}+azul", "ten")
    paths = [f"/find?q={words[n % len(words)]}".format(n=n * 13 % styles) for n in range(1_000)]

    async def once() -> float:
        asked = await crowd.ask(ours, paths, connections=1, seconds=seconds)
        return asked.p95_ms

    return (await rounds.medians(once))[0]


async def _body(address: str) -> bytes:
    async with httpx.AsyncClient(timeout=30.0) as client:
        answer = await client.get(address, headers=dict(phones.HEADERS))
    if answer.status_code != 200:
        raise BenchmarkError(f"{address} answered {answer.status_code}")
    return answer.content


@asynccontextmanager
async def _changing(central: CentralSide, products: int, random: Random) -> AsyncIterator[None]:
    """Stock changes all the time, 50 a second, one in a delta."""

    async def change() -> None:
        began, sent = time.perf_counter(), 0
        while True:
            due = int((time.perf_counter() - began) * _CHANGES_A_SECOND) - sent
            if due > 0:
                deltas = central.deltas(shop.stock_changes(products, due, random), each=1)
                await central.send(deltas)
                sent += due
            await asyncio.sleep(1 / _CHANGES_A_SECOND)

    async with asyncio.TaskGroup() as group:
        changing = group.create_task(change())
        try:
            yield
        finally:
            changing.cancel()
