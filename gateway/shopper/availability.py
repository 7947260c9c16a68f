"""The same answer for programs: ``GET /api/availability/{product}``."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from gateway.domain import catalogue, prior_price
from gateway.domain.catalogue import Family, Product
from gateway.shopper import stocked
from gateway.shopper.shop import Shop

Band = Literal["in_stock", "last", "none", "unknown"]


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PlaceStock(_Answer):
    """What one place has; counts are never given."""

    location: str
    name: str
    kind: Annotated[str, Field(description="shop, online or elsewhere")]
    availability: Band


class PriceNow(_Answer):
    """The price in force; amounts are decimal strings in ``currency`` (ISO 4217)."""

    amount: str
    currency: str
    kind: Annotated[str, Field(description="list, sale or clearance")]
    regular: Annotated[str | None, Field(description="the list price when amount is below it")]
    prior: Annotated[
        str | None, Field(description="the lowest price of the 30 days before the reduction")
    ]
    percent: Annotated[int | None, Field(description="how much less amount is than prior")]
    valid_until: datetime | None


class Variant(_Answer):
    """One product of the style."""

    product: str
    group: str | None
    gtins: tuple[str, ...]
    options: dict[str, str]
    status: Annotated[str, Field(description="active, blocked, recalled or discontinued")]
    here: Band
    elsewhere: tuple[PlaceStock, ...]


class AvailabilityAnswer(_Answer):
    """Price and stock of one product, and the stock of all its variants."""

    product: str
    name: dict[str, str]
    brand: str | None
    location: Annotated[str, Field(description="the shop that 'here' means")]
    as_of: Annotated[datetime | None, Field(description="latest stock news of this shop")]
    price: PriceNow | None
    variants: tuple[Variant, ...]


def availability(family: Family, product: Product, shop: Shop, at: datetime) -> AvailabilityAnswer:
    """The answer about ``product`` of ``family`` at ``at``."""
    own, group = family.group, product.name
    known = [level.as_of for (place, _), level in family.stock.items() if place == shop.id]
    return AvailabilityAnswer(
        product=product.id,
        name=dict(own.name if own is not None else group),
        brand=own.brand if own is not None else None,
        location=shop.id,
        as_of=max(known, default=None),
        price=_price(family, product, at),
        variants=tuple(_variant(one, family, shop) for one in family.products),
    )


def _price(family: Family, product: Product, at: datetime) -> PriceNow | None:
    offers: catalogue.Offers | None = family.offers.get(product.id)
    tag = prior_price.price_tag(offers, at, family.quiet) if offers is not None else None
    if tag is None:
        return None
    return PriceNow(
        amount=f"{tag.price.amount:f}",
        currency=tag.price.currency,
        kind=tag.kind,
        regular=f"{tag.regular.amount:f}" if tag.regular is not None else None,
        prior=f"{tag.prior.amount:f}" if tag.prior is not None else None,
        percent=tag.percent,
        valid_until=tag.valid_until,
    )


def _variant(product: Product, family: Family, shop: Shop) -> Variant:
    return Variant(
        product=product.id,
        group=product.group,
        gtins=product.gtins,
        options=dict(product.options),
        status=product.status,
        here=stocked.here(product, family, shop.id).value,
        elsewhere=tuple(
            PlaceStock(
                location=place.id,
                name=place.name,
                kind=place.kind,
                availability=stocked.there(product, family, place.id).value,
            )
            for place in stocked.other_places(family, shop.id)
        ),
    )
