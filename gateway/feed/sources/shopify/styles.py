"""Which articles are colourways of one style, by the rule in ``[shopify]``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from gateway.feed.sources import plain_text
from gateway.feed.sources.shopify.records import Article
from gateway.settings import Shopify

MAX_SIBLINGS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """What an article shares with its siblings ("" if it stands alone) and its own colour."""

    key: str = ""
    color: str = ""


def style(article: Article, settings: Shopify) -> Style:
    """The style of ``article``; equal keys are siblings."""
    color = plain_text.tidy(article.color)
    if settings.style_from == "nothing":
        return Style(color=color)
    if settings.style_from == "metafield":
        return Style(key=_squeezed(article.style), color=color)
    pattern = re.compile(settings.style_pattern or "", re.IGNORECASE)
    for text in _texts(article, settings.style_from):
        found = pattern.fullmatch(text)
        if found is not None and (key := _squeezed(found["style"] or "")):
            named = found.groupdict().get("color") or ""
            return Style(key=key, color=color or plain_text.tidy(named))
    return Style(color=color)


def siblings(keys: Mapping[str, str]) -> Mapping[str, tuple[str, ...]]:
    """By article the ids of its style, itself among them; ``keys`` are style keys by article.

    An article without siblings has none. Of more than 100 the first by id are joined.
    """
    by_key: dict[str, list[str]] = {}
    for article, key in keys.items():
        if key:
            by_key.setdefault(key, []).append(article)
    found: dict[str, tuple[str, ...]] = {}
    for members in by_key.values():
        found |= joined(members)
    return found


def joined(members: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """By article the ids of one style; nothing for a style of one."""
    ordered = tuple(sorted(members, key=lambda article: (len(article), article)))
    if len(ordered) < 2:
        return {}
    shown = ordered[:MAX_SIBLINGS]
    return dict.fromkeys(shown, shown)


def _texts(article: Article, source: str) -> Iterator[str]:
    match source:
        case "handle":
            yield article.handle
        case "title":
            yield plain_text.tidy(article.title)
        case _:
            yield from article.tags


def _squeezed(text: str) -> str:
    return plain_text.tidy(text).casefold()
