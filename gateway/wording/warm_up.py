"""Load what Babel and zoneinfo read from disk on first use.

Called once before the event loop starts: later, nothing here blocks it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from gateway.domain.money import Money
from gateway.wording import languages, money, numbers, places, times


def warm_up(*, country: str, zone: str, currencies: tuple[str, ...] = ("EUR", "MXN")) -> ZoneInfo:
    """Load the locales of ``country`` for every supported language, and the time zone.

    Raises ``zoneinfo.ZoneInfoNotFoundError`` for a zone that does not exist.
    """
    loaded = ZoneInfo(zone)
    languages.countries()
    for language in languages.SUPPORTED:
        places.countries(language)
        locale = languages.locale(language, country)
        for currency in currencies:
            money.format_money(Money(amount=Decimal(1), currency=currency), locale)
        numbers.decimal(Decimal(1), 2, locale)
        days = languages.date_locale(language, country)
        times.exact(datetime(2026, 1, 1, tzinfo=UTC), loaded, days)
    return loaded
