from __future__ import annotations

from decimal import Decimal

import pytest

from gateway.wording import numbers


@pytest.mark.parametrize(
    ("number", "locale", "written"),
    [
        (0, "es_MX", "0"),
        (-61, "es_MX", "-61"),
        (1_234, "es_MX", "1,234"),
        (1_234, "es_ES", "1234"),
        (12_345, "es_ES", "12.345"),
        (12_345_678, "en_IN", "1,23,45,678"),
    ],
)
def test_counts(number: int, locale: str, written: str) -> None:
    assert numbers.whole(number, locale) == written


@pytest.mark.parametrize(
    ("number", "places", "locale", "written"),
    [
        ("2.98", 2, "es_MX", "2.98"),
        ("2.98", 2, "es_ES", "2,98"),
        ("3", 2, "en_GB", "3.00"),
        ("2.985", 2, "de_DE", "2,99"),
        ("9999.996", 2, "es_ES", "10.000,00"),
    ],
)
def test_decimals(number: str, places: int, locale: str, written: str) -> None:
    assert numbers.decimal(Decimal(number), places, locale) == written


@pytest.mark.parametrize(
    ("number", "written"), [("100", "100"), ("0.750", "0,75"), ("1E+3", "1000"), ("0", "0")]
)
def test_a_measure_has_the_places_it_needs(number: str, written: str) -> None:
    assert numbers.measure(Decimal(number), "es_ES") == written
