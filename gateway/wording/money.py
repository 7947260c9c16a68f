"""Amounts of money as a locale writes them: one line of text, or the parts of a big price.

Babel rounds half to even; here amounts are rounded half up before.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from babel import Locale, numbers

from gateway.domain.money import Money
from gateway.wording.numbers import whole

_NO_BREAK_SPACE = "\u00a0"


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceParts:
    """One price in the order it is written.

    Joined, the parts are exactly what ``format_money`` gives; ``before`` and ``after`` hold the
    currency with the space that belongs to it. ``separator`` and ``cents`` are empty for
    currencies without minor units.
    """

    before: str
    units: str
    separator: str
    cents: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Style:
    before: tuple[str, str]
    after: tuple[str, str]
    separator: str


def currency_of(country: str) -> str:
    """The currency (ISO 4217) people pay with in ``country`` (ISO 3166-1); EUR where unknown."""
    paid_with: list[str] = numbers.get_territory_currencies(country)
    return paid_with[0] if paid_with else "EUR"


def format_money(money: Money, locale: str) -> str:
    """The amount with its currency: ``$1,299.00`` in es_MX, ``1299,00 €`` in es_ES.

    Spaces inside are no-break spaces.
    """
    parts = price_parts(money, locale)
    return parts.before + parts.units + parts.separator + parts.cents + parts.after


@lru_cache(maxsize=1024)
def price_parts(money: Money, locale: str) -> PriceParts:
    """The amount in its minor units, rounded half up, taken apart for a big price."""
    amount = money.rounded().amount
    style = _style(locale, money.currency)
    units, _, cents = f"{abs(amount):f}".partition(".")
    return PriceParts(
        before=style.before[amount < 0],
        units=whole(int(units), locale),
        separator=style.separator if cents else "",
        cents=cents,
        after=style.after[amount < 0],
    )


@lru_cache(maxsize=256)
def _style(locale: str, currency: str) -> _Style:
    """Where ``locale`` puts the currency, for amounts that are (positive, negative)."""
    parsed = Locale.parse(locale)
    pattern = parsed.currency_formats["standard"]
    symbol = numbers.get_currency_symbol(currency, parsed)

    def before(prefix: str) -> str:
        text = prefix.replace("¤", symbol)
        return text + _NO_BREAK_SPACE if text[-1:].isalpha() else text

    def after(suffix: str) -> str:
        return suffix.replace("¤", symbol)

    return _Style(
        before=(before(pattern.prefix[0]), before(pattern.prefix[1])),
        after=(after(pattern.suffix[0]), after(pattern.suffix[1])),
        separator=numbers.get_decimal_symbol(parsed),
    )
