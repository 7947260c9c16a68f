"""What the shop sells, as it is in force: groups, products, prices, stock and places.

Everything here is built from feed values that were checked on arrival (``feed.rows``), so the
builders do not check again; they turn JSON objects into frozen records.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from gateway.domain import multibuy, opening
from gateway.domain.money import Money
from gateway.domain.multibuy import MultiBuy
from gateway.domain.observed import Observed
from gateway.domain.opening import OpeningHours, ShopHours

# No offset leads out of the calendar from here: 0001-01-01 means "no date", and as an end
# 9999-12-31 does, too.
_FIRST = datetime(2, 1, 1, tzinfo=UTC)
_LAST = datetime(9998, 12, 31, tzinfo=UTC)

Texts = Mapping[str, str]
"""One text in several languages, by ISO 639-1 code."""

Value = Mapping[str, Any]
"""The JSON object of one feed row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """One way the products of a group differ; the order of ``values`` is the brand's."""

    axis: str
    name: Texts = field(default_factory=dict)
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A product group: one style in all its sizes and colours."""

    id: str
    name: Texts
    brand: str | None = None
    description: Texts = field(default_factory=dict)
    axes: tuple[Axis, ...] = ()
    siblings: tuple[str, ...] = ()
    image_url: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """One variant, known by the retailer's own article id."""

    id: str
    group: str | None = None
    gtins: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    sku: str | None = None
    name: Texts = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    color_name: Texts = field(default_factory=dict)
    color_hex: str | None = None
    category: str | None = None
    status: str = "active"
    ranged: bool = True
    zone: str | None = None
    image_url: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One price with the time it holds: ``[valid_from, valid_until)``, None is open.

    ``prior_amount`` is what the source says was the lowest price before a reduction.
    """

    kind: str
    amount: Decimal
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    campaign: str | None = None
    program: str | None = None
    condition: Texts = field(default_factory=dict)
    prior_amount: Decimal | None = None
    multibuy: MultiBuy | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PastPrice:
    """A price that everybody could pay in ``[began, ended)``; ``kind`` is that of its offer."""

    price: Money
    kind: str
    began: datetime
    ended: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers:
    """All prices of one product, present and future, with what the shop knows of its past.

    These prices count from ``since`` on; before that ``past`` tells, in order. Without ``since``
    nothing was known before, and the prices tell of the past themselves. ``replaced`` are prices
    that counted until ``replaced_at``, where what was paid then still holds until the shop closes.
    """

    product: str
    currency: str
    offers: tuple[Offer, ...] = ()
    tax_included: bool = True
    deposit: Money | None = None
    unit_price: Money | None = None
    unit: str | None = None
    unit_value: Decimal | None = None
    since: datetime | None = None
    past: tuple[PastPrice, ...] = ()
    replaced: Offers | None = None
    replaced_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StockLevel:
    """What the source says is available at one location; ``available`` None is unknown, not 0."""

    location: str
    product: str
    available: Decimal | None
    as_of: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """A place with stock: this shop, a neighbour, the web shop."""

    id: str
    name: str
    kind: str
    address: str | None = None
    phone: str | None = None
    url: str | None = None
    hours: OpeningHours = field(default_factory=OpeningHours)


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """All that one shopper's question needs: a product's group with its siblings.

    ``group`` is None for a product that belongs to none; ``products`` then holds just that one.
    ``offers`` is by product id, ``stock`` by (location id, product id). ``quiet`` are the opening
    hours in which no price rises; None where prices rise at any time. ``withdrawn`` are
    products whose price was taken off the shelf: they have no ``offers`` here, and people are
    sent to the till. ``observed`` is what this shop itself knows of its stock, by product id.
    """

    group: Group | None
    siblings: tuple[Group, ...]
    products: tuple[Product, ...]
    offers: Mapping[str, Offers]
    stock: Mapping[tuple[str, str], StockLevel]
    locations: tuple[Location, ...]
    quiet: ShopHours | None = None
    withdrawn: frozenset[str] = frozenset()
    observed: Mapping[str, Observed] = field(default_factory=dict)


def text(texts: Texts, language: str) -> str:
    """The text in ``language``, else in English, else in the first language there is."""
    if not texts:
        return ""
    return texts.get(language) or texts.get("en") or next(iter(texts.values()))


def group_from(key: str, value: Value) -> Group:
    """The group in a checked ``group`` row."""
    axes = tuple(
        Axis(
            axis=axis["axis"],
            name=axis.get("name") or {},
            values=tuple(axis.get("values") or ()),
        )
        for axis in value.get("axes") or ()
    )
    return Group(
        id=key,
        name=value["name"],
        brand=value.get("brand"),
        description=value.get("description") or {},
        axes=axes,
        siblings=tuple(value.get("siblings") or ()),
        image_url=_image_url(value),
        url=value.get("url"),
    )


def product_from(key: str, value: Value) -> Product:
    """The product in a checked ``product`` row."""
    color = value.get("color") or {}
    return Product(
        id=key,
        group=value.get("group"),
        gtins=tuple(value.get("gtins") or ()),
        codes=tuple(value.get("codes") or ()),
        sku=value.get("sku"),
        name=value.get("name") or {},
        options=value.get("options") or {},
        color_name=color.get("name") or {},
        color_hex=color.get("hex"),
        category=value.get("category"),
        status=value.get("status") or "active",
        ranged=value.get("ranged", True) is not False,
        zone=value.get("zone"),
        image_url=_image_url(value),
        url=value.get("url"),
    )


def offers_from(key: str, value: Value) -> Offers:
    """The prices in a checked ``offers`` row."""
    currency = value["currency"]
    unit_price = value.get("unit_price") or {}
    per = unit_price.get("per") or {}
    return Offers(
        product=key,
        currency=currency,
        offers=tuple(_offer(offer) for offer in value.get("offers") or ()),
        tax_included=value.get("tax_included", True) is not False,
        deposit=_money(value.get("deposit"), currency),
        unit_price=_money(unit_price.get("amount"), currency),
        unit=per.get("unit"),
        unit_value=Decimal(str(per["value"])) if per else None,
    )


def stock_from(key: str, value: Value) -> StockLevel:
    """The stock level in a checked ``stock`` row; its key is ``{location}/{product}``."""
    location, _, product = key.partition("/")
    available = value.get("available")
    return StockLevel(
        location=location,
        product=product,
        available=None if available is None else Decimal(str(available)),
        as_of=_counted(value["as_of"]),
    )


def location_from(key: str, value: Value) -> Location:
    """The place in a checked ``location`` row."""
    return Location(
        id=key,
        name=value["name"],
        kind=value["kind"],
        address=value.get("address"),
        phone=value.get("phone"),
        url=value.get("url"),
        hours=opening.hours_from(value.get("hours") or (), value.get("exceptions") or ()),
    )


def _money(amount: str | None, currency: str) -> Money | None:
    return None if amount is None else Money(amount=Decimal(amount), currency=currency)


def _offer(value: Value) -> Offer:
    terms, prior = value.get("multibuy"), value.get("prior_amount")
    return Offer(
        kind=value["kind"],
        amount=Decimal(value["amount"]),
        valid_from=_beginning(value.get("valid_from")),
        valid_until=_end(value.get("valid_until")),
        campaign=value.get("campaign"),
        program=value.get("program"),
        condition=value.get("condition") or {},
        prior_amount=None if prior is None else Decimal(prior),
        multibuy=multibuy.multibuy_from(terms) if terms else None,
    )


def _beginning(text: str | None) -> datetime | None:
    """When an offer begins; the beginning of the calendar is open, its end is never."""
    instant = None if text is None else datetime.fromisoformat(text)
    return None if instant is None or instant < _FIRST else min(instant, _LAST)


def _end(text: str | None) -> datetime | None:
    """When an offer ends; the ends of the calendar, as many systems write them, are open."""
    instant = None if text is None else datetime.fromisoformat(text)
    return None if instant is None or not _FIRST <= instant <= _LAST else instant


def _counted(text: str) -> datetime:
    return min(max(datetime.fromisoformat(text), _FIRST), _LAST)


def _image_url(value: Value) -> str | None:
    image = value.get("image") or {}
    url = image.get("url")
    return url if isinstance(url, str) else None
