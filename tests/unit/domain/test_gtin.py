from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain import gtin
from gateway.domain.gtin import GtinError


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("95012346", "00000095012346"),  # GTIN-8
        ("614141007349", "00614141007349"),  # GTIN-12, a UPC-A symbol
        ("012345678905", "00012345678905"),
        ("4006381333931", "04006381333931"),  # GTIN-13
        ("9521101530001", "09521101530001"),
        ("09521101530001", "09521101530001"),
        ("10614141007346", "10614141007346"),  # GTIN-14, a case
    ],
)
def test_every_length_becomes_fourteen_digits(written: str, normal: str) -> None:
    assert gtin.normalise(written) == normal


@pytest.mark.parametrize(
    ("body", "digit"),
    [("629104150021", "3"), ("03600029145", "2"), ("9501234", "6"), ("0" * 13, "0")],
)
def test_check_digits_of_known_numbers(body: str, digit: str) -> None:
    assert gtin.check_digit(body) == digit


@pytest.mark.parametrize(
    "written",
    [
        "",
        " 4006381333931",
        "4006381333931 ",
        "4006381-33393",
        "٤٠٠٦٣٨١٣٣٣٩٣١",  # Arabic-Indic digits
        "４００６３８１３３３９３１",  # noqa: RUF001 - full-width digits
        "95²12346",
        "+006381333931",
    ],
)
def test_what_is_not_digits_is_refused(written: str) -> None:
    with pytest.raises(GtinError, match="digits only"):
        gtin.normalise(written)


@pytest.mark.parametrize("length", [*range(1, 8), 9, 10, 11, 15, 18, 400])
def test_other_lengths_are_refused(length: int) -> None:
    with pytest.raises(GtinError, match=rf"not {length}$"):
        gtin.normalise("0" * length)


def test_a_wrong_check_digit_names_the_right_one() -> None:
    with pytest.raises(GtinError, match="wrong check digit in 4006381333930: 0, expected 1"):
        gtin.normalise("4006381333930")


@given(st.text("0123456789", min_size=13, max_size=13), st.integers(0, 12), st.integers(1, 9))
def test_one_mistyped_digit_is_always_noticed(body: str, place: int, shift: int) -> None:
    right = body + gtin.check_digit(body)
    assert gtin.normalise(right) == right
    digit = str((int(right[place]) + shift) % 10)
    with pytest.raises(GtinError):
        gtin.normalise(right[:place] + digit + right[place + 1 :])


@given(st.text(max_size=20))
def test_any_text_is_a_gtin_or_refused(text: str) -> None:
    try:
        normal = gtin.normalise(text)
    except GtinError:
        return
    assert len(normal) == 14
    assert normal.endswith(text)


@pytest.mark.parametrize(
    ("number", "in_store"),
    [
        ("02", True),
        ("04", True),
        ("20", True),
        ("25", True),
        ("29", True),
        ("00", False),
        ("01", False),
        ("03", False),
        ("05", False),
        ("19", False),
        ("30", False),
        ("75", False),
        ("95", False),
    ],
)
def test_in_store_numbers_by_the_prefix_of_a_gtin_13(number: str, in_store: bool) -> None:  # noqa: FBT001 - a table
    body = f"{number}1234567890"[:12]
    assert gtin.is_in_store(gtin.normalise(body + gtin.check_digit(body))) is in_store


@pytest.mark.parametrize(("first", "in_store"), [(d, d in "02") for d in "0123456789"])
def test_in_store_numbers_by_the_first_digit_of_a_gtin_8(first: str, in_store: bool) -> None:  # noqa: FBT001 - a table
    body = f"{first}123456"
    assert gtin.is_in_store(gtin.normalise(body + gtin.check_digit(body))) is in_store


def test_a_upc_for_weighed_goods_is_in_store() -> None:
    assert gtin.is_in_store(gtin.normalise("212345000007"))


def test_a_case_is_never_in_store() -> None:
    body = "1200000000000"
    assert not gtin.is_in_store(gtin.normalise(body + gtin.check_digit(body)))
