"""Labels, what they are bound to, and the facts that a picture is drawn from.

A label shows one product, a group, or the products of a group with some options fixed. Facts are
derived from data alone: the same family, target and instant always give the same facts.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import Enum

from gateway.domain import common_price, digital_link, gtin, picturing, pricing, scripts, stock
from gateway.domain.catalogue import Family, Group, Product, text
from gateway.domain.common_price import CommonPrice
from gateway.domain.money import Money
from gateway.domain.pricing import PriceTag
from gateway.domain.stock import Availability

CODE_LENGTH = 6
WITHDRAWN = frozenset({"blocked", "recalled"})
"""Statuses of what must not be sold; *discontinued* is not ordered again, and is sold off."""
CHOICES = ("size", "color")
"""The axes that labels have words for."""
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOKALIKES = str.maketrans("OIL", "011")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a label stands for: a product, or a group narrowed by ``where`` (axis to value)."""

    product: str | None = None
    group: str | None = None
    where: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if (self.product is None) == (self.group is None):
            raise ValueError("a label is bound to a product or to a group, one of the two")
        if self.product is not None and self.where:
            raise ValueError("fixed options narrow a group, not a product")


class LabelState(Enum):
    """The situation a template draws differently; ``LOYALTY`` and ``LAST`` stand beside another."""

    REGULAR = "regular"
    SALE = "sale"
    CLEARANCE = "clearance"
    SOLD_OUT = "sold_out"
    BLOCKED = "blocked"
    RECALLED = "recalled"
    NO_PRICE = "no_price"
    COMING = "coming"
    WITHDRAWN = "withdrawn"
    UNBOUND = "unbound"
    LOYALTY = "loyalty"
    LAST = "last"


