from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain import pricing, prior_price
from gateway.domain.catalogue import Offer, Offers, PastPrice
from gateway.domain.money import Money
from gateway.domain.prior_price import FalsePrior

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def money(amount: str, currency: str = "EUR") -> Money:
    return Money(amount=Decimal(amount), currency=currency).rounded()


def offer(
    kind: str, amount: str, begins: int | None = None, ends: int | None = None, prior: str = ""
) -> Offer:
    """An offer that begins and ends these days from ``AT``."""
    return Offer(
        kind=kind,
        amount=Decimal(amount),
        valid_from=None if begins is None else AT + begins * DAY,
        valid_until=None if ends is None else AT + ends * DAY,
        prior_amount=Decimal(prior) if prior else None,
    )


def past(kind: str, amount: str, began: int, ended: int, currency: str = "EUR") -> PastPrice:
    return PastPrice(
        price=money(amount, currency), kind=kind, began=AT + began * DAY, ended=AT + ended * DAY
    )


@dataclass(frozen=True)
class Case:
    """What is known, and what the tag says at ``AT``: (prior, percent) or None."""

    offers: list[Offer]
    wanted: tuple[str, int | None] | None
    past: list[PastPrice] | None = None
    since: int | None = None


CASES = {
    "the list price before the sale": Case(
        [offer("list", "100"), offer("sale", "80", -1)], ("100", 20)
    ),
    "a price without a reduction has none": Case([offer("list", "100")], None),
    "the lowest of 30 days, not the last": Case(
        [
            offer("list", "100", -10),
            offer("list", "90", -25),
            offer("list", "120"),
            offer("sale", "80", -1),
        ],
        ("90", 11),
    ),
    "a lower price 31 days before counts as long as it held into the window": Case(
        [offer("list", "60", -50, -32), offer("list", "100", -40), offer("sale", "80", -1)],
        ("100", 20),
    ),
    "and counts when it still held 30 days before": Case(
        [offer("list", "85", -50, -30), offer("list", "100", -30), offer("sale", "80", -1)],
        ("85", 5),
    ),
    "a list price raised just before is no help": Case(
        [offer("list", "80", -50), offer("list", "100", -2), offer("sale", "79", -1)],
        ("80", 1),
    ),
    "a reduction by less than a hundredth has no percentage": Case(
        [offer("list", "100"), offer("sale", "99.50", -1)], ("100", None)
    ),
    "percentages are rounded down": Case(
        [offer("list", "30"), offer("sale", "20", -1)], ("30", 33)
    ),
    "free is a hundred less": Case([offer("list", "30"), offer("sale", "0", -1)], ("30", 100)),
    "steps of one reduction keep the price before the first": Case(
        [offer("list", "100"), offer("sale", "80", -20, -10), offer("clearance", "60", -10)],
        ("100", 40),
    ),
    "a reduction that pauses begins anew, and its own price counts": Case(
        [offer("list", "100"), offer("sale", "80", -20, -10), offer("sale", "60", -5)],
        ("80", 25),
    ),
    "so does one after a time without any price": Case(
        [offer("list", "100", -90, -15), offer("sale", "80", -20, -10), offer("sale", "60", -5)],
        ("80", 25),
    ),
    "a new article has the lowest of its few days": Case(
        [offer("list", "100", -8), offer("sale", "80", -1)], ("100", 20)
    ),
    "an article that begins with a sale has nothing to compare": Case(
        [offer("list", "100", -5), offer("sale", "80", -5)], None
    ),
    "nor has a sale that has always been": Case([offer("list", "100"), offer("sale", "80")], None),
    "a gap in the window does not hide what was before it": Case(
        [offer("list", "90", -40, -20), offer("list", "100", -10), offer("sale", "80", -1)],
        ("90", 11),
    ),
    "after a gap longer than the window nothing is known": Case(
        [offer("list", "90", -60, -40), offer("sale", "80", -1)], None
    ),
    "an earlier sale in the window counts": Case(
        [offer("list", "100"), offer("sale", "70", -20, -18), offer("sale", "80", -1)], None
    ),
    "members' prices do not": Case(
        [offer("list", "100"), offer("loyalty", "50", -20, -18), offer("sale", "80", -1)],
        ("100", 20),
    ),
    "a lower prior_amount wins": Case(
        [offer("list", "100"), offer("sale", "80", -1, prior="90")], ("90", 11)
    ),
    "a higher one does not": Case(
        [offer("list", "100"), offer("sale", "80", -1, prior="120")], ("100", 20)
    ),
    "prior_amount alone tells where nothing else does": Case(
        [offer("sale", "80", prior="100")], ("100", 20)
    ),
    "a prior_amount that is no higher than the price tells of no reduction": Case(
        [offer("list", "100"), offer("sale", "80", -1, prior="75")], None
    ),
    "what replaced rows left behind counts": Case(
        [offer("list", "100"), offer("sale", "70", -1)],
        ("75", 6),
        past=[past("list", "75", -20, -12), past("list", "110", -12, -3)],
        since=-3,
    ),
    "and a row that replaces another says nothing of the time before it": Case(
        [offer("list", "50", -90, -2), offer("list", "100", -2), offer("sale", "40", -1)],
        ("50", 20),
        past=[past("list", "110", -50, -3)],
        since=-3,
    ),
    "a reduction goes on through a row that replaces another": Case(
        [offer("sale", "60")],
        ("100", 40),
        past=[past("list", "100", -50, -9), past("sale", "80", -9, -3)],
        since=-3,
    ),
    "amounts in another currency are never compared": Case(
        [offer("list", "100"), offer("sale", "70", -1)],
        ("100", 30),
        past=[past("list", "5", -20, -3, "MXN")],
        since=-3,
    ),
    "right after a change of currency nothing can be compared": Case(
        [offer("sale", "70")],
        None,
        past=[past("list", "1500", -90, -3, "MXN")],
        since=-3,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_price_before_a_reduction(name: str) -> None:
    case = CASES[name]
    found = prior_price.price_tag(offers(case), AT)
    assert found is not None
    wanted = case.wanted
    assert found.prior == (money(wanted[0]) if wanted is not None else None)
    assert found.percent == (wanted[1] if wanted is not None else None)


def offers(case: Case) -> Offers:
    return Offers(
        product="p",
        currency="EUR",
        offers=tuple(case.offers),
        past=tuple(case.past or ()),
        since=None if case.since is None else AT + case.since * DAY,
    )


@pytest.mark.parametrize(("begins", "days"), [(-8, 7), (-90, 30), (-1, 0)])
def test_it_is_said_of_how_many_days_prices_are_known(begins: int, days: int) -> None:
    found = prior_price.prior(
        offers(Case([offer("list", "9", begins), offer("sale", "8", -1)], None)), AT
    )
    assert found is not None
    assert (found.began, found.days) == (AT - DAY, days)


def test_what_stands_struck_through() -> None:
    tag = prior_price.price_tag(offers(CASES["the lowest of 30 days, not the last"]), AT)
    assert tag is not None
    assert prior_price.compared(tag, "ES") == prior_price.compared(tag, "MX") == money("90")
    tag = prior_price.price_tag(offers(CASES["nor has a sale that has always been"]), AT)
    assert tag is not None
    assert prior_price.compared(tag, "ES") is None
    assert prior_price.compared(tag, "MX") == money("100")


def lies(case: Case, *, list_claims: bool) -> list[FalsePrior]:
    return list(prior_price.false_priors(offers(case), AT, list_claims=list_claims))


@pytest.mark.parametrize("ends", [3, 401, 30_000])
def test_a_false_price_before_is_found_however_late_the_reduction_ends(ends: int) -> None:
    stated = Case([offer("list", "80"), offer("sale", "60", -1, ends, prior="99")], None)
    wanted = FalsePrior(began=AT - DAY, claimed=money("99"), lowest=money("80"))
    assert lies(stated, list_claims=False) == [wanted]


def test_a_false_price_before_is_found_when_it_is_announced() -> None:
    raised = Case(
        [offer("list", "80", -50), offer("list", "100", -2), offer("sale", "79", 5)], None
    )
    wanted = FalsePrior(began=AT + 5 * DAY, claimed=money("100"), lowest=money("80"))
    assert lies(raised, list_claims=True) == [wanted]
    assert lies(raised, list_claims=False) == []

    stated = Case([offer("list", "80"), offer("sale", "60", -1, 3, prior="99")], None)
    wanted = FalsePrior(began=AT - DAY, claimed=money("99"), lowest=money("80"))
    assert lies(stated, list_claims=False) == [wanted]

    true = Case([offer("list", "80"), offer("sale", "60", -1, prior="80")], None)
    over = Case([offer("list", "80"), offer("sale", "60", -5, -4, prior="99")], None)
    assert lies(true, list_claims=True) == lies(over, list_claims=True) == []


DAYS = st.none() | st.integers(-45, 15)
OFFERS = st.lists(
    st.builds(
        offer,
        st.sampled_from(["list", "sale", "clearance", "loyalty"]),
        st.integers(1, 99).map(str),
        DAYS,
        DAYS,
    ),
    max_size=7,
)


@given(OFFERS, st.integers(-45, 15), st.integers(0, 60))
def test_stretches_follow_each_other_and_say_what_is_in_force(
    made: list[Offer], begins: int, length: int
) -> None:
    product = offers(Case(made, None))
    first, last = AT + begins * DAY, AT + (begins + length) * DAY
    found = list(pricing.stretches(product, first, last))
    for one, following in pairwise(found):
        assert one.ended <= following.began
        like = (one.price, one.kind) == (following.price, following.kind)
        assert one.ended < following.began or not like
    for day in range(begins, begins + length):
        at = AT + day * DAY + DAY / 2
        tag = pricing.effective(product, at)
        there = [one for one in found if one.began <= at < one.ended]
        assert [(one.price, one.kind) for one in there] == (
            [] if tag is None else [(tag.price, tag.kind)]
        )


@given(OFFERS)
def test_the_lowest_is_right_by_looking_at_every_day(made: list[Offer]) -> None:
    product = offers(Case(made, None))
    found = prior_price.prior(product, AT)

    def at(day: int) -> tuple[str, Decimal] | None:
        tag = pricing.effective(product, AT + day * DAY)
        return None if tag is None else (tag.kind, tag.price.amount)

    today = at(0)
    if today is None or today[0] == "list":
        assert found is None
        return
    began = 0
    while began > -400 and (before := at(began - 1)) is not None and before[0] != "list":
        began -= 1
    window = [one[1] for day in range(began - 30, began) if (one := at(day)) is not None]
    assert found is not None
    if began == -400:
        window = []
    assert (found.price.amount if found.price else None) == min(window, default=None)


@given(OFFERS, OFFERS, st.integers(-40, 0))
def test_replacing_the_row_keeps_the_past(old: list[Offer], new: list[Offer], day: int) -> None:
    """The past written at the change and the row after it tell what was really in force."""
    since = AT + day * DAY
    before, after = offers(Case(old, None)), offers(Case(new, None))
    written = prior_price.told_until(before, since, None)
    both = replace(after, past=written, since=since)
    told = prior_price.told_until(both, AT, None)
    for one, following in pairwise(told):
        assert one.ended <= following.began
    for count in range(-50, 0):
        at = AT + count * DAY
        tag = pricing.effective(before if at < since else after, at)
        there = [one.price for one in told if one.began <= at < one.ended]
        assert there == ([] if tag is None else [tag.price])
