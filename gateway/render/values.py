"""The facts a template may name in its texts, as one line of text each."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from gateway.domain import prior_price
from gateway.domain.labels import LabelFacts
from gateway.domain.money import Money
from gateway.domain.pricing import PriceTag
from gateway.wording import deals, languages, money, numbers, times
from gateway.wording.money import PriceParts

NAMES = (
    "title",
    "brand",
    "variant",
    "color",
    "size",
    "reference",
    "gtin",
    "code",
    "price",
    "regular_price",
    "loyalty_price",
    "unit_price",
    "from",
    "until",
    "until_brief",
    "percent",
    "multibuy",
    "deposit",
)
"""Facts in braces, ``{title}``; ``{from}`` is the word that stands before a lowest price,
``{until}`` the last day of the price, ``{until_brief}`` with a far year in figures,
``{regular_price}`` the price it is compared with and ``{percent}`` how much less it is than the
price before."""

_OPEN_ENDED = 2090
"""Years from which an end stands for none ("9999-12-31")."""

_NAME = re.compile(r"\{([a-z_]+)\}", re.ASCII)
_ONE_DIGIT = str.maketrans("123456789", "0" * 9)
_FROM = {"es": "desde", "en": "from"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Values:
    """Facts ready to be drawn; amounts in parts for big prices."""

    texts: Mapping[str, str]
    words: frozenset[str]
    price: PriceParts | None
    regular: PriceParts | None

    def fill_in(self, text: str) -> str:
        """``text`` with its names replaced, on one line; empty if a name in it has no value.

        So "Ref. {reference}" vanishes as a whole when there is no reference.
        """
        found = names_in(text)
        if any(not self.texts.get(name) for name in found):
            return ""
        return " ".join(_NAME.sub(lambda match: self.texts[match[1]], text).split(" ")).strip()

    def shape(self) -> tuple[str, ...]:
        """The texts with every digit as 0: where digits are equally wide, so are these."""
        return tuple(text.translate(_ONE_DIGIT) for text in self.texts.values())

    def has_facts(self, text: str) -> bool:
        """Whether ``text`` names anything but a template's own words."""
        return not self.words.issuperset(names_in(text))


def names_in(text: str) -> list[str]:
    """The names in braces in ``text``."""
    return _NAME.findall(text)


def of(
    facts: LabelFacts,
    words: Mapping[str, Mapping[str, str]],
    country: str,
    zone: tzinfo | None = None,
) -> Values:
    """The facts in their language, money as ``country`` writes it, with a template's own words.

    Days are those of ``zone``; without one there is no ``{until}``.
    """
    locale = languages.locale(facts.language, country)

    def written(amount: Money | None) -> str:
        return money.format_money(amount, locale) if amount is not None else ""

    tag = facts.tag
    was = prior_price.compared(tag, country) if tag else None
    last = _last_instant(tag) if tag is not None and zone is not None else None

    def written_day(write: Callable[[datetime, int | None, tzinfo, str], str]) -> str:
        return (
            write(last, facts.year, zone, locale) if last is not None and zone is not None else ""
        )

    texts = {
        "title": facts.title,
        "brand": facts.brand,
        "variant": facts.variant,
        "color": facts.color,
        "size": facts.size,
        "reference": facts.reference,
        "gtin": facts.gtin or "",
        "code": facts.code,
        "price": written(tag.price) if tag else "",
        "regular_price": written(was),
        "loyalty_price": written(tag.loyalty) if tag else "",
        "unit_price": _unit_price(facts, written(facts.unit_price), locale),
        "from": _word(_FROM, facts.language) if facts.price_from else "",
        "until": written_day(times.short_date),
        "until_brief": written_day(times.brief_date),
        "percent": deals.less(tag.percent, locale) if tag and tag.percent else "",
        "multibuy": deals.several(tag.multibuy, tag.price.currency, facts.language, locale)
        if tag and tag.multibuy
        else "",
        "deposit": deals.deposit(facts.deposit, facts.language, locale) if facts.deposit else "",
    }
    for name, word in words.items():
        texts[name] = _word(word, facts.language)
    return Values(
        texts={
            name: " ".join(text.split()) if "\n" in text else text for name, text in texts.items()
        },
        words=frozenset(words),
        price=money.price_parts(tag.price, locale) if tag else None,
        regular=money.price_parts(was, locale) if was else None,
    )


def _last_instant(tag: PriceTag) -> datetime | None:
    """The last moment before the end, which itself is over: midnight is of the day before."""
    end = tag.valid_until
    if end is None or end.year >= _OPEN_ENDED:
        return None
    return end - timedelta(microseconds=1)


def _unit_price(facts: LabelFacts, amount: str, locale: str) -> str:
    if not amount or not facts.unit:
        return ""
    many = facts.unit_value if facts.unit_value not in {None, 1} else None
    measure = "" if many is None else f"{numbers.measure(many, locale)} "
    return f"{amount} / {measure}{facts.unit}"


def _word(word: Mapping[str, str], language: str) -> str:
    return word.get(language) or word.get("en") or next(iter(word.values()), "")