BESIDE = frozenset({LabelState.LOYALTY, LabelState.LAST})
"""States that stand beside another: members pay less, these are the last pieces."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeFact:
    """One size in the label's size run and whether this shop has it."""

    size: str
    availability: Availability


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureFact:
    """The article's picture: ``sha256`` names it, the size is in pixels.

    ``data`` is its bytes (WebP), where somebody fetched them to draw it; the name alone decides
    whether two pictures are the same.
    """

    sha256: str
    width: int
    height: int
    data: bytes = field(default=b"", repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondTexts:
    """What a label of two languages says in its second one."""

    language: str
    title: str = ""
    variant: str = ""
    color: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelFacts:
    """Everything a template may name.

    ``link`` is what the QR code holds; ``reference`` is the retailer's own number for people;
    ``price_from`` says that products under this label cost different amounts and ``tag`` is the
    lowest. ``tag`` is None without a price in force. ``until`` is the end of what has no price,
    such as an order that waits to be collected. ``year`` is the one of which all this is said,
    None where no time matters. ``left_out`` names the facts whose text runs from right to left:
    something else is said in its place, or nothing. ``color_hex`` is the colour that all share,
    ``#rrggbb`` or nothing; ``picture`` is None where there is none here. ``choices`` are the axes
    ("size", "color") in which the article is offered in more than one way.
    """

    code: str
    link: str
    language: str
    state: LabelState
    title: str = ""
    brand: str = ""
    variant: str = ""
    color: str = ""
    color_hex: str = ""
    size: str = ""
    reference: str = ""
    gtin: str | None = None
    picture: PictureFact | None = None
    tag: PriceTag | None = None
    price_from: bool = False
    unit_price: Money | None = None
    unit: str | None = None
    unit_value: Decimal | None = None
    deposit: Money | None = None
    sizes: tuple[SizeFact, ...] = ()
    choices: frozenset[str] = frozenset()
    year: int | None = None
    beside: frozenset[LabelState] = frozenset()
    coming: datetime | None = None
    until: datetime | None = None
    second: SecondTexts | None = None
    left_out: tuple[str, ...] = ()

    @property
    def states(self) -> frozenset[LabelState]:
        """``state`` and those that stand beside it."""
        return self.beside | {self.state}


def new_code() -> str:
    """A label code: six characters of Crockford's base 32, made to be read aloud and typed."""
    return "".join(secrets.choice(_CROCKFORD) for _ in range(CODE_LENGTH))


def normalise_code(typed: str) -> str | None:
    """The label code a person or a QR meant, or None if it cannot be one."""
    code = typed.strip().upper().translate(_LOOKALIKES)
    if len(code) == CODE_LENGTH and all(letter in _CROCKFORD for letter in code):
        return code
    return None


def products_shown(target: Target, family: Family) -> tuple[Product, ...]:
    """The products a label stands for, in the family's order."""
    if target.product is not None:
        return tuple(product for product in family.products if product.id == target.product)
    return tuple(
        product
        for product in family.products
        if product.group == target.group
        and all(product.options.get(axis) == value for axis, value in target.where.items())
    )


def picture_url(target: Target, family: Family) -> str | None:
    """Where the picture of what the label stands for is: an article's own, else its group's."""
    own = picturing.of_products(products_shown(target, family))
    group = family.group.image_url if family.group is not None else None
    return next(filter(None, own), group)


def unbound_facts(code: str, *, public_base: str, language: str) -> LabelFacts:
    """The facts of a label that is not bound to anything."""
    link = digital_link.build_for_label(public_base, code)
    return LabelFacts(code=code, link=link, language=language, state=LabelState.UNBOUND)


def facts(
    target: Target,
    family: Family,
    *,
    code: str,
    shop: str,
    public_base: str,
    language: str,
    at: datetime,
    second_language: str | None = None,
    picture: PictureFact | None = None,
) -> LabelFacts:
    """What the label bound to ``target`` says at ``at`` in ``shop`` (a location id).

    ``picture`` is that of ``picture_url``, if it is here.
    """
    shown = products_shown(target, family)
    group = family.group
    one = shown[0] if len(shown) == 1 else None
    sold = tuple(product for product in shown if product.status not in WITHDRAWN)
    is_withdrawn = any(product.id in family.withdrawn for product in shown)
    price = CommonPrice() if is_withdrawn else common_price.of(sold or shown, family, at)
    color = _color(shown, language)
    size = scripts.drawable(one.options.get("size")) if one is not None else ""
    coming = None if price.tag is not None or is_withdrawn else _coming(sold, family, at)
    own_gtin = next((number for number in one.gtins), None) if one is not None else None
    return LabelFacts(
        code=code,
        link=_link(own_gtin, code, public_base),
        language=language,
        state=_state(shown, family, shop, price.tag, coming),
        title=_title(group, one, language) or _title_in_numbers(group, one, target),
        brand=scripts.drawable(group.brand) if group is not None else "",
        variant=_variant(color, size),
        color=color,
        color_hex=_only(picturing.color(product.color_hex) or "" for product in shown),
        size=size,
        reference=_reference(one, target),
        gtin=own_gtin,
        picture=picture,
        tag=price.tag,
        price_from=price.is_from,
        unit_price=price.unit_price,
        unit=price.unit,
        unit_value=price.unit_value,
        deposit=price.deposit,
        sizes=() if one is not None else _sizes(shown, family, shop),
        choices=frozenset(_choices(family)),
        year=at.year,
        beside=_beside(sold, family, shop, price.tag),
        coming=coming,
        second=_second(group, one, shown, size, second_language),
        left_out=tuple(_left_out(group, one, shown, language)),
    )


def _second(
    group: Group | None,
    one: Product | None,
    shown: Iterable[Product],
    size: str,
    language: str | None,
) -> SecondTexts | None:
    if language is None:
        return None
    color = _color(shown, language)
    return SecondTexts(
        language=language,
        title=_title(group, one, language),
        variant=_variant(color, size),
        color=color,
    )


def _left_out(
    group: Group | None, one: Product | None, shown: Iterable[Product], language: str
) -> Iterator[str]:
    """The facts that would run from right to left as they stand."""
    name = text(one.name, language) if one is not None else ""
    if scripts.runs_right_to_left(name or (text(group.name, language) if group else "")):
        yield "title"
    if group is not None and scripts.runs_right_to_left(group.brand or ""):
        yield "brand"
    if any(scripts.runs_right_to_left(text(product.color_name, language)) for product in shown):
        yield "color"
    if any(scripts.runs_right_to_left(product.options.get("size", "")) for product in shown):
        yield "size"
    if one is not None and scripts.runs_right_to_left(one.sku or ""):
        yield "reference"


def _color(shown: Iterable[Product], language: str) -> str:
    """The colour that all share, in words."""
    return _only(text(scripts.readable(product.color_name), language) for product in shown)


def _link(own_gtin: str | None, code: str, public_base: str) -> str:
    if own_gtin is not None and not gtin.is_in_store(own_gtin):
        return digital_link.build(public_base, own_gtin)
    return digital_link.build_for_label(public_base, code)


def _variant(color: str, size: str) -> str:
    return " · ".join(part for part in (color, size) if part)


def _coming(sold: Iterable[Product], family: Family, at: datetime) -> datetime | None:
    """When the first of these articles gets a price."""
    instants = (
        instant
        for product in sold
        if (offers := family.offers.get(product.id)) is not None
        and (instant := pricing.next_change([offers], at, family.quiet)) is not None
        and pricing.effective(offers, instant, family.quiet) is not None
    )
    return min(instants, default=None)


def _beside(
    sold: Iterable[Product], family: Family, shop: str, tag: PriceTag | None
) -> frozenset[LabelState]:
    """What is true beside the state: members pay less, these are the last pieces."""
    if tag is None:
        return frozenset()
    best = stock.best(_availability(product, family, shop) for product in sold)
    found = {
        LabelState.LOYALTY: tag.loyalty is not None or tag.loyalty_multibuy is not None,
        LabelState.LAST: best is Availability.LAST,
    }
    return frozenset(state for state, holds in found.items() if holds)


def _title(group: Group | None, one: Product | None, language: str) -> str:
    own = text(scripts.readable(one.name), language) if one is not None else ""
    return own or (text(scripts.readable(group.name), language) if group is not None else "")


def _title_in_numbers(group: Group | None, one: Product | None, target: Target) -> str:
    """What stands for a name that cannot be drawn; nothing where there is no name at all."""
    named = (one is not None and one.name) or (group is not None and group.name)
    return _reference(one, target) if named else ""


def _reference(one: Product | None, target: Target) -> str:
    if one is not None:
        return scripts.drawable(one.sku) or one.id
    return target.group or target.product or ""


def _state(
    shown: tuple[Product, ...],
    family: Family,
    shop: str,
    tag: PriceTag | None,
    coming: datetime | None,
) -> LabelState:
    statuses = {product.status for product in shown}
    if "recalled" in statuses:
        return LabelState.RECALLED
    if statuses == {"blocked"}:
        return LabelState.BLOCKED
    if any(product.id in family.withdrawn for product in shown):
        return LabelState.WITHDRAWN
    if tag is None:
        return LabelState.NO_PRICE if coming is None else LabelState.COMING
    bands = {_availability(product, family, shop) for product in shown}
    if bands == {Availability.NONE}:
        return LabelState.SOLD_OUT
    return {"sale": LabelState.SALE, "clearance": LabelState.CLEARANCE}.get(
        tag.kind, LabelState.REGULAR
    )


def _availability(product: Product, family: Family, shop: str) -> Availability:
    """What this shop can sell: nothing of an article that was taken out of sale."""
    if product.status in WITHDRAWN:
        return Availability.NONE
    return stock.availability(family.stock.get((shop, product.id)), family.observed.get(product.id))


def _sizes(shown: tuple[Product, ...], family: Family, shop: str) -> tuple[SizeFact, ...]:
    axes = family.group.axes if family.group is not None else ()
    brand_order = next((axis.values for axis in axes if axis.axis == "size"), ())
    bands: dict[str, list[Availability]] = {}
    for product in shown:
        size = product.options.get("size")
        if size is not None and not scripts.runs_right_to_left(size):
            bands.setdefault(size, []).append(_availability(product, family, shop))
    ordered = [size for size in brand_order if size in bands]
    ordered += [size for size in bands if size not in brand_order]
    return tuple(SizeFact(size=size, availability=stock.best(bands[size])) for size in ordered)


def _choices(family: Family) -> Iterator[str]:
    """The axes along which there is another of the same, as far as is known here."""
    group = family.group
    if group is None:
        return
    for name in CHOICES:
        declared = next((axis.values for axis in group.axes if axis.axis == name), ())
        found = {product.options.get(name) for product in family.products} - {None}
        if len(found.union(declared)) > 1 or (name == "color" and group.siblings):
            yield name


def _only(texts: Iterable[str]) -> str:
    """The one text all share, else nothing."""
    distinct = set(texts)
    return distinct.pop() if len(distinct) == 1 else ""
