"""Which language an answer is in, and the texts of the sites in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType
from urllib.parse import parse_qs

from gateway.wording import languages
from gateway.wording.text import Text

__all__ = ["Text", "Tongue", "all_texts", "field", "said", "tongue"]

_MAX_FIELDS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Tongue:
    """The language of one answer; ``explicit`` when the address asked for it with ``?lang=``.

    ``base`` is what the addresses in it begin with, where pages are shown in another mode.
    """

    language: str
    explicit: bool = False
    base: str = ""


def tongue(query: str, accept_language: str | None, default: str) -> Tongue:
    """The language for a request: what its address asks for, else what the browser likes."""
    asked = field(query, "lang")
    if asked in languages.SUPPORTED:
        return Tongue(language=asked, explicit=True)
    return Tongue(language=languages.choose(accept_language, default))


def field(query: str, name: str) -> str:
    """The first value of a query field; empty when there is none, or too many fields to read."""
    if f"{name}=" not in query:
        return ""
    try:
        return parse_qs(query, max_num_fields=_MAX_FIELDS).get(name, [""])[0]
    except ValueError:
        return ""


def all_texts(module: ModuleType) -> Mapping[str, Text]:
    """The texts a module defines, by name in lower case, for templates and tests."""
    return {name.lower(): text for name, text in vars(module).items() if isinstance(text, Text)}


def said(texts: Mapping[str, Text], language: str) -> Mapping[str, str]:
    """All these texts in one language, for templates."""
    return {name: text.say(language) for name, text in texts.items()}
