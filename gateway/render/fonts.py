"""The fonts that ship with the templates, glyph by glyph.

Each glyph is rasterised once per size as a bitmap with whole-pixel advance; text is then bitmaps in
a row. That is many times faster than drawing strings, measures exactly what it draws, and is the
same on every machine: never the system's fonts, never another layout engine.

The bitmap is the grey picture cut at half, which keeps the weight and the shape of small letters
(FreeType's own 1-bit mode tears the arm of an ``r`` off its stem), and the advance is the one the
type designer drew, rounded: 1-bit hinting would widen it by up to a tenth.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
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
FALLBACK = "DejaVuSans.ttf"
"""Has the letters and signs that Inter lacks, whatever the weight."""

SMALLEST = 6
"""Pixels; below this no letter can be told from another."""

CAP_HEIGHT = 0.727
"""Height of capitals and digits as a share of the size (Inter)."""

_BLACK_FROM = 118
"""Grey from which a pixel is drawn; below the middle, so that thin strokes stay whole."""

_NARROWEST_SPACE = 0.28
"""Of the size: Inter's own space runs words together where a pixel is a tenth of a letter."""

_DESIGN_SIZE = 1000
"""Pixels at which rounding no longer matters."""

_DIGITS = "0123456789"
"""All as wide as the widest: prices stand in columns, and a new price moves nothing beside it."""

_TO_BITMAP = [255 if grey >= _BLACK_FROM else 0 for grey in range(256)]

_LOOKED_AT_SIZE = 24
"""Pixels at which the empty box of a letter that a font lacks is told from any other picture."""

_NEVER = "\U0010fffe"
"""No character, so that every font draws its empty box for it."""

_MOST_OPEN = 8
"""Font files open at once: each takes more than half a megabyte, and letters outlive them."""

_MOST_GLYPHS = 512
_MOST_WIDTHS = 256
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

    @property
    def width(self) -> int:
        """Pixels from the first to the last column with ink."""
        return self.bitmap.size[0] if self.bitmap is not None else 0

    @property
    def below(self) -> int:
        """Pixels with ink below the baseline."""
        return max(0, self.top + self.bitmap.size[1]) if self.bitmap is not None else 0


class _Letters(dict[str, Glyph]):
    """Letters that were drawn; one that was not is drawn when it is asked for."""

    def __init__(self, drawn: Callable[[str], Glyph]) -> None:
        super().__init__()
        self._drawn = drawn

    def __missing__(self, letter: str) -> Glyph:
        if len(self) >= _MOST_GLYPHS:
            self.clear()
        glyph = self[letter] = self._drawn(letter)
        return glyph


class Face:
    """One weight at one size in pixels; letters are remembered once drawn."""

    def __init__(self, weight: str, size: int) -> None:
        self.size = size
        self._file = WEIGHTS[weight]
        self._letters = _Letters(self._drawn)
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
            known = self._widths[text] = sum(glyph.advance for glyph in self.glyphs(text))
        return known

    def exceeds(self, text: str, width: int) -> bool:
        """Whether ``text`` is wider than ``width`` by its design alone, which draws no letter.

        No letter is narrower than its design, so True is certain; False says nothing.
        """
        return _design_width(self._file, text) * self.size - len(text) / 2 > width

    def glyphs(self, text: str) -> Iterable[Glyph]:
        """The letters of ``text`` in order."""
        return map(self._letters.__getitem__, text)

    def glyph(self, letter: str) -> Glyph:
        """One letter; one that neither font has is an empty box."""
        return self._letters[letter]

    def _drawn(self, letter: str) -> Glyph:
        return self._digits[letter] if letter in _DIGITS else self._proportional(letter)

    @cached_property
    def _digits(self) -> Mapping[str, Glyph]:
        own = {digit: self._proportional(digit) for digit in _DIGITS}
        advance = max(glyph.advance for glyph in own.values())
        return {
            digit: replace(glyph, left=glyph.left + (advance - glyph.advance) // 2, advance=advance)
            for digit, glyph in own.items()
        }

    def _proportional(self, letter: str) -> Glyph:
        file = file_of(letter, self._file) or self._file
        grey, (left, top) = _font(file, self.size).getmask2(letter, mode="L", anchor="ls")
        design = _design_advance(file, letter) * self.size
        bitmap = grey.point(_TO_BITMAP, "1")
        drawn = bitmap.getbbox()
        if drawn is None:
            narrowest = _NARROWEST_SPACE * self.size if letter == " " else 0
            return Glyph(bitmap=None, left=0, top=0, advance=round(max(design, narrowest)))
        return Glyph(
            bitmap=bitmap.crop(drawn),
            left=left + drawn[0],
            top=top + drawn[1],
            advance=max(round(design), left + drawn[2]),
        )


@lru_cache(maxsize=160)
def face(weight: str, size: int) -> Face:
    """The face of ``weight`` (see ``WEIGHTS``) at ``size`` pixels, at least ``SMALLEST``."""
    size = max(SMALLEST, size)
    return Face(weight, size)


@lru_cache(maxsize=4096)
def file_of(letter: str, file: str = WEIGHTS["medium"]) -> str | None:
    """The font that draws ``letter``: ``file``, else the fallback; None where neither has it."""
    return next((one for one in (file, FALLBACK) if _has(one, letter)), None)


@lru_cache(maxsize=4096)
def _design_advance(file: str, letter: str) -> float:
    """As the type designer drew it, as a share of the size."""
    return _font(file, _DESIGN_SIZE).getlength(letter) / _DESIGN_SIZE


@lru_cache(maxsize=4096)
def _design_width(file: str, text: str) -> float:
    """All letters of ``text``, as a share of the size."""
    return sum(_design_advance(file_of(letter, file) or file, letter) for letter in text)


def _has(file: str, letter: str) -> bool:
    font = _font(file, _LOOKED_AT_SIZE)
    drawn, lies = font.getmask2(letter, mode="L", anchor="ls")
    box, box_lies = font.getmask2(_NEVER, mode="L", anchor="ls")
    return (drawn.size, lies, bytes(drawn)) != (box.size, box_lies, bytes(box))


@lru_cache(maxsize=_MOST_OPEN)
def _font(file: str, size: int) -> ImageFont.FreeTypeFont:
    path = str(_FOLDER / file)
    return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)
