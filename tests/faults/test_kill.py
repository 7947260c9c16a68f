"""``kill -9`` at random moments: afterwards everything is as if nothing had happened."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import sqlite3
import uuid
from collections import defaultdict
from pathlib import Path
from typing import Any, NoReturn

import pytest

from device_drivers.api.panels import Ink, Panel
from device_drivers.simulated.mqtt_label import LabelModel, SimulatedLabels
from gateway.broker import topics
from gateway.broker.link import Link
from gateway.central.ingest import Ingester
from gateway.clock import SystemClock
from gateway.domain.rows import Row
from tests import tiers
from tests.support import feeding, gateway_process
from tests.support import settings as make_settings
from tests.support.feeding import Central, price, product, stock
from tests.support.gateway_process import GatewayProcess
from tests.support.mosquitto import Mosquitto
from tests.support.running import PREFIX, Listening, running

KILLS = tiers.count("kills")
PRODUCTS = 12
PANEL = Panel(name="2.9", width=296, height=128, inks=(Ink.WHITE, Ink.BLACK, Ink.RED), dpi=112)


class Scanner:
    """A scanner that sends each scan until it sees the gateway's ack."""

    name = "scanner"

    def __init__(self, broker_link: Link) -> None:
        self.acknowledged: set[str] = set()
        self._link = broker_link
        self._acks = broker_link.messages("device/till-1/ack")
        self._news = asyncio.Event()

    async def run(self) -> NoReturn:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._hear())
            for number in range(1_000_000):
                await self._scan(f"scan-{number}")
        raise AssertionError("the scanner ran out of scans")

    async def _scan(self, scan: str) -> None:
        body = json.dumps({"id": scan, "code": "09521100001014"}).encode()
        while scan not in self.acknowledged:
            self._news.clear()
            try:
                async with asyncio.timeout(1.0):
                    await self._link.connected.wait()
                    await self._link.publish("device/till-1/scan", body)
                    while scan not in self.acknowledged:
                        await self._news.wait()
                        self._news.clear()
            except TimeoutError:
                continue

    async def _hear(self) -> None:
        async for message in self._acks:
            self.acknowledged.add(json.loads(message.payload)["id"])
            message.ack()
            self._news.set()


class Changing:
    """Central changes a price or a stock level whenever somebody hears something."""

    name = "changing"

    def __init__(self, central: Central, rng: random.Random) -> None:
        self.stopped = asyncio.Event()
        self._central = central
        self._rng = rng

    async def run(self) -> NoReturn:
        while not self.stopped.is_set():
            key = f"a{self._rng.randrange(PRODUCTS)}"
            row = (
                price(key, f"{self._rng.randrange(100, 999)}.00")
                if self._rng.random() < 0.7
                else stock(key, self._rng.randrange(4))
            )
            await self._central.publish(row)
            # Central's own pace; the end of the test need not wait for it.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._rng.uniform(0.0, 0.05)):
                    await self.stopped.wait()
        await asyncio.Event().wait()
        raise AssertionError


@pytest.mark.timeout(120 + 15 * KILLS)
async def test_kill_at_random_moments_loses_nothing(mosquitto: Mosquitto, tmp_path: Path) -> None:
    rng = random.Random(20261122)
    rows: list[Row] = [feeding.SHOP]
    rows += [product(f"a{n}") for n in range(PRODUCTS)]
    rows += [price(f"a{n}", "100.00") for n in range(PRODUCTS)]
    rows += [
        Row(kind="binding", key=f"l{n}", value={"label": f"l{n}", "target": {"product": f"a{n}"}})
        for n in range(PRODUCTS)
    ]
    config = tmp_path / "config.toml"
    settings = make_settings.make(tmp_path, mosquitto.broker)
    gateway_process.write_config(config, settings)
    world = Link("world", mosquitto.broker, prefix=PREFIX, client_id="world")
    labels = SimulatedLabels(world)
    for n in range(PRODUCTS):
        labels.add(f"l{n}", LabelModel(panel=PANEL, refresh_s=0.01))
    scanner_link = Link("scanner", mosquitto.broker, prefix=PREFIX, client_id="scanner")
    scanner = Scanner(scanner_link)
    everything = Listening(mosquitto.broker, "#", client_id="everything")
    gateway = GatewayProcess(config)
    async with feeding.central_running(mosquitto, tmp_path / "central", rows) as central:
        uplink = Link("uplink", mosquitto.broker, prefix=PREFIX, client_id="uplink")
        ingester = Ingester(uplink, tmp_path / "events", SystemClock())
        changing = Changing(central, rng)
        services = (
            *(world, labels, scanner_link, scanner),
            *(uplink, ingester, everything, changing),
        )
        async with running(*services), asyncio.TaskGroup() as group:
            await gateway.start(group)
            for _ in range(KILLS):
                await everything.more(rng.randrange(1, 120))
                await gateway.kill()
                await gateway.start(group)
            changing.stopped.set()
            wanted = (central.publisher.seq, central.publisher.digest)
            position = topics.feed_position("gw-1")
            await everything.until(
                lambda said: (said.get("seq"), said.get("digest")) == wanted, position
            )
            await every_label_is_right(settings.data.folder / "anaquel.db", labels, everything)
            acknowledged = set(scanner.acknowledged)
            await every_event_arrived(ingester, acknowledged, everything)
            assert await gateway.stop() == 0
    assert len(acknowledged) > KILLS


async def every_label_is_right(path: Path, labels: SimulatedLabels, news: Listening) -> None:
    """Wait until each label shows exactly the frame of its wish, and none is stale."""
    while True:
        wishes = await asyncio.to_thread(read_wishes, path)
        shown = {
            name: label.showing.fingerprint if label.showing is not None else None
            for name, label in labels.labels.items()
        }
        if wishes == shown:
            return
        await news.more(1)


def read_wishes(path: Path) -> dict[str, Any]:
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        stale = connection.execute("SELECT count(*) FROM label WHERE stale > 0").fetchone()[0]
        wishes = dict(connection.execute("SELECT label, fingerprint FROM wish").fetchall())
    finally:
        connection.close()
    return {} if stale else wishes


async def every_event_arrived(ingester: Ingester, acknowledged: set[str], news: Listening) -> None:
    """Wait until central's file holds every acknowledged scan; repeats carry the same id."""
    space = uuid.uuid5(uuid.NAMESPACE_URL, "anaquel:s042/device/till-1")
    wanted = {str(uuid.uuid5(space, f"scan/{scan}")) for scan in acknowledged}
    while True:
        places = await asyncio.to_thread(read_events, ingester.file.path)
        if wanted <= places.keys():
            break
        await news.more(1)
    for event_id in wanted:
        assert len(places[event_id]) == 1, "a scan sent again is the same event, stored once"


def read_events(path: Path) -> dict[str, list[tuple[str, int]]]:
    places: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for line in path.read_text().splitlines():
        entry = json.loads(line)
        if "event" in entry:
            places[entry["event"]["id"]].append((entry["lane"], entry["seq"]))
    return places
