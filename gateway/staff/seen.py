"""What somebody saw of holds, as forms and addresses carry it: ``7.3,8.1``, numbers with marks."""

from __future__ import annotations

import re
from collections.abc import Mapping

MOST = 100
"""Holds on one page."""

_PAIR = re.compile(r"([1-9]\d{0,15})\.([1-9]\d{0,15})", re.ASCII)

Seen = Mapping[int, int]
"""The mark of each hold that was seen, by its number."""


def written(seen: Seen) -> str:
    """The text that ``read`` understands."""
    return ",".join(f"{number}.{mark}" for number, mark in seen.items())


def read(text: object) -> dict[int, int]:
    """The marks by number; empty for whatever is not one of our texts."""
    if not isinstance(text, str):
        return {}
    pairs = [_PAIR.fullmatch(pair) for pair in text.split(",", MOST)]
    if len(pairs) > MOST:
        return {}
    return {int(pair[1]): int(pair[2]) for pair in pairs if pair is not None}
