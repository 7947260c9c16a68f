"""UPC-E: the examples of the GS1 General Specifications and of every rule's last digit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.gtin import check_digit
from gateway.domain.scanned_codes import (
    Identified,
    InStore,
    InStorePattern,
    Kind,
    PatternError,
    from_upc_e,
    identified,
)


@pytest.mark.parametrize(
    ("text", "kind", "data"),
    [
        ("]E09506000134352", Kind.EAN, "9506000134352"),
        ("]E496385074", Kind.EAN, "96385074"),
        ("]E3950600013435212", Kind.EAN, "9506000134352"),
        ("]E3950600013435212345", Kind.EAN, "9506000134352"),
        ("]E112", Kind.ADD_ON, "12"),
        ("]C10109506000134352", Kind.ELEMENTS, "0109506000134352"),
        ("]d2\x1d0109506000134352", Kind.ELEMENTS, "\x1d0109506000134352"),
        ("]Q3010950", Kind.ELEMENTS, "010950"),
        ("]e0010950", Kind.ELEMENTS, "010950"),
        ("]J1010950", Kind.ELEMENTS, "010950"),
        ("]Q1https://id.gs1.org/01/1", Kind.OTHER, "https://id.gs1.org/01/1"),
        ("]A0ABC", Kind.OTHER, "ABC"),
        ("ABC", Kind.OTHER, "ABC"),
        ("]", Kind.OTHER, "]"),
        ("]é0", Kind.OTHER, "]é0"),
    ],
)
def test_the_symbology_identifier_says_how_to_read_a_code(text: str, kind: Kind, data: str) -> None:
    found = identified(text)

    assert (found.kind, found.data) == (kind, data)


@given(st.text())
def test_a_code_without_one_stays_as_it_is(text: str) -> None:
    assert text.startswith("]") or identified(text) == Identified(data=text)


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("06543217", "065100004327"),
        ("01234565", "012345000065"),
        ("04252614", "042100005264"),
        ("01278906", None),
        ("0654321", None),
        ("26543217", None),
        ("0654321x", None),
        ("06543210", None),
    ],
)
def test_a_upc_e_stands_for_a_upc_a(short: str, long: str | None) -> None:
    assert from_upc_e(short) == long


@given(st.integers(0, 1), st.text("0123456789", min_size=6, max_size=6))
def test_every_upc_e_with_its_check_digit_is_a_upc_a_with_that_digit(
    system: int, body: str
) -> None:
    found = [from_upc_e(f"{system}{body}{check}") for check in "0123456789"]
    long = [one for one in found if one is not None]

    assert len(long) == 1
    assert len(long[0]) == 12
    assert check_digit(long[0][:-1]) == long[0][-1]


def checked(body: str) -> str:
    return body + check_digit(body)


def test_the_shops_own_codes_say_weight_or_price() -> None:
    weight, price = InStorePattern("28IIIIIWWWWWC"), InStorePattern("02IIIIVPPPPPC")

    assert weight.read(checked("281234501240")) == InStore(item="12345", weight=1240)
    assert price.read(checked("021234900599")) == InStore(item="1234", price=599)
    assert weight.read(checked("291234501240")) is None
    assert weight.read(checked("281234501240")[:-1] + "x") is None
    assert weight.read("2812345012400") is None


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "28IIIIIWWWWWW",
        "28IIIIIWWWPPC",
        "75IIIIIWWWWWC",
        "28WWWWWIIIIIC",
        "28IIIIWWWWWC",
        "28IIIIICCCCCC",
    ],
)
def test_a_pattern_that_no_code_has_is_refused(pattern: str) -> None:
    with pytest.raises(PatternError, match="write 13 characters"):
        InStorePattern(pattern)


@given(
    item=st.integers(0, 99_999),
    weight=st.integers(0, 99_999),
    wrong=st.integers(1, 9),
    text=st.text(),
)
def test_what_was_printed_is_read_and_nothing_else(
    item: int, weight: int, wrong: int, text: str
) -> None:
    pattern = InStorePattern("28IIIIIWWWWWC")
    code = checked(f"28{item:05}{weight:05}")

    assert pattern.read(code) == InStore(item=f"{item:05}", weight=weight)
    assert pattern.read(code[:-1] + str((int(code[-1]) + wrong) % 10)) is None
    assert pattern.read(text) is None or len(text) == 13
