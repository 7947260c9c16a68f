from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain import catalogue, labels
from gateway.domain.catalogue import Family, Group, Product
from gateway.domain.labels import LabelFacts, LabelState, Target
from gateway.domain.money import Money
from gateway.domain.stock import Availability

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SHOE = "09521101530001"
RUNNER: dict[str, Any] = {
    "name": {"es": "Tenis Brisa", "en": "Brisa runner"},
    "brand": "Zancada",
    "axes": [{"axis": "color", "values": ["navy"]}, {"axis": "size", "values": ["26", "25", "24"]}],
}
NAVY = {"name": {"es": "Azul marino", "en": "Navy"}}


def shoe(size: str | None, color: str = "navy", **members: Any) -> dict[str, Any]:
    options = {"color": color} | ({} if size is None else {"size": size})
    shade = NAVY if color == "navy" else {"name": {"en": color.title()}}
    return {"group": "runner", "options": options, "color": shade} | members


def family(
    products: Mapping[str, dict[str, Any]],
    prices: Mapping[str, str | list[dict[str, Any]]] | None = None,
    stock: Mapping[str, int | str | None] | None = None,
    group: dict[str, Any] | None = RUNNER,
    *,
    unit_price: dict[str, Any] | None = None,
) -> Family:
    def offers(told: str | list[dict[str, Any]]) -> dict[str, Any]:
        given = [{"kind": "list", "amount": told}] if isinstance(told, str) else told
        return {"currency": "MXN", "offers": given, "unit_price": unit_price}

    as_of = "2026-11-22T10:00:00-06:00"
    levels = [
        catalogue.stock_from(
            key if "/" in key else f"s042/{key}", {"available": count, "as_of": as_of}
        )
        for key, count in (stock or {}).items()
    ]
    return Family(
        group=None if group is None else catalogue.group_from("runner", group),
        siblings=(),
        products=tuple(catalogue.product_from(key, value) for key, value in products.items()),
        offers={
            key: catalogue.offers_from(key, offers(told)) for key, told in (prices or {}).items()
        },
        stock={(level.location, level.product): level for level in levels},
        locations=(),
    )


def facts(of: Family, target: Target, language: str = "es") -> LabelFacts:
    return labels.facts(
        target,
        of,
        code="7K3M9A",
        shop="s042",
        public_base="https://q.example.com",
        language=language,
        at=AT,
    )


ONE = Target(product="a")
GROUP = Target(group="runner")
NAVY_ONLY = Target(group="runner", where={"color": "navy"})


def test_a_label_on_one_product_says_all_of_it() -> None:
    said = facts(family({"a": shoe("26", gtins=[SHOE], sku="BR-26")}, {"a": "1299.9"}), ONE)
    assert said.tag is not None
    assert said == LabelFacts(
        code="7K3M9A",
        link=f"HTTPS://Q.EXAMPLE.COM/01/{SHOE}",
        language="es",
        state=LabelState.REGULAR,
        choices=frozenset({"size"}),
        title="Tenis Brisa",
        brand="Zancada",
        variant="Azul marino · 26",
        color="Azul marino",
        size="26",
        reference="BR-26",
        gtin=SHOE,
        tag=said.tag,
        year=2026,
    )
    assert said.tag.price == Money(amount=Decimal("1299.90"), currency="MXN")


def test_its_own_name_comes_before_the_group_s() -> None:
    of = family({"a": shoe("26", name={"en": "Brisa, last year's"})}, {"a": "1"})
    assert facts(of, ONE).title == "Brisa, last year's"
    assert facts(of, ONE, "en").title == "Brisa, last year's"


def test_a_product_without_a_group_stands_for_itself() -> None:
    of = family({"a": {"name": {"es": "Bolsa"}}}, {"a": "249"}, group=None)
    said = facts(of, ONE)
    assert (said.title, said.brand, said.variant, said.reference) == ("Bolsa", "", "", "a")
    assert said.sizes == ()


def test_an_in_store_number_is_shown_and_never_linked() -> None:
    said = facts(family({"a": shoe("26", gtins=["02000000000008"])}, {"a": "1"}), ONE)
    assert said.gtin == "02000000000008"
    assert said.link == "HTTPS://Q.EXAMPLE.COM/L/7K3M9A"


def test_the_unit_price_goes_with_the_price() -> None:
    per = {"amount": "12.5", "per": {"value": "0.5", "unit": "kg"}}
    said = facts(family({"a": shoe("26")}, {"a": "25"}, unit_price=per), ONE)
    assert said.unit_price == Money(amount=Decimal("12.5"), currency="MXN")
    assert (said.unit, said.unit_value) == ("kg", Decimal("0.5"))


