"""The price of several articles under one label: that of all, else the lowest of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from gateway.domain import prior_price
from gateway.domain.catalogue import Family, Product
from gateway.domain.money import Money
from gateway.domain.pricing import PriceTag


@dataclass(frozen=True, slots=True, kw_only=True)
class CommonPrice:
    """The price of all, else the lowest with ``from``, with what is true of all that cost it."""

    tag: PriceTag | None = None
    is_from: bool = False
    unit_price: Money | None = None
    unit: str | None = None
    unit_value: Decimal | None = None
    deposit: Money | None = None


def of(shown: Iterable[Product], family: Family, at: datetime) -> CommonPrice:
    """What ``shown`` cost at ``at``; nothing where none has a price in force."""
    tags = [
        (tag, offers)
        for product in shown
        if (offers := family.offers.get(product.id)) is not None
        and (tag := prior_price.price_tag(offers, at, family.quiet)) is not None
    ]
    if not tags:
        return CommonPrice()
    lowest = min((tag.price for tag, _ in tags), key=lambda price: price.amount)
    cheapest = [(tag, offers) for tag, offers in tags if tag.price == lowest]
    units = {(offers.unit_price, offers.unit, offers.unit_value) for _, offers in cheapest}
    unit_price, unit, unit_value = units.pop() if len(units) == 1 else (None, None, None)
    deposits = {offers.deposit for _, offers in cheapest}
    return CommonPrice(
        tag=_shared([tag for tag, _ in cheapest]),
        is_from=len(cheapest) < len(tags),
        unit_price=unit_price,
        unit=unit,
        unit_value=unit_value,
        deposit=deposits.pop() if len(deposits) == 1 else None,
    )


def _shared(tags: Sequence[PriceTag]) -> PriceTag:
    """One tag for articles at one price: what is true of one only is not told of the others."""
    first = tags[0]
    if all(tag == first for tag in tags):
        return first
    kinds = {tag.kind for tag in tags}
    reduced = "sale" if kinds == {"sale", "clearance"} else "list"
    same_loyalty = all(_for_members(tag) == _for_members(first) for tag in tags)
    same_prior = all(tag.prior == first.prior for tag in tags)
    return PriceTag(
        price=first.price,
        kind=first.kind if len(kinds) == 1 else reduced,
        regular=first.regular if len({tag.regular for tag in tags}) == 1 else None,
        loyalty=first.loyalty if same_loyalty else None,
        program=first.program if same_loyalty else None,
        condition=first.condition if same_loyalty else None,
        multibuy=first.multibuy if len({tag.multibuy for tag in tags}) == 1 else None,
        loyalty_multibuy=first.loyalty_multibuy if same_loyalty else None,
        valid_until=first.valid_until if len({tag.valid_until for tag in tags}) == 1 else None,
        campaign=first.campaign if len({tag.campaign for tag in tags}) == 1 else None,
        prior=first.prior if same_prior else None,
        percent=first.percent if same_prior else None,
    )


def _for_members(tag: PriceTag) -> tuple[object, ...]:
    return tag.loyalty, tag.program, tag.condition, tag.loyalty_multibuy
