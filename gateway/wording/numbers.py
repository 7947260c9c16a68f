"""Numbers as a locale writes them: ``12,480`` and ``2.98`` in es_MX, ``12.480``, ``2,98`` in es_ES.

Where the language asks for it, four digits stand without a separator (CLDR's *minimum grouping
digits*, which Babel ignores).
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from babel import Locale, numbers

_GROUPS_FROM_FIVE_DIGITS = frozenset({"es_ES", "pt_PT", "pl_PL"})
"""Locales that write 1234 and 12.345 (CLDR minimumGroupingDigits 2)."""


@lru_cache(maxsize=4096)
def whole(number: int, locale: str) -> str:
    """A count or another whole number."""
    return decimal(Decimal(number), 0, locale)


def decimal(number: Decimal, places: int, locale: str) -> str:
    """The number with exactly this many decimal places, rounded half up."""
    rounded = number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    grouped = abs(rounded) >= 10_000 or locale not in _GROUPS_FROM_FIVE_DIGITS
    return numbers.format_decimal(
        rounded, _pattern(locale, places), locale, group_separator=grouped
    )


def measure(number: Decimal, locale: str) -> str:
    """The number with the decimal places it needs: ``0.75`` of a litre, ``100`` g."""
    shortest = number.normalize()
    exponent = shortest.as_tuple().exponent
    return decimal(shortest, max(0, -exponent) if isinstance(exponent, int) else 0, locale)


@lru_cache(maxsize=256)
def _pattern(locale: str, places: int) -> str:
    """The locale's own pattern, like ``#,##0.###``, with these decimal places."""
    whole_part = Locale.parse(locale).decimal_formats[None].pattern.partition(".")[0]
    return f"{whole_part}.{'0' * places}" if places else whole_part