def test_a_label_on_a_group_shows_its_sizes_in_the_brand_s_order() -> None:
    of = family(
        {
            "x": shoe("XL"),
            "a": shoe("24"),
            "b": shoe("25"),
            "c": shoe("26"),
            "none": shoe(None),
            "other": shoe("27") | {"group": "walker"},
        },
        {"a": "1299", "b": "1299", "c": "1299", "other": "5"},
        {"a": 0, "b": 1, "c": 5, "x": None, "s043/a": 9},
    )
    said = facts(of, GROUP)
    assert [(one.size, one.availability) for one in said.sizes] == [
        ("26", Availability.IN_STOCK),
        ("25", Availability.LAST),
        ("24", Availability.NONE),
        ("XL", Availability.UNKNOWN),
    ]
    assert (said.title, said.size, said.reference) == ("Tenis Brisa", "", "runner")
    assert (said.color, said.variant, said.gtin) == ("Azul marino", "Azul marino", None)
    assert said.link.endswith("/L/7K3M9A")


def test_several_colours_share_a_size_and_the_best_of_them_counts() -> None:
    of = family(
        {"a": shoe("26"), "b": shoe("26", "red"), "c": shoe("25"), "d": shoe("25", "red")},
        {"a": "1299"},
        {"a": 0, "b": 3, "c": 0, "d": 0},
    )
    said = facts(of, GROUP)
    assert [(one.size, one.availability) for one in said.sizes] == [
        ("26", Availability.IN_STOCK),
        ("25", Availability.NONE),
    ]
    assert (said.color, said.variant) == ("", "")


def test_fixed_options_narrow_a_group() -> None:
    of = family(
        {"a": shoe("26"), "b": shoe("26", "red"), "c": shoe("25")},
        {"a": "1299", "b": "999", "c": "1299"},
        {"a": 1, "b": 0, "c": 2},
    )
    said = facts(of, NAVY_ONLY)
    assert said.tag is not None
    assert (said.tag.price.amount, said.price_from) == (Decimal("1299.00"), False)
    assert (said.color, [one.size for one in said.sizes]) == ("Azul marino", ["26", "25"])


def test_a_group_narrowed_to_one_product_is_that_product() -> None:
    of = family({"a": shoe("26"), "b": shoe("26", "red", gtins=[SHOE])}, {"b": "999"}, {"b": 2})
    said = facts(of, Target(group="runner", where={"color": "red"}))
    assert (said.gtin, said.size, said.color, said.sizes) == (SHOE, "26", "Red", ())
    assert said.link.endswith(SHOE)


@pytest.mark.parametrize(
    ("prices", "amount", "price_from"),
    [
        ({"a": "10", "b": "10.0"}, "10.00", False),
        ({"a": "10", "b": "10.001"}, "10.00", False),
        ({"a": "12", "b": "10"}, "10.00", True),
        ({"b": "10"}, "10.00", False),
    ],
)
def test_a_common_price_or_the_lowest_with_from(
    prices: dict[str, str | list[dict[str, Any]]],
    amount: str,
    price_from: bool,  # noqa: FBT001 - a table
) -> None:
    said = facts(family({"a": shoe("26"), "b": shoe("25")}, prices), GROUP)
    assert said.tag is not None
    assert (str(said.tag.price.amount), said.price_from) == (amount, price_from)


def test_a_price_that_is_not_in_force_is_none() -> None:
    later = [{"kind": "list", "amount": "9", "valid_from": "2026-12-01T00:00:00-06:00"}]
    said = facts(family({"a": shoe("26")}, {"a": later}, {"a": 4}), ONE)
    assert (said.state, said.tag, said.unit_price) == (LabelState.COMING, None, None)
    assert said.coming == datetime.fromisoformat("2026-12-01T00:00:00-06:00")


SALE = [{"kind": "list", "amount": "100"}, {"kind": "sale", "amount": "80"}]
CLEARANCE = [{"kind": "clearance", "amount": "50"}]


@pytest.mark.parametrize(
    ("statuses", "prices", "stock", "state"),
    [
        (["active", "active"], "10", [1, 0], LabelState.REGULAR),
        (["active", "active"], SALE, [1, 0], LabelState.SALE),
        (["active", "active"], CLEARANCE, [1, 1], LabelState.CLEARANCE),
        (["active", "active"], SALE, [0, -2], LabelState.SOLD_OUT),
        (["active", "active"], SALE, [0, None], LabelState.SALE),
        (["active", "active"], None, [0, 0], LabelState.NO_PRICE),
        (["active", "recalled"], "10", [1, 1], LabelState.RECALLED),
        (["recalled", "recalled"], None, [0, 0], LabelState.RECALLED),
        (["blocked", "blocked"], "10", [1, 1], LabelState.BLOCKED),
        (["blocked", "discontinued"], "10", [1, 1], LabelState.REGULAR),
        (["discontinued", "discontinued"], CLEARANCE, [1, 0], LabelState.CLEARANCE),
        (["discontinued", "discontinued"], "10", [0, 0], LabelState.SOLD_OUT),
        (["active", "blocked"], "10", [1, 1], LabelState.REGULAR),
        (["active", "blocked"], "10", [0, 5], LabelState.SOLD_OUT),
        (["active", "discontinued"], "10", [None, 5], LabelState.REGULAR),
    ],
)
def test_the_state_of_a_group(
    statuses: list[str],
    prices: str | list[dict[str, Any]] | None,
    stock: list[int | None],
    state: LabelState,
) -> None:
    sizes = ["26", "25"]
    products = {
        size: shoe(size, status=status) for size, status in zip(sizes, statuses, strict=True)
    }
    priced = {} if prices is None else dict.fromkeys(sizes, prices)
    assert (
        facts(family(products, priced, dict(zip(sizes, stock, strict=True))), GROUP).state is state
    )


