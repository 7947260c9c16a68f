from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.feed import rows
from gateway.feed.sources.shopify import mapping
from gateway.feed.sources.shopify.records import Option, Place
from gateway.feed.sources.shopify.styles import Style
from tests.unit.feed.sources.shopify import made
from tests.unit.feed.sources.shopify.made import RULES, article, facts, level, settings, variant

ALONE = Style()
BODEGA = Place(id="12", name="Bodega", address="", phone="")


def mapped(*variants: Any, of: Any = None, rules: Any = RULES, style: Style = ALONE) -> Any:
    return mapping.article_rows(of or article(), variants or (variant(),), style, (), rules)


def row(found: Any, kind: str, key: str = "8001") -> Any:
    return next((one.value for one in found.rows if (one.kind, one.key) == (kind, key)), None)


def test_an_article_becomes_a_group_its_variants_products_with_prices() -> None:
    found = mapped(variant(1), variant(2))

    assert [(one.kind, one.key) for one in found.rows] == [
        ("group", "7001"),
        ("product", "8001"),
        ("offers", "8001"),
        ("product", "8002"),
        ("offers", "8002"),
    ]
    assert row(found, "group", "7001") == {
        "name": {"es": "Tenis Brisa"},
        "brand": "Zancada",
        "description": {"es": "Ligeros."},
        "axes": [{"axis": "size", "name": {"es": "Talla"}, "values": ["26", "27"]}],
        "siblings": [],
        "image": {"url": "https://cdn.example.com/brisa.jpg"},
    }
    assert row(found, "product") == {
        "group": "7001",
        "gtins": [],
        "name": {"es": "Tenis Brisa"},
        "options": {"size": "26"},
        "sku": "BRI-1",
        "category": "Tenis",
        "status": "active",
        "image": {"url": "https://cdn.example.com/brisa.jpg"},
    }


def test_an_article_without_options_stands_alone() -> None:
    bare = article(options=(Option(name="Title", values=("Default Title",)),))
    found = mapped(variant(choices=(("Title", "Default Title"),)), of=bare)

    assert row(found, "group", "7001") is None
    product = row(found, "product")
    assert (product["group"], product["options"]) == (None, {})
    assert product["attributes"] == {"brand": "Zancada"}


@pytest.mark.parametrize(
    ("name", "axis"),
    [
        ("Talla", "size"),
        ("Size", "size"),
        ("Número", "size"),
        ("Color", "color"),
        ("Colour", "color"),
        ("Largo", "largo"),
        ("¿?", "option1"),
    ],
)
def test_options_get_our_words(name: str, axis: str) -> None:
    of = article(options=(Option(name=name, values=("a",)),))
    found = mapped(variant(choices=((name, "a"),)), of=of)

    assert row(found, "product")["options"] == {axis: "a"}


def test_the_color_comes_from_the_option_else_from_the_style() -> None:
    colored = article(options=(Option(name="Color", values=("Negro",)),))
    by_option = mapped(
        variant(choices=(("Color", "Negro"),)), of=colored, style=Style(key="x", color="Rojo")
    )
    by_style = mapped(style=Style(key="x", color="Rojo"))

    assert row(by_option, "product")["color"] == {"name": {"es": "Negro"}}
    assert row(by_style, "product")["color"] == {"name": {"es": "Rojo"}}


@pytest.mark.parametrize(
    ("price", "compare_at", "offers"),
    [
        ("999.00", "1299.00", [("list", "1299.00"), ("sale", "999.00")]),
        ("999.00", "999.00", [("list", "999.00")]),
        ("999.00", "500.00", [("list", "999.00")]),
        ("999.00", None, [("list", "999.00")]),
        ("999.00", "", [("list", "999.00")]),
        ("0.00", None, [("list", "0.00")]),
    ],
)
def test_a_higher_compare_at_price_makes_a_sale_and_never_the_prior_price_of_the_law(
    price: str, compare_at: str | None, offers: list[tuple[str, str]]
) -> None:
    value = row(mapped(variant(price=price, compare_at=compare_at)), "offers")

    assert [(one["kind"], one["amount"]) for one in value["offers"]] == offers
    assert not any("prior_amount" in one for one in value["offers"])
    assert value["currency"] == "MXN"


@pytest.mark.parametrize(
    ("price", "currency", "taxable", "amount"),
    [
        ("1000.00", "MXN", True, "1160.00"),
        ("0.05", "MXN", True, "0.06"),
        ("862.93", "MXN", True, "1001.00"),
        ("1000.00", "MXN", False, "1000.00"),
        ("1000", "JPY", True, "1160"),
        ("1.000", "KWD", True, "1.160"),
    ],
)
def test_tax_is_added_and_rounded_to_what_can_be_paid(
    price: str, currency: str, *, taxable: bool, amount: str
) -> None:
    taxed = replace(RULES, tax=Decimal("0.16"), currency=currency)
    value = row(mapped(variant(price=price, taxable=taxable), rules=taxed), "offers")

    assert value["offers"] == [{"kind": "list", "amount": amount}]


def test_without_a_rule_for_tax_there_is_no_price_and_no_problem() -> None:
    found = mapped(variant(compare_at="2000.00"), rules=replace(RULES, tax=None))

    assert row(found, "product") is not None
    assert row(found, "offers") is None
    assert not found.problems


