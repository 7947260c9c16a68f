"""What stands where the picture of an article goes: the picture, or its colour with initials."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from gateway.domain.catalogue import Family, Group, Product

_WORD = re.compile(r"[^\W_]+")
_HEX = re.compile(r"#[0-9A-Fa-f]{6}")
_TELLING = 3
_LIGHT = 0.179
"""Relative luminance from which black letters are easier to read than white ones (WCAG)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """``url`` is where the source says the picture is; the rest is what we show without it."""

    url: str | None
    initials: str
    hex: str | None
    letters: str


def picture(
    title: str, color_hex: str | None, images: Iterable[str | None], fallback: Iterable[str | None]
) -> Picture:
    """The first of ``images``, else of ``fallback``; letters that can be read on ``color_hex``."""
    url = next(filter(None, images), None) or next(filter(None, fallback), None)
    known = color_hex if color_hex is not None and _HEX.fullmatch(color_hex) else None
    letters = "" if known is None else "#000" if luminance(known) > _LIGHT else "#fff"
    return Picture(url=url, initials=initials(title), hex=known, letters=letters)


def initials(title: str) -> str:
    """The first letters of the first two words that say something, in capitals."""
    words = _WORD.findall(title)
    telling = [word for word in words if len(word) >= _TELLING] or words
    return "".join(word[0] for word in telling[:2]).upper()


def of_products(products: Iterable[Product]) -> Iterable[str | None]:
    """The pictures of these products, in order."""
    return (product.image_url for product in products)


def of_groups(family: Family, group: str | None) -> Iterable[str | None]:
    """The picture of the group with this id, then that of the family's own."""
    every: tuple[Group, ...] = tuple(
        one for one in (family.group, *family.siblings) if one is not None
    )
    named = [one.image_url for one in every if one.id == group]
    return (*named, family.group.image_url if family.group is not None else None)


def luminance(color: str) -> float:
    """Relative luminance of ``#rrggbb``, 0 to 1 (WCAG 2.2)."""
    channels = (int(color[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
        for channel in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
