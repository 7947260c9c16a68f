"""The whole gateway with Shopify: a price from there to page and label, messages, commands."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from device_drivers.simulated.mqtt_label import LabelModel, SimulatedLabels
from gateway.broker.link import Link
from gateway.clock import SystemClock
from gateway.domain.labels import Target
from gateway.labels import binding
from gateway.settings import Settings
from gateway.store import deliveries, labels
from gateway.store.database import Connection, Database
from tests.support import gateway_process
from tests.support import settings as make_settings
from tests.support.gateway_process import GatewayProcess
from tests.support.mosquitto import Mosquitto
from tests.support.running import PATIENCE_S, PREFIX, one_turn, running
from tests.support.shelving import ORIGIN, PANEL
from tests.support.shopify_server import OLDER_SECRET, SECRET, ShopifyServer, message
from tests.support.shopify_shop import BODEGA, STORE
from tests.support.typing_commands import anaquel

WRONG_DIGIT = "wrong check digit in 7501234567890: 0, expected 3"
WEBHOOKS = "/api/v1/shopify/webhooks"


def configure(
    server: ShopifyServer, folder: Path, mosquitto: Mosquitto | None = None, **more: Any
) -> tuple[Path, Settings]:
    section = server.settings(folder, **more)
    broker = mosquitto.broker if mosquitto is not None else None
    settings = make_settings.make(folder, broker, central={"kind": "none"}, shopify=section)
    config = folder / "config.toml"
    gateway_process.write_config(config, settings)
    return config, settings


async def until_page_says(phone: httpx.AsyncClient, page: str, words: str) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while words not in (await phone.get(page)).text:
            await one_turn()


async def until(database: Database, wanted: Callable[[Connection], bool]) -> None:
    """Wait for what the gateway, in a process of its own, writes."""
    news = database.changes.subscribe("anything")
    async with asyncio.timeout(PATIENCE_S):
        while not await database.read(wanted):
            await news.next()


async def test_a_price_travels_from_shopify_to_page_and_label(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    server = ShopifyServer()
    tenis = server.shop.add("Tenis Brisa", sizes=("26", "27"))
    product = str(tenis.variants[0].number)
    config, settings = await asyncio.to_thread(configure, server, tmp_path, mosquitto)
    process = GatewayProcess(config)
    air = Link("air", mosquitto.broker, prefix=PREFIX, client_id="air")
    world = SimulatedLabels(air)

    def shown(connection: Connection, cause: str) -> bool:
        wish, delivery = deliveries.wish(connection, "L1"), deliveries.get(connection, "L1")
        settled = delivery is not None and delivery.state == "shown"
        return settled and wish is not None and wish.cause == cause

    def known(connection: Connection) -> bool:
        return labels.get(connection, "L1") is not None

    async with (
        asyncio.TaskGroup() as group,
        server.running(),
        httpx.AsyncClient() as phone,
        running(world, air),
    ):
        await process.start(group)
        page = f"{process.addresses['shopper']}/p/{product}?lang=en"
        await until_page_says(phone, page, "1,299.00")
        world.add("L1", LabelModel(panel=PANEL, refresh_s=0.01))
        async with Database(settings.data.folder / "anaquel.db") as database:
            looking = group.create_task(database.tell_of_other_writers(0.05))
            await until(database, known)
            at = SystemClock().now()
            await database.write(
                lambda connection: binding.bind(
                    connection, "L1", Target(product=product), origin=ORIGIN, by="test", at=at
                )
            )
            await until(database, partial(shown, cause="regular"))
            before = world.labels["L1"].showing
            server.shop.set_price(tenis, "999.00", compare_at="1299.00")
            await until_page_says(phone, page, "999.00")
            await until(database, partial(shown, cause="sale"))
            after = world.labels["L1"].showing
            looking.cancel()
        assert before is not None
        assert after is not None
        assert before.pixels != after.pixels
        assert await process.stop() == 0
    log = "\n".join(process.lines)
    assert "Traceback" not in log
    assert SECRET not in log
    assert not any(token in log for token in server.tokens)


async def test_messages_of_shopify_make_the_gateway_look_at_once(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    server = ShopifyServer()
    gone, kept = server.shop.add("Tenis Brisa"), server.shop.add("Tenis Sol")
    config, _ = await asyncio.to_thread(configure, server, tmp_path, mosquitto, poll_s=3_600.0)
    process = GatewayProcess(config)
    async with asyncio.TaskGroup() as group, server.running(), httpx.AsyncClient() as client:
        await process.start(group)
        shopper, intake = process.addresses["shopper"], f"{process.addresses['intake']}{WEBHOOKS}"
        page = f"{shopper}/p/{{}}?lang=en"

        async def send(body: bytes, **parts: str) -> httpx.Response:
            content, headers = message(body, **parts)
            return await client.post(intake, content=content, headers=headers)

        await until_page_says(client, page.format(kept.variants[0].number), "1,299.00")
        server.shop.set_price(kept, "905.00")
        body = json.dumps({"id": kept.number, "title": "whatever it says"}).encode()
        answer = await send(body, topic="products/update", number="1", secret=OLDER_SECRET)
        assert (answer.status_code, answer.json()) == (200, {})
        await until_page_says(client, page.format(kept.variants[0].number), "905.00")

        server.shop.delete(gone)
        body = json.dumps({"id": gone.number}).encode()
        assert (await send(body, topic="products/delete", number="2")).status_code == 200
        async with asyncio.timeout(PATIENCE_S):
            while (await client.get(page.format(gone.variants[0].number))).status_code != 404:
                await one_turn()
        assert await process.stop() == 0


async def test_the_preview_prints_what_would_come_and_changes_nothing(tmp_path: Path) -> None:
    server = ShopifyServer()
    server.shop.places = {STORE: "Guadalajara Centro", BODEGA: "Bodega"}
    server.shop.add("Brisa - Negro").variants[0].barcode = "7501234567890"
    server.shop.add("Brisa - Blanco")
    server.shop.add("Gorra", sizes=())
    server.shop.add("Borrador").status = "DRAFT"
    rule: dict[str, Any] = {
        "style_from": "title",
        "style_pattern": r"(?P<style>.+) - (?P<color>\w+)",
    }
    places = {"s042": "Guadalajara Centro"}
    config, settings = await asyncio.to_thread(
        configure, server, tmp_path, locations=places, **rule
    )
    async with server.running():
        ended = await anaquel("shopify", "preview", "--config", config)
    assert ended.code == 0, ended.complained
    assert ended.said.splitlines() == [
        "Zapatería Centro: MXN, prices with tax",
        "  channel: gid://shopify/Publication/1",
        '  place "Guadalajara Centro" (11): s042',
        '  place "Bodega" (12): left out',
        "3 of 4 articles are on sale here",
        "1 styles join several articles; 1 articles stand alone",
        "  Brisa - Negro [Negro] + Brisa - Blanco [Blanco]",
        f"  Brisa - Negro: barcode: {WRONG_DIGIT}; write the number under the bars in Shopify",
        "This would change:",
        "  location: 1 new, 0 changed, 0 removed",
        "    added: s042",
        "  group: 2 new, 0 changed, 0 removed",
        "    added: 7001, 7004",
        "  product: 5 new, 0 changed, 0 removed",
        "    added: 7002, 7003, 7005, 7006, 7008",
        "  offers: 5 new, 0 changed, 0 removed",
        "    added: 7002, 7003, 7005, 7006, 7008",
        "  stock: 5 new, 0 changed, 0 removed",
        "    added: s042/7002, s042/7003, s042/7005, s042/7006, s042/7008",
        "  0 labels stand for what changes",
        "Nothing was changed.",
    ]
    async with Database(settings.data.folder / "anaquel.db") as database:
        left = await database.read(
            lambda connection: connection.execute("SELECT count(*) FROM replica").fetchone()
        )
    assert left == (0,)


async def test_commands_say_what_to_mend(tmp_path: Path) -> None:
    server = ShopifyServer()
    config, _ = await asyncio.to_thread(configure, server, tmp_path)
    away = await anaquel("shopify", "preview", "--config", config)
    assert (away.code, away.said) == (1, "")
    assert "anaquel: Shopify cannot be reached: ConnectError" in away.complained
    nothing = await anaquel("shopify", "status", "--config", config)
    assert (nothing.code, nothing.said) == (0, "Nothing has been read from Shopify yet.\n")


@pytest.mark.parametrize("command", ["run", "check-config"])
async def test_a_missing_secret_is_said_before_anything_starts(
    tmp_path: Path, command: str
) -> None:
    server = ShopifyServer()
    config, settings = await asyncio.to_thread(configure, server, tmp_path)
    secret = settings.shopify.client_secret_file
    assert secret is not None
    await asyncio.to_thread(secret.unlink)
    ended = await anaquel(command, "--config", config)
    assert ended.code == 1
    assert "client_secret_file" in ended.complained
    assert "Traceback" not in ended.complained
