from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.money import MINOR_UNITS, Money
from gateway.wording import money


def of(amount: str, currency: str) -> Money:
    return Money(amount=Decimal(amount), currency=currency)


@pytest.mark.parametrize(
    ("amount", "currency", "locale", "written"),
    [
        ("1299", "MXN", "es_MX", "$1,299.00"),
        ("1299", "EUR", "es_ES", "1299,00\u00a0€"),
        ("12990.5", "EUR", "es_ES", "12.990,50\u00a0€"),
        ("9999.99", "EUR", "pt_PT", "9999,99\u00a0€"),
        ("1234.5", "GBP", "en_GB", "£1,234.50"),
        ("1234.5", "CLP", "es_CL", "$1.235"),
        ("1234.5", "EUR", "de_DE", "1.234,50\u00a0€"),
        ("1234.5", "EUR", "es_MX", "EUR\u00a01,234.50"),
        ("1.2345", "KWD", "en_GB", "KWD\u00a01.235"),
    ],
)
def test_money_is_written_as_the_locale_does(
    amount: str, currency: str, locale: str, written: str
) -> None:
    assert money.format_money(of(amount, currency), locale) == written


@pytest.mark.parametrize(("amount", "written"), [("0.125", "0,13"), ("0.135", "0,14")])
def test_halves_go_up_and_not_to_the_even_cent(amount: str, written: str) -> None:
    assert money.format_money(of(amount, "EUR"), "es_ES") == f"{written}\u00a0€"


def test_a_negative_amount_keeps_its_sign() -> None:
    assert money.format_money(of("-5", "MXN"), "es_MX") == "-$5.00"


def test_the_parts_of_a_big_price() -> None:
    parts = money.price_parts(of("1299.9", "MXN"), "es_MX")
    assert parts == money.PriceParts(before="$", units="1,299", separator=".", cents="90", after="")


def test_a_currency_without_minor_units_has_no_cents() -> None:
    parts = money.price_parts(of("19990", "CLP"), "es_CL")
    assert (parts.units, parts.separator, parts.cents) == ("19.990", "", "")


@given(
    amount=st.decimals(0, 10**9, places=4),
    currency=st.sampled_from(sorted(MINOR_UNITS)),
    locale=st.sampled_from(["es_ES", "es_MX", "en_GB", "en_US", "de_DE", "pt_PT", "fr_FR"]),
)
def test_digits_are_those_of_the_rounded_amount(
    amount: Decimal, currency: str, locale: str
) -> None:
    parts = money.price_parts(Money(amount=amount, currency=currency), locale)
    digits = "".join(letter for letter in parts.units if letter.isdigit())
    rounded = Money(amount=amount, currency=currency).rounded().amount
    assert Decimal(f"{digits}.{parts.cents or 0}") == rounded
