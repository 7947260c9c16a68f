from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.feed import messages, rows
from gateway.feed.messages import Problem

OFFERS: dict[str, Any] = {"currency": "MXN", "offers": [{"kind": "list", "amount": "1299.00"}]}
STOCK: dict[str, Any] = {"available": 3, "as_of": "2026-11-22T10:00:00-06:00"}
UNIT_PRICE = {"amount": "12.90", "per": {"value": "1", "unit": "kg"}}
PLACE: dict[str, Any] = {"name": "Centro", "kind": "shop"}
HOURS: dict[str, Any] = {"days": ["mon", "sat"], "open": "10:00", "close": "21:00"}
EXCEPTION: dict[str, Any] = {"date": "2026-12-24", "hours": [{"open": "10:00", "close": "14:00"}]}


def sold(multibuy: object, **members: object) -> dict[str, Any]:
    """An offers row with a multi-buy."""
    sale = {"kind": "sale", "amount": "10.00", "multibuy": multibuy, **members}
    return {"currency": "MXN", "offers": [sale]}


def per(value: object) -> dict[str, Any]:
    """A unit price for so many kilograms."""
    return {"unit_price": {"amount": "12.90", "per": {"value": value, "unit": "kg"}}}


GOOD: list[tuple[str, str, Any]] = [
    ("location", "s042", {"name": "Centro", "kind": "shop"}),
    ("group", "runner", {"name": {"es": "Corredor"}, "axes": [{"axis": "size", "values": ["38"]}]}),
    ("product", "a-1", {"group": "runner", "gtins": ["09521234543213"], "color": None}),
    ("offers", "a-1", OFFERS),
    ("offers", "a-1", OFFERS | {"deposit": "1.50", "unit_price": UNIT_PRICE}),
    ("offers", "a-1", sold({"type": "n_for_price", "n": 2, "amount": "20.00", "limit": 6})),
    ("offers", "a-1", sold({"type": "buy_n_pay_m", "n": 3, "m": 2})),
    ("offers", "a-1", sold({"type": "nth_percent", "n": 2, "percent": 50})),
    ("offers", "a-1", sold({"type": "nth_percent", "n": 2, "percent": "33.33"})),
    ("offers", "a-1", sold(None)),
    ("location", "s042", PLACE | {"hours": [HOURS], "exceptions": [EXCEPTION]}),
    ("location", "s042", PLACE | {"hours": [HOURS | {"close": "24:00"}], "exceptions": None}),
    ("stock", "s042/a-1", STOCK),
    ("stock", "s042/a-1", STOCK | {"available": "1.250"}),
    ("stock", "s042/a-1", STOCK | {"available": None}),
    ("stock", "s042/a-1", STOCK | {"available": -2}),
    ("offers", "a-1", OFFERS | {"a_member_of_a_later_version": {"x": 1}}),
    ("a-kind-of-a-later-version", "any key", {"x": 1.5}),
]
TERMS = "offers.0.multibuy"
BAD: list[tuple[str, str, Any, str, str]] = [
    (
        *("offers", "a-1", {"currency": "MXN", "offers": [{"kind": "list", "amount": "-1.00"}]}),
        *("negative_amount", "offers.0.amount"),
    ),
    ("offers", "a-1", OFFERS | {"currency": "MXP"}, "unknown_currency", "currency"),
    ("offers", "a-1", OFFERS | {"deposit": "1,50"}, "bad_amount", "deposit"),
    ("offers", "a-1", OFFERS | {"deposit": 2}, "string_type", "deposit"),
    ("offers", "a-1", OFFERS | {"later": 1.5}, "fraction", "later"),
    ("offers", "a-1", OFFERS | {"later": 2**53}, "huge_number", "later"),
    ("offers", "a-1", OFFERS | {"mañana": 1}, "member_name", "mañana"),
    ("product", "a-1", {"gtins": ["09521234543214"]}, "bad_gtin", "gtins.0"),
    ("product", "a-1", {"gtins": ["9521234543213"]}, "bad_gtin", "gtins.0"),
    ("product", "a-1", {"name": {"es": "x" * 501}}, "too_long", "name.es"),
    ("product", "a-1", {"name": {"es": "a\nb"}}, "control_character", "name.es"),
    ("product", "a-1", {"name": {"es": "\ud800"}}, "bad_text", "name.es"),
    ("product", "a 1", {}, "bad_key", ""),
    ("product", "x" * 65, {}, "bad_key", ""),
    ("stock", "a-1", STOCK, "bad_key", ""),
    ("offers", "a-1", OFFERS | per(0), "bad_quantity", "unit_price.per.value"),
    ("offers", "a-1", OFFERS | per("0.0"), "bad_quantity", "unit_price.per.value"),
    ("offers", "a-1", OFFERS | per(-3), "bad_quantity", "unit_price.per.value"),
    ("stock", "s042/a-1", {"available": 3}, "missing", "as_of"),
    ("stock", "s042/a-1", STOCK | {"as_of": "2026-11-22T10:00:00"}, "bad_time", "as_of"),
    ("stock", "s042/a-1", STOCK | {"as_of": "yesterday"}, "bad_time", "as_of"),
    ("offers", "a-1", sold({"type": "two_for_one", "n": 2}), "literal_error", f"{TERMS}.type"),
    ("offers", "a-1", sold({"type": "n_for_price", "amount": "20"}), "bad_multibuy", TERMS),
    ("offers", "a-1", sold({"type": "n_for_price", "n": 2}), "bad_multibuy", TERMS),
    ("offers", "a-1", sold({"type": "buy_n_pay_m", "n": 3}), "bad_multibuy", TERMS),
    ("offers", "a-1", sold({"type": "buy_n_pay_m", "n": 3, "m": 3}), "bad_multibuy", TERMS),
    ("offers", "a-1", sold({"type": "nth_percent", "n": 2}), "bad_multibuy", TERMS),
    (
        *("offers", "a-1", sold({"type": "nth_percent", "n": 1, "percent": 50})),
        *("greater_than_equal", f"{TERMS}.n"),
    ),
    ("offers", "a-1", sold(None, prior_amount="-1"), "negative_amount", "offers.0.prior_amount"),
    ("offers", "a-1", sold(None, condition="members"), "dict_type", "offers.0.condition"),
    ("location", "s", PLACE | {"hours": [HOURS | {"open": "9:00"}]}, "bad_hour", "hours.0.open"),
    ("location", "s", PLACE | {"hours": [HOURS | {"close": "24:30"}]}, "bad_hour", "hours.0.close"),
    (
        *("location", "s", PLACE | {"hours": [HOURS | {"days": ["lunes"]}]}),
        *("literal_error", "hours.0.days.0"),
    ),
    ("location", "s", PLACE | {"hours": [HOURS | {"days": []}]}, "too_short", "hours.0.days"),
    (
        *("location", "s", PLACE | {"exceptions": [EXCEPTION | {"date": "24-12-2026"}]}),
        *("bad_date", "exceptions.0.date"),
    ),
    ("product", "a-1", ["not", "an", "object"], "model_type", ""),
    ("group", "g", {"name": {}}, "too_short", "name"),
]


