"""Where a product is to be had: in this shop, in another, online; and in which words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from gateway.domain import labels, stock
from gateway.domain.catalogue import Family, Location, Product
from gateway.domain.stock import Availability
from gateway.shopper import texts
from gateway.web.words import Text

_TO_BE_HAD = (Availability.IN_STOCK, Availability.LAST)
_PLACES_FOR_SHOPPERS = ("shop", "online", "elsewhere")


class Band(Enum):
    """What one cell of the grid says; the order is from most to least hopeful."""

    HERE = "here"
    LAST = "last"
    UNKNOWN = "unknown"
    ELSEWHERE = "elsewhere"
    ONLINE = "online"
    NONE = "none"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a band is shown: always an icon and words, and one of the meanings."""

    tone: str
    icon: str
    short: Text
    long: Text


LOOKS = {
    Band.HERE: Look(tone="good", icon="good", short=texts.HERE, long=texts.HERE_LONG),
    Band.LAST: Look(tone="attention", icon="last", short=texts.LAST, long=texts.LAST_LONG),
    Band.UNKNOWN: Look(tone="attention", icon="ask", short=texts.UNKNOWN, long=texts.UNKNOWN_LONG),
    Band.ELSEWHERE: Look(
        tone="plain", icon="shop", short=texts.ELSEWHERE, long=texts.ELSEWHERE_LONG
    ),
    Band.ONLINE: Look(tone="plain", icon="online", short=texts.ONLINE, long=texts.ONLINE_LONG),
    Band.NONE: Look(tone="plain", icon="none", short=texts.NONE, long=texts.NONE_LONG),
    Band.WITHDRAWN: Look(
        tone="trouble", icon="trouble", short=texts.WITHDRAWN, long=texts.WITHDRAWN_LONG
    ),
}
_FOR_PLACES = {
    Availability.IN_STOCK: Band.HERE,
    Availability.LAST: Band.LAST,
    Availability.UNKNOWN: Band.UNKNOWN,
    Availability.NONE: Band.NONE,
}
_ORDER = tuple(Band)


def is_for_sale(product: Product) -> bool:
    """Whether the article may be sold at all; what is *discontinued* is sold off."""
    return product.status not in labels.WITHDRAWN


def here(product: Product, family: Family, shop: str) -> Availability:
    """The stock of this shop, with what it knows itself."""
    level = family.stock.get((shop, product.id))
    return stock.availability(level, family.observed.get(product.id))


def there(product: Product, family: Family, place: str) -> Availability:
    """The stock of another place."""
    return stock.availability(family.stock.get((place, product.id)))


def other_places(family: Family, shop: str) -> tuple[Location, ...]:
    """The places a shopper can turn to besides this shop: shops first, then online."""
    places = (
        place
        for place in family.locations
        if place.id != shop and place.kind in _PLACES_FOR_SHOPPERS
    )
    return tuple(sorted(places, key=lambda place: (place.kind == "online", place.name)))


def at_place(product: Product, family: Family, place: Location) -> Band:
    """What another place has."""
    return _FOR_PLACES[there(product, family, place.id)]


def had_at(product: Product, family: Family, shop: str) -> tuple[Location, ...]:
    """The other places that have it."""
    return tuple(
        place
        for place in other_places(family, shop)
        if there(product, family, place.id) in _TO_BE_HAD
    )


def band(product: Product, family: Family, shop: str) -> Band:
    """What the grid says of a product; unknown here comes before known elsewhere."""
    if not is_for_sale(product):
        return Band.WITHDRAWN
    in_shop = here(product, family, shop)
    if in_shop is not Availability.NONE:
        return _FOR_PLACES[in_shop]
    places = had_at(product, family, shop)
    if any(place.kind != "online" for place in places):
        return Band.ELSEWHERE
    return Band.ONLINE if places else Band.NONE


def hope(band: Band) -> int:
    """For sorting: the most hopeful first."""
    return _ORDER.index(band)


def best(products: Iterable[Product], family: Family, shop: str) -> tuple[Product, Band] | None:
    """The product to show where several stand in one place; None where there is none."""
    bands = [(product, band(product, family, shop)) for product in products]
    return min(bands, key=lambda pair: hope(pair[1]), default=None)