def test_a_price_that_is_none_is_told() -> None:
    found = mapped(variant(price="gratis"))

    assert row(found, "offers") is None
    assert found.problems == {
        "8001": "Tenis Brisa: price 'gratis' is no amount; correct it in Shopify"
    }


@pytest.mark.parametrize(
    ("barcode", "gtins", "codes", "wrong"),
    [
        ("", [], [], False),
        ("7501234567893", ["07501234567893"], [], False),
        (" 7501234567893 ", ["07501234567893"], [], False),
        ("7501234567890", [], ["7501234567890"], True),
        ("PLU-4011", [], ["PLU-4011"], False),
        ("4011", [], ["4011"], False),
        ("7501234567893, ABC", ["07501234567893"], ["ABC"], False),
    ],
)
def test_only_right_numbers_are_gtins_and_none_is_lost(
    barcode: str, gtins: list[str], codes: list[str], *, wrong: bool
) -> None:
    found = mapped(variant(barcode=barcode))
    product = row(found, "product")

    assert (product["gtins"], product.get("codes", [])) == (gtins, codes)
    assert bool(found.problems) is wrong


def test_what_is_not_on_sale_has_no_rows() -> None:
    assert mapped(of=article(on_sale=False)).rows == ()


def test_more_variants_than_shopify_allows_are_left_out() -> None:
    many = [variant(number) for number in range(1, mapping.MAX_VARIANTS + 3)]
    found = mapped(*many)

    assert sum(one.kind == "product" for one in found.rows) == mapping.MAX_VARIANTS


@pytest.mark.parametrize(
    ("available", "tracked", "told"),
    [(3, True, 3), (0, True, 0), (-2, True, 0), (3, False, None), (None, True, None)],
)
def test_oversold_is_none_left_and_untracked_is_unknown(
    available: int | None, *, tracked: bool, told: int | None
) -> None:
    change = mapping.stock_change(level(available), "8001", tracked=tracked, rules=RULES)

    assert change is not None
    assert change.key == "s042/8001"
    assert change.value == {"available": told, "as_of": "2026-11-22T16:00:00Z"}


def test_stock_of_a_foreign_place_is_none_of_ours_and_of_a_given_up_one_goes() -> None:
    foreign = mapping.stock_change(level(place="99"), "8001", tracked=True, rules=RULES)
    given_up = mapping.stock_change(level(active=False), "8001", tracked=True, rules=RULES)

    assert foreign is None
    assert given_up is not None
    assert given_up.value is None


def test_the_only_place_is_this_shop(tmp_path: Path) -> None:
    assert mapping.rules(settings(tmp_path), facts()).places == {"11": "s042"}


@pytest.mark.parametrize("named", ["Bodega", "12", "gid://shopify/Location/12"])
def test_places_are_named_by_name_or_number(tmp_path: Path, named: str) -> None:
    options = {"locations": {"s042": "Guadalajara Centro", "dc1": named}, "warehouses": ("dc1",)}
    chosen = settings(tmp_path, **options)
    found = facts(made.STORE, BODEGA, Place(id="13", name="Otra", address="", phone=""))
    places = mapping.rules(chosen, found).places

    assert places == {"11": "s042", "12": "dc1"}
    assert [(one.key, one.value["kind"]) for one in mapping.place_rows(chosen, found, places)] == [
        ("s042", "shop"),
        ("dc1", "warehouse"),
    ]


@pytest.mark.parametrize(
    ("locations", "words"),
    [
        ({}, 'which of its places is this shop? Write s042 = "..."'),
        ({"dc1": "Bodega"}, 'which of its places is this shop? Write s042 = "..."'),
        ({"s042": "Centro"}, '[shopify.locations] s042 = "Centro" names 0 of its active places'),
    ],
)
def test_who_we_are_is_asked_not_guessed(
    tmp_path: Path, locations: dict[str, str], words: str
) -> None:
    with pytest.raises(mapping.PlacesError) as told:
        mapping.rules(settings(tmp_path, locations=locations), facts(made.STORE, BODEGA))

    assert words in str(told.value)
    assert 'Shopify has "Guadalajara Centro", "Bodega"' in str(told.value)


TEXT = st.text(max_size=80)


@given(
    title=TEXT,
    barcode=TEXT,
    sku=TEXT,
    price=st.one_of(TEXT, st.decimals(0, 10**8, places=2).map(str)),
    names=st.lists(st.tuples(TEXT, st.lists(TEXT, min_size=1, max_size=3)), max_size=3),
    available=st.integers(-(10**9), 10**9),
)
def test_whatever_shopify_says_our_rows_keep_the_rules(
    title: str,
    barcode: str,
    sku: str,
    price: str,
    names: list[tuple[str, list[str]]],
    available: int,
) -> None:
    of = article(
        title=title,
        options=tuple(Option(name=name, values=tuple(values)) for name, values in names),
    )
    choices = tuple((name, values[0]) for name, values in names)
    one = variant(barcode=barcode, sku=sku, price=price, choices=choices)
    found = mapping.article_rows(of, [one], Style(key="k"), ("7001",), RULES)
    stock = mapping.stock_change(level(available), "8001", tracked=True, rules=RULES)

    assert stock is not None
    assert rows.check("stock", stock.key, stock.value) is None
    for each in found.rows:
        assert rows.check(each.kind, each.key, each.value) is None, each
