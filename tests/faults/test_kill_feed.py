"""``kill -9`` while a snapshot or deltas are being applied: the replica is central's every time."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from gateway.broker import topics
from gateway.domain.rows import Row
from gateway.store import database, replica
from tests import tiers
from tests.support import feeding, gateway_process
from tests.support import settings as make_settings
from tests.support.feeding import Central, price, product
from tests.support.gateway_process import GatewayProcess
from tests.support.mosquitto import Mosquitto
from tests.support.running import Listening, one_turn, running

PRODUCTS = 3_000
DELTAS = 40
EACH = 200

Change = Callable[[Central, random.Random], Coroutine[Any, Any, None]]
Moment = Callable[[Central, random.Random, float], Coroutine[Any, Any, None]]
"""Waits for the moment of the kill; given how long the change usually takes, in seconds."""


def prices(rng: random.Random, count: int) -> list[Row]:
    chosen = rng.sample(range(PRODUCTS), count)
    return [price(f"a{number}", f"{rng.randrange(1, 9_999)}.00") for number in chosen]


async def another_snapshot(central: Central, rng: random.Random) -> None:
    """Central has other rows and no deltas that lead to them."""
    central.publisher.load(prices(rng, PRODUCTS))
    await central.publisher.publish_manifest()


async def many_deltas(central: Central, rng: random.Random) -> None:
    for _ in range(DELTAS):
        await central.publish(*prices(rng, EACH))


async def in_its_time(central: Central, rng: random.Random, usual_s: float) -> None:
    del central
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(rng.uniform(0.0, usual_s)):
            await asyncio.Event().wait()


async def among_the_deltas(central: Central, rng: random.Random, usual_s: float) -> None:
    del usual_s
    seq = central.publisher.seq + rng.randrange(1, DELTAS)
    while central.publisher.seq < seq:
        await one_turn()


@pytest.mark.parametrize(
    ("change", "moment", "kills"),
    [
        pytest.param(
            *(another_snapshot, in_its_time, "snapshot_kills"),
            marks=pytest.mark.timeout(120 + 20 * tiers.count("snapshot_kills")),
        ),
        pytest.param(
            *(many_deltas, among_the_deltas, "delta_kills"),
            marks=pytest.mark.timeout(120 + 20 * tiers.count("delta_kills")),
        ),
    ],
)
async def test_killed_while_applying(
    mosquitto: Mosquitto, tmp_path: Path, change: Change, moment: Moment, kills: str
) -> None:
    rng = random.Random(5)
    rows = [feeding.SHOP, *(product(f"a{number}") for number in range(PRODUCTS))]
    settings = make_settings.make(tmp_path, mosquitto.broker)
    config = tmp_path / "config.toml"
    gateway_process.write_config(config, settings)
    gateway = GatewayProcess(config)
    positions = Listening(mosquitto.broker, topics.feed_position("gw-1"))
    inside = 0
    async with (
        feeding.central_running(mosquitto, tmp_path / "central", rows) as central,
        running(positions),
        asyncio.TaskGroup() as group,
    ):
        await gateway.start(group)
        await feeding.until_equal(positions, central.publisher)
        began = time.monotonic()
        await change(central, rng)
        await feeding.until_equal(positions, central.publisher)
        usual_s = time.monotonic() - began
        for _ in range(tiers.count(kills)):
            changing = group.create_task(change(central, rng))
            await moment(central, rng, usual_s)
            await gateway.kill()
            await changing
            reached = await asyncio.to_thread(stored_seq, settings.data.folder / database.FILE)
            inside += reached < central.publisher.seq
            await gateway.start(group)
            await feeding.until_equal(positions, central.publisher)
        assert await gateway.stop() == 0
    assert inside >= tiers.count(kills) // 2, "most of them hit work under way"


def stored_seq(file: Path) -> int:
    with contextlib.closing(database.connect(file, read_only=True)) as connection:
        return replica.position(connection, "central").seq
