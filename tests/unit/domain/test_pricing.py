from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain import catalogue, opening, pricing
from gateway.domain.catalogue import Offer, Offers
from gateway.domain.multibuy import MultiBuy
from gateway.domain.opening import ShopHours
from gateway.domain.pricing import PriceTag

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def offer(kind: str, amount: str, begins: int | None = None, ends: int | None = None) -> Offer:
    """An offer that begins and ends these hours from ``AT``."""
    return Offer(
        kind=kind,
        amount=Decimal(amount),
        valid_from=None if begins is None else AT + begins * HOUR,
        valid_until=None if ends is None else AT + ends * HOUR,
    )


def tag(*offers: Offer, currency: str = "MXN", at: datetime = AT) -> PriceTag | None:
    return pricing.effective(Offers(product="p", currency=currency, offers=offers), at)


def told(found: PriceTag | None) -> tuple[str, str, str | None, str | None] | None:
    if found is None:
        return None
    return (
        found.kind,
        str(found.price.amount),
        None if found.regular is None else str(found.regular.amount),
        None if found.loyalty is None else str(found.loyalty.amount),
    )


CASES = {
    "a list price": ([offer("list", "100")], ("list", "100.00", None, None)),
    "the list price that began last": (
        [offer("list", "90", -1), offer("list", "100", -5), offer("list", "120")],
        ("list", "90.00", None, None),
    ),
    "a later list price, also when it is higher": (
        [offer("list", "90", -5), offer("list", "110", -1)],
        ("list", "110.00", None, None),
    ),
    "a list price to come does not count": (
        [offer("list", "90", 1), offer("list", "100", -5)],
        ("list", "100.00", None, None),
    ),
    "the lowest of sale and clearance": (
        [offer("list", "100"), offer("sale", "80", -1), offer("clearance", "70", -9)],
        ("clearance", "70.00", "100.00", None),
    ),
    "the lower sale, whichever began first": (
        [offer("list", "100"), offer("sale", "60", -9), offer("sale", "80", -1)],
        ("sale", "60.00", "100.00", None),
    ),
    "a sale above the list price is none": (
        [offer("list", "100"), offer("sale", "120")],
        ("list", "100.00", None, None),
    ),
    "a sale at the list price is none": (
        [offer("sale", "100"), offer("list", "100.0")],
        ("list", "100.00", None, None),
    ),
    "a sale by a part of a cent is none": (
        [offer("list", "19.994"), offer("sale", "19.99")],
        ("list", "19.99", None, None),
    ),
    "a sale without a list price": ([offer("sale", "80")], ("sale", "80.00", None, None)),
    "loyalty stands beside": (
        [offer("list", "100"), offer("sale", "80"), offer("loyalty", "75"), offer("loyalty", "76")],
        ("sale", "80.00", "100.00", "75.00"),
    ),
    "loyalty that saves nothing is not said": (
        [offer("list", "100"), offer("sale", "80"), offer("loyalty", "80")],
        ("sale", "80.00", "100.00", None),
    ),
    "loyalty that saves a part of a cent is not said": (
        [offer("list", "100"), offer("loyalty", "99.9999")],
        ("list", "100.00", None, None),
    ),
    "loyalty alone is no price for everybody": ([offer("loyalty", "75")], None),
    "nothing at all": ([], None),
    "only what is over and what is to come": (
        [offer("list", "90", -5, -1), offer("sale", "80", 1, 5)],
        None,
    ),
    "an offer holds from its first instant": (
        [offer("list", "100", 0)],
        ("list", "100.00", None, None),
    ),
    "and not at its last": ([offer("list", "100", -1, 0)], None),
    "free": ([offer("list", "100"), offer("sale", "0")], ("sale", "0.00", "100.00", None)),
    "half a cent is rounded up": ([offer("list", "0.125")], ("list", "0.13", None, None)),
}


@pytest.mark.parametrize("name", CASES)
def test_the_price_in_force(name: str) -> None:
    offers, wanted = CASES[name]
    assert told(tag(*offers)) == wanted


def test_money_is_rounded_to_what_the_currency_has() -> None:
    found = tag(offer("list", "19990.5"), offer("sale", "9990.4"), currency="CLP")
    assert told(found) == ("sale", "9990", "19991", None)


def test_the_tag_says_how_long_its_price_holds() -> None:
    assert (found := tag(offer("list", "100"), offer("sale", "80", -1, 6))) is not None
    assert found.valid_until == AT + 6 * HOUR
    assert (found := tag(offer("list", "100"), offer("sale", "120", -1, 6))) is not None
    assert found.valid_until is None


def test_the_night_the_clocks_go_back_has_its_hour_twice() -> None:
    value = {
        "currency": "EUR",
        "offers": [
            {
                "kind": "list",
                "amount": "10",
                "valid_from": "2026-10-25T02:30:00+02:00",
                "valid_until": "2026-10-25T02:30:00+01:00",
            }
        ],
    }
    offers = catalogue.offers_from("p", value)
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    for minutes, held in ((-1, False), (0, True), (59, True), (60, False)):
        found = pricing.effective(offers, first + timedelta(minutes=minutes))
        assert (found is not None) is held
    assert pricing.next_change([offers], first) == first + HOUR


