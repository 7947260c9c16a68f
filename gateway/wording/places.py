"""Countries, currencies and time zones by the names that people know, to choose from."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType

from babel import Locale

from gateway.wording import languages


@lru_cache(maxsize=4)
def countries(language: str) -> Mapping[str, str]:
    """The name of every country by its code (ISO 3166-1), in the order of names."""
    # A language may lack the name of a small place; in English each has one.
    names = {**Locale.parse("en").territories, **Locale.parse(language).territories}
    return _in_order({code: str(names[code]) for code in languages.countries()})


@lru_cache(maxsize=4)
def currencies(codes: tuple[str, ...], language: str) -> Mapping[str, str]:
    """The name of each currency with its code (ISO 4217), in the order of names."""
    names = Locale.parse(language).currencies
    named = {code: str(names[code]) for code in codes if code in names}
    return _in_order({code: f"{_begun(name)} ({code})" for code, name in named.items()})


def zones(names: Iterable[str]) -> Mapping[str, str]:
    """The place of each time zone, with its name in the time zone database behind it."""
    return {name: f"{name.rpartition('/')[2].replace('_', ' ')} ({name})" for name in names}


def _in_order(named: Mapping[str, str]) -> Mapping[str, str]:
    pairs = sorted(named.items(), key=lambda pair: (_plain(pair[1]), pair[0]))
    return MappingProxyType(dict(pairs))


def _plain(name: str) -> str:
    """Letters without accents, so that ``España`` and ``África`` stand where people look."""
    parts = unicodedata.normalize("NFKD", name)
    return "".join(letter for letter in parts if not unicodedata.combining(letter)).casefold()


def _begun(name: str) -> str:
    return name[:1].upper() + name[1:]
