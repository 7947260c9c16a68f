"""What is saved, as people write it: reductions, prices for several together, deposits."""

from __future__ import annotations

from decimal import Decimal

from babel import numbers

from gateway.domain.money import Money
from gateway.domain.multibuy import MultiBuy
from gateway.domain.pricing import PriceTag
from gateway.wording import money

_FREE = Decimal(100)


def less(percent: int, locale: str) -> str:
    """How much less than before, with a minus sign, as the locale writes percentages."""
    return f"\N{MINUS SIGN}{numbers.format_percent(Decimal(percent) / 100, locale=locale)}"


def several(terms: MultiBuy, currency: str, language: str, locale: str) -> str:
    """The terms of a multi-buy in a few words of ``language`` (``es``, else English).

    ``locale`` writes the money only: for English in Mexico it is a Spanish one.
    """
    spanish = language == "es"
    words = _spanish(terms, currency, locale) if spanish else _english(terms, currency, locale)
    if terms.limit is None:
        return words
    return f"{words} (máx. {terms.limit})" if spanish else f"{words} (max. {terms.limit})"


def together(tag: PriceTag, language: str, locale: str) -> tuple[str, str]:
    """What several cost everybody and what they cost members, as ``several``; "" without terms."""
    everybody, members = (
        several(terms, tag.price.currency, language, locale) if terms is not None else ""
        for terms in (tag.multibuy, tag.loyalty_multibuy)
    )
    return everybody, members


def deposit(amount: Money, language: str, locale: str) -> str:
    """What is paid on top and given back with the empty container, in ``language``."""
    written = money.format_money(amount, locale)
    return f"+ {written} de depósito" if language == "es" else f"+ {written} deposit"


def _spanish(terms: MultiBuy, currency: str, locale: str) -> str:
    match terms.type:
        case "n_for_price":
            return f"{terms.n} por {_amount(terms, currency, locale)}"
        case "buy_n_pay_m":
            return f"Lleva {terms.n}, paga {terms.m}"
        case "nth_percent":
            free = terms.percent == _FREE
            return f"{terms.n}.ª unidad {'gratis' if free else _less(terms, locale)}"


def _english(terms: MultiBuy, currency: str, locale: str) -> str:
    match terms.type:
        case "n_for_price":
            return f"{terms.n} for {_amount(terms, currency, locale)}"
        case "buy_n_pay_m":
            return f"{terms.n} for {terms.m}"
        case "nth_percent":
            nth = _ordinal(terms.n)
            free = terms.percent == _FREE
            return f"{nth} free" if free else f"{_percent(terms, locale)} off the {nth}"


def _amount(terms: MultiBuy, currency: str, locale: str) -> str:
    together = Money(amount=terms.amount or Decimal(0), currency=currency).rounded()
    return money.format_money(together, locale)


def _less(terms: MultiBuy, locale: str) -> str:
    return f"\N{MINUS SIGN}{_percent(terms, locale)}"


def _percent(terms: MultiBuy, locale: str) -> str:
    off = (terms.percent or Decimal(0)) / 100
    return numbers.format_percent(off, locale=locale, decimal_quantization=False)


def _ordinal(n: int) -> str:
    if n % 100 in {11, 12, 13}:
        return f"{n}th"
    return f"{n}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(n % 10, 'th') }"
