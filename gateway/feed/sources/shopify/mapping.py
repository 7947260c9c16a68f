"""Shopify's articles, prices, stock and places as our rows. ``docs/shopify.md`` has the table.

Keys are Shopify's own numbers: the article's for a group, the variant's for a product. Nothing here
reads, writes or knows the time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from gateway.domain import gtin, money
from gateway.domain.rows import Row
from gateway.feed.messages import Change
from gateway.feed.sources import plain_text, shopify_cells
from gateway.feed.sources.shopify.records import Article, Facts, Level, Option, Place, Variant
from gateway.feed.sources.shopify.styles import Style
from gateway.settings import Settings

VERSION = 1
"""Raised when the same answers become other rows: everything is read again then."""

MAX_VARIANTS = 2_048
"""Per article, as Shopify's own limit; more are left out and told."""

MAX_BARCODES = 10
_MAX_AXIS_VALUES = 200
_MAX_OPTIONS = 3
_NO_OPTIONS = ("title", ("default title",))
_GTIN = re.compile(r"\d{8}|\d{12,14}", re.ASCII)
_PICTURE = re.compile(r"https?://[!-~]+", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What holds for every row: language, money, tax, and our ids of Shopify's places.

    ``tax`` is None where prices stand without tax and nobody said how much it is: no prices then.
    """

    language: str
    currency: str
    tax: Decimal | None
    places: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """Rows of one article, and by variant what is wrong with its barcode or price."""

    rows: tuple[Row, ...] = ()
    problems: Mapping[str, str] | None = None


class PlacesError(ValueError):
    """It cannot be known which of Shopify's places is this shop; the message says what to write."""


def rules(settings: Settings, facts: Facts) -> Rules:
    """The rules of this shop. Raises ``PlacesError``."""
    percent = settings.shopify.tax_percent
    tax = Decimal(percent) / 100 if percent is not None else None
    return Rules(
        language=settings.shop.language,
        currency=facts.currency,
        tax=Decimal(0) if facts.taxes_included else tax,
        places=_places(settings, facts.places),
    )


def place_rows(settings: Settings, facts: Facts, places: Mapping[str, str]) -> Iterable[Row]:
    """The location rows of the places that ``places`` names."""
    for place in facts.places:
        ours = places.get(place.id)
        if ours is None:
            continue
        value: dict[str, Any] = {
            "name": plain_text.tidy(place.name) or ours,
            "kind": "warehouse" if ours in settings.shopify.warehouses else "shop",
        }
        if address := plain_text.tidy(place.address):
            value["address"] = address
        if phone := plain_text.tidy(place.phone):
            value["phone"] = phone
        yield Row(kind="location", key=ours, value=value)


def article_rows(
    article: Article,
    variants: Sequence[Variant],
    style: Style,
    siblings: Sequence[str],
    rules: Rules,
) -> Mapped:
    """Group, products and offers of one article; nothing for one that is not on sale here."""
    if not article.on_sale:
        return Mapped()
    options = _options(article)
    shown = sorted(variants, key=lambda one: (one.position, len(one.id), one.id))[:MAX_VARIANTS]
    grouped = bool(options or style.key)
    rows: list[Row] = []
    problems: dict[str, str] = {}
    if grouped:
        rows.append(_group(article, options, siblings, rules))
    for variant in shown:
        numbers, codes, why = _barcodes(variant.barcode)
        value = _product(article, variant, options, style, rules, grouped=grouped)
        value |= {"gtins": numbers} | ({"codes": codes} if codes else {})
        rows.append(Row(kind="product", key=variant.id, value=value))
        offers = _offers(variant, rules)
        if offers:
            row = {"currency": rules.currency, "offers": offers}
            rows.append(Row(kind="offers", key=variant.id, value=row))
        elif rules.tax is not None:
            why = f"price {variant.price[:40]!r} is no amount; correct it in Shopify"
        if why:
            problems[variant.id] = f"{plain_text.tidy(article.title, 60)}: {why}"
    return Mapped(rows=tuple(rows), problems=problems)


def stock_change(level: Level, variant: str, *, tracked: bool, rules: Rules) -> Change | None:
    """The stock of ``variant`` at one of our places; None for a place that is none of ours.

    Below zero (oversold) is 0; what Shopify does not track is unknown. The value is None, a
    tombstone, where the variant is no longer kept.
    """
    place = rules.places.get(level.place)
    if place is None:
        return None
    key = f"{place}/{variant}"
    if not level.active:
        return Change(kind="stock", key=key, value=None)
    available = None if not tracked or level.available is None else max(0, level.available)
    return Change(kind="stock", key=key, value={"available": available, "as_of": level.updated_at})


def _places(settings: Settings, places: Sequence[Place]) -> Mapping[str, str]:
    """Our ids by Shopify's numbers. Raises ``PlacesError``."""
    store, named = settings.shop.store, settings.shopify.locations
    known = ", ".join(f'"{place.name}"' for place in places[:20]) or "none"
    if not named and len(places) == 1:
        return {places[0].id: store}
    if store not in named:
        raise PlacesError(
            f'which of its places is this shop? Write {store} = "..." under [shopify.locations]; '
            f"Shopify has {known}"
        )
    found: dict[str, str] = {}
    for ours, theirs in named.items():
        fitting = [
            place
            for place in places
            if theirs in {place.name, place.id, f"gid://shopify/Location/{place.id}"}
        ]
        if len(fitting) != 1:
            raise PlacesError(
                f'[shopify.locations] {ours} = "{theirs}" names {len(fitting)} of its active '
                f"places; write the name or the id of one. Shopify has {known}"
            )
        found[fitting[0].id] = ours
    return found


def _options(article: Article) -> tuple[tuple[str, Option], ...]:
    """Our axis and Shopify's option for each way in which the variants differ."""
    found: list[tuple[str, Option]] = []
    for number, option in enumerate(article.options[:_MAX_OPTIONS], 1):
        values = tuple(value.casefold() for value in option.values)
        if (option.name.casefold(), values) == _NO_OPTIONS:
            continue
        axis = shopify_cells.axis_word(option.name, number, {axis for axis, _ in found})
        found.append((axis, option))
    return tuple(found)


def _group(
    article: Article,
    options: Sequence[tuple[str, Option]],
    siblings: Sequence[str],
    rules: Rules,
) -> Row:
    def texts(text: str) -> dict[str, str]:
        return {rules.language: plain_text.tidy(text)}

    value: dict[str, Any] = {"name": texts(article.title or article.handle)}
    if vendor := plain_text.tidy(article.vendor):
        value["brand"] = vendor
    if description := plain_text.tidy(article.description):
        value["description"] = {rules.language: description}
    value["axes"] = [
        {
            "axis": axis,
            "name": texts(option.name),
            "values": [plain_text.tidy(one) for one in option.values[:_MAX_AXIS_VALUES]],
        }
        for axis, option in options
    ]
    value["siblings"] = list(siblings)
    return Row(kind="group", key=article.id, value=value | _picture(article))


def _product(
    article: Article,
    variant: Variant,
    options: Sequence[tuple[str, Option]],
    style: Style,
    rules: Rules,
    *,
    grouped: bool,
) -> dict[str, Any]:
    chosen = dict(variant.choices)
    values = {axis: plain_text.tidy(chosen.get(option.name, "")) for axis, option in options}
    name = plain_text.tidy(article.title or article.handle)
    value: dict[str, Any] = {"group": article.id if grouped else None}
    value["name"] = {rules.language: name}
    value["options"] = {axis: choice for axis, choice in values.items() if choice}
    if sku := plain_text.tidy(variant.sku):
        value["sku"] = sku
    if color := value["options"].get("color") or style.color:
        value["color"] = {"name": {rules.language: color}}
    if category := plain_text.tidy(article.category):
        value["category"] = category
    if not grouped and (vendor := plain_text.tidy(article.vendor)):
        value["attributes"] = {"brand": vendor}
    value["status"] = "active"
    return value | _picture(article)


def _picture(article: Article) -> dict[str, Any]:
    usable = len(article.image) <= plain_text.MAX_LENGTH and _PICTURE.fullmatch(article.image)
    return {"image": {"url": article.image}} if usable else {}


def _barcodes(text: str) -> tuple[list[str], list[str], str]:
    """GTINs with 14 digits, other codes, and what is wrong with them (empty: nothing)."""
    words = list(dict.fromkeys(re.split(r"[\s,;|]+", text.strip())))
    numbers: dict[str, None] = {}
    codes: list[str] = []
    why = ""
    for word in filter(None, words[:MAX_BARCODES]):
        if not _GTIN.fullmatch(word):
            codes.append(plain_text.tidy(word))
            continue
        try:
            numbers[gtin.normalise(word)] = None
        except gtin.GtinError as error:
            codes.append(word)
            why = f"barcode: {error}; write the number under the bars in Shopify"
    return list(numbers), codes, why


def _offers(variant: Variant, rules: Rules) -> list[dict[str, Any]]:
    price = _amount(variant.price, variant, rules)
    if price is None:
        return []
    before = _amount(variant.compare_at or "", variant, rules)
    return shopify_cells.offers(price, before)


def _amount(text: str, variant: Variant, rules: Rules) -> str | None:
    """What is paid, tax included; None if that cannot be said."""
    if rules.tax is None or not money.AMOUNT.fullmatch(text):
        return None
    if not variant.taxable or not rules.tax:
        return text
    unit = Decimal(1).scaleb(-money.MINOR_UNITS.get(rules.currency, 2))
    return str((Decimal(text) * (1 + rules.tax)).quantize(unit, rounding=ROUND_HALF_UP))
