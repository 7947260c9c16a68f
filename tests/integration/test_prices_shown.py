"""From a price in central to the word that every label shows it: a whole gateway over a broker."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NoReturn

import httpx

from device_drivers.simulated.mqtt_label import LabelModel, SimulatedLabels
from gateway.broker import topics
from gateway.broker.link import Link
from gateway.broker.signing import Opener
from gateway.central.watching import View
from gateway.clock import SystemClock
from gateway.domain.rows import Row
from gateway.events import messages
from gateway.staff import passwords
from gateway.store import people
from gateway.store.database import Database
from tests.support import feeding, gateway_process
from tests.support import settings as make_settings
from tests.support.feeding import price, product, stock
from tests.support.gateway_process import GatewayProcess
from tests.support.mosquitto import Mosquitto
from tests.support.running import PATIENCE_S, PREFIX, running
from tests.support.shelving import PANEL

PASSWORD = "una clave larga"
LABELS = ("L1", "L2", "L3")


class Watching:
    """What ``anaquel central watch`` makes of what it hears, and central's acks of events."""

    name = "watching"

    def __init__(self, mosquitto: Mosquitto) -> None:
        self.link = Link("watch", mosquitto.broker, prefix=PREFIX, client_id="watch")
        self.view = View(Opener(store="s042", keys={}, required=False))
        self._heard = self.link.messages(topics.MANIFEST, topics.events_batch("+"))
        self._news = asyncio.Condition()

    async def run(self) -> NoReturn:
        async with asyncio.TaskGroup() as group:
            group.create_task(self.link.run())
            async for message in self._heard:
                self.view.hear(message.topic, message.payload, SystemClock().now())
                message.ack()
                if message.topic != topics.MANIFEST:
                    batch = messages.read_batch(message.payload)
                    ack = messages.write_ack(batch.epoch, batch.lane, batch.last_seq, ())
                    await self.link.publish(topics.events_ack("gw-1"), ack)
                async with self._news:
                    self._news.notify_all()
        raise AssertionError("the stream of messages ended")

    async def price(self, subject: str, wanted: Callable[[Any], bool]) -> Any:
        """Wait until the view has this of a price."""
        async with asyncio.timeout(PATIENCE_S), self._news:
            while True:
                for gateway in self.view.standings(SystemClock().now()):
                    for one in gateway["prices"]:
                        if one["subject"] == subject and wanted(one):
                            return one
                await self._news.wait()


@asynccontextmanager
async def labels_at(mosquitto: Mosquitto) -> AsyncIterator[SimulatedLabels]:
    air = Link("air", mosquitto.broker, prefix=PREFIX, client_id="air")
    world = SimulatedLabels(air)
    for label in LABELS:
        world.add(label, LabelModel(panel=PANEL, refresh_s=0.01))
    async with running(world, air):
        await air.connected.wait()
        yield world


def binding(label: str) -> Row:
    return Row(kind="binding", key=label, value={"label": label, "target": {"product": "a"}})


def sale(amount: str) -> Row:
    offers = [
        {"kind": "list", "amount": "100.00"},
        {"kind": "sale", "amount": amount, "campaign": "autumn"},
    ]
    return Row(kind="offers", key="a", value={"currency": "MXN", "offers": offers})


async def test_every_price_is_told_to_be_shown_over_a_restart_too(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    settings = make_settings.make(tmp_path, mosquitto.broker)
    hashed = await asyncio.to_thread(passwords.hash_, PASSWORD)
    async with Database(settings.data.folder / "anaquel.db") as database:
        await database.write(lambda connection: people.add(connection, "Ana", "clerk", hashed))
    config = tmp_path / "config.toml"
    gateway_process.write_config(config, settings)
    rows = (feeding.SHOP, product("a"), price("a", "100.00"), stock("a", 5), *map(binding, LABELS))
    process, watching = GatewayProcess(config), Watching(mosquitto)
    async with (
        asyncio.TaskGroup() as group,
        running(watching),
        feeding.central_running(mosquitto, tmp_path / "central", rows) as central,
        labels_at(mosquitto) as world,
        httpx.AsyncClient() as client,
    ):
        await process.start(group)
        for seq, amount in enumerate(("90.00", "80.00"), central.publisher.seq + 1):
            await central.publish(sale(amount))
            said = await watching.price("product/a", lambda one, at=seq: one["seq"] >= at)  # type: ignore[misc]
            said = await watching.price("product/a", lambda one: one["complete"])
            assert (said["labels"], said["shown"], said["seq"]) == (3, 3, seq)
        whole = await watching.price("campaign/autumn", lambda one: one["complete"])
        assert (whole["products"], whole["labels"], whole["shown"]) == (1, 3, 3)

        world.labels["L3"].power_off()
        await central.publish(sale("70.00"))
        wanted = central.publisher.seq
        partly = await watching.price(
            "product/a", lambda one: one["seq"] == wanted and one["shown"] > 0
        )
        assert not partly["complete"]
        await process.kill()
        await process.start(group)
        staff = process.addresses["staff"]
        form = {"name": "Ana", "password": PASSWORD}
        assert (await client.post(f"{staff}/sign-in", data=form)).status_code == 303
        answer = (await client.get(f"{staff}/api/v1/prices/a/shown")).json()
        assert (answer["labels"], answer["seq"], answer["complete"]) == (3, wanted, False)
        assert answer["first"][0]["label"] == "L3"
        world.labels["L3"].power_on()
        said = await watching.price(
            "product/a", lambda one: one["seq"] == wanted and one["complete"]
        )
        assert said["shown"] == 3
        assert await process.stop() == 0, "\n".join(process.lines)
