"""The demo's shop: rows that the feed takes, and a day in which it stays believable."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import chain
from random import Random

import pytest

from gateway.demo import catalogue
from gateway.demo.catalogue import DemoShop
from gateway.domain import catalogue as domain
from gateway.domain import gtin, pricing, prior_price
from gateway.domain.rows import Row
from gateway.feed import rows

AT = datetime(2026, 11, 22, 16, tzinfo=UTC)


@pytest.fixture(scope="module")
def opening() -> DemoShop:
    return catalogue.shop(at=AT)


def products(shop: DemoShop) -> list[domain.Product]:
    return [domain.product_from(row.key, row.value) for row in shop.of_kind("product")]


def groups(shop: DemoShop) -> dict[str, domain.Group]:
    return {row.key: domain.group_from(row.key, row.value) for row in shop.of_kind("group")}


def tags(shop: DemoShop, at: datetime) -> list[pricing.PriceTag]:
    found = [
        prior_price.price_tag(domain.offers_from(row.key, row.value), at)
        for row in shop.of_kind("offers")
    ]
    priced = [tag for tag in found if tag is not None]
    assert len(priced) == len(found)
    return priced


def stock_at(shop: DemoShop, location: str) -> list[int | None]:
    return [
        row.value["available"]
        for row in shop.of_kind("stock")
        if row.key.startswith(f"{location}/")
    ]  # fmt: skip


def day(shop: DemoShop, *, ticks: int, seed: int = 7) -> list[list[Row]]:
    random = Random(seed)
    return [
        catalogue.changes(shop, random, at=AT + timedelta(seconds=3 * tick))
        for tick in range(1, ticks + 1)
    ]


def test_the_shop_is_as_large_as_promised(opening: DemoShop) -> None:
    counts = Counter(row.kind for row in opening.rows())
    assert counts["product"] >= 900
    assert len({row.value["name"]["es"] for row in opening.of_kind("group")}) == 24
    assert counts["location"] == 4
    assert counts["offers"] == counts["product"]
    assert counts["stock"] == 4 * counts["product"]


def test_every_row_is_one_the_feed_takes(opening: DemoShop) -> None:
    assert [
        refusal
        for row in opening.rows()
        if (refusal := rows.check(row.kind, row.key, row.value)) is not None
    ] == []


def test_rows_come_in_the_order_of_a_snapshot(opening: DemoShop) -> None:
    ranks = [rows.rank(row.kind) for row in opening.rows()]
    assert ranks == sorted(ranks)
    places = [(row.kind, row.key) for row in opening.rows()]
    assert len(set(places)) == len(places)


def test_gtins_are_valid_distinct_and_under_the_demonstration_prefix(opening: DemoShop) -> None:
    numbers = [number for product in products(opening) for number in product.gtins]
    assert len(set(numbers)) == len(numbers) == len(products(opening))
    for number in numbers:
        assert gtin.normalise(number) == number
        assert number.startswith("0952")
        assert not gtin.is_in_store(number)


def test_every_product_has_its_own_number_for_people(opening: DemoShop) -> None:
    skus = [product.sku for product in products(opening)]
    assert len(set(skus)) == len(skus)


def test_texts_are_there_in_both_languages_and_differ(opening: DemoShop) -> None:
    for group in groups(opening).values():
        for texts in (group.name, group.description):
            assert set(texts) == {"es", "en"}
            assert texts["es"] != texts["en"]
        assert len(group.name["es"]) <= 40
    for product in products(opening):
        assert set(product.color_name) == {"es", "en"}


def test_products_stand_on_the_axes_of_their_group(opening: DemoShop) -> None:
    by_id = groups(opening)
    for product in products(opening):
        assert product.group is not None
        for axis in by_id[product.group].axes:
            assert product.options[axis.axis] in axis.values


def test_sizes_are_centimetres_in_order(opening: DemoShop) -> None:
    for group in groups(opening).values():
        sizes = next(axis.values for axis in group.axes if axis.axis == "size")
        numbers = [Decimal(size) for size in sizes]
        assert numbers == sorted(numbers)
        assert Decimal(17) <= numbers[0] < numbers[-1] <= Decimal(30)


def test_siblings_are_mutual_and_both_models_occur(opening: DemoShop) -> None:
    by_id = groups(opening)
    for group in by_id.values():
        assert group.id not in group.siblings
        for sibling in group.siblings:
            assert group.id in by_id[sibling].siblings
            assert by_id[sibling].name == group.name
    alone = [group for group in by_id.values() if not group.siblings]
    assert len(alone) >= 12
    assert all({axis.axis for axis in group.axes} == {"color", "size"} for group in alone)
    assert len(by_id) - len(alone) >= 12


def test_all_kinds_of_price_occur_at_the_opening(opening: DemoShop) -> None:
    kinds = Counter(tag.kind for tag in tags(opening, AT))
    assert set(kinds) == {"list", "sale", "clearance"}
    for tag in tags(opening, AT):
        assert tag.kind == "list" or (
            tag.regular is not None and tag.price.amount < tag.regular.amount
        )


def test_a_price_begins_and_one_ends_while_somebody_watches(opening: DemoShop) -> None:
    offers = [domain.offers_from(row.key, row.value) for row in opening.of_kind("offers")]
    first = pricing.next_change(offers, AT)
    assert first is not None
    assert AT < first <= AT + timedelta(minutes=5)
    second = pricing.next_change(offers, first)
    assert second is not None
    assert second <= AT + timedelta(minutes=10)


@pytest.mark.parametrize("location", catalogue.LOCATIONS)
def test_stock_has_last_pieces_and_unknowns(opening: DemoShop, location: str) -> None:
    pieces = Counter(stock_at(opening, location))
    assert pieces[None] > 0
    assert pieces[1] > 0
    assert location == "online" or pieces[0] > 0


def test_the_seed_decides_stock_and_nothing_else_about_the_articles() -> None:
    one, same, other = (catalogue.shop(seed, at=AT) for seed in (1, 1, 2))
    assert one.rows() == same.rows()
    assert day(one, ticks=50) == day(same, ticks=50)
    assert one.rows() == same.rows()
    for kind in ("location", "group", "product"):
        assert one.of_kind(kind) == other.of_kind(kind)
    assert one.of_kind("stock") != other.of_kind("stock")


def test_changes_are_few_valid_and_about_known_rows() -> None:
    shop = catalogue.shop(at=AT)
    known = {(row.kind, row.key) for row in shop.rows()}
    for changed in day(shop, ticks=300):
        assert 0 < len(changed) <= 20
        places = [(row.kind, row.key) for row in changed]
        assert len(set(places)) == len(places)
        assert known.issuperset(places)
        assert all(rows.check(row.kind, row.key, row.value) is None for row in changed)
        assert {row.kind for row in changed} <= {"offers", "stock"}


def test_changes_are_in_the_shop_when_they_are_returned() -> None:
    shop = catalogue.shop(at=AT)
    before = shop.rows()
    changed = catalogue.changes(shop, Random(1), at=AT + timedelta(minutes=1))
    assert all(shop.value(row.kind, row.key) == row.value for row in changed)
    assert len(set(map(id, shop.rows())) - set(map(id, before))) == len(changed)


def test_one_piece_is_sold_at_a_time_and_sizes_of_a_colour_cost_the_same() -> None:
    shop = catalogue.shop(at=AT)
    before = {row.key: row.value["available"] for row in shop.of_kind("stock")}
    drops = []
    for changed in day(shop, ticks=300):
        for row in changed:
            if row.kind == "stock":
                had, has = before[row.key], row.value["available"]
                drops += [had - has] if had is not None and has < had else []
                before[row.key] = has
    assert set(drops) == {1}
    for colourway in shop.colourways:
        offers = [shop.value("offers", product) for product in colourway.products]
        assert all(value == offers[0] for value in offers)


def test_ten_minutes_stay_far_from_the_guard_even_when_asked_every_second() -> None:
    shop = catalogue.shop(at=AT)
    random = Random(3)
    prices = [
        row
        for second in range(600)
        for row in catalogue.changes(shop, random, at=AT + timedelta(seconds=second))
        if row.kind == "offers"
    ]
    assert 0 < len(prices) < 0.5 * len(shop.of_kind("product"))


def test_after_a_long_day_the_shop_is_still_believable() -> None:
    shop = catalogue.shop(at=AT)
    changed = list(chain.from_iterable(day(shop, ticks=2_000)))
    end = AT + timedelta(seconds=6_000)
    kinds = Counter(tag.kind for tag in tags(shop, end))
    assert 0.05 < kinds["sale"] / kinds.total() < 0.35
    assert kinds["clearance"] > 0
    assert any(len(row.value["offers"]) == 1 for row in changed if row.kind == "offers")
    for location, most in (("s042", 0.2), ("s043", 0.25), ("s044", 0.42), ("online", 0.05)):
        pieces = stock_at(shop, location)
        assert pieces.count(0) / len(pieces) <= most
        assert all(count is None or 0 <= count <= 80 for count in pieces)


def test_a_sale_that_is_over_is_taken_out() -> None:
    shop = catalogue.shop(at=AT)
    random = Random(5)
    later = AT + timedelta(days=30)
    for tick in range(200):
        catalogue.changes(shop, random, at=later + timedelta(seconds=20 * tick))
    for row in shop.of_kind("offers"):
        for offer in row.value["offers"]:
            until = offer.get("valid_until")
            assert until is None or datetime.fromisoformat(until) > later
