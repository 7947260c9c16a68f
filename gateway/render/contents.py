"""What stands in the boxes: each content measures itself and then draws itself into its room."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from gateway.render import fonts, symbols, texts
from gateway.render.layout import Content, Extent, Padding, Rect
from gateway.render.painter import Painter


class Drawn(Content, Protocol):
    """Content that can draw itself."""

    def paint(self, painter: Painter, room: Rect) -> None:
        """Draw inside ``room`` and nowhere else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """Words; see ``texts.fit`` for how they find their size. ``plate`` is an ink behind them."""

    text: str
    weight: str
    size: int
    min_size: int
    floor: int
    ink: str
    lines: int = 1
    align: str = "start"
    valign: str = "start"
    plate: str | None = None
    follows: bool = False
    whole: bool = False

    def widths(self) -> Extent:
        """A few letters (with ``whole`` every word) at the least, all on one line at best."""
        if self.follows:
            return Extent(0, 0)
        around = self._around.left + self._around.right
        like = fonts.face(self.weight, self.size).width(self.text) + around
        if not self.whole:
            return Extent(min(like, self.min_size * 4), like)
        smallest = fonts.face(self.weight, min(self.floor, self.min_size))
        pieces = [self.text] if self.lines == 1 else self.text.split(" ")
        return Extent(min(like, max(map(smallest.width, pieces)) + around), like)

    def heights(self, width: int) -> Extent:
        """All lines as small as they may be at the least, at ``size`` at best."""
        around = self._around.top + self._around.bottom
        fitted = self._fit(width, 10_000)
        lines = len(fitted.lines)
        like = fitted.height
        need = min(like, lines * fonts.face(self.weight, self.min_size).line_height)
        least = min(need, lines * fonts.face(self.weight, self.floor).line_height)
        return Extent(need + around, like + around, least + around)

    def paint(self, painter: Painter, room: Rect) -> None:
        """Lines from top to bottom, aligned; nothing in a room too low for letters."""
        fitted = self.fitted_in(room)
        if fitted.face.ascent > room.height:
            return
        around = self._around
        x = room.x + _offset(self.align, room.width - fitted.width - around.left - around.right)
        y = room.y + _offset(self.valign, room.height - fitted.height - around.top - around.bottom)
        if self.plate:
            plate = Rect(
                x=x,
                y=y,
                width=min(room.width, fitted.width + around.left + around.right),
                height=min(room.height, fitted.height + around.top + around.bottom),
            )
            painter.plate(plate, self.plate, radius=max(2, self.size // 5))
        for number, line in enumerate(fitted.lines):
            indent = _offset(self.align, fitted.width - fitted.face.width(line))
            baseline = y + around.top + number * fitted.face.line_height + fitted.face.ascent
            painter.text(x + around.left + indent, baseline, line, fitted.face, self.ink)

    def fitted_in(self, room: Rect) -> texts.Fitted:
        """The lines as they stand in ``room``."""
        return self._fit(room.width, room.height)

    @property
    def _around(self) -> Padding:
        if not self.plate:
            return Padding()
        side = max(3, round(self.size * 0.45))
        above = max(0, round(self.size * 0.06))
        return Padding(above, side, above, side)

    def _fit(self, width: int, height: int) -> texts.Fitted:
        around = self._around
        return texts.fit(
            self.text,
            self.weight,
            size=self.size,
            min_size=self.min_size,
            floor=self.floor,
            lines=self.lines,
            width=max(0, width - around.left - around.right),
            height=max(0, height - around.top - around.bottom),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A QR code, as large as ``size`` and the room allow in whole pixels per module."""

    link: str
    size: int
    min_scale: int
    align: str = "center"
    valign: str = "center"

    def widths(self) -> Extent:
        """From four fifths of the wished side to all of it, with quiet zone, in whole scales."""
        modules = symbols.modules(self.link)
        need = max(self.min_scale, self.size * 4 // 5 // modules)
        like = max(self.min_scale, self.size // modules)
        return Extent(need * modules, like * modules, self.min_scale * modules)

    def heights(self, width: int) -> Extent:
        """It is square."""
        modules = symbols.modules(self.link)
        side = self.widths()
        scale = max(self.min_scale, min(width, side.like) // modules)
        smallest = self.min_scale * modules
        return Extent(min(side.need, scale * modules), scale * modules, smallest)

    def paint(self, painter: Painter, room: Rect) -> None:
        """Nothing at all where a phone could not read it."""
        modules = symbols.modules(self.link)
        scale = min(room.width, room.height, self.widths().like) // modules
        if scale < self.min_scale:
            return
        side = scale * modules
        x = room.x + _offset(self.align, room.width - side)
        y = room.y + _offset(self.valign, room.height - side)
        painter.symbol(x, y, symbols.qr(self.link), scale)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A rule across the room."""

    thickness: int
    ink: str

    def widths(self) -> Extent:
        """As wide as it gets."""
        return Extent(0, 0)

    def heights(self, width: int) -> Extent:
        """Its thickness, over any ``width``."""
        del width
        return Extent(self.thickness, self.thickness)

    def paint(self, painter: Painter, room: Rect) -> None:
        """A solid bar."""
        painter.fill(room, self.ink)


@dataclass(frozen=True, slots=True, kw_only=True)
class Air:
    """Nothing, on purpose."""

    def widths(self) -> Extent:
        """None of its own."""
        return Extent(0, 0)

    def heights(self, width: int) -> Extent:
        """None of its own, over any ``width``."""
        del width
        return Extent(0, 0)

    def paint(self, painter: Painter, room: Rect) -> None:
        """Nothing."""


def _offset(align: str, spare: int) -> int:
    if align == "start" or spare <= 0:
        return 0
    return spare if align == "end" else spare // 2
