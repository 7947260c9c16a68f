"""What stands where an article's picture goes: the picture, or its colour with initials."""

from __future__ import annotations

import re
from collections.abc import Iterable

from gateway.domain.catalogue import Product

_WORD = re.compile(r"[^\W_]+")
_HEX = re.compile(r"#[0-9A-Fa-f]{6}")
_TELLING = 3
_LIGHT = 0.179
"""Relative luminance from which black letters are easier to read than white ones (WCAG)."""
READABLE = 4.5
"""The least contrast of letters with their ground (WCAG 2.2, 1.4.3)."""
_STEPS = 40


def of_products(products: Iterable[Product]) -> Iterable[str | None]:
    """The pictures of these products, in order."""
    return (product.image_url for product in products)


def color(said: str | None) -> str | None:
    """``said`` if it is a colour that can be shown (``#rrggbb``)."""
    return said if said is not None and _HEX.fullmatch(said) else None


def initials(title: str) -> str:
    """The first letters of the first two words that say something, in capitals."""
    words = _WORD.findall(title)
    telling = [word for word in words if len(word) >= _TELLING] or words
    return "".join(word[0] for word in telling[:2]).upper()


def takes_black(color: str) -> bool:
    """Whether black letters can be read on ``#rrggbb`` more easily than white ones."""
    return luminance(color) > _LIGHT


def contrast(one: str, other: str) -> float:
    """How well one ``#rrggbb`` is told from another, 1 to 21 (WCAG 2.2)."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def readable(color: str, ground: str) -> str:
    """``color``, made lighter or darker just until letters in it can be read on ``ground``."""
    end = 0 if takes_black(ground) else 255
    channels = [int(color[place : place + 2], 16) for place in (1, 3, 5)]
    for share in range(_STEPS):
        mixed = (round(one + (end - one) * share / _STEPS) for one in channels)
        found = "#" + "".join(f"{one:02x}" for one in mixed)
        if contrast(found, ground) >= READABLE:
            return found
    return f"#{end:02x}{end:02x}{end:02x}"


def luminance(color: str) -> float:
    """Relative luminance of ``#rrggbb``, 0 to 1 (WCAG 2.2)."""
    channels = (int(color[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
        for channel in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
