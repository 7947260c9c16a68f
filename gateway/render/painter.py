"""Drawing straight into palette indexes: no colours, no greys, nothing to quantise afterwards."""

from __future__ import annotations

from PIL import Image, ImageDraw

from device_drivers.api.panels import Frame, Ink, Panel
from gateway.render import inks
from gateway.render.fonts import Face
from gateway.render.layout import Rect


class Painter:
    """One picture in the making; colours are the names of ``inks``."""

    def __init__(self, panel: Panel) -> None:
        self._panel = panel
        self._image = Image.new("L", (panel.width, panel.height), inks.index("white", panel.inks))
        self._draw = ImageDraw.Draw(self._image)
        self._draw.fontmode = "1"

    @property
    def inks(self) -> tuple[Ink, ...]:
        """Those of the panel, in order."""
        return self._panel.inks

    def frame(self) -> Frame:
        """What has been drawn."""
        return Frame(
            width=self._panel.width,
            height=self._panel.height,
            inks=self._panel.inks,
            pixels=self._image.tobytes(),
        )

    def fill(self, room: Rect, ink: str) -> None:
        """A solid area."""
        if room.width > 0 and room.height > 0:
            self._draw.rectangle(_corners(room), fill=self._index(ink))

    def plate(self, room: Rect, ink: str, radius: int, *, outline: int = 0) -> None:
        """An area with round corners, solid or (``outline`` pixels) only its edge."""
        if room.width <= 0 or room.height <= 0:
            return
        radius = min(radius, room.width // 2, room.height // 2)
        colour = self._index(ink)
        if outline:
            self._draw.rounded_rectangle(_corners(room), radius, outline=colour, width=outline)
        else:
            self._draw.rounded_rectangle(_corners(room), radius, fill=colour)

    def text(self, x: int, baseline: int, text: str, face: Face, ink: str) -> None:
        """One line with its pen starting at ``x``."""
        pen = self._draw.draw
        colour = pen.draw_ink(self._index(ink))
        for glyph in face.glyphs(text):
            if glyph.bitmap is not None:
                pen.draw_bitmap((x + glyph.left, baseline + glyph.top), glyph.bitmap, colour)
            x += glyph.advance

    def symbol(self, x: int, y: int, symbol: Image.Image, scale: int) -> None:
        """A code with its quiet zone, ``scale`` whole pixels per module, black on white."""
        side = symbol.width * scale
        self.fill(Rect(x=x, y=y, width=side, height=side), "white")
        large = symbol.resize((side, side), Image.Resampling.NEAREST)
        self._image.paste(self._index("black"), (x, y), large)

    def stamp(self, x: int, y: int, mask: Image.Image, ink: str) -> None:
        """``ink`` wherever ``mask`` (mode L) is 255."""
        self._image.paste(self._index(ink), (x, y), mask)

    def photograph(self, x: int, y: int, dots: Image.Image) -> None:
        """Dots that are places in the panel's inks already."""
        self._image.paste(dots, (x, y))

    def _index(self, ink: str) -> int:
        return inks.index(ink, self._panel.inks)


def _corners(room: Rect) -> tuple[int, int, int, int]:
    return room.x, room.y, room.x + room.width - 1, room.y + room.height - 1
