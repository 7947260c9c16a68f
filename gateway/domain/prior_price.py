"""The price before a reduction, and percentages computed from it and from nothing else.

Whoever announces a reduction says the lowest price of the 30 days before it (Directive 98/6/EC
article 6a), and a percentage is one of that price (Court of Justice, C-330/23, Aldi Süd). What
counts is what everybody could pay: sale and clearance prices do, loyalty prices and prices for
several together do not.

A reduction begins where the price stops being a list price. Steps that follow each other without a
break are one reduction, so that the prior price stays the one before the first step (article 6a
paragraph 5). A time without any price ends it: what is announced afterwards is a new reduction. An
article with fewer than 30 days of prices has the lowest of those it has, and without any there is
no prior price and nothing to compare. Amounts in other currencies are never compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from gateway.domain import pricing
from gateway.domain.catalogue import Offers, PastPrice
from gateway.domain.money import Money
from gateway.domain.opening import ShopHours
from gateway.domain.pricing import REDUCED, PriceTag

WINDOW: Final = timedelta(days=30)
KEPT: Final = timedelta(days=400)
"""How long prices are remembered: a year and a month, so that last year's sale can be explained."""

COUNTRIES: Final = frozenset(
    {
        *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE"),
        *("IS", "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK"),
    }
)
"""Where article 6a is law: the European Economic Area (ISO 3166)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prior:
    """The lowest price before the reduction that began at ``began``; None when none is known.

    ``days`` tells of how many days (at most 30, rounded up) prices are known.
    """

    began: datetime
    price: Money | None
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FalsePrior:
    """A reduction that claims a higher price before than was in force."""

    began: datetime
    claimed: Money
    lowest: Money


def price_tag(offers: Offers, at: datetime, quiet: ShopHours | None = None) -> PriceTag | None:
    """The prices in force at ``at``, with the prior price of a reduction; None without a price.

    The prior price is the lower of what the shop knows and what the source states.
    """
    tag = pricing.effective(offers, at, quiet)
    if tag is None or tag.kind not in REDUCED:
        return tag
    found = prior(offers, at, quiet)
    known = [
        price
        for price in (found.price if found is not None else None, tag.prior_stated)
        if price is not None and price.currency == tag.price.currency
    ]
    lowest = min(known, key=lambda price: price.amount, default=None)
    if lowest is None or lowest.amount <= tag.price.amount:
        return tag
    return replace(tag, prior=lowest, percent=percent(lowest, tag.price))


def compared(tag: PriceTag, country: str) -> Money | None:
    """The price that stands struck through beside the one to pay; None when there is none.

    It is the prior price. Where the law does not ask for that, an article without one is compared
    with its list price.
    """
    if tag.prior is not None or country in COUNTRIES:
        return tag.prior
    return tag.regular


def prior(offers: Offers, at: datetime, quiet: ShopHours | None = None) -> Prior | None:
    """The price before the reduction that is in force at ``at``; None when none is."""
    tag = pricing.effective(offers, at, quiet)
    if tag is None or tag.kind not in REDUCED:
        return None
    run, began = list(told_until(offers, at, quiet)), at
    while run and run[-1].ended == began and run[-1].kind in REDUCED:
        began = run.pop().began
    return _before(run, began, tag.price.currency)


def false_priors(
    offers: Offers, since: datetime, quiet: ShopHours | None = None, *, list_claims: bool
) -> Iterator[FalsePrior]:
    """The reductions in force at ``since`` or later that claim too high a price before.

    A source claims with ``prior_amount``; with ``list_claims`` else with the list price beside it.
    """
    last = max((edge for edge in pricing.edges(offers)), default=since)
    ends = max(last, since) + timedelta(seconds=1)
    told = told_until(offers, ends, quiet, since=since - KEPT)
    began: datetime | None = None
    before: Sequence[PastPrice] = ()
    for place, one in enumerate(told):
        if one.kind not in REDUCED:
            began = None
            continue
        if began is None or told[place - 1].ended != one.began:
            began, before = one.began, told[:place]
        tag = pricing.effective(offers, max(one.began, since), quiet)
        if one.ended <= since or tag is None:
            continue
        claimed = tag.prior_stated or (tag.regular if list_claims else None)
        lowest = _before(before, began, one.price.currency).price
        if claimed is not None and lowest is not None and claimed.amount > lowest.amount:
            yield FalsePrior(began=began, claimed=claimed, lowest=lowest)


def percent(before: Money, now: Money) -> int | None:
    """How much less ``now`` is than ``before``: whole, rounded down; None below 1."""
    return int((before.amount - now.amount) * 100 / before.amount) or None


def told_until(
    offers: Offers, until: datetime, quiet: ShopHours | None, *, since: datetime | None = None
) -> tuple[PastPrice, ...]:
    """All that is known of the prices before ``until``, in order, without overlaps.

    Where nothing was written down, from ``since`` on; without it from as long ago as is kept.
    """
    begins = until - KEPT if since is None else since
    past = [replace(one, ended=min(one.ended, until)) for one in offers.past if one.began < until]
    if offers.since is not None:
        begins = max(begins, offers.since)
    elif past:
        begins = max(begins, past[-1].ended)
    return tuple(pricing.joined((*past, *pricing.stretches(offers, begins, until, quiet))))


def _before(told: Sequence[PastPrice], began: datetime, currency: str) -> Prior:
    opens = began - WINDOW
    counted = [one for one in told if one.ended > opens and one.price.currency == currency]
    lowest = min((one.price for one in counted), key=lambda price: price.amount, default=None)
    first = max(opens, counted[0].began) if counted else began
    days = -((first - began) // timedelta(days=1))
    return Prior(began=began, price=lowest, days=days)
