"""What a picture says of a price, as it is kept in the proof: plain words and decimal numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from gateway.domain import pricing
from gateway.domain.catalogue import Family, Product
from gateway.domain.labels import LabelFacts
from gateway.domain.money import Money
from gateway.domain.pricing import PriceTag

WITHDRAWN: Final = "withdrawn"
"""What stands for a price that was taken off the shelf."""
MOST_PRODUCTS: Final = 20
"""Products named for one label; of more only the number is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductPrice:
    """What one product costs now: ``price`` is the same as long as nothing of it changes.

    None without a price in force. ``campaign`` is the one that the price belongs to.
    """

    product: str
    price: str | None = None
    campaign: str | None = None


def of_products(
    products: Iterable[Product], family: Family, at: datetime
) -> tuple[ProductPrice, ...]:
    """What each of these products costs at ``at``, in their order."""
    found = []
    for product in products:
        if product.id in family.withdrawn:
            found.append(ProductPrice(product=product.id, price=WITHDRAWN))
            continue
        offers = family.offers.get(product.id)
        tag = pricing.effective(offers, at, family.quiet) if offers is not None else None
        if tag is None:
            found.append(ProductPrice(product=product.id))
        else:
            price = f"{tag.price.amount:f} {tag.price.currency} {tag.kind}"
            if tag.loyalty is not None:
                price += f" {tag.program or 'members'} {tag.loyalty.amount:f}"
            if tag.multibuy is not None:
                price += f" {tag.multibuy}"
            found.append(ProductPrice(product=product.id, price=price, campaign=tag.campaign))
    return tuple(found)


def told(facts: LabelFacts, seqs: Mapping[str, int | None], *, count: int) -> dict[str, Any]:
    """The facts of the price in a picture drawn from ``facts``.

    ``seqs`` has the products that the label stands for, each with the seq of its offers row, the
    first of ``count``. Amounts are decimal numbers as text, in ``currency``. Without ``price`` the
    picture shows none; ``state`` says why.
    """
    said: dict[str, Any] = {"state": facts.state.value, "offers": dict(seqs)}
    if count > len(seqs):
        said["products"] = count
    if facts.tag is not None:
        said |= _of_tag(facts.tag)
        said |= {
            "from": True if facts.price_from else None,
            "unit_price": _amount(facts.unit_price),
            "unit": _unit(facts) if facts.unit_price is not None else None,
            "deposit": _amount(facts.deposit),
        }
    return {name: value for name, value in said.items() if value is not None}


def _of_tag(tag: PriceTag) -> dict[str, Any]:
    until = tag.valid_until
    return {
        "price": _amount(tag.price),
        "currency": tag.price.currency,
        "kind": tag.kind,
        "regular": _amount(tag.regular),
        "prior": _amount(tag.prior),
        "percent": tag.percent,
        "loyalty": _amount(tag.loyalty),
        "program": tag.program,
        "multibuy": None if tag.multibuy is None else str(tag.multibuy.type),
        "campaign": tag.campaign,
        "valid_until": None if until is None else until.isoformat(timespec="seconds"),
    }


def _unit(facts: LabelFacts) -> str | None:
    if facts.unit is None or facts.unit_value is None or facts.unit_value == 1:
        return facts.unit
    return f"{facts.unit_value:f} {facts.unit}"


def _amount(money: Money | None) -> str | None:
    return None if money is None else f"{money.amount:f}"
