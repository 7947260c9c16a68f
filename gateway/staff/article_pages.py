"""An article as staff see it: what it costs, did cost and will cost, its labels, and its stock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from gateway.domain import prior_price
from gateway.domain.catalogue import Family, Offer, Offers, PastPrice, Product
from gateway.domain.labels import Target, products_shown
from gateway.domain.money import Money
from gateway.domain.pricing import PriceTag, in_force, next_change
from gateway.staff import showing
from gateway.staff import texts_of_articles as texts
from gateway.staff.desk import Desk
from gateway.staff.explaining import Reader
from gateway.staff.showing import Article, Row, When
from gateway.store import articles as found_in
from gateway.store import catalogue, labels, overview, price_history, withdrawn_now
from gateway.store.articles import Articles
from gateway.store.database import Connection
from gateway.web.problems import Problem
from gateway.wording import money, numbers

PATH: Final = "/articles"
_FOUND: Final = 50
_PAST: Final = 20
_LABELS: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """An article in a list."""

    href: str
    article: Article


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferLine:
    """A price as it was sent, or was paid; ``tone`` is good for one in force."""

    price: str
    kind: str
    begins: When | None
    ends: When | None
    state: str
    tone: str
    campaign: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What lies at one place, in words; ``here`` for this shop."""

    name: str
    amount: str
    here: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The whole page of one article."""

    article: Article
    codes: tuple[str, ...]
    status: str
    sold: bool
    ranged: bool
    withdrawn: bool
    next_at: When | None
    next_price: str
    prior: str
    offers: tuple[OfferLine, ...]
    past: tuple[OfferLine, ...]
    rows: tuple[Row, ...]
    stock: tuple[Place, ...]


class ArticlePages:
    """The routes; for everybody who works here."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> APIRouter:
        """The routes; all behind the gate."""
        routes = APIRouter(include_in_schema=False)
        routes.add_api_route(PATH, self.search, methods=["GET"])
        routes.add_api_route(f"{PATH}/{{product}}", self.page, methods=["GET"])
        return routes

    async def search(self, request: Request) -> Response:
        """Articles by name, number or code."""
        text, reader = request.query_params.get("q", "")[:100], self._desk.reader(request)
        found: Sequence[Choice] = ()
        if text.strip():
            found = await self._desk.read(partial(self._found, text=text, reader=reader))
        return self._desk.page(request, "articles.html", text=text, found=found)

    async def page(self, request: Request, product: str) -> Response:
        """One article."""
        reader = self._desk.reader(request)
        sheet = await self._desk.read(partial(self._sheet, product=product, reader=reader))
        if sheet is None:
            title = self._desk.say(request, texts.ARTICLE_UNKNOWN)
            raise Problem(404, title, product[:64], code="unknown_article")
        return self._desk.page(request, "article.html", sheet=sheet)

    def _found(self, connection: Connection, text: str, reader: Reader) -> tuple[Choice, ...]:
        found = found_in.search(connection, text, _FOUND)
        known = Articles(connection)
        of_groups = (
            product.id
            for group in found.groups
            for product in getattr(known.group(group), "products", ())
        )
        ids = tuple(dict.fromkeys((*found.products, *of_groups)))[:_FOUND]
        return tuple(
            Choice(href=f"{PATH}/{one}", article=self._article(connection, known, one, reader))
            for one in ids
        )

    def _article(
        self, connection: Connection, known: Articles, product: str, reader: Reader
    ) -> Article:
        target = Target(product=product)
        shop = self._desk.settings.shop
        one = showing.article(target, known.of(target), reader, shop)
        return showing.with_picture(one, connection)

    def _sheet(self, connection: Connection, product: str, reader: Reader) -> Sheet | None:
        family = catalogue.family_of_product(connection, product)
        if family is None:
            return None
        own = next(one for one in family.products if one.id == product)
        offers, at = family.offers.get(product), reader.priced_at
        status = texts.STATUSES.get(own.status)
        following = None if offers is None else next_change((offers,), at, family.quiet)
        return Sheet(
            article=self._article(connection, Articles(connection), product, reader),
            codes=(*own.gtins, *own.codes),
            status=own.status if status is None else status.say(reader.language),
            sold=own.status == "active",
            ranged=own.ranged,
            withdrawn=bool(withdrawn_now.among(connection, [product])),
            next_at=None if following is None else showing.when(following, reader),
            next_price=_price_at(family, offers, following, reader),
            prior=self._prior(family, offers, reader),
            offers=() if offers is None else tuple(_offers(offers, at, reader)),
            past=_past(price_history.of(connection, product, at), at, reader),
            rows=self._rows(connection, own, family, reader),
            stock=_stock(family, own, self._desk.settings.shop.store, reader),
        )

    def _prior(self, family: Family, offers: Offers | None, reader: Reader) -> str:
        tag = None if offers is None else _tag(offers, reader.priced_at, family)
        before = None
        if tag is not None:
            before = prior_price.compared(tag, self._desk.settings.shop.country)
        return "" if before is None else money.format_money(before, reader.locale)

    def _rows(
        self, connection: Connection, own: Product, family: Family, reader: Reader
    ) -> tuple[Row, ...]:
        groups = () if own.group is None else (own.group,)
        ids = labels.standing_for(connection, [own.id], groups, group_rows=set())
        views = overview.some(connection, ids[: 10 * _LABELS])
        known, shop = Articles(connection), self._desk.settings.shop
        shown = (
            view
            for view in views
            if view.binding is not None and own in products_shown(view.binding.target, family)
        )
        return tuple(showing.row(view, known, reader, shop) for view in shown)[:_LABELS]


