"""Which price is in force at an instant, and when that changes next.

Of several list prices in force the one that began last counts; of sale and clearance prices the
lowest; loyalty prices and prices for several together stand beside, deposits apart. Nothing here
reads a clock.

With opening hours given, a price does not rise while the shop is open: what counts then is the
lowest of the prices in force since it opened. So a shopper never pays more at the till than the
shelf said when he took the article.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from gateway.domain.catalogue import Offer, Offers, PastPrice, Texts
from gateway.domain.money import Money
from gateway.domain.multibuy import MultiBuy
from gateway.domain.opening import ShopHours

REDUCED = frozenset({"sale", "clearance"})
_BEGINNING = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceTag:
    """What an article costs at an instant.

    ``price`` is to be paid by everybody; ``regular`` is the list price when ``price`` is below it;
    ``kind`` is ``list``, ``sale`` or ``clearance``. ``loyalty`` is the lower price of the members
    of ``program``, under ``condition``; ``loyalty_multibuy`` are the terms for them on several.
    ``prior`` is the lowest price of the 30 days before a
    reduction when ``price`` is below it, and ``percent`` how much less that is (whole, rounded
    down; None below 1). ``campaign`` is the one that ``price`` belongs to.
    """

    price: Money
    kind: str
    regular: Money | None = None
    loyalty: Money | None = None
    program: str | None = None
    condition: Texts | None = None
    multibuy: MultiBuy | None = None
    loyalty_multibuy: MultiBuy | None = None
    valid_until: datetime | None = None
    campaign: str | None = None
    prior_stated: Money | None = None
    prior: Money | None = None
    percent: int | None = None


def effective(offers: Offers, at: datetime, quiet: ShopHours | None = None) -> PriceTag | None:
    """The prices in force at ``at``, without the prior price; None when nothing is in force.

    While the shop is open by ``quiet`` no price rises.
    """
    opening = quiet.opening(at) if quiet is not None else None
    if opening is None:
        return _chosen(offers, at)
    begins = opening.opens
    lowest: PriceTag | None = None
    if offers.since is not None and begins < offers.since:
        begins = min(offers.since, at)
        if offers.replaced is not None and offers.replaced_at is not None:
            lowest = effective(offers.replaced, offers.replaced_at, quiet)
    for instant in (begins, *sorted({edge for edge in edges(offers) if begins < edge <= at})):
        chosen = _chosen(offers, instant)
        if not _is_more(chosen, than=lowest):
            lowest = chosen
    if lowest is None or lowest == _chosen(offers, at):
        return lowest
    return replace(lowest, valid_until=opening.closes)


def in_force(offer: Offer, at: datetime) -> bool:
    """Whether ``at`` lies in the offer's half-open time."""
    begun = offer.valid_from is None or offer.valid_from <= at
    return begun and (offer.valid_until is None or at < offer.valid_until)


def next_change(
    offers: Iterable[Offers], after: datetime, quiet: ShopHours | None = None
) -> datetime | None:
    """The first instant later than ``after`` at which any of these prices begins or ends.

    A price that waits for the shop to close by ``quiet`` begins then.
    """
    each = list(offers)
    coming = [edge for product in each for edge in edges(product) if edge > after]
    opening = quiet.opening(after) if quiet is not None else None
    if opening is not None and any(
        effective(one, after, quiet) != _chosen(one, after) for one in each
    ):
        coming.append(opening.closes)
    return min(coming, default=None)


def rises(old: Offers, new: Offers, at: datetime, quiet: ShopHours) -> bool:
    """Whether ``new`` in place of ``old`` at ``at`` is a rise that waits for the shop to close."""
    if quiet.opening(at) is None:
        return False
    return _is_more(_chosen(new, at), than=effective(old, at, quiet))


def stretches(
    offers: Offers, begins: datetime, ends: datetime, quiet: ShopHours | None = None
) -> Iterator[PastPrice]:
    """The prices in force in ``[begins, ends)`` in order, as these offers alone tell.

    Neighbours differ in price or kind; where nothing is in force there is a gap.
    """
    found = []
    at = begins
    while at < ends:
        if quiet is None:
            until = min((edge for edge in edges(offers) if at < edge < ends), default=ends)
            paid = _paid([one for one in offers.offers if in_force(one, at)], offers.currency)
            price = None if paid is None else (paid.price, paid.offer.kind)
        else:
            until = min(next_change([offers], at, quiet) or ends, ends)
            tag = effective(offers, at, quiet)
            price = None if tag is None else (tag.price, tag.kind)
        if price is not None:
            found.append(PastPrice(price=price[0], kind=price[1], began=at, ended=until))
        at = until
    yield from joined(found)


