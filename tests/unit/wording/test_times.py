from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest

from gateway.wording import times, warm_up

NOW = datetime(2026, 11, 22, 20, 32, 10, tzinfo=UTC)


def test_clock_time_is_that_of_the_shop() -> None:
    assert times.clock_time(NOW, ZoneInfo("America/Mexico_City"), "es_MX") == "14:32"
    assert times.clock_time(NOW, UTC, "en_GB") == "20:32"


@pytest.mark.parametrize(
    ("locale", "written"),
    [("es_MX", "30 nov"), ("es_ES", "30 nov"), ("en_GB", "30 Nov"), ("en_US", "Nov 30")],
)
def test_a_day_is_written_as_the_locale_does_and_is_that_of_the_shop(
    locale: str, written: str
) -> None:
    in_the_night = datetime(2026, 12, 1, 3, 0, tzinfo=UTC)
    assert times.short_date(in_the_night, 2026, ZoneInfo("America/Mexico_City"), locale) == written
    assert times.short_date(in_the_night, 2026, UTC, locale) != written


@pytest.mark.parametrize(
    ("locale", "written"),
    [("es_MX", "15 ene 2027"), ("en_GB", "15 Jan 2027"), ("en_US", "Jan 15, 2027")],
)
def test_a_day_of_another_year_names_it(locale: str, written: str) -> None:
    day = datetime(2027, 1, 15, 12, 0, tzinfo=UTC)
    assert times.short_date(day, 2026, UTC, locale) == written
    assert times.short_date(day, None, UTC, locale) == written


def test_the_year_is_that_of_the_shop() -> None:
    last_evening = datetime(2027, 1, 1, 3, 0, tzinfo=UTC)
    zone = ZoneInfo("America/Mexico_City")
    assert times.short_date(last_evening, 2026, zone, "es_MX") == "31 dic"
    assert times.short_date(last_evening, 2026, UTC, "es_MX") == "1 ene 2027"


@pytest.mark.parametrize(
    ("passed", "spanish", "english"),
    [
        (timedelta(seconds=-3), "ahora mismo", "just now"),
        (timedelta(seconds=59), "ahora mismo", "just now"),
        (timedelta(minutes=3), "hace 3 min", "3 min ago"),
        (timedelta(hours=23, minutes=59), "hace 23 h", "23 h ago"),
        (timedelta(days=1), "hace 1 día", "1 day ago"),
        (timedelta(days=12), "hace 12 días", "12 days ago"),
    ],
)
def test_how_long_ago(passed: timedelta, spanish: str, english: str) -> None:
    assert times.relative(NOW - passed, NOW, "es") == spanish
    assert times.relative(NOW - passed, NOW, "en") == english


def test_warm_up_loads_the_zone_and_refuses_one_that_is_none() -> None:
    assert warm_up.warm_up(country="MX", zone="America/Mexico_City").key == "America/Mexico_City"
    with pytest.raises(ZoneInfoNotFoundError):
        warm_up.warm_up(country="MX", zone="America/Nowhere")