@pytest.mark.parametrize("forever", ["9999-12-31T23:59:59-06:00", "9999-12-31T00:00:00Z"])
def test_the_end_of_the_calendar_means_open(forever: str) -> None:
    value = {
        "currency": "MXN",
        "offers": [
            {
                "kind": "list",
                "amount": "10",
                "valid_from": "0001-01-01T00:00:00+14:00",
                "valid_until": forever,
            }
        ],
    }
    offers = catalogue.offers_from("p", value)
    found = pricing.effective(offers, AT)
    assert found is not None
    assert found.valid_until is None
    assert pricing.next_change([offers], AT) is None


def test_what_begins_at_the_end_of_the_calendar_is_never_in_force() -> None:
    never = {"kind": "sale", "amount": "5", "valid_from": "9999-12-31T23:59:59-06:00"}
    value = {"currency": "MXN", "offers": [{"kind": "list", "amount": "20"}, never]}
    found = pricing.effective(catalogue.offers_from("p", value), AT)
    assert told(found) == ("list", "20.00", None, None)


def test_prices_change_next_at_the_first_edge_of_any() -> None:
    one = Offers(product="a", currency="MXN", offers=(offer("list", "1", -3, 7),))
    other = Offers(product="b", currency="MXN", offers=(offer("sale", "1", 5), offer("list", "2")))
    assert pricing.next_change([one, other], AT) == AT + 5 * HOUR
    assert pricing.next_change([one, other], AT + 5 * HOUR) == AT + 7 * HOUR
    assert pricing.next_change([one, other], AT + 7 * HOUR) is None
    assert pricing.next_change([], AT) is None


HOURS = st.none() | st.integers(-20, 20)
OFFERS = st.lists(
    st.builds(
        offer,
        st.sampled_from(["list", "sale", "clearance", "loyalty"]),
        st.decimals(0, 1000, places=2).map(str),
        HOURS,
        HOURS,
    ),
    max_size=8,
)


@given(OFFERS, st.integers(-25, 25))
def test_between_changes_the_price_stands_still(offers: list[Offer], hours: int) -> None:
    at = AT + hours * HOUR
    product = Offers(product="p", currency="MXN", offers=tuple(offers))
    change = pricing.next_change([product], at)
    until = change or at + 100 * HOUR
    assert until > at
    now = pricing.effective(product, at)
    assert pricing.effective(product, until - timedelta(microseconds=1)) == now
    assert pricing.effective(product, at + (until - at) / 2) == now


@given(OFFERS)
def test_nobody_pays_more_than_any_price_in_force_that_beats_the_list(offers: list[Offer]) -> None:
    found = tag(*offers)
    current = [one for one in offers if pricing.in_force(one, AT)]
    reduced = [one.amount for one in current if one.kind in {"sale", "clearance"}]
    if found is None:
        assert all(one.kind == "loyalty" for one in current)
        return
    assert all(found.price.amount <= amount for amount in reduced)
    assert found.regular is None or found.regular.amount > found.price.amount
    assert found.loyalty is None or found.loyalty.amount < found.price.amount


MADRID = ZoneInfo("Europe/Madrid")
EVERY_DAY = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
QUIET = ShopHours(
    hours=opening.hours_from([{"days": EVERY_DAY, "open": "09:00", "close": "21:00"}], []),
    zone=MADRID,
)
"""``AT`` is 13:00 there: open since 4 hours, for 8 more."""

QUIET_CASES: dict[str, tuple[list[Offer], dict[int, str | None]]] = {
    "a rise waits until the shop closes": (
        [offer("list", "10"), offer("list", "12", 1)],
        {0: "10.00", 1: "10.00", 7: "10.00", 8: "12.00"},
    ),
    "a fall does not": (
        [offer("list", "10"), offer("sale", "8", 1)],
        {0: "10.00", 1: "8.00"},
    ),
    "the end of a sale is a rise": (
        [offer("list", "10"), offer("sale", "8", -30, 1)],
        {0: "8.00", 7: "8.00", 8: "10.00"},
    ),
    "a sale that comes and goes while open stays": (
        [offer("list", "10"), offer("sale", "8", -2, 1)],
        {-3: "10.00", -2: "8.00", 1: "8.00", 8: "10.00"},
    ),
    "a smaller rise after a larger one waits as well": (
        [offer("list", "10"), offer("list", "14", -2), offer("list", "12", 1)],
        {-2: "10.00", 1: "10.00", 8: "12.00"},
    ),
    "a rise when the shop opens is one before it": (
        [offer("list", "10"), offer("list", "12", -4)],
        {-5: "10.00", -4: "12.00", 0: "12.00"},
    ),
    "a rise while it is closed counts at once": (
        [offer("list", "10"), offer("list", "12", 10)],
        {9: "10.00", 10: "12.00", 20: "12.00"},
    ),
    "a price that ends without another is gone": (
        [offer("list", "10", -9, 1), offer("list", "12", 3)],
        {0: "10.00", 1: None, 2: None, 3: "12.00"},
    ),
}


