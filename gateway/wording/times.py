"""Clock times, days and how long ago something was, in the shop's own words."""

from __future__ import annotations

from datetime import date, datetime, tzinfo

from babel import dates

_AGO = {
    "es": ("ahora mismo", "hace {} min", "hace {} h", "hace 1 día", "hace {} días"),
    "en": ("just now", "{} min ago", "{} h ago", "1 day ago", "{} days ago"),
}


def clock_time(instant: datetime, zone: tzinfo, locale: str) -> str:
    """The time of day in ``zone``, ``14:32``: shops, rotas and opening hours use 24 hours.

    ``instant`` carries an offset.
    """
    return dates.format_time(instant.astimezone(zone), "HH:mm", locale=locale)


def exact(instant: datetime, zone: tzinfo, locale: str) -> str:
    """Day and time to the second in ``zone``: ``22 nov 2026, 14:32:00``. It carries an offset."""
    return f"{short_date(instant, None, zone, locale)}, {_to_the_second(instant, zone, locale)}"


def _to_the_second(instant: datetime, zone: tzinfo, locale: str) -> str:
    return dates.format_time(instant.astimezone(zone), "HH:mm:ss", locale=locale)


def short_date(instant: datetime, this_year: int | None, zone: tzinfo, locale: str) -> str:
    """The day and month in ``zone``: ``30 nov`` in es_MX, ``Nov 30`` in en_US.

    In another year than ``this_year`` it names the year, and where that is not known. ``instant``
    carries an offset.
    """
    day = instant.astimezone(zone)
    skeleton = "MMMd" if day.year == this_year else "yMMMd"
    return dates.format_skeleton(skeleton, day, locale=locale)


def brief_date(instant: datetime, this_year: int | None, zone: tzinfo, locale: str) -> str:
    """Like ``short_date``, but with the year in figures: ``30 nov``, ``15/01/27``."""
    day = instant.astimezone(zone)
    if day.year == this_year:
        return short_date(instant, this_year, zone, locale)
    return dates.format_date(day, "short", locale=locale)


def day(one: date, locale: str) -> str:
    """A day with its year: ``22 nov 2026``."""
    return dates.format_skeleton("yMMMd", one, locale=locale)


def relative(then: datetime, now: datetime, language: str) -> str:
    """How long ago ``then`` was at ``now``; a little in the future counts as now."""
    just_now, minutes, hours, day, days = _AGO.get(language, _AGO["en"])
    passed = int((now - then).total_seconds())
    if passed < 60:
        return just_now
    if passed < 3600:
        return minutes.format(passed // 60)
    if passed < 86_400:
        return hours.format(passed // 3600)
    return day if passed < 2 * 86_400 else days.format(passed // 86_400)
