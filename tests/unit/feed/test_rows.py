from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.feed import rows

OFFERS: dict[str, Any] = {"currency": "MXN", "offers": [{"kind": "list", "amount": "1299.00"}]}
STOCK: dict[str, Any] = {"available": 3, "as_of": "2026-11-22T10:00:00-06:00"}
GOOD: list[tuple[str, str, Any]] = [
    ("location", "s042", {"name": "Centro", "kind": "shop"}),
    ("group", "runner", {"name": {"es": "Corredor"}, "axes": [{"axis": "size", "values": ["38"]}]}),
    ("product", "a-1", {"group": "runner", "gtins": ["09521234543213"], "color": None}),
    ("offers", "a-1", OFFERS),
    ("stock", "s042/a-1", STOCK),
    ("stock", "s042/a-1", STOCK | {"available": "1.250"}),
    ("stock", "s042/a-1", STOCK | {"available": None}),
    ("stock", "s042/a-1", STOCK | {"available": -2}),
    ("offers", "a-1", OFFERS | {"a_member_of_a_later_version": {"x": 1}}),
    ("a-kind-of-a-later-version", "any key", {"x": 1.5}),
]
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
    ("stock", "s042/a-1", {"available": 3}, "missing", "as_of"),
    ("stock", "s042/a-1", STOCK | {"as_of": "2026-11-22T10:00:00"}, "bad_time", "as_of"),
    ("stock", "s042/a-1", STOCK | {"as_of": "yesterday"}, "bad_time", "as_of"),
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
