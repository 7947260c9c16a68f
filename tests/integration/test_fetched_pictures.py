"""Labels that fetch their pictures: the real intake site over HTTP, a simulated label behind it."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from device_drivers import registry
from device_drivers.api.drivers import (
    Announced,
    Described,
    Later,
    Picture,
    Reason,
    Reported,
    Shown,
    Transferred,
)
from device_drivers.api.panels import Frame
from device_drivers.links.http import HttpError, HttpPoint
from device_drivers.links.offers import Offers
from device_drivers.simulated.messages import InMemoryBroker
from device_drivers.simulated.mqtt_label import Faults, LabelModel, SimulatedLabels
from gateway.broker.link import Link
from gateway.domain.labels import Target
from gateway.intake import label_pictures
from gateway.settings import IntakeListen
from gateway.store import labels
from gateway.store.database import Database
from tests.support import gateway_process
from tests.support import settings as make_settings
from tests.support.bluetooth_shop import noise
from tests.support.feeding import SHOP, price, product, stock
from tests.support.gateway_process import GatewayProcess
from tests.support.label_rigs import PANELS
from tests.support.mosquitto import Mosquitto, free_port
from tests.support.run_gateway import bind, state, until, write
from tests.support.running import PREFIX, running
from tests.support.serving import serving

PANEL = PANELS[0]
MODEL = LabelModel(panel=PANEL, refresh_s=0.01, can=("url",))
KNOWN = Described(label="a", model=PANEL.name, formats=("png", "planes"))


class Shop:
    """A gateway's driver and site, and a shelf whose labels really fetch."""

    def __init__(self, base: str, offers: Offers) -> None:
        self.base = base
        self.offers = offers
        self.broker = InMemoryBroker()
        self.gateway = self.broker.port("gateway")
        self.shelf = self.broker.port("shelf")
        ways = registry.Ways(messages=self.gateway, offers=offers)
        self.driver = registry.label_driver("mqtt", ways)
        self.labels = SimulatedLabels(self.shelf, get=self._get)
        self.fetched: list[str] = []
        self.said: list[Reported] = []
        self._heard = self.driver.heard()
        self._news = asyncio.Condition()
        self._introduced = False

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as group:
            lives = [group.create_task(self.labels.run()), group.create_task(self._listen())]
            await self.gateway.connect()
            await self.shelf.connect()
            await self.until(lambda: self._introduced)
            yield
            for life in lives:
                life.cancel()

    async def deliver(self, frame: Frame, wish: str = "w") -> Picture:
        picture = self.driver.encode(frame, KNOWN)
        outcome = await self.driver.deliver(KNOWN, wish, picture)
        assert outcome == Later(reason=Reason.AWAITING_LABEL)
        return picture

    async def until(self, true: object) -> None:
        assert callable(true)
        async with asyncio.timeout(20), self._news:
            await self._news.wait_for(true)

    def outcomes(self, wish: str = "w") -> list[object]:
        return [one.outcome for one in self.said if one.wish == wish]

    async def _listen(self) -> None:
        async for heard in self._heard:
            heard.ack()
            async with self._news:
                if isinstance(heard.sighting, Reported):
                    self.said.append(heard.sighting)
                self._introduced |= isinstance(heard.sighting, Announced)
                self._news.notify_all()

    async def _get(self, url: str, most: int) -> bytes | None:
        self.fetched.append(url)
        try:
            answer = await HttpPoint(self.base).get(url.removeprefix(self.base))
        except HttpError:
            return None
        return answer.body if answer.status == 200 and len(answer.body) <= most else None


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    app = FastAPI()
    async with serving(app) as base:
        offers = Offers(base)
        app.include_router(label_pictures.router(offers))
        yield Shop(base, offers)


