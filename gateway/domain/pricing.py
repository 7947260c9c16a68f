"""Which price is in force at an instant, and when that changes next.

Of several list prices in force the one that began last counts; of sale and clearance prices the
lowest; a loyalty price stands beside. Nothing here reads a clock.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from gateway.domain.catalogue import Offer, Offers
from gateway.domain.money import Money

_BEGINNING = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceTag:
    """What an article costs now.

    ``price`` is to be paid by everybody; ``regular`` is the list price when ``price`` is below it;
    ``kind`` is ``list``, ``sale`` or ``clearance``.
    """

    price: Money
    kind: str
    regular: Money | None = None
    loyalty: Money | None = None
    valid_until: datetime | None = None


def price_tag(offers: Offers, at: datetime) -> PriceTag | None:
    """The prices in force at ``at``; None when nothing is."""
    current = [offer for offer in offers.offers if in_force(offer, at)]
    listed = _latest(offer for offer in current if offer.kind == "list")
    reduced = _lowest(offer for offer in current if offer.kind in {"sale", "clearance"})
    loyalty = _lowest(offer for offer in current if offer.kind == "loyalty")
    paid = reduced or listed
    if paid is None:
        return None

    # Compared as they are paid: a sale by a part of a cent is no sale.
    def money(offer: Offer) -> Money:
        return Money(amount=offer.amount, currency=offers.currency).rounded()

    if paid is reduced and listed is not None and money(listed).amount <= money(paid).amount:
        paid = listed
    price = money(paid)
    return PriceTag(
        price=price,
        kind=paid.kind,
        regular=money(listed) if listed is not None and paid is not listed else None,
        loyalty=money(loyalty)
        if loyalty is not None and money(loyalty).amount < price.amount
        else None,
        valid_until=paid.valid_until,
    )


def in_force(offer: Offer, at: datetime) -> bool:
    """Whether ``at`` lies in the offer's half-open time."""
    begun = offer.valid_from is None or offer.valid_from <= at
    return begun and (offer.valid_until is None or at < offer.valid_until)


def next_change(offers: Iterable[Offers], after: datetime) -> datetime | None:
    """The first instant later than ``after`` at which any of these prices begins or ends."""
    edges = (
        edge
        for product in offers
        for offer in product.offers
        for edge in (offer.valid_from, offer.valid_until)
    )
    return min((edge for edge in edges if edge is not None and edge > after), default=None)


def _latest(offers: Iterable[Offer]) -> Offer | None:
    return max(offers, key=lambda offer: offer.valid_from or _BEGINNING, default=None)


def _lowest(offers: Iterable[Offer]) -> Offer | None:
    return min(offers, key=lambda offer: offer.amount, default=None)
