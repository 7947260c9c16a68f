"""Codes that cameras and scanners read: whole pixels per module, or nothing at all."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.render import fonts, symbols
from gateway.render.barcodes import Bars
from gateway.render.contents import UNSEEN, Seen, offset
from gateway.render.layout import Extent, Rect
from gateway.render.painter import Painter


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

    def paint(self, painter: Painter, room: Rect) -> Seen:
        """Nothing at all where a phone could not read it."""
        modules = symbols.modules(self.link)
        scale = min(room.width, room.height, self.widths().like) // modules
        if scale < self.min_scale:
            return UNSEEN
        side = scale * modules
        x = room.x + offset(self.align, room.width - side)
        y = room.y + offset(self.valign, room.height - side)
        painter.symbol(x, y, symbols.qr(self.link), scale)
        return Seen(size=scale)


@dataclass(frozen=True, slots=True, kw_only=True)
class Barcode:
    """A linear code with its quiet zones, ``digits`` below it for people."""

    bars: Bars
    height: int
    min_height: int
    min_scale: int
    digits: bool = False
    align: str = "center"
    valign: str = "center"

    def widths(self) -> Extent:
        """The narrowest that can be scanned; it likes one step more."""
        least = self.bars.width * self.min_scale
        return Extent(least, least + self.bars.width, least)

    def heights(self, width: int) -> Extent:
        """From ``min_height`` to ``height``, over any ``width``."""
        del width
        below = self._face.line_height if self.digits else 0
        least = self.min_height + below
        return Extent(least, self.height + below, least)

    def paint(self, painter: Painter, room: Rect) -> Seen:
        """Nothing at all where a scanner could not read it."""
        scale = min(room.width // self.bars.width, 2 * self.min_scale)
        below = self._face.line_height if self.digits else 0
        height = min(self.height, room.height - below)
        if scale < self.min_scale or height < self.min_height:
            return UNSEEN
        width = self.bars.width * scale
        x = room.x + offset(self.align, room.width - width)
        y = room.y + offset(self.valign, room.height - height - below)
        painter.fill(Rect(x=x, y=y, width=width, height=height), "white")
        for place, module in enumerate(self.bars.modules, start=self.bars.left):
            if module == "1":
                bar = Rect(x=x + place * scale, y=y, width=scale, height=height)
                painter.fill(bar, "black")
        if self.digits:
            indent = (width - self._face.width(self.bars.text)) // 2
            baseline = y + height + self._face.ascent
            painter.text(x + max(0, indent), baseline, self.bars.text, self._face, "black")
        return Seen(size=scale)

    @property
    def _face(self) -> fonts.Face:
        return fonts.face("medium", max(10, round(self.height * 0.28)))
