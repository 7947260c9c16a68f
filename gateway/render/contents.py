"""What stands in the boxes: each content measures itself and then draws itself into its room."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from gateway.render import fonts, icons, texts
from gateway.render.layout import Content, Extent, Padding, Rect
from gateway.render.painter import Painter


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What came of a content: the size of its letters (or its module, its side) in pixels.

    0 is nothing at all. ``whole`` is False where something was shortened.
    """

    size: int = 0
    whole: bool = True


UNSEEN = Seen()
_NOTHING_AROUND = Padding()


class Drawn(Content, Protocol):
    """Content that can draw itself."""

    def paint(self, painter: Painter, room: Rect) -> Seen:
        """Draw inside ``room`` and nowhere else; returns what can be seen of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """Words; see ``texts.fit`` for how they find their size. ``plate`` is an ink behind them.

    Where they have no room in letters of ``min_size`` they say ``shorter`` instead, if it is given.
    """

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
    strike: bool = False
    shorter: str = ""

    def widths(self) -> Extent:
        """A few letters (with ``whole`` every word) at the least, all on one line at best."""
        if self.follows:
            return Extent(0, 0)
        around = self._around.left + self._around.right
        like = fonts.face(self.weight, self.size).width(self.text) + around
        if not self.whole:
            return Extent(min(like, self.min_size * 4), like)
        smallest = fonts.face(self.weight, min(self.floor, self.min_size))
        text = self.shorter or self.text
        pieces = [text] if self.lines == 1 else text.split(" ")
        return Extent(min(like, max(map(smallest.width, pieces)) + around), like)

    def heights(self, width: int) -> Extent:
        """All lines as small as they may be at the least, at ``size`` at best."""
        around = self._around.top + self._around.bottom
        fitted = self._fit(width, 10_000)
        like = fitted.height
        lines = len(self._in_short(width, 10_000).lines if self.shorter else fitted.lines)
        need = min(like, lines * fonts.face(self.weight, self.min_size).line_height)
        least = min(need, lines * fonts.face(self.weight, self.floor).line_height)
        return Extent(need + around, like + around, least + around)

    def paint(self, painter: Painter, room: Rect) -> Seen:
        """Lines from top to bottom, aligned; nothing in a room too low for letters."""
        fitted = self.fitted_in(room)
        if fitted.face.ascent > room.height or not any(fitted.lines):
            return UNSEEN
        around = self._around
        x = room.x + offset(self.align, room.width - fitted.width - around.left - around.right)
        y = room.y + offset(self.valign, room.height - fitted.height - around.top - around.bottom)
        if self.plate:
            plate = Rect(
                x=x,
                y=y,
                width=min(room.width, fitted.width + around.left + around.right),
                height=min(room.height, fitted.height + around.top + around.bottom),
            )
            painter.plate(plate, self.plate, radius=max(2, self.size // 5))
        for number, line in enumerate(fitted.lines):
            indent = offset(self.align, fitted.width - fitted.face.width(line))
            baseline = y + around.top + number * fitted.face.line_height + fitted.face.ascent
            painter.text(x + around.left + indent, baseline, line, fitted.face, self.ink)
            if self.strike:
                _strike(painter, x + around.left + indent, baseline, line, fitted.face, self.ink)
        return Seen(size=fitted.face.size, whole=fitted.whole)

    def fitted_in(self, room: Rect) -> texts.Fitted:
        """The lines as they stand in ``room``."""
        return self._fit(room.width, room.height)

    @property
    def _around(self) -> Padding:
        if not self.plate:
            return _NOTHING_AROUND
        side = max(3, round(self.size * 0.45))
        above = max(0, round(self.size * 0.06))
        return Padding(above, side, above, side)

    def _fit(self, width: int, height: int) -> texts.Fitted:
        if not self.shorter:
            return self._saying(self.text, self.floor, width, height)
        said = self._saying(self.text, self.min_size, width, height)
        return said if said.whole else self._in_short(width, height)

    def _in_short(self, width: int, height: int) -> texts.Fitted:
        return self._saying(self.shorter, self.floor, width, height)

    def _saying(self, text: str, floor: int, width: int, height: int) -> texts.Fitted:
        around = self._around
        return texts.fit(
            text,
            self.weight,
            size=self.size,
            min_size=self.min_size,
            floor=floor,
            lines=self.lines,
            width=max(0, width - around.left - around.right),
            height=max(0, height - around.top - around.bottom),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A rule across the room, or ``down`` it."""

    thickness: int
    ink: str
    down: bool = False

    def widths(self) -> Extent:
        """As wide as it gets; its thickness when it goes down."""
        return Extent(self.thickness, self.thickness) if self.down else Extent(0, 0)

    def heights(self, width: int) -> Extent:
        """Its thickness, over any ``width``; none of its own when it goes down."""
        del width
        return Extent(0, 0) if self.down else Extent(self.thickness, self.thickness)

    def paint(self, painter: Painter, room: Rect) -> Seen:
        """A solid bar."""
        painter.fill(room, self.ink)
        return Seen(size=self.thickness)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """An icon, as large as ``size`` and the room allow."""

    icon: str
    size: int
    min_size: int
    ink: str
    align: str = "center"
    valign: str = "center"

    def widths(self) -> Extent:
        """From ``min_size`` to ``size``."""
        return Extent(self.min_size, self.size, self.min_size)

    def heights(self, width: int) -> Extent:
        """It is square."""
        return Extent(self.min_size, max(self.min_size, min(self.size, width)), self.min_size)

    def paint(self, painter: Painter, room: Rect) -> Seen:
        """Nothing where it could not be told what it is."""
        side = min(self.size, room.width, room.height)
        if side < self.min_size:
            return UNSEEN
        x = room.x + offset(self.align, room.width - side)
        y = room.y + offset(self.valign, room.height - side)
        painter.stamp(x, y, icons.icon(self.icon, side), self.ink)
        return Seen(size=side)


@dataclass(frozen=True, slots=True, kw_only=True)
class Swatch:
    """A block of one ink."""

    size: int
    ink: str

    def widths(self) -> Extent:
        """Half of ``size`` at the least."""
        return Extent(self.size // 2, self.size)

    def heights(self, width: int) -> Extent:
        """Half of ``size`` at the least, over any ``width``."""
        del width
        return Extent(self.size // 2, self.size)

    def paint(self, painter: Painter, room: Rect) -> Seen:
        """All of the room, framed so that white on white is seen."""
        painter.fill(room, self.ink)
        painter.plate(room, "black", 0, outline=1)
        return Seen(size=min(room.width, room.height))


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

    def paint(self, painter: Painter, room: Rect) -> Seen:
        """Nothing."""
        del painter, room
        return UNSEEN


def offset(align: str, spare: int) -> int:
    """How far from the start something stands that leaves ``spare`` pixels."""
    if align == "start" or spare <= 0:
        return 0
    return spare if align == "end" else spare // 2


def _strike(painter: Painter, x: int, baseline: int, line: str, face: fonts.Face, ink: str) -> None:
    thickness = max(1, face.size // 14)
    middle = baseline - face.cap_height // 2 - thickness // 2
    painter.fill(Rect(x=x, y=middle, width=face.width(line), height=thickness), ink)
