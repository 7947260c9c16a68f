from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.money import AMOUNT, MINOR_UNITS, Money


@pytest.mark.parametrize(
    ("amount", "currency", "rounded"),
    [
        ("1299.99", "MXN", "1299.99"),
        ("19.9", "EUR", "19.90"),
        ("0.005", "EUR", "0.01"),
        ("0.125", "EUR", "0.13"),  # half to even would say 0.12
        ("0.0049", "EUR", "0.00"),
        ("2.675", "USD", "2.68"),  # a float would say 2.67
        ("1234.5", "JPY", "1235"),
        ("1234.4999", "JPY", "1234"),
        ("1.2345", "KWD", "1.235"),
        ("999999999.9999", "EUR", "1000000000.00"),
    ],
)
def test_a_shopper_pays_the_amount_rounded_half_up(
    amount: str, currency: str, rounded: str
) -> None:
    paid = Money(amount=Decimal(amount), currency=currency).rounded()
    assert (str(paid.amount), paid.currency) == (rounded, currency)


@given(st.decimals(0, 10**9, places=4), st.sampled_from(sorted(MINOR_UNITS)))
def test_rounding_moves_by_half_a_unit_at_most_and_once(amount: Decimal, currency: str) -> None:
    paid = Money(amount=amount, currency=currency).rounded()
    assert abs(paid.amount - amount) <= Decimal(1).scaleb(-MINOR_UNITS[currency]) / 2
    assert paid.rounded() == paid


@pytest.mark.parametrize("text", ["0", "19.90", "999999999.9999", "007"])
def test_amounts_as_they_travel(text: str) -> None:
    assert AMOUNT.fullmatch(text)


@pytest.mark.parametrize(
    "text",
    ["", "-1", "+1", "1,5", "1.", ".5", "1.23456", "1234567890", "1e3", "١٢", "NaN", "1 0", "1\n"],
)
def test_what_is_no_amount(text: str) -> None:
    assert AMOUNT.fullmatch(text) is None


def test_currencies_are_three_capitals_and_known_once() -> None:
    assert all(len(code) == 3 and code.isupper() for code in MINOR_UNITS)
    assert (MINOR_UNITS["MXN"], MINOR_UNITS["CLP"], MINOR_UNITS["TND"]) == (2, 0, 3)
    assert "XTS" not in MINOR_UNITS
    assert "XAU" not in MINOR_UNITS
