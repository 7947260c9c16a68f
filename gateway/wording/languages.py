"""Which languages the shop speaks, and which locale writes its numbers."""

from __future__ import annotations

from functools import lru_cache

from babel import Locale, languages, localedata

SUPPORTED = ("es", "en")
"""Languages with words for every page and label."""

_LONGEST_HEADER = 500
_WITHOUT_COUNTRY = {"es": "es_ES", "en": "en_GB"}


def choose(accept_language: str | None, default: str) -> str:
    """The supported language a browser likes best (RFC 9110 12.5.4), else ``default``.

    Whatever the header holds, this returns a supported language or ``default``.
    """
    liked: dict[str, float] = {}
    for part in (accept_language or "")[:_LONGEST_HEADER].split(","):
        tag, _, parameters = part.partition(";")
        language = tag.strip().lower().partition("-")[0]
        weight = _weight(parameters)
        if language in SUPPORTED and weight > liked.get(language, 0):
            liked[language] = weight
    return max(liked, key=lambda language: liked[language], default=default)


@lru_cache(maxsize=1)
def countries() -> frozenset[str]:
    """Every country (ISO 3166-1 alpha-2) that has a name; read from disk the first time."""
    no_countries = {"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"}
    named = map(str, Locale.parse("en").territories)
    return frozenset(code for code in named if len(code) == 2) - no_countries


@lru_cache(maxsize=256)
def locale(language: str, country: str) -> str:
    """The locale that writes numbers and money for ``language`` in ``country`` (ISO 3166-1).

    A pair that nobody writes (English in Mexico) takes the country's own locale: a price looks the
    same in every language of one shop. Never a locale without territory: those write foreign
    currencies in ways no shop does.
    """
    for spoken in (language, *languages.get_official_languages(country, de_facto=True)):
        if localedata.exists(f"{spoken}_{country}"):
            return f"{spoken}_{country}"
    return _WITHOUT_COUNTRY.get(language, "en_GB")


@lru_cache(maxsize=256)
def date_locale(language: str, country: str) -> str:
    """The locale that writes days for ``language`` in ``country`` (ISO 3166-1).

    Months are words: they are always of ``language``, whatever ``locale`` says of money.
    """
    written = f"{language}_{country}"
    return written if localedata.exists(written) else _WITHOUT_COUNTRY.get(language, "en_GB")


def _weight(parameters: str) -> float:
    name, _, value = parameters.partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        weight = float(value)
    except ValueError:
        return 0.0
    return weight if 0 <= weight <= 1 else 0.0
