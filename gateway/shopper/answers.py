"""The first thing a page says: is the article I want in this shop, and how fresh is that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from gateway.domain import stock
from gateway.domain.catalogue import Family, Product
from gateway.domain.stock import Availability
from gateway.shopper import stocked, texts, texts_of_requests
from gateway.shopper.shop import Shop
from gateway.web.words import Tongue
from gateway.wording import languages, times

_NAMED_PLACES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A headline with its meaning, and what to do."""

    tone: str
    icon: str
    title: str
    advice: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AsOf:
    """How fresh the stock of this shop is, in words and exactly (RFC 3339)."""

    words: str
    exact: str


def answer(what: str, product: Product, family: Family, shop: str, tongue: Tongue) -> Answer:
    """Whether this shop has the product; ``what`` begins the sentence."""
    language = tongue.language
    match stocked.here(product, family, shop):
        case Availability.IN_STOCK:
            return Answer(
                tone="good", icon="good", title=texts.ANSWER_HERE.say(language, what=what)
            )
        case Availability.LAST:
            return Answer(
                tone="attention",
                icon="last",
                title=texts.ANSWER_LAST.say(language, what=what),
                advice=texts.LAST_ADVICE.say(language),
            )
        case Availability.UNKNOWN:
            return Answer(
                tone="attention",
                icon="ask",
                title=texts.ANSWER_UNKNOWN.say(language, what=what),
                advice=texts.UNKNOWN_ADVICE.say(language),
            )
        case Availability.NONE:
            return Answer(
                tone="plain",
                icon="none",
                title=texts.ANSWER_NONE.say(language, what=what),
                advice=_elsewhere(product, family, shop, language),
            )


def observed(said: Answer, product: Product, family: Family, shop: Shop, language: str) -> Answer:
    """The answer with why it is none, where the shop itself knows that, not its stock."""
    known, level = family.observed.get(product.id), family.stock.get((shop.id, product.id))
    if known is None or stocked.here(product, family, shop.id) is not Availability.NONE:
        return said
    if stock.availability(level) is Availability.NONE:
        return said
    why = texts_of_requests.ALL_TAKEN.say(language)
    if known.not_found_at is not None:
        locale = languages.locale(language, shop.country)
        time = times.clock_time(known.not_found_at, shop.zone, locale)
        why = texts_of_requests.LOOKED_IN_VAIN.say(language, time=time)
    return replace(said, advice=f"{why} {said.advice}".strip())


def withdrawn(products: Sequence[Product], language: str) -> Answer:
    """That these products are recalled or blocked; the gravest word counts."""
    statuses = {product.status for product in products}
    if "recalled" in statuses:
        title, advice = texts.RECALLED, texts.RECALLED_ADVICE
    else:
        title, advice = texts.BLOCKED, texts.BLOCKED_ADVICE
    return Answer(
        tone="trouble", icon="trouble", title=title.say(language), advice=advice.say(language)
    )


def as_of(family: Family, shop: Shop, language: str, at: datetime) -> AsOf | None:
    """The latest word on this family's stock in this shop; None when none of it is known.

    Rows are full state in order, so what did not change since an older row still held then.
    """
    levels = [level for (place, _), level in family.stock.items() if place == shop.id]
    if all(stock.availability(level) is Availability.UNKNOWN for level in levels):
        return None
    latest = max(level.as_of for level in levels)
    local = latest.astimezone(shop.zone)
    if local.date() == at.astimezone(shop.zone).date():
        locale = languages.locale(language, shop.country)
        words = texts.AS_OF.say(language, time=times.clock_time(latest, shop.zone, locale))
    else:
        words = texts.AS_OF_AGO.say(language, ago=times.relative(latest, at, language))
    return AsOf(words=words, exact=local.isoformat(timespec="seconds"))


def _elsewhere(product: Product, family: Family, shop: str, language: str) -> str:
    places = stocked.had_at(product, family, shop)
    if places:
        names = ", ".join(
            texts.OUR_ONLINE_SHOP.say(language) if place.kind == "online" else place.name
            for place in places[:_NAMED_PLACES]
        )
        return texts.ELSEWHERE_ADVICE.say(language, places=names)
    if stocked.other_places(family, shop):
        return texts.NONE_ADVICE.say(language)
    return texts.ALONE_ADVICE.say(language)
