"""The Shopify source in trouble: no internet, refused, old, empty; and after a restart."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from gateway.clock import ShiftedClock, SystemClock
from gateway.feed.sources.shopify import reading
from gateway.feed.sources.shopify import service as shopify_service
from gateway.feed.sources.shopify.service import ShopifyService
from gateway.feed.sources.shopify.webhooks import Hints
from gateway.store import holds, shopify
from gateway.store.database import Database
from tests.support import settings as make_settings
from tests.support.running import running
from tests.support.shopify_server import SECRET, ShopifyServer
from tests.support.shopify_source import Shop, StillClock, open_shop


@pytest.fixture
def server() -> ShopifyServer:
    return ShopifyServer()


async def test_without_internet_the_shop_goes_on_says_so_once_and_recovers(
    server: ShopifyServer, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    tenis = server.shop.add("Tenis Brisa")
    async with asyncio.TaskGroup() as group, open_shop(server, tmp_path) as shop:
        await server.stop()
        await shop.until_task("connection", "Shopify cannot be reached")
        assert await shop.price_of(tenis.variants[0].number) == "1299.00"
        server.shop.set_price(tenis, "901.00")
        await server.start(group)
        await shop.until_price(tenis.variants[0].number, "901.00")
        await shop.until_task("connection", None)
    said = "".join(capfd.readouterr())
    assert said.count("shopify in trouble") == 1
    assert said.count("shopify is well again") == 1
    assert SECRET not in said
    assert "shpat" not in said
    assert "s3cr3t" not in said


async def test_hours_without_internet_lose_no_change(server: ShopifyServer, tmp_path: Path) -> None:
    tenis = server.shop.add("Tenis Brisa", available=4)
    variant = tenis.variants[0]
    async with asyncio.TaskGroup() as group, open_shop(server, tmp_path) as shop:
        await server.stop()
        await shop.until_task("connection", "Shopify cannot be reached")
        server.shop.set_price(tenis, "902.00")
        server.shop.set_available(variant, 1)
        server.shop.later(timedelta(hours=9))
        await server.start(group)
        await shop.until_price(variant.number, "902.00")

        async def stocked() -> bool:
            return bool((await shop.rows("stock"))[f"s042/{variant.number}"]["available"] == 1)

        await shop.until(stocked)


async def test_a_restart_goes_on_where_it_was(server: ShopifyServer, tmp_path: Path) -> None:
    tenis = server.shop.add("Tenis Brisa")
    async with open_shop(server, tmp_path):
        pass
    server.shop.set_price(tenis, "903.00")
    server.shop.later(timedelta(hours=2))
    async with open_shop(server, tmp_path) as shop:
        await shop.until_price(tenis.variants[0].number, "903.00")
        assert len(server.answers.bulks) == 1, "nothing was read twice"


async def test_other_rules_make_other_rows_of_everything(
    server: ShopifyServer, tmp_path: Path
) -> None:
    tenis = server.shop.add("Brisa - Negro")
    server.shop.add("Brisa - Blanco")
    async with open_shop(server, tmp_path) as shop:
        assert (await shop.rows("group"))[str(tenis.number)]["siblings"] == []
    rule: dict[str, Any] = {
        "style_from": "title",
        "style_pattern": r"(?P<style>.+) - (?P<color>\w+)",
    }
    async with open_shop(server, tmp_path, read=False, **rule) as shop:
        await shop.until_read(2)
        assert len((await shop.rows("group"))[str(tenis.number)]["siblings"]) == 2


async def test_a_refused_app_is_a_task_until_it_may_read_again(
    server: ShopifyServer, tmp_path: Path
) -> None:
    tenis = server.shop.add("Tenis Brisa")
    async with open_shop(server, tmp_path) as shop:
        server.scopes = "read_products"
        server.tokens.clear()
        await shop.until_task("access", "give it read_inventory, read_locations")
        assert await shop.price_of(tenis.variants[0].number) == "1299.00"
        server.scopes = "read_products,read_inventory,read_locations"
        await shop.until_task("access", None)


async def test_an_empty_answer_empties_no_shelf(server: ShopifyServer, tmp_path: Path) -> None:
    tenis = server.shop.add("Tenis Brisa")
    async with open_shop(server, tmp_path) as shop:
        saved = dict(server.shop.products)
        server.shop.products.clear()
        shop.clock.advance(timedelta(days=1))
        await shop.until_task("empty", "none of 1 articles is on sale; all were kept")
        assert await shop.price_of(tenis.variants[0].number) == "1299.00"
        server.shop.products.update(saved)
        await shop.until_task("empty", None)


@pytest.mark.parametrize(
    ("versions", "today", "words"),
    [
        (["2026-10"], 0, "Shopify no longer serves 2026-07 and answers with 2026-10"),
        (["2026-07", "2026-10"], 300, "Shopify may stop serving 2026-07 on 2027-07-01"),
    ],
)
async def test_the_end_of_a_release_is_told_in_time(
    server: ShopifyServer, tmp_path: Path, versions: list[str], today: int, words: str
) -> None:
    server.shop.add("Tenis Brisa")
    server.shop.versions = versions
    clock = StillClock()
    clock.at += timedelta(days=today)
    async with open_shop(server, tmp_path, base=clock) as shop:
        told = await shop.task("version")
        assert told is not None
        assert told.startswith(words)
        assert "update Anaquel, or write one of" in told


async def test_a_release_that_is_served_well_is_no_task(
    server: ShopifyServer, tmp_path: Path
) -> None:
    server.shop.add("Tenis Brisa")
    async with open_shop(server, tmp_path, base=StillClock()) as shop:
        assert await shop.task("version") is None


async def test_what_shopify_says_of_its_limits_is_kept(
    server: ShopifyServer, tmp_path: Path
) -> None:
    server.shop.add("Tenis Brisa")
    server.deprecated = "Product.something"
    async with open_shop(server, tmp_path) as shop:
        await server.until_asked("ChangedArticles", 2)
        state = await shop.database.read(shopify.state)
        assert state is not None
        assert state.version == "2026-07 (deprecated: Product.something)"
        assert (state.points_most, 0 < state.points <= 2_000) == (2_000, True)


async def test_a_great_change_is_read_as_a_whole(
    server: ShopifyServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MANY", 20)
    server.shop.fill(30)
    async with open_shop(server, tmp_path, read=False) as shop:
        await shop.until_read()
        server.shop.later(timedelta(hours=1))
        for product in server.shop.products.values():
            product.vendor = "Otra"
            server.shop.touch(product)
        await shop.until_read(2)
        assert {row["brand"] for row in (await shop.rows("group")).values()} == {"Otra"}


async def test_only_the_kinds_that_are_shopifys_are_written(
    server: ShopifyServer, tmp_path: Path
) -> None:
    server.shop.add("Tenis Brisa")
    section = server.settings(tmp_path)
    settings = make_settings.make(tmp_path, sources={"stock": "shopify"}, shopify=section)
    async with Database(tmp_path / "anaquel.db") as database:
        shop = Shop(
            database=database, clock=ShiftedClock(SystemClock()), hints=Hints(), settings=settings
        )
        service = await asyncio.to_thread(
            ShopifyService, database, shop.clock, settings, SECRET, shop.hints
        )
        async with server.running(), running(service):
            await shop.until_read()
            assert len(await shop.rows("stock")) == 2
            assert await shop.rows("product") == {}
            assert await shop.rows("location") == {}


async def test_a_mass_of_new_prices_waits_for_somebody(
    server: ShopifyServer, tmp_path: Path
) -> None:
    server.shop.fill(12)
    async with open_shop(server, tmp_path) as shop:
        for product in server.shop.products.values():
            server.shop.set_price(product, "649.00")

        async def held() -> bool:
            return await shop.database.read(partial(holds.row_count, source="shopify")) > 0

        await shop.until(held)
        shown = {row["offers"][0]["amount"] for row in (await shop.rows("offers")).values()}
        assert "1299.00" in shown, "nobody has looked at it yet"


async def test_stock_that_goes_all_at_once_waits_for_somebody(
    server: ShopifyServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shopify_service, "_LEVELS_AT_ONCE", 5)
    server.shop.fill(24)
    async with open_shop(server, tmp_path) as shop:
        before = await shop.rows("stock")
        for product in server.shop.products.values():
            for variant in product.variants:
                for place in variant.levels:
                    server.shop.set_available(variant, 3, place)
                    variant.levels[place].active = False

        async def held() -> bool:
            count = await shop.database.read(partial(holds.row_count, source="shopify"))
            return count == len(before)

        await shop.until(held)
        assert await shop.rows("stock") == before, "nobody has looked at it yet"
