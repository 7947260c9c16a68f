"""The Shopify source against a server of its shapes: all read, changes polled, all compared."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.domain.guarding import Cause
from gateway.store import holds, replica, shopify
from tests.support.shopify_server import ShopifyServer
from tests.support.shopify_shop import BODEGA, PUBLICATION, STORE, FakeLevel, FakeVariant
from tests.support.shopify_source import open_shop


@pytest.fixture
def server() -> ShopifyServer:
    return ShopifyServer()


async def test_all_of_a_shop_is_read_as_our_rows(server: ShopifyServer, tmp_path: Path) -> None:
    tenis = server.shop.add("Tenis Brisa", sizes=("26", "27"), available=3)
    cap = server.shop.add("Gorra", sizes=(), price="199.00", available=-2)
    first, single = tenis.variants[0], cap.variants[0]
    async with open_shop(server, tmp_path) as shop:
        products, offers = await shop.rows("product"), await shop.rows("offers")
        assert await shop.rows("location") == {
            "s042": {
                "name": "Guadalajara Centro",
                "kind": "shop",
                "address": "Av. Juárez 100, Guadalajara",
            }
        }
        assert list(await shop.rows("group")) == [str(tenis.number)]
        assert products[str(first.number)]["options"] == {"size": "26"}
        assert products[str(single.number)]["group"] is None
        assert offers[str(single.number)]["offers"] == [{"kind": "list", "amount": "199.00"}]
        stock = await shop.rows("stock")
        assert stock[f"s042/{first.number}"]["available"] == 3
        assert stock[f"s042/{single.number}"]["available"] == 0
        assert server.answers.bulks
        assert "shopify.jsonl" not in await asyncio.to_thread(os.listdir, tmp_path)


async def test_a_changed_price_is_in_at_the_next_poll(
    server: ShopifyServer, tmp_path: Path
) -> None:
    tenis = server.shop.add("Tenis Brisa")
    async with open_shop(server, tmp_path) as shop:
        before = await shop.database.read(lambda c: replica.position(c, "shopify"))
        server.shop.set_price(tenis, "999.00", compare_at="1299.00")
        await shop.until_price(tenis.variants[0].number, "999.00")
        row = (await shop.rows("offers"))[str(tenis.variants[0].number)]
        assert row["offers"] == [
            {"kind": "list", "amount": "1299.00"},
            {"kind": "sale", "amount": "999.00"},
        ]
        await server.until_asked("ChangedArticles", 2)
        after = await shop.database.read(lambda c: replica.position(c, "shopify"))
        assert (after.epoch, after.seq) == (1, before.seq + 1), "repeats write nothing"


async def test_a_sale_over_the_counter_changes_stock_without_changing_the_article(
    server: ShopifyServer, tmp_path: Path
) -> None:
    tenis = server.shop.add("Tenis Brisa", available=3)
    variant = tenis.variants[0]
    async with open_shop(server, tmp_path) as shop:

        async def sold() -> bool:
            row = (await shop.rows("stock"))[f"s042/{variant.number}"]
            return bool(row["available"] == 2)

        server.shop.set_available(variant, 2)
        await shop.until(sold)

        async def not_kept() -> bool:
            return f"s042/{variant.number}" not in await shop.rows("stock")

        variant.levels[STORE] = FakeLevel(0, server.shop.now(), active=False)
        await shop.until(not_kept)


@pytest.mark.parametrize(
    ("status", "publications"),
    [("DRAFT", {PUBLICATION}), ("ARCHIVED", {PUBLICATION}), ("ACTIVE", ())],
)
async def test_what_goes_off_sale_goes_and_comes_back_with_its_stock(
    server: ShopifyServer, tmp_path: Path, status: str, publications: Iterable[str]
) -> None:
    tenis = server.shop.add("Tenis Brisa", available=5)
    key = str(tenis.variants[0].number)
    async with open_shop(server, tmp_path) as shop:
        # Long after the last change of stock, so that only the article itself tells.
        server.shop.later(timedelta(hours=1))
        tenis.status, tenis.publications = status, set(publications)
        server.shop.touch(tenis)

        async def gone() -> bool:
            kinds = ("group", "product", "offers", "stock")
            return not any([await shop.rows(kind) for kind in kinds])

        await shop.until(gone)
        tenis.status, tenis.publications = "ACTIVE", {PUBLICATION}
        server.shop.touch(tenis)

        async def back() -> bool:
            row = (await shop.rows("stock")).get(f"s042/{key}")
            return row is not None and row["available"] == 5

        await shop.until(back)
        assert key in await shop.rows("offers")


async def test_a_removed_variant_is_gone_and_a_new_one_there(
    server: ShopifyServer, tmp_path: Path
) -> None:
    tenis = server.shop.add("Tenis Brisa", sizes=("26", "27"))
    old = tenis.variants[1]
    async with open_shop(server, tmp_path) as shop:
        new = FakeVariant(
            number=9_999,
            price="1399.00",
            values=("28",),
            levels={STORE: FakeLevel(7, server.shop.now() - timedelta(days=3))},
        )
        tenis.variants[1] = new
        tenis.options["Talla"] = ("26", "28")
        server.shop.touch(tenis)
        await shop.until_price(9_999, "1399.00")
        assert str(old.number) not in await shop.rows("product")
        assert f"s042/{old.number}" not in await shop.rows("stock")

        async def stocked() -> bool:
            row = (await shop.rows("stock")).get("s042/9999")
            return row is not None and row["available"] == 7

        await shop.until(stocked)


async def test_what_is_not_tracked_any_more_is_unknown(
    server: ShopifyServer, tmp_path: Path
) -> None:
    tenis = server.shop.add("Tenis Brisa", available=4)
    variant = tenis.variants[0]
    async with open_shop(server, tmp_path) as shop:
        server.shop.later(timedelta(hours=1))
        variant.tracked = False
        server.shop.touch(tenis)

        async def unknown() -> bool:
            row = (await shop.rows("stock"))[f"s042/{variant.number}"]
            return row["available"] is None

        await shop.until(unknown)


async def test_the_nightly_comparison_mends_a_deletion_that_no_poll_sees(
    server: ShopifyServer, tmp_path: Path
) -> None:
    gone, kept = server.shop.add("Tenis Brisa"), server.shop.add("Tenis Sol")
    async with open_shop(server, tmp_path) as shop:
        server.shop.delete(gone)
        await server.until_asked("ChangedArticles", 2)
        assert str(gone.variants[0].number) in await shop.rows("product")
        shop.clock.advance(timedelta(days=1))
        await shop.until_read(2)
        assert set(await shop.rows("product")) == {str(one.number) for one in kept.variants}
        assert set(await shop.rows("group")) == {str(kept.number)}
        assert await shop.database.read(shopify.count) == 1


async def test_a_message_about_a_deletion_is_enough_to_look(
    server: ShopifyServer, tmp_path: Path
) -> None:
    gone = server.shop.add("Tenis Brisa")
    server.shop.add("Tenis Sol")
    async with open_shop(server, tmp_path, poll_s=60.0) as shop:
        server.shop.delete(gone)
        shop.hints.add(str(gone.number))

        async def noticed() -> bool:
            return str(gone.variants[0].number) not in await shop.rows("product")

        await shop.until(noticed)


async def test_many_pages_of_articles_variants_and_stock(
    server: ShopifyServer, tmp_path: Path
) -> None:
    server.restore_rate = 100_000.0
    server.shop.fill(130, sizes=2)
    big = server.shop.add("Botas", sizes=tuple(str(n) for n in range(160)), available=1)
    async with open_shop(server, tmp_path) as shop:
        assert len(await shop.rows("product")) == 130 * 2 + 160
        for product in server.shop.products.values():
            product.vendor = "Otra"
            server.shop.touch(product)
        for variant in big.variants:
            server.shop.set_available(variant, 9)

        async def all_in() -> bool:
            groups, stock = await shop.rows("group"), await shop.rows("stock")
            return all(row["brand"] == "Otra" for row in groups.values()) and all(
                stock[f"s042/{one.number}"]["available"] == 9 for one in big.variants
            )

        await shop.until(all_in)
        assert server.asked["MoreVariants"] >= 2


async def test_a_change_while_everything_is_read_is_not_undone_by_it(
    server: ShopifyServer, tmp_path: Path
) -> None:
    tenis, sol = server.shop.add("Tenis Brisa"), server.shop.add("Tenis Sol")
    async with open_shop(server, tmp_path) as shop:
        server.answers.bulk_states = ["CREATED", *["RUNNING"] * 10_000]
        shop.clock.advance(timedelta(days=1))
        await server.until_asked("BulkState")
        (bulk,) = [one for one in server.answers.bulks.values() if len(one.states) > 1]
        server.shop.set_price(tenis, "901.00")
        sol.status = "ARCHIVED"
        server.shop.touch(sol)
        await shop.until_price(tenis.variants[0].number, "901.00")
        await shop.until_price(sol.variants[0].number, None)

        bulk.states[:] = ["COMPLETED"]
        await shop.until_read(2)
        assert await shop.price_of(tenis.variants[0].number) == "901.00"
        assert str(sol.variants[0].number) not in await shop.rows("product")
        assert await shop.database.read(shopify.count) == 1


async def test_without_tax_nothing_is_shown_until_somebody_says_how_much(
    server: ShopifyServer, tmp_path: Path
) -> None:
    server.shop.taxes_included = False
    tenis = server.shop.add("Tenis Brisa", price="1000.00")
    tenis.variants[1].taxable = False
    async with open_shop(server, tmp_path) as shop:
        assert len(await shop.rows("product")) == 2
        assert await shop.rows("offers") == {}
        assert await shop.task("tax") == (
            "Shopify keeps prices without tax, so none is shown: write tax_percent under [shopify]"
        )
    async with open_shop(server, tmp_path, tax_percent="16") as shop:
        await shop.until_price(tenis.variants[0].number, "1160.00")
        await shop.until_price(tenis.variants[1].number, "1000.00")
        await shop.until_task("tax", None)


async def test_two_places_must_be_told_apart_first(server: ShopifyServer, tmp_path: Path) -> None:
    server.shop.places = {STORE: "Guadalajara Centro", BODEGA: "Bodega"}
    tenis = server.shop.add("Tenis Brisa", available=3)
    async with open_shop(server, tmp_path, read=False) as shop:
        await shop.until_task("places", 'Write s042 = "..." under [shopify.locations]')
        assert '"Guadalajara Centro", "Bodega"' in (await shop.task("places") or "")
        assert await shop.rows("product") == {}
    places = {"s042": "Guadalajara Centro", "dc1": BODEGA}
    async with open_shop(server, tmp_path, locations=places, warehouses=("dc1",)) as shop:
        assert {key: row["kind"] for key, row in (await shop.rows("location")).items()} == {
            "s042": "shop",
            "dc1": "warehouse",
        }
        keys = {f"{place}/{one.number}" for place in places for one in tenis.variants}
        assert set(await shop.rows("stock")) == keys
        await shop.until_task("places", None)


async def test_wrong_barcodes_are_told_and_found_all_the_same(
    server: ShopifyServer, tmp_path: Path
) -> None:
    tenis = server.shop.add("Tenis Brisa")
    tenis.variants[0].barcode = "7501234567890"
    async with open_shop(server, tmp_path) as shop:
        await shop.until_task("articles", "wrong check digit in 7501234567890")
        row = (await shop.rows("product"))[str(tenis.variants[0].number)]
        assert (row["gtins"], row["codes"]) == ([], ["7501234567890"])
        tenis.variants[0].barcode = "7501234567893"
        server.shop.touch(tenis)
        await shop.until_task("articles", None)


async def test_colourways_find_together_and_apart(server: ShopifyServer, tmp_path: Path) -> None:
    black = server.shop.add("Brisa - Negro")
    white = server.shop.add("Brisa - Blanco")
    rule: dict[str, Any] = {
        "style_from": "title",
        "style_pattern": r"(?P<style>.+) - (?P<color>\w+)",
    }
    async with open_shop(server, tmp_path, **rule) as shop:
        both = [str(black.number), str(white.number)]
        groups = await shop.rows("group")
        assert [groups[key]["siblings"] for key in both] == [both, both]
        colors = (await shop.rows("product"))[str(white.variants[0].number)]["color"]
        assert colors == {"name": {"es": "Blanco"}}
        red = server.shop.add("Brisa - Rojo")

        async def three() -> bool:
            found = await shop.rows("group")
            return [len(row["siblings"]) for row in found.values()] == [3, 3, 3]

        await shop.until(three)
        red.title = "Sol - Rojo"
        server.shop.touch(red)

        async def two() -> bool:
            found = {key: row["siblings"] for key, row in (await shop.rows("group")).items()}
            return found == {both[0]: both, both[1]: both, str(red.number): []}

        await shop.until(two)


async def test_the_guard_sees_all_prices_of_one_poll(server: ShopifyServer, tmp_path: Path) -> None:
    server.shop.fill(24)
    async with open_shop(server, tmp_path) as shop:
        for product in list(server.shop.products.values()):
            server.shop.set_price(product, "1199.00")

        async def held() -> bool:
            return await shop.database.read(lambda c: holds.row_count(c, "shopify")) == 48

        await shop.until(held)
        (hold,) = await shop.database.read(holds.every)
        assert (hold.cause, hold.state) == (Cause.PRICES, "open")
        prices = {row["offers"][0]["amount"] for row in (await shop.rows("offers")).values()}
        assert prices == {"1299.00"}, "not one of them is in force"


async def test_the_guard_sees_all_that_one_poll_takes_off_sale(
    server: ShopifyServer, tmp_path: Path
) -> None:
    server.shop.fill(24)
    async with open_shop(server, tmp_path) as shop:
        for product in list(server.shop.products.values())[:12]:
            product.status = "DRAFT"
            server.shop.touch(product)

        async def held() -> bool:
            # Of each article its group, and of two variants the article, price and stock.
            return await shop.database.read(lambda c: holds.row_count(c, "shopify")) == 12 * 7

        await shop.until(held)
        assert len(await shop.rows("product")) == 48
