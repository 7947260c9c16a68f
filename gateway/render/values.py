"""The facts a template may name in its texts, as one line of text each."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from functools import lru_cache

from gateway.domain import prior_price, scripts
from gateway.domain.catalogue import text
from gateway.domain.labels import LabelFacts
from gateway.domain.money import Money
from gateway.domain.pricing import PriceTag
from gateway.render import fonts
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
    "choices",
    "other_choices",
    "price",
    "regular_price",
    "loyalty_price",
    "program",
    "condition",
    "unit_price",
    "unit",
    "from",
    "until",
    "until_brief",
    "percent",
    "multibuy",
    "loyalty_multibuy",
    "deposit",
    "coming_day",
)
"""Facts in braces, ``{title}``; ``{choices}`` what the article is offered in
("sizes & colours", else "details"), ``{other_choices}`` the same of others ("other sizes", else
"what else there is"); ``{from}`` is the word that stands before a lowest price,
``{unit}`` what the unit price is for ("kg", "100 g"),
``{until}`` the last day of the price, ``{until_brief}`` with a far year in figures,
``{regular_price}`` the price it is compared with, ``{percent}`` how much less it is than the price
before, ``{program}`` whose members pay ``{loyalty_price}`` on what ``{condition}``, and
``{coming_day}`` the first day of a price when none is in force."""

KNOWN = (*NAMES, "sizes", "picture")
"""What an element may ask for: the facts in braces, a size run, the article's picture."""

_OPEN_ENDED = 2090
"""Years from which an end stands for none ("9999-12-31")."""