def test_what_is_out_of_sale_has_no_part_in_price_and_sizes() -> None:
    of = family(
        {"a": shoe("26"), "b": shoe("25", status="blocked")},
        {"a": "100", "b": "1"},
        {"a": 5, "b": 5},
    )
    said = facts(of, GROUP)
    assert said.tag is not None
    assert (said.tag.price.amount, said.price_from) == (Decimal("100.00"), False)
    assert [(one.size, one.availability.value) for one in said.sizes] == [
        ("26", "in_stock"),
        ("25", "none"),
    ]


def test_a_group_that_is_missing_or_empty_has_no_price_and_is_never_sold_out() -> None:
    for of in (family({}), family({}, group=None)):
        said = facts(of, GROUP)
        assert (said.state, said.tag, said.sizes) == (LabelState.NO_PRICE, None, ())
        assert said.reference == "runner"
    assert facts(family({}, group=None), ONE).reference == "a"


def test_a_group_without_a_size_axis_keeps_the_order_of_its_products() -> None:
    of = family({"a": shoe("B"), "b": shoe("A")}, {"a": "1"}, group={"name": {"es": "X"}})
    assert [one.size for one in facts(of, GROUP).sizes] == ["B", "A"]
    alone = family({"a": shoe("B"), "b": shoe("A")}, {"a": "1"}, group=None)
    assert [one.size for one in facts(alone, GROUP).sizes] == ["B", "A"]


def test_a_label_that_stands_for_nothing_says_its_code() -> None:
    said = labels.unbound_facts("7K3M9A", public_base="https://q.example.com", language="en")
    assert (said.state, said.link) == (LabelState.UNBOUND, "HTTPS://Q.EXAMPLE.COM/L/7K3M9A")


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("7K3M9A", "7K3M9A"),
        (" 7k3m9a\n", "7K3M9A"),
        ("oil000", "011000"),
        ("OIL0OI", "011001"),
        ("7K3M9", None),
        ("7K3M9AB", None),
        ("7K3M9U", None),  # Crockford leaves U out
        ("7K3-9A", None),
        ("", None),
        ("ﬀﬀﬀ", "FFFFFF"),
        ("７K3M9A", None),  # noqa: RUF001 - a full-width 7
    ],
)
def test_codes_as_people_type_them(typed: str, code: str | None) -> None:
    assert labels.normalise_code(typed) == code


@given(st.text(max_size=8))
def test_a_code_is_normal_once_it_was_normalised(typed: str) -> None:
    code = labels.normalise_code(typed)
    assert code is None or labels.normalise_code(code) == code
    assert code is None or labels.normalise_code(code.lower()) == code


def test_new_codes_are_normal_and_differ() -> None:
    codes = {labels.new_code() for _ in range(200)}
    assert len(codes) > 195
    assert all(labels.normalise_code(code) == code for code in codes)


@pytest.mark.parametrize(
    "wrong",
    [{}, {"product": "a", "group": "b"}, {"product": "a", "where": {"color": "navy"}}],
)
def test_a_target_is_a_product_or_a_group(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"product"):
        Target(**wrong)


def test_texts_fall_back_to_english_and_then_to_any() -> None:
    texts = {"pt": "tênis", "en": "shoe", "es": "tenis"}
    assert catalogue.text(texts, "es") == "tenis"
    assert catalogue.text(texts, "fr") == "shoe"
    assert catalogue.text({"pt": "tênis"}, "fr") == "tênis"
    assert catalogue.text({"es": "", "pt": "tênis"}, "es") == ""
    assert catalogue.text({}, "es") == ""


def test_rows_become_records_with_what_is_missing_left_open() -> None:
    assert catalogue.group_from("g", {"name": {"es": "X"}}) == Group(id="g", name={"es": "X"})
    assert catalogue.product_from("p", {}) == Product(id="p")
    full = catalogue.product_from(
        "p",
        {
            "color": {"name": {"en": "Navy"}, "hex": "#1F2A44"},
            "ranged": False,
            "image": {"url": "https://img.example.com/p.png"},
            "url": "https://example.com/p",
        },
    )
    assert (full.color_hex, full.ranged, full.image_url, full.url) == (
        "#1F2A44",
        False,
        "https://img.example.com/p.png",
        "https://example.com/p",
    )
    place = catalogue.location_from("s042", {"name": "Centro", "kind": "shop", "phone": "33 1234"})
    assert (place.id, place.name, place.kind, place.phone) == ("s042", "Centro", "shop", "33 1234")
    bare = catalogue.offers_from("p", {"currency": "EUR", "tax_included": False, "offers": []})
    assert (bare.tax_included, bare.unit_price, bare.unit_value) == (False, None, None)
