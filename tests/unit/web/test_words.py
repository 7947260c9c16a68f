from __future__ import annotations

import string
from types import ModuleType

import pytest

from gateway.shopper import texts as shopper_texts
from gateway.web import texts as web_texts
from gateway.web import words
from gateway.web.words import Tongue

MODULES = (web_texts, shopper_texts)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_every_text_is_there_in_both_languages_with_the_same_places(module: ModuleType) -> None:
    found = words.all_texts(module)
    assert found
    for name, text in found.items():
        assert text.es.strip(), name
        assert text.en.strip(), name
        assert _places(text.es) == _places(text.en), name


@pytest.mark.parametrize(
    ("query", "accept", "expected"),
    [
        ("", None, Tongue(language="es")),
        ("", "en-GB,en;q=0.9", Tongue(language="en")),
        ("lang=en", "es-MX", Tongue(language="en", explicit=True)),
        ("color=navy&lang=es", "en", Tongue(language="es", explicit=True)),
        ("lang=fr", "en", Tongue(language="en")),
        ("lang=", None, Tongue(language="es")),
    ],
)
def test_the_address_wins_over_the_browser(
    query: str, accept: str | None, expected: Tongue
) -> None:
    assert words.tongue(query, accept, "es") == expected


def test_a_query_with_too_many_fields_is_no_reason_to_fail() -> None:
    assert words.tongue("lang=en&" * 100, None, "es").language == "es"


def _places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
