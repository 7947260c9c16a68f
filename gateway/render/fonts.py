"""The fonts that ship with the templates, glyph by glyph.

Each glyph is rasterised once per size as a bitmap with whole-pixel advance; text is then bitmaps in
a row. That is many times faster than drawing strings, measures exactly what it draws, and is the
same on every machine: never the system's fonts, never another layout engine.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import ImageFont

if TYPE_CHECKING:
    from PIL._imaging import ImagingCore

WEIGHTS = {
    "medium": "Inter-Medium.ttf",
    "semibold": "Inter-SemiBold.ttf",
    "bold": "Inter-Bold.ttf",
    "extrabold": "Inter-ExtraBold.ttf",
}
SMALLEST = 6
"""Pixels; below this no letter can be told from another."""

CAP_HEIGHT = 0.727
"""Height of capitals and digits as a share of the size (Inter)."""

_MOST_GLYPHS = 1024
_MOST_WIDTHS = 2048
"""What one face remembers; the rest is measured again."""

_FOLDER = Path(__file__).resolve().parents[2] / "label_templates" / "fonts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Glyph:
    """One letter: its bitmap (None for spaces), where it lies from the pen, how far the pen moves.

    ``top`` is measured from the baseline, up is negative.
    """

    bitmap: ImagingCore | None
    left: int
    top: int
    advance: int


class Face:
    """One weight at one size in pixels; letters are remembered once drawn."""

    def __init__(self, font: ImageFont.FreeTypeFont, size: int) -> None:
        self.size = size
        self._font = font
        self._glyphs: dict[str, Glyph] = {}
        self._widths: dict[str, int] = {}

    @property
    def cap_height(self) -> int:
        """Pixels from the baseline to the top of a capital."""
        return -self.glyph("H").top

    @property
    def line_height(self) -> int:
        """Pixels from one baseline to the next, accents and descenders included."""
        return round(self.size * 1.22)

    @property
    def ascent(self) -> int:
        """Pixels from the top of a line to its baseline."""
        return round(self.size * 0.96)

    def width(self, text: str) -> int:
        """Pixels the pen moves over ``text``."""
        known = self._widths.get(text)
        if known is None:
            if len(self._widths) >= _MOST_WIDTHS:
                self._widths.clear()
            known = self._widths[text] = sum(self.glyph(letter).advance for letter in text)
        return known

    def glyphs(self, text: str) -> Iterable[Glyph]:
        """The letters of ``text`` in order."""
        return map(self.glyph, text)

    def glyph(self, letter: str) -> Glyph:
        """One letter; those the font lacks are its empty box."""
        known = self._glyphs.get(letter)
        if known is None:
            if len(self._glyphs) >= _MOST_GLYPHS:
                self._glyphs.clear()
            known = self._glyphs[letter] = self._drawn(letter)
        return known

    def _drawn(self, letter: str) -> Glyph:
        advance = round(self._font.getlength(letter, mode="1"))
        bitmap, (left, top) = self._font.getmask2(letter, mode="1", anchor="ls")
        width, height = bitmap.size
        return Glyph(
            bitmap=bitmap if width and height else None, left=left, top=top, advance=advance
        )


@lru_cache(maxsize=160)
def face(weight: str, size: int) -> Face:
    """The face of ``weight`` (see ``WEIGHTS``) at ``size`` pixels, at least ``SMALLEST``."""
    size = max(SMALLEST, size)
    path = str(_FOLDER / WEIGHTS[weight])
    return Face(ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC), size)