def _tag(offers: Offers, at: datetime, family: Family) -> PriceTag | None:
    return prior_price.price_tag(offers, at, family.quiet)


def _price_at(family: Family, offers: Offers | None, at: datetime | None, reader: Reader) -> str:
    if offers is None or at is None:
        return ""
    tag = _tag(offers, at, family)
    if tag is None:
        return texts.ARTICLE_NONE_NOW.say(reader.language)
    return money.format_money(tag.price, reader.locale)


def _offers(offers: Offers, at: datetime, reader: Reader) -> Sequence[OfferLine]:
    def line(one: Offer) -> OfferLine:
        state, tone = texts.ARTICLE_COMING, "plain"
        if in_force(one, at):
            state, tone = texts.ARTICLE_IN_FORCE, "good"
        elif one.valid_until is not None and one.valid_until <= at:
            state = texts.ARTICLE_OVER
        return OfferLine(
            price=_money(one.amount, offers.currency, reader),
            kind=_kind(one.kind, reader),
            begins=None if one.valid_from is None else showing.when(one.valid_from, reader),
            ends=None if one.valid_until is None else showing.when(one.valid_until, reader),
            state=state.say(reader.language),
            tone=tone,
            campaign=one.campaign or "",
        )

    # In force first, then what comes.
    ordered = sorted(offers.offers, key=lambda one: (not in_force(one, at), one.valid_from or at))
    return [line(one) for one in ordered]


def _past(past: Sequence[PastPrice], at: datetime, reader: Reader) -> tuple[OfferLine, ...]:
    over = [one for one in past if one.ended < at]
    return tuple(
        OfferLine(
            price=money.format_money(one.price, reader.locale),
            kind=_kind(one.kind, reader),
            begins=showing.when(one.began, reader),
            ends=showing.when(one.ended, reader),
            state="",
            tone="plain",
            campaign="",
        )
        for one in reversed(over[-_PAST:])
    )


def _stock(family: Family, own: Product, shop: str, reader: Reader) -> tuple[Place, ...]:
    names = {place.id: place.name for place in family.locations}
    levels = [level for (_, product), level in family.stock.items() if product == own.id]
    levels.sort(key=lambda level: (level.location != shop, level.location))
    return tuple(
        Place(
            name=names.get(level.location) or level.location,
            amount=texts.ARTICLE_UNKNOWN_STOCK.say(reader.language)
            if level.available is None
            else numbers.measure(level.available, reader.locale),
            here=level.location == shop,
        )
        for level in levels
    )


def _kind(kind: str, reader: Reader) -> str:
    known = texts.KINDS.get(kind)
    return kind if known is None else known.say(reader.language)


def _money(amount: Decimal, currency: str, reader: Reader) -> str:
    return money.format_money(Money(amount=amount, currency=currency), reader.locale)
