"""The price as the page writes it, from the same facts as the label on the shelf."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from gateway.domain import catalogue, pricing, prior_price
from gateway.domain.catalogue import Family
from gateway.domain.labels import LabelFacts, LabelState
from gateway.domain.pricing import PriceTag
from gateway.shopper import texts
from gateway.shopper.shop import Shop
from gateway.web.words import Text
from gateway.wording import deals, languages, money, numbers

_KINDS = {"sale": texts.SALE, "clearance": texts.CLEARANCE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What is paid, and beside it what it was, what members pay, and the price per unit.

    ``amount`` is None when nothing is in force; ``lowest`` says that it is a *from* price.
    ``at_the_till`` says that it was taken off the shelf.
    ``less`` is the reduction from ``regular``, ``several`` the price for several together, and
    ``loyalty_several`` that for members.
    """

    amount: str | None
    lowest: bool = False
    regular: str | None = None
    kind: str | None = None
    less: str | None = None
    several: str | None = None
    loyalty: str | None = None
    loyalty_several: str | None = None
    deposit: str | None = None
    per_unit: str | None = None
    tax: str | None = None
    at_the_till: bool = False


def price(facts: LabelFacts, tax_included: bool, shop: Shop) -> Price:  # noqa: FBT001 - a fact
    """The price in the facts' language."""
    language = facts.language
    locale = languages.locale(language, shop.country)
    tag = facts.tag
    if tag is None:
        return Price(amount=None, at_the_till=facts.state is LabelState.WITHDRAWN)
    was = prior_price.compared(tag, shop.country)
    kind: Text | None = _KINDS.get(tag.kind) if was is not None else None
    several, for_members = deals.together(tag, language, locale)
    per_unit = None
    if facts.unit_price is not None and facts.unit and not facts.price_from:
        many = facts.unit_value if facts.unit_value not in {None, 1} else None
        measure = "" if many is None else f"{numbers.measure(many, locale)} "
        per_unit = texts.UNIT_PRICE.say(
            language,
            price=money.format_money(facts.unit_price, locale),
            per=f"{measure}{facts.unit}",
        )
    return Price(
        amount=money.format_money(tag.price, locale),
        lowest=facts.price_from,
        regular=money.format_money(was, locale) if was is not None else None,
        kind=kind.say(language) if kind is not None else None,
        less=deals.less(tag.percent, locale) if tag.percent else None,
        several=several or None,
        loyalty=_loyalty(tag, language, locale),
        loyalty_several=_loyalty_several(tag, for_members, language) if for_members else None,
        deposit=deals.deposit(facts.deposit, language, locale)
        if facts.deposit is not None
        else None,
        per_unit=per_unit,
        tax=None if tax_included else texts.TAX_EXCLUDED.say(language),
    )


def _loyalty(tag: PriceTag, language: str, locale: str) -> str | None:
    """What members pay, of which programme and under what condition."""
    if tag.loyalty is None:
        return None
    price = money.format_money(tag.loyalty, locale)
    named = texts.LOYALTY_OF.say(language, price=price, program=tag.program or "")
    words = named if tag.program else texts.LOYALTY.say(language, price=price)
    return _on_condition(words, tag, language)


def _loyalty_several(tag: PriceTag, terms: str, language: str) -> str:
    """What several cost members; the condition stands here where no price for one says it."""
    named = texts.LOYALTY_SEVERAL_OF.say(language, terms=terms, program=tag.program or "")
    words = named if tag.program else texts.LOYALTY_SEVERAL.say(language, terms=terms)
    return words if tag.loyalty is not None else _on_condition(words, tag, language)


def _on_condition(words: str, tag: PriceTag, language: str) -> str:
    condition = catalogue.text(tag.condition or {}, language)
    return f"{words} ({condition})" if condition else words


def next_change(family: Family, at: datetime) -> datetime | None:
    """When a price on the page begins or ends next."""
    return pricing.next_change(family.offers.values(), at, family.quiet)
