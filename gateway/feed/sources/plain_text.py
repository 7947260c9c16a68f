"""Texts of a shop system as the feed wants them: plain, in one line, within the length limit."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator

MAX_LENGTH = 500
# Enough for the longest text however much of it is space.
_ENOUGH = 8 * MAX_LENGTH
_ELLIPSIS = "…"
# Written inside words of Persian and Indic scripts; every other invisible character is dropped.
_JOINERS = "\u200c\u200d"
# Every branch that begins to match also ends, at the end of the text if need be: linear time.
_TAG = re.compile(
    r"<!--.*?(?:-->|\Z)|<(?P<end>/?)(?P<name>[a-z][^\s/>]*)[^>]*(?:>|\Z)|<[!?/][^>]*(?:>|\Z)",
    re.DOTALL | re.IGNORECASE,
)
_UNSEEN = {
    name: re.compile(rf"</{name}\b", re.IGNORECASE)
    for name in ("script", "style", "template", "noscript")
}
_INLINE = frozenset({"a", "abbr", "b", "em", "font", "i", "mark", "s", "small", "span", "strong"})


def tidy(text: str, limit: int = MAX_LENGTH) -> str:
    """``text`` in one line without control characters, at most ``limit`` characters.

    A longer one ends with an ellipsis after the last whole word that fits.
    """
    line = " ".join((text if text.isprintable() else _visible(text)).split())
    if len(line) <= limit:
        return line
    head = line[: limit - 1]
    words, space, _ = head.rpartition(" ")
    return (words if space and len(words) > limit // 2 else head).rstrip(" ,;:.") + _ELLIPSIS


def from_html(markup: str) -> str:
    """The readable text of an HTML fragment, tidied; comments, scripts and styles are left out."""
    gathered: list[str] = []
    length = 0
    for piece in _pieces(markup):
        gathered.append(piece[:_ENOUGH])
        length += len(gathered[-1])
        if length > _ENOUGH:
            break
    return tidy("".join(gathered))


def _pieces(markup: str) -> Iterator[str]:
    """The texts between the tags, with a space where a tag ends a line or a cell."""
    place = 0
    while (tag := _TAG.search(markup, place)) is not None:
        yield html.unescape(markup[place : tag.start()])
        name = (tag["name"] or "").lower()
        if name not in _INLINE:
            yield " "
        place = tag.end()
        if name in _UNSEEN and not tag["end"]:
            closing = _UNSEEN[name].search(markup, place)
            place = closing.start() if closing is not None else len(markup)
    yield html.unescape(markup[place:])


def _visible(text: str) -> str:
    return "".join(
        letter if letter in _JOINERS or not category.startswith("C") else _instead_of(category)
        for letter in text
        for category in (unicodedata.category(letter),)
    )


def _instead_of(category: str) -> str:
    return " " if category == "Cc" else ""
