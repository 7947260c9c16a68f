"""What was found as cards: picture, name, price and stock in the words of the lookup page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from gateway.domain import catalogue as texts
from gateway.domain import labels
from gateway.domain.catalogue import Family
from gateway.domain.labels import Target
from gateway.shopper import addresses, grid, stocked, views
from gateway.shopper.page import Page
from gateway.shopper.shop import Shop
from gateway.shopper.stocked import Band, Look
from gateway.store import catalogue, finding, pictures
from gateway.store.database import Connection
from gateway.store.finding import Category, Style
from gateway.store.pictures import Kept
from gateway.web.words import Tongue

PER_PAGE = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One article of a list: its lookup page in short, and the word for its stock."""

    href: str
    page: Page
    variant: str
    kept: Kept | None
    look: Look
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What somebody looks for: words, else a category; ``page`` counts from 1."""

    text: str = ""
    category: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One page of a list. ``whole`` and ``more`` as ``finding.Result`` has them."""

    cards: tuple[Card, ...]
    total: int
    page: int
    pages: int
    whole: bool
    more: bool

    @property
    def tags(self) -> frozenset[str]:
        """The keys whose change makes the page another."""
        return frozenset().union(*(card.page.tags for card in self.cards))

    @property
    def until(self) -> datetime | None:
        """When a price on the page changes next."""
        return min((card.page.until for card in self.cards if card.page.until), default=None)


def found(
    connection: Connection, asked: Asked, *, shop: Shop, tongue: Tongue, at: datetime
) -> Found:
    """A page of what was asked for; the last one there is, where a later one was asked for."""
    if asked.text:
        result = finding.by_words(connection, asked.text)
    else:
        result = finding.by_category(connection, asked.category)
    total = len(result.styles)
    pages = max(1, -(-total // PER_PAGE))
    page = min(asked.page, pages)
    styles = result.styles[(page - 1) * PER_PAGE : page * PER_PAGE]
    return Found(
        cards=tuple(_cards(connection, styles, shop, tongue, at)),
        total=total,
        page=page,
        pages=pages,
        whole=result.whole,
        more=result.more,
    )


def categories(connection: Connection) -> tuple[Category, ...]:
    """What the start page offers to look through."""
    return finding.categories(connection)


def _cards(
    connection: Connection, styles: Iterable[Style], shop: Shop, tongue: Tongue, at: datetime
) -> Iterable[Card]:
    for style in styles:
        target, path, color = _target(connection, style)
        family = catalogue.family_for_label(connection, target, shop.id)
        if family is not None and _is_out(family, target, shop.id):
            # Only for what is not here it matters where else it is.
            family = catalogue.family_apart(connection, target)
        if family is None:
            continue
        page = views.page(family, target, shop=shop, tongue=tongue, at=at)
        band = _band(family, target, shop.id)
        if page is None or band is None:
            continue
        look = stocked.LOOKS[band]
        word = look.long.say(tongue.language)
        url = page.picture.url
        yield Card(
            href=addresses.address(path, tongue, color=color),
            page=page,
            variant=page.variant or _color(family, target, tongue.language),
            kept=None if url is None else pictures.kept(connection, url),
            look=look,
            word=word[:1].upper() + word[1:],
        )


def _target(connection: Connection, style: Style) -> tuple[Target, str, str]:
    """What the card speaks of, and the path and colour of its page."""
    group = style.group
    # A group that is not there (yet) has no page: its product stands for itself.
    if group is not None and not style.single and catalogue.exists(connection, "group", group):
        if style.color is None:
            return Target(group=group), f"/g/{group}", ""
        where = {grid.COLOR: style.color}
        return Target(group=group, where=where), f"/g/{group}", style.color
    product = style.product or ""
    return Target(product=product), f"/p/{product}", ""


def _color(family: Family, target: Target, language: str) -> str:
    """The colour of a style that comes in one alone: beside its siblings that tells them apart."""
    shown = labels.products_shown(target, family)
    names = {texts.text(product.color_name, language) for product in shown}
    return names.pop() if len(names) == 1 else ""


def _band(family: Family, target: Target, shop: str) -> Band | None:
    best = stocked.best(labels.products_shown(target, family), family, shop)
    return None if best is None else best[1]


def _is_out(family: Family, target: Target, shop: str) -> bool:
    return _band(family, target, shop) is Band.NONE
