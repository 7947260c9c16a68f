from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.wording import languages


@pytest.mark.parametrize(
    ("header", "chosen"),
    [
        (None, "es"),
        ("", "es"),
        ("en", "en"),
        ("en-US,en;q=0.9,es;q=0.8", "en"),
        ("fr-CH, fr;q=0.9, en;q=0.8, es;q=0.7, *;q=0.5", "en"),
        ("es;q=0.3, en;q=0.7", "en"),
        ("en;q=0, es;q=0.1", "es"),
        ("de,fr", "es"),
        ("en;q=nonsense, es;q=0.2", "es"),
        ("EN-gb", "en"),
    ],
)
def test_the_browser_chooses_among_the_supported(header: str | None, chosen: str) -> None:
    assert languages.choose(header, "es") == chosen


@given(st.text(max_size=2000))
def test_any_header_gives_a_language_there_is(header: str) -> None:
    assert languages.choose(header, "es") in languages.SUPPORTED


@pytest.mark.parametrize(
    ("language", "country", "locale"),
    [
        ("es", "MX", "es_MX"),
        ("es", "ES", "es_ES"),
        ("en", "GB", "en_GB"),
        ("en", "MX", "es_MX"),
        ("es", "GB", "en_GB"),
        ("es", "ZZ", "es_ES"),
        ("xx", "ZZ", "en_GB"),
    ],
)
def test_a_pair_nobody_writes_takes_the_locale_of_the_country(
    language: str, country: str, locale: str
) -> None:
    assert languages.locale(language, country) == locale


@pytest.mark.parametrize(
    ("language", "country", "locale"),
    [
        ("en", "MX", "en_GB"),
        ("es", "GB", "es_ES"),
        ("es", "DE", "es_ES"),
        ("es", "MX", "es_MX"),
        ("en", "US", "en_US"),
        ("xx", "ZZ", "en_GB"),
    ],
)
def test_days_are_always_written_in_the_language(language: str, country: str, locale: str) -> None:
    assert languages.date_locale(language, country) == locale