_NAME = re.compile(r"\{([a-z_]+)\}", re.ASCII)
_NO_BREAK = "\N{NO-BREAK SPACE}"
_WHITE = frozenset("\n\r\t")
_ONE_DIGIT = str.maketrans("123456789", "0" * 9)
_FROM = {"es": "desde", "en": "from"}
_CHOICES: Mapping[tuple[str, ...], Mapping[str, str]] = {
    (): {"es": "detalles", "en": "details"},
    ("color",): {"es": "colores", "en": "colours"},
    ("size",): {"es": "tallas", "en": "sizes"},
    ("color", "size"): {"es": "tallas y colores", "en": "sizes & colours"},
}
_OTHER_CHOICES: Mapping[tuple[str, ...], Mapping[str, str]] = {
    (): {"es": "qué más hay", "en": "what else there is"},
    ("color",): {"es": "otros colores", "en": "other colours"},
    ("size",): {"es": "otras tallas", "en": "other sizes"},
    ("color", "size"): {"es": "otras tallas y colores", "en": "other sizes & colours"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Values:
    """Facts ready to be drawn; ``amounts`` in parts for big prices, by name.

    The names are ``price``, ``regular``, ``loyalty``, ``unit`` and ``deposit``. ``beside`` names
    the facts that are there and no text.
    """

    texts: Mapping[str, str]
    words: frozenset[str]
    amounts: Mapping[str, PriceParts]
    beside: frozenset[str] = frozenset()

    def fill_in(self, text: str) -> str:
        """``text`` with its names replaced, on one line; empty if a name in it has no value.

        So "Ref. {reference}" vanishes as a whole when there is no reference.
        """
        found = names_in(text)
        if any(not self.texts.get(name) for name in found):
            return ""
        return " ".join(_NAME.sub(lambda match: self.texts[match[1]], text).split(" ")).strip()

    def shape(self) -> tuple[str, ...]:
        """The texts with every digit as 0: where digits are equally wide, so are these.

        But for the GTIN: its digits say which symbology its bars are in.
        """
        return tuple(
            text if name == "gtin" else text.translate(_ONE_DIGIT)
            for name, text in self.texts.items()
        )

    def has(self, name: str) -> bool:
        """Whether this fact (one of ``KNOWN``) is there."""
        return name in self.beside or bool(self.texts.get(name))

    def has_facts(self, text: str) -> bool:
        """Whether ``text`` names anything but a template's own words."""
        return not self.words.issuperset(names_in(text))


@lru_cache(maxsize=1024)
def names_in(text: str) -> tuple[str, ...]:
    """The names in braces in ``text``, which a template says."""
    return tuple(_NAME.findall(text))


def is_name(name: str) -> bool:
    """Whether ``name`` can stand in braces."""
    return _NAME.fullmatch(f"{{{name}}}") is not None


def without_names(text: str) -> str:
    """What ``text`` says itself: all but the names in braces."""
    return _NAME.sub("", text)


def not_drawable(said: str) -> str:
    """Why ``said`` would not be drawn as it is, in words; "" where it would."""
    if scripts.runs_right_to_left(said):
        return "runs from right to left, which cannot be drawn yet"
    whole = unicodedata.normalize("NFC", said)
    lacking = sorted({letter for letter in whole if not fonts.file_of(letter)} - _WHITE)
    return f"no font has {', '.join(lacking)}" if lacking else ""


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
    was = prior_price.compared(facts.tag, country) if facts.tag else None
    texts = {
        **dict.fromkeys(NAMES, ""),
        **_of_the_article(facts),
        **_of_the_price(facts, was, locale),
        **_of_days(facts, zone, languages.date_locale(facts.language, country)),
        **{name: _word(word, facts.language) for name, word in words.items()},
    }
    beside = {"sizes": facts.sizes, "picture": facts.picture is not None and facts.picture.data}
    return Values(
        texts={name: drawable(said) for name, said in texts.items()},
        words=frozenset(words),
        amounts={
            name: money.price_parts(amount, locale)
            for name, amount in _amounts(facts, was)
            if amount is not None
        },
        beside=frozenset(name for name, there in beside.items() if there),
    )


def _of_the_article(facts: LabelFacts) -> dict[str, str]:
    offered = tuple(sorted(facts.choices))
    return {
        "title": drawable(facts.title) or (facts.reference if facts.title else ""),
        "brand": facts.brand,
        "variant": facts.variant,
        "color": facts.color,
        "size": facts.size,
        "reference": facts.reference,
        "gtin": facts.gtin or "",
        "code": facts.code,
        "choices": _word(_CHOICES[offered], facts.language),
        "other_choices": _word(_OTHER_CHOICES[offered], facts.language),
    }


def _of_the_price(facts: LabelFacts, was: Money | None, locale: str) -> dict[str, str]:
    unit = _unit(facts, locale)
    texts = {
        "unit_price": _together(_written(facts.unit_price, locale), unit),
        "unit": unit,
        "from": _word(_FROM, facts.language) if facts.price_from else "",
        "regular_price": _written(was, locale),
    }
    if facts.deposit:
        texts["deposit"] = deals.deposit(facts.deposit, facts.language, locale)
    tag = facts.tag
    if tag is None:
        return texts
    several, for_members = deals.together(tag, facts.language, locale)
    return texts | {
        "price": _written(tag.price, locale),
        "loyalty_price": _written(tag.loyalty, locale),
        "percent": deals.less(tag.percent, locale) if tag.percent else "",
        "multibuy": several,
        "loyalty_multibuy": for_members,
        "program": tag.program or "",
        "condition": _condition(tag, facts.language),
    }


def _of_days(facts: LabelFacts, zone: tzinfo | None, locale: str) -> dict[str, str]:
    if zone is None:
        return {}
    texts = {}
    last = _last_instant(facts.tag.valid_until if facts.tag is not None else facts.until)
    if last is not None:
        texts["until"] = times.short_date(last, facts.year, zone, locale)
        texts["until_brief"] = times.brief_date(last, facts.year, zone, locale)
    if facts.coming is not None:
        texts["coming_day"] = times.short_date(facts.coming, facts.year, zone, locale)
    # A day stays on one line: "15" alone at the end of one says nothing.
    return {name: said.replace(" ", _NO_BREAK) for name, said in texts.items()}


def _written(amount: Money | None, locale: str) -> str:
    return money.format_money(amount, locale) if amount is not None else ""


def _amounts(facts: LabelFacts, was: Money | None) -> Iterator[tuple[str, Money | None]]:
    yield "price", facts.tag.price if facts.tag is not None else None
    yield "regular", was
    yield "loyalty", facts.tag.loyalty if facts.tag is not None else None
    yield "unit", facts.unit_price
    yield "deposit", facts.deposit


def _condition(tag: PriceTag, language: str) -> str:
    return text(scripts.readable(tag.condition or {}), language)


def drawable(said: str) -> str:
    """``said`` on one line, accents joined to their letters, without letters that no font has.

    Nothing where it would run from right to left.
    """
    if "\n" in said:
        said = " ".join(said.split())
    return said if said.isascii() else _drawable(said)


@lru_cache(maxsize=1024)
def _drawable(said: str) -> str:
    if scripts.runs_right_to_left(said):
        return ""
    whole = unicodedata.normalize("NFC", said)
    if all(map(fonts.file_of, whole)):
        return whole
    return " ".join("".join(filter(fonts.file_of, whole)).split())


def _last_instant(end: datetime | None) -> datetime | None:
    """The last moment before the end, which itself is over: midnight is of the day before."""
    if end is None or end.year >= _OPEN_ENDED:
        return None
    return end - timedelta(microseconds=1)


def _unit(facts: LabelFacts, locale: str) -> str:
    if not facts.unit:
        return ""
    many = facts.unit_value if facts.unit_value not in {None, 1} else None
    return facts.unit if many is None else f"{numbers.measure(many, locale)} {facts.unit}"


def _together(amount: str, unit: str) -> str:
    return f"{amount} / {unit}" if amount and unit else ""


def _word(word: Mapping[str, str], language: str) -> str:
    return word.get(language) or word.get("en") or next(iter(word.values()), "")
