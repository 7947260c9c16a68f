"""What stands where an article's picture goes: its photograph, or its colour with initials."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.domain import picturing
from gateway.domain.labels import PictureFact
from gateway.render import fonts, photographs
from gateway.render.contents import UNSEEN, Seen, offset
from gateway.render.layout import Extent, Rect
from gateway.render.painter import Painter

_LETTERS = 0.42
"""Size of the initials as a share of their square."""

_NO_COLOR = "#ffffff"


@dataclass(frozen=True, slots=True, kw_only=True)
class Photograph:
    """A picture with the proportions it has, in a square of ``size`` at most."""

    picture: PictureFact
    size: int
    min_size: int
    align: str = "center"
    valign: str = "center"

    def widths(self) -> Extent:
        """From its width at ``min_size`` to that at ``size``; these are of its longer side."""
        least = self._within(self.min_size, self.min_size)[0]
        return Extent(least, self._within(self.size, self.size)[0], least)

    def heights(self, width: int) -> Extent:
        """As high as its proportions ask for when it is ``width`` wide."""
        like = self._within(min(width, self.size), self.size)[1]
        least = min(like, self._within(self.min_size, self.min_size)[1])
        return Extent(least, like, least)

    def paint(self, painter: Painter, room: Rect) -> Seen:
        """Nothing where it is too small to be told, or cannot be read."""
        width, height = self._within(min(room.width, self.size), min(room.height, self.size))
        if max(width, height) < self.min_size:
            return UNSEEN
        try:
            dots = photographs.dithered(self.picture.data, width, height, painter.inks)
        except photographs.PhotographError:
            return UNSEEN
        x = room.x + offset(self.align, room.width - width)
        painter.photograph(x, room.y + offset(self.valign, room.height - height), dots)
        return Seen(size=max(width, height))

    def _within(self, width: int, height: int) -> tuple[int, int]:
        """The largest size of these proportions that fits; at least one pixel each way."""
        own = self.picture
        if width * own.height <= height * own.width:
            return max(1, width), max(1, width * own.height // own.width)
        return max(1, height * own.width // own.height), max(1, height)


@dataclass(frozen=True, slots=True, kw_only=True)
class Initials:
    """A square in the article's colour, mixed of the panel's inks, with letters on it."""

    letters: str
    color: str
    size: int
    min_size: int
    align: str = "center"
    valign: str = "center"

    def widths(self) -> Extent:
        """From ``min_size`` to ``size``."""
        return Extent(self.min_size, self.size, self.min_size)

    def heights(self, width: int) -> Extent:
        """It is square."""
        return Extent(self.min_size, max(self.min_size, min(self.size, width)), self.min_size)

    def paint(self, painter: Painter, room: Rect) -> Seen:
        """Nothing in a room below ``min_size``."""
        side = min(self.size, room.width, room.height)
        if side < self.min_size:
            return UNSEEN
        color = self.color or _NO_COLOR
        x = room.x + offset(self.align, room.width - side)
        y = room.y + offset(self.valign, room.height - side)
        painter.photograph(x, y, photographs.tint(color, side, side, painter.inks))
        painter.plate(Rect(x=x, y=y, width=side, height=side), "black", 0, outline=1)
        face = fonts.face("extrabold", round(side * _LETTERS))
        baseline = y + (side + face.cap_height) // 2
        indent = (side - face.width(self.letters)) // 2
        ink = "black" if picturing.takes_black(color) else "white"
        painter.text(x + indent, baseline, self.letters, face, ink)
        return Seen(size=side)
