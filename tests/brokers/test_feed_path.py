"""The whole way of a feed over brokers of other makers."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.broker import topics
from tests.support import feeding
from tests.support import settings as make_settings
from tests.support.ejabberd import Ejabberd
from tests.support.feeding import changes, price, product
from tests.support.nats import Nats
from tests.support.running import Listening, running

Other = Ejabberd | Nats
PRODUCTS = 200
DELTAS = 60
"""Fewer than the guard holds back."""

ROWS = [
    feeding.SHOP,
    *(product(f"a{number}") for number in range(PRODUCTS)),
    *(price(f"a{number}", "100.00") for number in range(PRODUCTS)),
]


@pytest.fixture(params=[Ejabberd, Nats])
def other(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Other]:
    broker: Other = request.param(tmp_path / "broker")
    broker.start()
    yield broker
    broker.kill()


async def test_manifest_snapshot_deltas_requests_and_position(other: Other, tmp_path: Path) -> None:
    settings = make_settings.make(tmp_path, other.broker)
    asked = Listening(other.broker, topics.feed_request("gw-1"), client_id="asked")
    async with (
        feeding.central_running(other, tmp_path / "central", ROWS) as central,
        running(asked),
    ):
        async with feeding.shop_running(other, settings) as shop:
            await shop.equal_to(central.publisher)
            assert shop.link.speaks == other.speaks
            async with asyncio.TaskGroup() as group:
                for number in range(DELTAS):
                    group.create_task(
                        central.publish(price(f"a{number}", f"{90 + number % 20}.50"))
                    )
            await shop.equal_to(central.publisher)
            central.publisher.change(changes(price("a1", "97.00")))
            await central.publish(price("a2", "98.00"))
            await shop.equal_to(central.publisher)
            assert await asked.until(lambda said: said["want"] == "deltas")
            assert (await shop.in_force("offers", "a1"))["offers"][0]["amount"] == "97.00"
        for number in range(DELTAS):
            await central.publish(price(f"a{number}", f"{90 + number % 20}.75"))
        async with feeding.shop_running(other, settings) as shop:
            await shop.equal_to(central.publisher)


async def test_a_broker_that_is_killed_and_comes_back(other: Other, tmp_path: Path) -> None:
    settings = make_settings.make(tmp_path, other.broker)
    async with (
        feeding.central_running(other, tmp_path / "central", ROWS) as central,
        feeding.shop_running(other, settings) as shop,
    ):
        await shop.equal_to(central.publisher)
        await asyncio.to_thread(other.kill)
        await central.link.away.wait()
        await central.publish(price("a3", "99.00"))
        await asyncio.to_thread(other.start)
        await central.link.connected.wait()
        await shop.equal_to(central.publisher)