async def test_a_label_fetches_draws_and_the_picture_is_gone(shop: Shop) -> None:
    label = shop.labels.add("a", MODEL)
    frame = noise(PANEL)
    async with shop.opened():
        await shop.deliver(frame)
        await shop.until(lambda: Shown() in shop.outcomes())
        assert shop.outcomes() == [Transferred(), Shown()]
        await shop.driver.settled("a")
        async with httpx.AsyncClient() as client:
            assert (await client.get(shop.fetched[0])).status_code == 404

    assert label.showing == frame
    assert len(shop.fetched) == 1
    assert "label/a/image" not in shop.broker.retained


async def test_the_address_has_the_bytes_their_hash_and_nothing_beside(shop: Shop) -> None:
    shop.labels.add("a", MODEL, faults=Faults(never=True))
    async with shop.opened(), httpx.AsyncClient() as client:
        picture = await shop.deliver(noise(PANEL))
        url = shop.offers.offer("a", picture)
        answer = await client.get(url)
        tag = {"If-None-Match": answer.headers["ETag"]}
        again = await client.get(url, headers=tag)
        head = await client.head(url)
        guess = await client.get(f"{url[:-1]}{'B' if url[-1] == 'A' else 'A'}")
        posted = await client.post(url)

    assert hashlib.sha256(answer.content).hexdigest() == picture.sha256
    assert answer.headers["ETag"] == f'"{picture.sha256}"'
    assert answer.headers["Content-Type"] == "image/png"
    assert "immutable" in answer.headers["Cache-Control"]
    assert (again.status_code, again.content) == (304, b"")
    assert (head.status_code, head.headers["Content-Length"]) == (200, str(len(picture.data)))
    assert guess.status_code == 404
    assert posted.status_code == 405


async def test_the_address_of_an_older_wish_has_nothing(shop: Shop) -> None:
    label = shop.labels.add("a", MODEL)
    async with shop.opened(), httpx.AsyncClient() as client:
        await shop.deliver(noise(PANEL, 1), "w1")
        await shop.until(lambda: Shown() in shop.outcomes("w1"))
        await shop.deliver(noise(PANEL, 2), "w2")
        await shop.until(lambda: Shown() in shop.outcomes("w2"))
        assert (await client.get(shop.fetched[0])).status_code == 404

    assert label.showing == noise(PANEL, 2)


async def test_other_labels_get_their_image_from_the_broker(shop: Shop) -> None:
    label = shop.labels.add("a", LabelModel(panel=PANEL, refresh_s=0.01))
    async with shop.opened():
        await shop.deliver(noise(PANEL))
        await shop.until(lambda: Shown() in shop.outcomes())

    assert label.showing == noise(PANEL)
    assert shop.fetched == []


async def test_a_gateway_serves_what_its_labels_fetch(tmp_path: Path, mosquitto: Mosquitto) -> None:
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    intake = {"host": "127.0.0.1", "port": port, "reached_at": base}
    settings = make_settings.make(tmp_path, mosquitto.broker)
    sites = settings.sites.model_copy(update={"intake": IntakeListen.model_validate(intake)})
    config = tmp_path / "config.toml"
    gateway_process.write_config(config, settings.model_copy(update={"sites": sites}))
    process = GatewayProcess(config)
    fetched: list[str] = []

    async def get(url: str, most: int) -> bytes | None:
        fetched.append(url)
        answer = await HttpPoint(base).get(url.removeprefix(base))
        return answer.body if answer.status == 200 and len(answer.body) <= most else None

    world = Link("world", mosquitto.broker, prefix=PREFIX, client_id="world")
    shelf = SimulatedLabels(world, get=get)
    label = shelf.add("a", MODEL)
    async with running(world, shelf), asyncio.TaskGroup() as group:
        await process.start(group)
        async with Database(settings.data.folder / "anaquel.db") as database:
            await until(database, lambda rows: labels.get(rows, "a") is not None)
            await write(
                database, settings, SHOP, product("a1"), price("a1", "100.00"), stock("a1", 9)
            )
            await bind(database, "a", Target(product="a1"))
            await until(database, lambda rows: state(rows, "a") == "shown")
        assert await process.stop() == 0, "\n".join(process.lines)

    assert label.showing is not None
    assert {url.rsplit("/", 1)[0] for url in fetched} == {f"{base}/label-pictures"}