@pytest.mark.parametrize(("kind", "key", "value"), GOOD)
def test_a_row_that_keeps_the_rules_is_used(kind: str, key: str, value: Any) -> None:
    assert rows.check(kind, key, value) is None


@pytest.mark.parametrize(("kind", "key", "value", "code", "path"), BAD)
def test_a_row_that_breaks_a_rule_is_refused_by_name(
    kind: str, key: str, value: Any, code: str, path: str
) -> None:
    refusal = rows.check(kind, key, value)
    assert refusal is not None
    assert (refusal.code, refusal.path) == (code, path)
    assert refusal.message


def test_a_refusal_says_what_was_given_and_what_to_write() -> None:
    refusal = rows.check("offers", "a-1", OFFERS | {"currency": "MXP"})
    assert refusal is not None
    assert refusal.message == ("currency: 'MXP' is no ISO 4217 currency code, like MXN or EUR")


@given(
    st.sampled_from(["location", "group", "product", "offers", "stock", "task", "binding"]),
    st.text(max_size=80),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(["name", "offers", "amount", "currency", "gtins", "axes"])
                | st.text(),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    ),
)
def test_no_value_makes_the_check_fail(kind: str, key: str, value: Any) -> None:
    refusal = rows.check(kind, key, value)
    assert refusal is None or (refusal.code and refusal.message)


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        (
            {"type": "n_for_price", "amount": "20"},
            "n is missing; write how many articles the price is for",
        ),
        (
            {"type": "n_for_price", "n": 2},
            'amount is missing; write what the articles cost together, like "30.00"',
        ),
        (
            {"type": "buy_n_pay_m", "n": 3},
            "m is missing; write how many of the articles are paid for",
        ),
        ({"type": "buy_n_pay_m", "n": 2, "m": 3}, "m is 3, and must be below n, which is 2"),
        (
            {"type": "nth_percent", "n": 2},
            "percent is missing; write how much less the nth costs, like 50",
        ),
    ],
)
def test_a_multibuy_that_lacks_a_term_says_which(terms: dict[str, Any], words: str) -> None:
    found = rows.check("offers", "a-1", sold(terms))
    assert found is not None
    assert found.message.endswith(words)


ODD = st.sampled_from(
    ["é", "\ud800", 2**53, 2**53 - 1, -(2**60), 1.5, 1e300, float("inf"), 9_999_999_999_999_999]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | ODD,
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.just("ñ"), inner),
)


@given(VALUES)
def test_what_is_quickly_found_plain_breaks_no_rule_of_the_canonical_form(value: Any) -> None:
    if rows._is_plain(value):
        assert not list(rows._unrepresentable(value, ""))


ODD_TEXTS = st.text(st.characters() | st.characters(categories=["Cs"]))
ODD_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ODD_TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(ODD_TEXTS, inner),
)


@given(st.sampled_from(["product", "offers", "location"]), st.dictionaries(ODD_TEXTS, ODD_VALUES))
@example("product", {"attributes": {"\ud800": 1}})
@example("product", {"k" * 3_000: {"ñ": 1}})
@example("product", {"name": {"\ud800": "x"}})
def test_whatever_is_refused_can_be_told(kind: str, value: dict[str, Any]) -> None:
    refusal = rows.check(kind, "a", value)
    if refusal is not None:
        assert max(len(refusal.path), len(refusal.message)) <= 200
        told = Problem(
            kind=kind, key="a", code=refusal.code, path=refusal.path, message=refusal.message
        )
        assert messages.parse(Problem, messages.dump(told)) == told
