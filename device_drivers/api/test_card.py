"""The picture that tells a person how a label shows what it is sent.

Every corner has another mark, an arrow points up, and each ink has a block with its number: turned,
mirrored or swapped in any way, it looks different. It has no word, so it speaks every language.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from device_drivers.api.panels import Frame, Panel

# Five columns by seven rows, one number per row, most significant bit left.
_FIGURES: Final = {
    "1": (4, 12, 4, 4, 4, 4, 14),
    "2": (14, 17, 1, 6, 8, 16, 31),
    "3": (14, 17, 1, 6, 1, 17, 14),
    "4": (2, 6, 10, 18, 31, 2, 2),
    "5": (31, 16, 30, 1, 1, 17, 14),
    "6": (14, 16, 30, 17, 17, 17, 14),
}
_INK: Final = 1
"""What marks are drawn in: the first ink after the paper."""


class _Canvas:
    def __init__(self, panel: Panel) -> None:
        self.width, self.height = panel.width, panel.height
        self.pixels = bytearray(panel.width * panel.height)

    def fill(self, left: int, top: int, width: int, height: int, ink: int) -> None:
        left, top = max(left, 0), max(top, 0)
        right, bottom = min(left + width, self.width), min(top + height, self.height)
        if right <= left:
            return
        for row in range(top, bottom):
            start = row * self.width
            self.pixels[start + left : start + right] = bytes([ink]) * (right - left)

    def frame(self, left: int, top: int, width: int, height: int, line: int) -> None:
        self.fill(left, top, width, line, _INK)
        self.fill(left, top + height - line, width, line, _INK)
        self.fill(left, top, line, height, _INK)
        self.fill(left + width - line, top, line, height, _INK)

    def write(self, text: str, left: int, top: int, scale: int, ink: int) -> None:
        for place, figure in enumerate(text):
            at = left + place * 6 * scale
            for x, y in _dots(figure):
                self.fill(at + x * scale, top + y * scale, scale, scale, ink)


def draw(panel: Panel) -> Frame:
    """The test card of a panel; the same panel gives the same pixels."""
    canvas = _Canvas(panel)
    short = min(panel.width, panel.height)
    line = max(short // 64, 1)
    canvas.frame(0, 0, panel.width, panel.height, line)
    _corners(canvas, max(short // 6, 6), line)
    _arrow(canvas, short, line)
    _blocks(canvas, len(panel.inks), line)
    return Frame(
        width=panel.width, height=panel.height, inks=panel.inks, pixels=bytes(canvas.pixels)
    )


def blank(panel: Panel) -> Frame:
    """Nothing but paper."""
    pixels = bytes(panel.width * panel.height)
    return Frame(width=panel.width, height=panel.height, inks=panel.inks, pixels=pixels)


def _corners(canvas: _Canvas, size: int, line: int) -> None:
    """Full, hollow, half, quarter: clockwise from the upper left."""
    right, bottom = canvas.width - size, canvas.height - size
    canvas.fill(0, 0, size, size, _INK)
    canvas.frame(right, 0, size, size, line * 2)
    canvas.fill(right, bottom + size // 2, size, size - size // 2, _INK)
    canvas.frame(0, bottom, size // 2, size, line)
    canvas.fill(0, bottom + size // 2, size // 2, size - size // 2, _INK)


def _arrow(canvas: _Canvas, short: int, line: int) -> None:
    """An arrow that points up in the middle of the upper half."""
    height = max(short * 2 // 5, 12)
    top = max(canvas.height // 12, 2 * line)
    head = height // 2
    middle = canvas.width // 2
    for row in range(head):
        half = row * head // (2 * head) + 1
        canvas.fill(middle - half, top + row, 2 * half, 1, _INK)
    shaft = max(head // 4, 1)
    canvas.fill(middle - shaft // 2 - 1, top + head, shaft + 1, height - head, _INK)


def _blocks(canvas: _Canvas, inks: int, line: int) -> None:
    """A numbered block for each ink in the lower half, framed so that paper is seen as well."""
    gap = max(canvas.width // 40, 2)
    margin = max(min(canvas.width, canvas.height) // 5, 8)
    width = (canvas.width - 2 * margin - (inks - 1) * gap) // inks
    top = canvas.height * 11 // 20
    height = canvas.height - top - max(canvas.height // 16, 2 * line)
    if width < 3 or height < 3:
        return
    scale = max(min(width // 8, height // 10), 1)
    for ink in range(inks):
        left = margin + ink * (width + gap)
        canvas.fill(left, top, width, height, ink)
        canvas.frame(left, top, width, height, line)
        number = 0 if ink == _INK else _INK
        at = (left + (width - 5 * scale) // 2, top + (height - 7 * scale) // 2)
        canvas.write(str(ink + 1), *at, scale, number)


def _dots(figure: str) -> Iterator[tuple[int, int]]:
    for y, row in enumerate(_FIGURES[figure]):
        yield from ((x, y) for x in range(5) if row & (16 >> x))
