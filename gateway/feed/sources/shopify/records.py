"""What Shopify answers, as small records: only what we use, checked on arrival.

The field names are those of the Admin GraphQL API (release 2026-07). Ids are kept as the digits at
the end of Shopify's global ids.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

import pydantic
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

_GID = re.compile(r"gid://shopify/([A-Za-z]+)/(\d{1,20})(\?.*)?", re.ASCII)
_MAX_ITEMS = 2_500
_STATUSES = frozenset({"ACTIVE", "UNLISTED"})
T = TypeVar("T", bound=BaseModel)


class RecordError(ValueError):
    """The answer is not of the shape that Shopify documents; the message says where."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A way in which the variants of an article differ, its values in the merchant's order."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """What Shopify calls a product; ``on_sale`` is active there and published where we asked."""

    id: str
    handle: str
    title: str
    vendor: str
    category: str
    description: str
    image: str
    tags: tuple[str, ...]
    options: tuple[Option, ...]
    on_sale: bool
    style: str
    color: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One variant; ``choices`` are (option name, value), ``item`` its inventory item."""

    id: str
    article: str
    sku: str
    barcode: str
    price: str
    compare_at: str | None
    taxable: bool
    position: int
    choices: tuple[tuple[str, str], ...]
    item: str
    tracked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """How much of an item is at a place; ``active`` False: it is no longer kept there."""

    item: str
    place: str
    available: int | None
    active: bool
    updated_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What Shopify calls a location."""

    id: str
    name: str
    address: str
    phone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What holds for the whole shop; ``versions`` are the releases that Shopify supports now."""

    name: str
    currency: str
    taxes_included: bool
    places: tuple[Place, ...]
    versions: tuple[str, ...]


def number_of(gid: str) -> str:
    """The digits of a global id. Raises ``RecordError``."""
    found = _GID.fullmatch(gid)
    if found is None:
        raise RecordError(f"{gid[:80]!r} is no id of Shopify's")
    return found[2]


def kind_of(gid: object) -> str:
    """What a global id is of, like ``Product``; empty if it is none."""
    found = _GID.fullmatch(gid) if isinstance(gid, str) else None
    return found[1] if found is not None else ""


def _instant(text: str) -> str:
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", text):
        raise ValueError("is no time with an offset")
    return text


Gid = Annotated[str, AfterValidator(number_of)]
Words = Annotated[str, Field(max_length=20_000)]
Short = Annotated[str, Field(max_length=1_000)]


class _Wire(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, extra="ignore", strict=True)


class _Named(_Wire):
    name: Short


class _OptionWire(_Wire):
    name: Short
    option_values: Annotated[list[_Named], Field(max_length=_MAX_ITEMS)]


class _Value(_Wire):
    value: Short | None


class _Url(_Wire):
    url: Words


class _Preview(_Wire):
    image: _Url | None


class _Media(_Wire):
    preview: _Preview | None


class _ArticleWire(_Wire):
    id: Gid
    handle: Short
    title: Short
    vendor: Short
    product_type: Short
    status: Short
    description: Words
    tags: Annotated[list[Short], Field(max_length=_MAX_ITEMS)]
    options: Annotated[list[_OptionWire], Field(max_length=10)]
    featured_media: _Media | None
    published: bool = True
    style: _Value | None = None
    color: _Value | None = None


class _Ref(_Wire):
    id: Gid


class _Choice(_Wire):
    name: Short
    value: Short


class _Item(_Wire):
    id: Gid
    tracked: bool


class _VariantWire(_Wire):
    id: Gid
    product: _Ref
    sku: Short | None
    barcode: Short | None
    price: Short
    compare_at_price: Short | None
    taxable: bool
    position: int
    selected_options: Annotated[list[_Choice], Field(max_length=10)]
    inventory_item: _Item


class _Quantity(_Wire):
    name: Short
    quantity: int


class _LevelWire(_Wire):
    item: _Ref
    location: _Ref
    is_active: bool
    updated_at: Annotated[str, AfterValidator(_instant)]
    quantities: Annotated[list[_Quantity], Field(max_length=20)]


class _Address(_Wire):
    formatted: Annotated[list[Short], Field(max_length=20)]
    phone: Short | None


class _PlaceWire(_Wire):
    id: Gid
    name: Short
    address: _Address


class _Version(_Wire):
    handle: Short
    supported: bool


class _Shop(_Wire):
    name: Short
    currency_code: Short
    taxes_included: bool


class _Places(_Wire):
    nodes: Annotated[list[_PlaceWire], Field(max_length=_MAX_ITEMS)]


class _FactsWire(_Wire):
    shop: _Shop
    locations: _Places
    public_api_versions: Annotated[list[_Version], Field(max_length=100)]


def article(value: Any) -> Article:
    """The article in a ``Product`` object. Raises ``RecordError``."""
    wire = _read(_ArticleWire, value)
    preview = wire.featured_media.preview if wire.featured_media is not None else None
    return Article(
        id=wire.id,
        handle=wire.handle,
        title=wire.title,
        vendor=wire.vendor,
        category=wire.product_type,
        description=wire.description,
        image=preview.image.url if preview is not None and preview.image is not None else "",
        tags=tuple(wire.tags),
        options=tuple(
            Option(name=one.name, values=tuple(value.name for value in one.option_values))
            for one in wire.options
        ),
        on_sale=wire.status in _STATUSES and wire.published,
        style=(wire.style.value or "") if wire.style is not None else "",
        color=(wire.color.value or "") if wire.color is not None else "",
    )


def variant(value: Any) -> Variant:
    """The variant in a ``ProductVariant`` object. Raises ``RecordError``."""
    wire = _read(_VariantWire, value)
    return Variant(
        id=wire.id,
        article=wire.product.id,
        sku=wire.sku or "",
        barcode=wire.barcode or "",
        price=wire.price,
        compare_at=wire.compare_at_price,
        taxable=wire.taxable,
        position=wire.position,
        choices=tuple((one.name, one.value) for one in wire.selected_options),
        item=wire.inventory_item.id,
        tracked=wire.inventory_item.tracked,
    )


def level(value: Any) -> Level:
    """The level in an ``InventoryLevel`` object. Raises ``RecordError``."""
    wire = _read(_LevelWire, value)
    found = [one.quantity for one in wire.quantities if one.name == "available"]
    return Level(
        item=wire.item.id,
        place=wire.location.id,
        available=found[0] if found else None,
        active=wire.is_active,
        updated_at=wire.updated_at,
    )


def facts(value: Any) -> Facts:
    """The facts in the answer to ``queries.facts``. Raises ``RecordError``."""
    wire = _read(_FactsWire, value)
    return Facts(
        name=wire.shop.name,
        currency=wire.shop.currency_code,
        taxes_included=wire.shop.taxes_included,
        places=tuple(
            Place(
                id=one.id,
                name=one.name,
                address=", ".join(one.address.formatted),
                phone=one.address.phone or "",
            )
            for one in wire.locations.nodes
        ),
        versions=tuple(one.handle for one in wire.public_api_versions if one.supported),
    )


def member(value: Any, *path: str) -> Any:
    """What stands at ``path`` in nested objects. Raises ``RecordError``."""
    for place, name in enumerate(path, 1):
        if not isinstance(value, Mapping) or name not in value:
            raise RecordError(f"the answer has no {'.'.join(path[:place])}")
        value = value[name]
    return value


def _read(model: type[T], value: Any) -> T:
    try:
        return model.model_validate(value)
    except pydantic.ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise RecordError(f"{place or 'the answer'}: {first['msg'][:200]}") from error