@pytest.mark.parametrize("name", QUIET_CASES)
def test_no_price_rises_while_the_shop_is_open(name: str) -> None:
    offers, wanted = QUIET_CASES[name]
    product = Offers(product="p", currency="EUR", offers=tuple(offers))
    found = {}
    for hours in wanted:
        tag = pricing.effective(product, AT + hours * HOUR, QUIET)
        found[hours] = None if tag is None else str(tag.price.amount)
    assert found == wanted


def test_a_rise_that_waits_is_a_change_at_closing() -> None:
    product = Offers(
        product="p", currency="EUR", offers=(offer("list", "10"), offer("list", "12", 1))
    )
    assert pricing.next_change([product], AT, QUIET) == AT + HOUR
    assert pricing.next_change([product], AT + HOUR, QUIET) == AT + 8 * HOUR
    assert pricing.next_change([product], AT + 8 * HOUR, QUIET) is None
    waits = pricing.effective(product, AT + HOUR, QUIET)
    assert waits is not None
    assert waits.valid_until == AT + 8 * HOUR


@pytest.mark.parametrize(
    ("day", "closes"),
    [
        # Both nights on which the clocks change; the shop is open past the hour of the change.
        (datetime(2026, 10, 24, 22, tzinfo=UTC), datetime(2026, 10, 25, 3, tzinfo=UTC)),
        (datetime(2026, 3, 28, 22, tzinfo=UTC), datetime(2026, 3, 29, 2, tzinfo=UTC)),
    ],
)
def test_a_rise_waits_for_the_local_closing_when_the_clocks_change(
    day: datetime, closes: datetime
) -> None:
    late = ShopHours(
        hours=opening.hours_from([{"days": EVERY_DAY, "open": "18:00", "close": "04:00"}], []),
        zone=MADRID,
    )
    rise = Offer(kind="list", amount=Decimal(12), valid_from=day)
    product = Offers(product="p", currency="EUR", offers=(offer("list", "10", -99999), rise))
    assert pricing.next_change([product], day, late) == closes
    for at, price in ((closes - timedelta(seconds=1), "10.00"), (closes, "12.00")):
        tag = pricing.effective(product, at, late)
        assert tag is not None
        assert str(tag.price.amount) == price


@given(OFFERS, st.integers(-25, 25))
def test_with_quiet_hours_too_the_price_stands_still_between_changes(
    offers: list[Offer], hours: int
) -> None:
    at = AT + hours * HOUR
    product = Offers(product="p", currency="MXN", offers=tuple(offers))
    until = pricing.next_change([product], at, QUIET) or at + 100 * HOUR
    now = pricing.effective(product, at, QUIET)
    assert pricing.effective(product, until - timedelta(microseconds=1), QUIET) == now


@given(OFFERS)
def test_nobody_pays_more_than_when_the_shop_opened(offers: list[Offer]) -> None:
    product = Offers(product="p", currency="MXN", offers=tuple(offers))
    lowest: PriceTag | None = None
    for hours in range(-4, 8):
        tag = pricing.effective(product, AT + hours * HOUR, QUIET)
        if tag is not None and lowest is not None:
            assert tag.price.amount <= lowest.price.amount
        lowest = tag


THREE_FOR_TWO = MultiBuy(type="buy_n_pay_m", n=3, m=2)
TWO_FOR_15 = MultiBuy(type="n_for_price", n=2, amount=Decimal(15))


def test_prices_for_several_stand_beside_the_price_for_one() -> None:
    found = tag(
        replace(offer("list", "10"), multibuy=THREE_FOR_TWO),
        replace(offer("loyalty", "9"), program="Club", condition={"es": "con tarjeta"}),
    )
    assert found is not None
    assert (str(found.price.amount), found.multibuy) == ("10.00", THREE_FOR_TWO)
    assert (found.program, found.condition) == ("Club", {"es": "con tarjeta"})


def test_of_several_multibuys_that_of_the_price_counts_then_the_last() -> None:
    listed = replace(offer("list", "10", -9), multibuy=THREE_FOR_TWO)
    later = replace(offer("list", "10", -5), multibuy=TWO_FOR_15)
    members = replace(offer("loyalty", "10"), multibuy=THREE_FOR_TWO)
    over = replace(offer("sale", "10", -9, -1), multibuy=TWO_FOR_15)
    for offers, wanted in (
        ([listed, later], TWO_FOR_15),
        ([listed, offer("sale", "8")], THREE_FOR_TWO),
        ([later, replace(offer("sale", "8", -9), multibuy=THREE_FOR_TWO)], THREE_FOR_TWO),
        ([offer("list", "10"), members], None),
        ([offer("list", "10"), over], None),
    ):
        found = tag(*offers)
        assert found is not None
        assert found.multibuy == wanted