def joined(prices: Iterable[PastPrice]) -> Iterator[PastPrice]:
    """Prices in order, those that follow each other without a change or a gap as one."""
    last: PastPrice | None = None
    for one in prices:
        if last is None:
            last = one
        elif (last.price, last.kind, last.ended) == (one.price, one.kind, one.began):
            last = replace(last, ended=one.ended)
        else:
            yield last
            last = one
    if last is not None:
        yield last


@dataclass(frozen=True, slots=True, kw_only=True)
class _Paid:
    """The offer that is paid, and the list price where that is higher."""

    offer: Offer
    price: Money
    regular: Money | None = None


def _paid(current: Sequence[Offer], currency: str) -> _Paid | None:
    """Which of the offers in force is paid."""
    listed = _latest(offer for offer in current if offer.kind == "list")
    reduced = _lowest(offer for offer in current if offer.kind in REDUCED)
    regular = _rounded(listed, currency) if listed is not None else None
    if reduced is None:
        if listed is None or regular is None:
            return None
        return _Paid(offer=listed, price=regular)
    price = _rounded(reduced, currency)
    # Compared as they are paid: a sale by a part of a cent is no sale.
    if listed is not None and regular is not None and regular.amount <= price.amount:
        return _Paid(offer=listed, price=regular)
    return _Paid(offer=reduced, price=price, regular=regular)


def _chosen(offers: Offers, at: datetime) -> PriceTag | None:
    """What the offers say of ``at``, whether the shop is open or not."""
    current = [offer for offer in offers.offers if in_force(offer, at)]
    paid = _paid(current, offers.currency)
    if paid is None:
        return None
    loyalty = _lowest(offer for offer in current if offer.kind == "loyalty")
    for_members = _rounded(loyalty, offers.currency) if loyalty is not None else None
    several = loyalty.multibuy if loyalty is not None else None
    if for_members is not None and for_members.amount >= paid.price.amount:
        for_members = None
        # Members may pay the same for one and less for several.
        loyalty = loyalty if several is not None else None
    stated = paid.offer.prior_amount if paid.offer.kind in REDUCED else None
    return PriceTag(
        price=paid.price,
        kind=paid.offer.kind,
        regular=paid.regular,
        loyalty=for_members,
        program=loyalty.program if loyalty is not None else None,
        condition=(loyalty.condition or None) if loyalty is not None else None,
        multibuy=_multibuy(paid.offer, current),
        loyalty_multibuy=several,
        valid_until=paid.offer.valid_until,
        campaign=paid.offer.campaign,
        prior_stated=None
        if stated is None
        else Money(amount=stated, currency=offers.currency).rounded(),
    )


def _rounded(offer: Offer, currency: str) -> Money:
    return Money(amount=offer.amount, currency=currency).rounded()


def _multibuy(paid: Offer, current: Iterable[Offer]) -> MultiBuy | None:
    """The terms for everybody: those of the price that is paid, else those that began last."""
    if paid.multibuy is not None:
        return paid.multibuy
    found = _latest(one for one in current if one.multibuy is not None and one.kind != "loyalty")
    return found.multibuy if found is not None else None


def _is_more(tag: PriceTag | None, *, than: PriceTag | None) -> bool:
    if tag is None or than is None or tag.price.currency != than.price.currency:
        return False
    return tag.price.amount > than.price.amount


def edges(offers: Offers) -> Iterator[datetime]:
    """Every instant at which one of the offers begins or ends, in no order."""
    for offer in offers.offers:
        for edge in (offer.valid_from, offer.valid_until):
            if edge is not None:
                yield edge


def _latest(offers: Iterable[Offer]) -> Offer | None:
    return max(offers, key=lambda offer: offer.valid_from or _BEGINNING, default=None)


def _lowest(offers: Iterable[Offer]) -> Offer | None:
    return min(offers, key=lambda offer: offer.amount, default=None)
