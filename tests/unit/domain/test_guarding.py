"""What is too large a change or too odd a price to be used without a person."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from gateway.domain import guarding
from gateway.domain.guarding import Cause
from gateway.domain.money import MINOR_UNITS

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
D = Decimal


def offers(*each: dict[str, Any] | str, currency: str = "MXN") -> dict[str, Any]:
    listed = [{"kind": "list", "amount": one} if isinstance(one, str) else one for one in each]
    return {"currency": currency, "offers": listed}


def sale(
    amount: str,
    begins_h: float | None = None,
    ends_h: float | None = None,
    *,
    prior: str | None = None,
) -> dict[str, Any]:
    return {
        "kind": "sale",
        "amount": amount,
        "prior_amount": prior,
        "valid_from": None if begins_h is None else (AT + timedelta(hours=begins_h)).isoformat(),
        "valid_until": None if ends_h is None else (AT + timedelta(hours=ends_h)).isoformat(),
    }


@pytest.mark.parametrize(
    ("count", "of", "mass", "of_a_kind"),
    [
        (20, 100, False, False),
        (21, 100, True, True),
        (10, 10, True, True),
        (10, 0, True, True),
        (9, 19, False, False),
        (9, 17, False, True),
        (3, 6, False, False),
        (3, 5, False, True),
        (2, 2, False, False),
        (0, 0, False, False),
    ],
)
def test_deletes_are_a_mass_by_their_share_and_few_of_a_kind_by_more_than_half(
    count: int, of: int, *, mass: bool, of_a_kind: bool
) -> None:
    assert guarding.too_many_deletes(count, of) is mass
    assert guarding.too_many_of_a_kind(count, of) is of_a_kind


@pytest.mark.parametrize(
    ("count", "of", "mass"),
    [(50, 100, False), (51, 100, True), (9, 9, False), (10, 10, True), (0, 0, False)],
)
def test_prices_are_a_mass_by_their_share_and_never_few(count: int, of: int, *, mass: bool) -> None:
    assert guarding.too_many_prices(count, of) is mass


@pytest.mark.parametrize(
    ("currency", "low", "high"),
    [
        ("EUR", "0.01", "100000"),
        ("USD", "0.01", "100000"),
        ("MXN", "0.01", "1000000"),
        ("JPY", "1", "10000000"),
        ("CLP", "1", "100000000"),
        ("COP", "0.01", "100000000"),
        ("KWD", "0.001", "100000"),
    ],
)
def test_the_usual_range_goes_by_the_magnitude_of_the_currency(
    currency: str, low: str, high: str
) -> None:
    assert guarding.usual_range(currency, {}) == (D(low), D(high))
    assert guarding.usual_range(currency, {currency: (D(5), D(6))}) == (D(5), D(6))


def test_every_currency_has_a_range() -> None:
    for currency in MINOR_UNITS:
        low, high = guarding.usual_range(currency, {})
        assert 0 < low <= 1 < high
    assert set(guarding._SCALE) <= set(MINOR_UNITS)


@pytest.mark.parametrize(
    ("was", "now", "moved"),
    [
        (offers("10.00"), offers("10.00"), False),
        (offers("10.00"), offers("10.000"), False),
        (offers("10.00"), offers("11.00"), True),
        (offers("10.00"), offers("10.00", currency="EUR"), True),
        (offers("10.00"), offers(), True),
        (offers(), offers("10.00"), False),
        (offers("10.00"), offers("10.00", sale("8.00")), True),
        (offers("10.00"), offers("10.00", sale("8.00", begins_h=11.9)), True),
        (offers("10.00"), offers("10.00", sale("8.00", begins_h=12)), False),
        (offers("10.00"), offers("10.00", sale("8.00", begins_h=48)), False),
        (offers("10.00", sale("8.00")), offers("10.00", sale("8.00", ends_h=6)), True),
        (offers("10.00", sale("8.00")), offers("10.00", sale("8.00", ends_h=13)), False),
        (offers("10.00"), offers("10.00", sale("8.00", ends_h=-1)), False),
        (offers(sale("8.00", begins_h=1)), offers("9.00"), False),
        (
            offers("10.00"),
            offers("10.00", {"kind": "loyalty", "amount": "1.00", "program": "club"}),
            False,
        ),
    ],
)
def test_a_price_moves_when_what_is_paid_changes_within_twelve_hours(
    was: dict[str, Any], now: dict[str, Any], *, moved: bool
) -> None:
    assert guarding.moves(was, now, AT) is moved


@pytest.mark.parametrize(
    ("was", "now", "cause"),
    [
        (offers("100.00"), offers("10.00"), None),
        (offers("100.00"), offers("9.99"), Cause.PRICE_AWAY),
        (offers("100.00"), offers("190.00"), None),
        (offers("100.00"), offers("190.01"), Cause.PRICE_AWAY),
        (offers("99.90", sale("49.95")), offers("99.90"), None),
        (offers("99.90", sale("5.00")), offers("99.90", sale("5.50")), None),
        (offers("99.90"), offers("99.90", sale("0.99", begins_h=100)), Cause.PRICE_AWAY),
        (offers("99.90"), offers("99.90", sale("0.99", ends_h=-1)), None),
        (offers("100.00"), offers("1.00", currency="EUR"), None),
        (None, offers("0.99"), None),
        (None, offers("0.00"), Cause.PRICE_RANGE),
        (offers("0.00"), offers("5.00"), None),
        (None, offers("1000000.00"), None),
        (None, offers("1000000.01"), Cause.PRICE_RANGE),
        (offers(sale("1.00", ends_h=-1)), offers("99.00"), None),
        (None, offers("99.00", sale("49.00", prior="490.00")), None),
        (None, offers("99.00", sale("49.00", prior="490.01")), Cause.PRICE_AWAY),
        (None, offers("99.00", sale("49.00", prior="490.01", ends_h=-1)), None),
        (None, offers("99.00", sale("490000.00", prior="1000000.01")), Cause.PRICE_RANGE),
        (offers("99.00"), offers("99.00", sale("49.00", prior="9900.00")), Cause.PRICE_AWAY),
        (
            offers("99.00", sale("49.00", prior="9900.00")),
            offers("99.00", sale("49.00", prior="9900.00", ends_h=5)),
            None,
        ),
    ],
)
def test_an_odd_price_is_out_of_range_or_far_from_every_price_there_is(
    was: dict[str, Any] | None, now: dict[str, Any], cause: Cause | None
) -> None:
    found = guarding.odd(was, now, AT, {})

    assert (None if found is None else found.cause) is cause


def test_an_odd_price_is_told_in_words() -> None:
    away = guarding.odd(offers("100.00"), offers("100.00", sale("1.00")), AT, {})
    outside = guarding.odd(None, offers("7.00"), AT, {"MXN": (D("0.50"), D("5.00"))})

    assert away is not None
    assert outside is not None
    assert (away.path, away.message) == (
        "offers.1.amount",
        "offers.1.amount: 1.00 MXN is more than 90 % away from the last, 100.00",
    )
    assert (outside.path, outside.message) == (
        "offers.0.amount",
        "offers.0.amount: 7.00 MXN is outside 0.50 to 5.00, the usual range",
    )
