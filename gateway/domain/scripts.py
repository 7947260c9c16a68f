"""Which texts can be set in type: ours runs from left to right."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

_RIGHT_TO_LEFT = frozenset({"R", "AL", "RLE", "RLO", "RLI"})


def runs_right_to_left(text: str) -> bool:
    """Whether any letter or mark of ``text`` turns it from right to left (Unicode UAX 9)."""
    return not text.isascii() and any(
        unicodedata.bidirectional(letter) in _RIGHT_TO_LEFT for letter in text
    )


def readable(texts: Mapping[str, str]) -> dict[str, str]:
    """The texts of those languages that can be drawn."""
    return {language: text for language, text in texts.items() if not runs_right_to_left(text)}


def drawable(text: str | None) -> str:
    """``text``; nothing where there is none or it runs from right to left."""
    return "" if text is None or runs_right_to_left(text) else text
