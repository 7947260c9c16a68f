"""Prices as typography: large units, raised cents, the currency where the locale puts it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from gateway.render import fonts
from gateway.render.contents import Seen
from gateway.render.fonts import Face
from gateway.render.layout import Extent, Rect
from gateway.render.painter import Painter
from gateway.wording.money import PriceParts

_SMALL = 0.46
"""Cents and currency as a share of the units' size."""

_STACKED = 0.42
"""The same where the currency stands below the cents."""

_THIN_BELOW = 11
"""Pixels below which medium letters are a pixel wide."""

_LEAST_BETWEEN = 2
"""Pixels between cents and what stands below them."""

_DIGITS = frozenset("0123456789")
_AS_ZERO = str.maketrans("123456789", "0" * 9)

_TOO_SMALL_TO_RAISE = 17
_SMALLEST_RAISED = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    text: str
    face: Face
    x: int
    up: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Set:
    """A price set in type: pieces from its left edge and its baseline."""

    pieces: tuple[_Piece, ...]
    size: int
    width: int
    baseline: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """An amount that is never cut: it shrinks until it fits.

    ``before`` is a word in front of it ("desde", "antes"), ``after`` one behind it ("/ kg"), both
    small. With ``strike`` the amount alone is crossed out.
    """

    parts: PriceParts
    big: bool
    weight: str
    size: int
    min_size: int
    ink: str
    before: str = ""
    after: str = ""
    strike: bool = False
    align: str = "start"
    valign: str = "start"

    def widths(self) -> Extent:
        """From its width at ``min_size`` to that at ``size``."""
        smallest = min(self.size, self.min_size)
        least = self._set(fonts.SMALLEST).width
        need = self._set(smallest).width
        # Small prices stand in one line, which may be wider than larger ones with raised cents.
        return Extent(need, max(need, self._set(self.size).width), least)

    def heights(self, width: int) -> Extent:
        """From its height at ``min_size`` to that of the largest size that fits ``width``."""
        like = self._fit(width, 10_000).height
        need = min(like, self._set(min(self.size, self.min_size)).height)
        return Extent(need, like, need)

    def paint(self, painter: Painter, room: Rect) -> Seen:
        """The whole amount, whatever the room."""
        type_ = self._fit(room.width, room.height)
        spare = room.width - type_.width
        x = room.x + {"start": 0, "center": spare // 2, "end": spare}[self.align]
        spare = room.height - type_.height
        y = room.y + {"start": 0, "center": spare // 2, "end": spare}[self.valign]
        baseline = y + type_.baseline
        for piece in type_.pieces:
            painter.text(x + piece.x, baseline - piece.up, piece.text, piece.face, self.ink)
        if self.strike:
            amount = [
                piece for piece in type_.pieces if piece.text not in {self.before, self.after}
            ]
            first = x + min(piece.x for piece in amount)
            thickness = max(1, amount[0].face.size // 14)
            middle = baseline - amount[0].face.cap_height // 2 - thickness // 2
            painter.fill(
                Rect(x=first, y=middle, width=x + type_.width - first, height=thickness), self.ink
            )
        inside = type_.width <= room.width and type_.height <= room.height
        return Seen(size=type_.size, whole=inside)

    def _fit(self, width: int, height: int) -> _Set:
        """The largest that fits; the smallest there is where none does."""
        size = _largest(
            _shape(self.parts), self._around, self.weight, self.size, self.big, width, height
        )
        return self._set(size)

    def _set(self, size: int) -> _Set:
        return _set(self.parts, self._around, self.weight, size, self.big)

    @property
    def _around(self) -> tuple[str, str]:
        return self.before, self.after


def _shape(parts: PriceParts) -> PriceParts:
    """All prices that are as wide and high in any face: digits are equally wide."""
    return replace(
        parts, units=parts.units.translate(_AS_ZERO), cents=parts.cents.translate(_AS_ZERO)
    )


@lru_cache(maxsize=1024)
def _largest(
    shape: PriceParts,
    around: tuple[str, str],
    weight: str,
    most: int,
    big: bool,  # noqa: FBT001 - a cache key
    width: int,
    height: int,
) -> int:
    """The largest size up to ``most`` that fits; the smallest there is where none does."""

    def fits(size: int) -> bool:
        type_ = _set(shape, around, weight, size, big)
        return type_.width <= width and type_.height <= height

    size = most
    while size > fonts.SMALLEST and not fits(size):
        type_ = _set(shape, around, weight, size, big)
        estimate = min(size * width // max(1, type_.width), size * height // max(1, type_.height))
        size = max(fonts.SMALLEST, min(size - 1, estimate))
    while size < most and fits(size + 1):
        size += 1  # the estimate is of rounded sizes and may be low by one or two
    return size


@lru_cache(maxsize=1024)
def _set(parts: PriceParts, around: tuple[str, str], weight: str, size: int, big: bool) -> _Set:  # noqa: FBT001 - a cache key
    face = fonts.face(weight, size)
    small = _small(parts, weight, face) if big and size >= _TOO_SMALL_TO_RAISE else None
    pieces = tuple(
        _plain(parts, around, face) if small is None else _raised(parts, around, face, small)
    )
    width = max(piece.x + piece.face.width(piece.text) for piece in pieces)
    above = max(map(_above, pieces))
    height = above + max(map(_below, pieces))
    return _Set(pieces=pieces, size=size, width=width, baseline=above, height=height)


def _above(piece: _Piece) -> int:
    """Pixels above the baseline; signs of currencies stand higher than digits.

    Round digits do not count, so that all are equally high; they stand at most a pixel higher.
    """
    tops = (-piece.face.glyph(letter).top for letter in set(piece.text) - _DIGITS)
    return max(piece.face.cap_height, max(tops, default=0)) + piece.up


def _below(piece: _Piece) -> int:
    """Pixels below the baseline: commas and the tails of letters; of digits as above."""
    tails = (piece.face.glyph(letter).below for letter in set(piece.text) - _DIGITS)
    return max(1, max(tails, default=0) - piece.up)


def _plain(parts: PriceParts, around: tuple[str, str], face: Face) -> Iterator[_Piece]:
    before, after = around
    amount = parts.before + parts.units + parts.separator + parts.cents + parts.after
    x = 0
    word = _word(round(face.size * 0.8))
    if before:
        yield _Piece(text=before, face=word, x=0, up=0)
        x = word.width(before + " ")
    yield _Piece(text=amount, face=face, x=x, up=0)
    if after:
        x += face.width(amount) + word.width(" ")
        yield _Piece(text=after, face=word, x=x, up=0)


def _small(parts: PriceParts, weight: str, face: Face) -> Face | None:
    """The face of raised cents and currency; None where the one has no room below the other."""
    if not parts.cents or not parts.after:
        return fonts.face(weight, max(_SMALLEST_RAISED, round(face.size * _SMALL)))
    for size in range(round(face.size * _STACKED), _SMALLEST_RAISED - 1, -1):
        small = fonts.face(weight, size)
        if 2 * small.cap_height + _LEAST_BETWEEN <= face.cap_height:
            return small
    return None


def _word(size: int) -> Face:
    """The face of words around an amount; small ones are bolder, or they look thin beside it."""
    size = max(_SMALLEST_RAISED, size)
    return fonts.face("medium" if size >= _THIN_BELOW else "semibold", size)


def _raised(
    parts: PriceParts, around: tuple[str, str], face: Face, small: Face
) -> Iterator[_Piece]:
    before, after = around
    up = face.cap_height - small.cap_height
    gap = max(1, round(face.size * 0.05))
    word = _word(round(face.size * 0.32))
    currency = parts.before.strip()
    # The word stands under the raised currency, both against the units.
    beside = word.width(before) + gap if before else 0
    x = max(beside, small.width(currency))
    if before:
        yield _Piece(text=before, face=word, x=x - beside, up=0)
    if currency:
        yield _Piece(text=currency, face=small, x=x - small.width(currency), up=up)
    x += gap if x else 0
    yield _Piece(text=parts.units, face=face, x=x, up=0)
    x += face.width(parts.units)
    if parts.cents:
        # The eye sees ink, not pens: cents stand as close to the point as the point to the units.
        yield _Piece(text=parts.separator, face=face, x=x, up=0)
        point = face.glyph(parts.separator[-1])
        x += point.left + point.width + (gap if parts.after else max(1, gap // 2))
        yield _Piece(text=parts.cents, face=small, x=x, up=up)
    end = x + small.width(parts.cents)
    if currency := parts.after.strip():
        x += 0 if parts.cents else gap
        yield _Piece(text=currency, face=small, x=x, up=0)
        x += small.width(currency)
    if after:
        # Below raised cents where there is room, else behind them.
        if small.cap_height + word.cap_height + _LEAST_BETWEEN > face.cap_height:
            x = max(x, end)
        yield _Piece(text=after, face=word, x=x + 2 * gap, up=0)
