"""Element strings: identifiers and lengths of the GS1 General Specifications (7.8.5, 3.2)."""

from __future__ import annotations

import contextlib
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.element_strings import GS, ElementStringError, day_of, parse

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("0109506000134352", {"01": "09506000134352"}),
        (
            f"010950600013435217270331{'10ABC-1'}{GS}21S/7",
            {"01": "09506000134352", "17": "270331", "10": "ABC-1", "21": "S/7"},
        ),
        ("02000123456789053724", {"02": "00012345678905", "37": "24"}),
        (f"{GS}0109506000134352{GS}3103001240", {"01": "09506000134352", "3103": "001240"}),
        ("4149506000134369254A03", {"414": "9506000134369", "254": "A03"}),
        (f"3922123{GS}9912", {"3922": "123", "99": "12"}),
        ("8005000123", {"8005": "000123"}),
    ],
)
def test_it_is_parted_into_its_elements(text: str, data: dict[str, str]) -> None:
    assert parse(text).data == data


def test_what_it_says_of_an_article() -> None:
    said = parse(f"0109506000134352310300124015270300{'10LOT7'}{GS}3012")

    assert (said.gtin, said.batch, said.serial, said.count) == ("09506000134352", "LOT7", None, 12)
    assert said.net_weight_g == Decimal(1240)
    assert said.expires(TODAY) == date(2027, 3, 31)
    assert parse("0109506000134352").net_weight_g is None


@pytest.mark.parametrize(
    ("text", "today", "day"),
    [
        ("270331", TODAY, date(2027, 3, 31)),
        ("240200", TODAY, date(2024, 2, 29)),
        ("760101", TODAY, date(2076, 1, 1)),
        ("770101", TODAY, date(1977, 1, 1)),
        ("050101", date(2096, 1, 1), date(2105, 1, 1)),
    ],
)
def test_two_digits_of_a_year_are_of_the_century_that_is_near(
    text: str, today: date, day: date
) -> None:
    assert day_of(text, today) == day


@pytest.mark.parametrize(
    "text",
    [
        "",
        GS,
        "0109506000134353",
        "010950600013435",
        "010950600013435X",
        "17271331",
        "17270230",
        "10",
        "10" + "A" * 21,
        "10A B",
        "30A",
        "05123",
        "310",
        "31x3001240",
        "10A\x1d10B",
        "1" * 501,
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ElementStringError):
        parse(text)


@given(st.text(max_size=60) | st.text("0123456789\x1d", max_size=60))
def test_nothing_else_is_raised_and_every_date_is_one(text: str) -> None:
    with contextlib.suppress(ElementStringError):
        said = parse(text)
        assert said.expires(TODAY) is None or said.expires(TODAY)
        assert said.count is None or said.count >= 0


ELEMENT = st.one_of(
    st.tuples(st.just("10"), st.text("ABC123-/", min_size=1, max_size=20)),
    st.tuples(st.just("21"), st.text("XYZ789_.", min_size=1, max_size=20)),
    st.tuples(
        st.just("17"), st.dates(date(2000, 1, 1), date(2049, 12, 31)).map("{:%y%m%d}".format)
    ),
    st.tuples(st.just("3102"), st.integers(0, 999_999).map("{:06}".format)),
    st.tuples(st.just("37"), st.integers(0, 10**8 - 1).map(str)),
)


@given(st.lists(ELEMENT, min_size=1, max_size=5, unique_by=lambda one: one[0]), st.booleans())
def test_what_was_put_together_is_parted_again(
    elements: list[tuple[str, str]],
    always_parted: bool,  # noqa: FBT001 - drawn by hypothesis
) -> None:
    fixed = {"17", "3102"}
    text = "".join(
        name + value + (GS if always_parted or name not in fixed else "")
        for name, value in elements
    )

    assert parse(text.removesuffix(GS)).data == dict(elements)
