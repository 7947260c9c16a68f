"""What a network and a broker do to a feed: afterwards the replica is central's, every time."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from device_drivers.links.messages import Message, MessagePort
from gateway.broker import link as link_module
from gateway.broker import topics
from gateway.domain.rows import Row
from tests import tiers
from tests.support import feeding
from tests.support import settings as make_settings
from tests.support.cutting import Cutting
from tests.support.feeding import Central, price, product
from tests.support.mosquitto import Mosquitto
from tests.support.running import Listening, one_turn, running

PRODUCTS = 300
ROWS = [
    feeding.SHOP,
    *(product(f"a{number}") for number in range(PRODUCTS)),
    *(price(f"a{number}", "100.00") for number in range(PRODUCTS)),
]


@pytest.fixture(autouse=True)
def _no_alarm(monkeypatch: pytest.MonkeyPatch) -> None:
    """So many ends in so short a time look like a second holder of our client id."""
    monkeypatch.setattr(link_module, "_SHORT_LIFE_S", 0.0)


def some(rng: random.Random, most: int) -> list[Row]:
    """New prices for some products."""
    chosen = rng.sample(range(PRODUCTS), rng.randrange(1, most))
    return [price(f"a{number}", f"{rng.randrange(1, 999)}.00") for number in chosen]


@pytest.mark.timeout(60 + 3 * tiers.count("link_cuts"))
async def test_links_cut_in_the_middle_of_a_message(mosquitto: Mosquitto, tmp_path: Path) -> None:
    rng = random.Random(1)
    cutting = Cutting(mosquitto)
    settings = make_settings.make(tmp_path, mosquitto.broker)
    async with (
        feeding.central_running(mosquitto, tmp_path / "central", ROWS) as central,
        running(cutting),
        feeding.shop_running(mosquitto, settings, way=cutting.broker) as shop,
    ):
        await shop.equal_to(central.publisher)
        for _ in range(tiers.count("link_cuts")):
            if rng.random() < 0.7:
                cutting.cut_after(rng.randrange(1, 30_000), "gateway")
            else:
                cutting.cut_after(rng.randrange(1, 300), "broker")
            async with asyncio.TaskGroup() as group:
                cut = group.create_task(cutting.was_cut())
                while not cut.done():
                    await central.publish(*some(rng, 100))
            await shop.equal_to(central.publisher)
        assert cutting.cuts == tiers.count("link_cuts")


@pytest.mark.timeout(60 + 10 * tiers.count("broker_restarts"))
async def test_a_broker_that_restarts_with_and_without_its_sessions(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    rng = random.Random(2)
    settings = make_settings.make(tmp_path, mosquitto.broker)
    async with (
        feeding.central_running(mosquitto, tmp_path / "central", ROWS) as central,
        feeding.shop_running(mosquitto, settings) as shop,
    ):
        for number in range(tiers.count("broker_restarts")):
            async with asyncio.TaskGroup() as group:
                ending = group.create_task(
                    asyncio.to_thread(mosquitto.kill if number % 2 else mosquitto.stop)
                )
                while not ending.done():
                    await central.publish(*some(rng, 20))
                    await one_turn()
            if number % 3 == 0:
                await asyncio.to_thread(mosquitto.forget)
            await asyncio.to_thread(mosquitto.start)
            await central.link.connected.wait()
            await shop.equal_to(central.publisher)


class Disordering:
    """A port that sends some deltas twice, some late, and some not at all."""

    def __init__(self, port: MessagePort, rng: random.Random) -> None:
        self.twice = self.late = self.lost = 0
        self._port = port
        self._rng = rng
        self._held: list[bytes] = []

    def messages(self, *topic_filters: str) -> AsyncIterator[Message]:
        return self._port.messages(*topic_filters)

    def on_connected(self, tell: Callable[[bool], Awaitable[None]]) -> None:
        self._port.on_connected(tell)

    async def publish(
        self, topic: str, payload: bytes, *, retain: bool = False, expiry_s: int | None = None
    ) -> None:
        if topic != topics.DELTA:
            await self._port.publish(topic, payload, retain=retain, expiry_s=expiry_s)
            return
        for one in self._instead_of(payload):
            await self._port.publish(topic, one)

    def _instead_of(self, payload: bytes) -> list[bytes]:
        chance = self._rng.random()
        if chance < 0.3:
            self.late += 1
            self._held.append(payload)
            return []
        if chance < 0.35:
            self.lost += 1
            return []
        now = [payload]
        if chance < 0.6:
            self.twice += 1
            now.append(payload)
        if self._held and self._rng.random() < 0.5:
            now += self._rng.sample(self._held, len(self._held))
            self._held.clear()
        return now


@pytest.mark.timeout(60 + tiers.count("disorders"))
async def test_deltas_sent_twice_in_another_order_or_not_at_all(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    rng = random.Random(3)
    settings = make_settings.make(tmp_path, mosquitto.broker)
    ports: list[Disordering] = []

    def disordered(port: MessagePort) -> MessagePort:
        ports.append(Disordering(port, rng))
        return ports[0]

    async with (
        feeding.central_running(
            mosquitto, tmp_path / "central", ROWS, through=disordered
        ) as central,
        feeding.shop_running(mosquitto, settings) as shop,
    ):
        for _ in range(tiers.count("disorders")):
            for _ in range(rng.randrange(1, 20)):
                await central.publish(*some(rng, 5))
            await shop.equal_to(central.publisher)
    assert min(ports[0].twice, ports[0].late, ports[0].lost) >= tiers.count("disorders") // 10


async def test_a_replay_longer_than_the_broker_s_queue(tmp_path: Path) -> None:
    """The shop is away for thousands of deltas, of which the broker keeps a few."""
    rng = random.Random(4)
    mosquitto = Mosquitto(tmp_path / "mosquitto", extra="max_queued_messages 50")
    settings = make_settings.make(tmp_path, mosquitto.broker)
    asked = Listening(mosquitto.broker, topics.feed_request("gw-1"), client_id="asked")
    await asyncio.to_thread(mosquitto.start)
    try:
        async with (
            feeding.central_running(mosquitto, tmp_path / "central", ROWS) as central,
            running(asked),
        ):
            async with feeding.shop_running(mosquitto, settings) as shop:
                await shop.equal_to(central.publisher)
            before = central.publisher.seq
            await away_for(central, rng, deltas=3_000)
            async with feeding.shop_running(mosquitto, settings) as shop:
                await shop.equal_to(central.publisher)
            wanted = [json.loads(message.payload) for message in asked.heard]
    finally:
        await asyncio.to_thread(mosquitto.kill)
    pages = [one for one in wanted if one["want"] == "deltas" and one["after_seq"] >= before]
    assert len(pages) > 3, "it asked page by page"


async def away_for(central: Central, rng: random.Random, *, deltas: int) -> None:
    """Central goes on, many messages under way at once."""
    async with asyncio.TaskGroup() as group:
        for _ in range(deltas):
            group.create_task(central.publish(*some(rng, 3)))
