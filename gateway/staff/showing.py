"""Labels and articles as pages show them: every word and number ready to be written.

Pure: views from the store and a reader give frozen records for the templates.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from gateway.domain import catalogue, labels, picturing, prior_price
from gateway.domain.catalogue import Family
from gateway.domain.health import BATTERY_LOW_MV
from gateway.domain.labels import Target
from gateway.settings import Shop
from gateway.staff import explaining, texts, texts_of_prices
from gateway.staff.explaining import Reader, Standing
from gateway.store import pictures as pictures_kept
from gateway.store.articles import Articles
from gateway.store.database import Connection
from gateway.store.overview import LabelView
from gateway.web import pictured, served_pictures
from gateway.wording import money, numbers, times

THUMB_WIDTH, THUMB_HEIGHT = 148, 104
"""Room for a picture in a list, in CSS pixels: two fit side by side on a phone of 360."""

PHONE_WIDTH = 306


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """An instant: how long ago, the exact time in the shop, and RFC 3339 for programs."""

    ago: str
    exact: str
    iso: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """What a label stands for, in words. ``missing``: it is not in the catalogue any more.

    ``forms`` are the addresses of its picture with their widths, small first, once it is here.
    """

    name: str
    options: str
    number: str
    price: str
    was: str = ""
    missing: bool = False
    picture: pictured.Picture | None = field(default=None, repr=False)
    forms: tuple[tuple[str, int], ...] = field(default=(), repr=False)

    @property
    def full_name(self) -> str:
        """Name and options in one line."""
        return f"{self.name} · {self.options}" if self.options else self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A panel with a picture on it, or (``fingerprint`` None) with ``word`` in place of one."""

    fingerprint: str | None
    width: int
    height: int
    alt: str
    word: str = ""

    @property
    def thumb(self) -> tuple[int, int]:
        """Width and height in a list: the panel's pixels by the smallest of 1, 2, 4 or 8 that fits.

        Then every pixel counts the same, and on a screen of twice the density a half is exact.
        """
        part = _part(self, THUMB_WIDTH, THUMB_HEIGHT)
        return max(1, self.width // part), max(1, self.height // part)

    @property
    def phone_part(self) -> int:
        """By how much a phone divides the panel's pixels so that it fits: 1, 2, 4 or 8."""
        return _part(self, PHONE_WIDTH, self.height)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One label in a list. ``mark`` changes exactly when something worth a flip did."""

    id: str
    code: str
    alias: str
    article: Article | None
    wished: Picture
    shown: Picture
    standing: Standing
    link: Standing | None
    battery: str
    battery_low: bool
    heard: When
    waits: bool
    mark: str


def when(instant: datetime, reader: Reader) -> When:
    """The instant as ``reader`` reads it."""
    local = instant.astimezone(reader.zone)
    return When(
        ago=times.relative(instant, reader.now, reader.language),
        exact=times.exact(instant, reader.zone, reader.language),
        iso=local.isoformat(timespec="seconds"),
    )


def article(target: Target, family: Family | None, reader: Reader, shop: Shop) -> Article:
    """What ``target`` stands for now, as its label says it."""
    key = target.product or target.group or ""
    if family is None:
        gone = texts.GONE.say(reader.language, key=key)
        return Article(name=gone, options="", number=key, price="", missing=True)
    facts = labels.facts(
        target,
        family,
        code="",
        shop=shop.store,
        public_base=shop.public_base,
        language=reader.language,
        at=reader.priced_at,
    )
    price, was = _price(facts, reader, shop)
    name = facts.title or key
    return Article(
        name=name,
        options=facts.variant or ", ".join(target.where.values()),
        number=facts.reference or key,
        price=price,
        was=was,
        picture=_picture(target, family, name),
    )


def with_picture(one: Article, connection: Connection) -> Article:
    """The article with its picture, if that was fetched."""
    if one.picture is None or one.picture.url is None:
        return one
    kept = pictures_kept.kept(connection, one.picture.url)
    return one if kept is None else replace(one, forms=served_pictures.both(kept.sha256))


def _picture(target: Target, family: Family, name: str) -> pictured.Picture:
    """That of the products it stands for, else of their group; a colour only if all have it."""
    shown = labels.products_shown(target, family)
    colors = {product.color_hex for product in shown}
    group = family.group.id if family.group is not None else None
    return pictured.picture(
        name,
        colors.pop() if len(colors) == 1 else None,
        picturing.of_products(shown),
        pictured.of_groups(family, group),
    )


def row(view: LabelView, articles: Articles, reader: Reader, shop: Shop) -> Row:
    """One label of a list."""
    label = view.label
    standing = explaining.standing(view, reader)
    link = explaining.connection(view, reader)
    bound = None
    if view.binding is not None:
        target = view.binding.target
        bound = article(target, articles.of(target), reader, shop)
    wished, shown = pictures(view, bound, reader)
    mark = (standing.code, standing.word, wished.fingerprint, shown.fingerprint, link is None)
    return Row(
        id=label.id,
        code=label.code,
        alias=label.alias or "",
        article=bound,
        wished=wished,
        shown=shown,
        standing=standing,
        link=link,
        battery=battery(label.telemetry.battery_mv, reader),
        battery_low=(label.telemetry.battery_mv or BATTERY_LOW_MV) < BATTERY_LOW_MV,
        heard=when(label.last_heard, reader),
        waits=standing.code != "shown",
        mark="|".join(map(str, (*mark, bound))),
    )


def pictures(view: LabelView, bound: Article | None, reader: Reader) -> tuple[Picture, Picture]:
    """What the label should show and what it shows, at its panel's proportions."""
    language, panel = reader.language, view.label.panel
    what = bound.full_name if bound is not None else view.label.code
    wished = view.wish.fingerprint if view.wish is not None else None
    foreign = view.label.sight_sha256 is not None and view.shown is None

    def one(fingerprint: str | None, title: str, word: str) -> Picture:
        return Picture(
            fingerprint=fingerprint,
            width=panel.width,
            height=panel.height,
            alt=f"{title}: {what}" if fingerprint else f"{title}: {word}",
            word=word,
        )

    nothing = texts.NO_PICTURE.say(language)
    return (
        one(wished, texts.SHOULD_SHOW.say(language), nothing),
        one(
            view.shown,
            texts.SHOWS.say(language),
            texts.NOT_OURS.say(language) if foreign else nothing,
        ),
    )


def _part(picture: Picture, width: int, height: int) -> int:
    fitting = (
        part
        for part in (1, 2, 4)
        if picture.width <= width * part and picture.height <= height * part
    )
    return next(fitting, 8)


def battery(millivolts: int | None, reader: Reader) -> str:
    """The battery's voltage; empty when it is not known."""
    if millivolts is None:
        return ""
    return f"{numbers.decimal(Decimal(millivolts) / 1000, 2, reader.locale)} V"


def axis_name(axis: str, family: Family, language: str) -> str:
    """What people call an option's axis."""
    group = family.group
    named = next((one.name for one in group.axes if one.axis == axis), {}) if group else {}
    return catalogue.text(named, language).lower() or axis.replace("_", " ")


def _price(facts: labels.LabelFacts, reader: Reader, shop: Shop) -> tuple[str, str]:
    """The price to pay and, when it is reduced, what it was."""
    tag = facts.tag
    if facts.state is labels.LabelState.WITHDRAWN:
        return texts_of_prices.AT_THE_TILL.say(reader.language), ""
    if tag is None:
        return texts.NO_PRICE.say(reader.language), ""
    price = money.format_money(tag.price, reader.locale)
    if facts.price_from:
        return texts.FROM.say(reader.language, price=price), ""
    was = prior_price.compared(tag, shop.country)
    return price, money.format_money(was, reader.locale) if was is not None else ""
