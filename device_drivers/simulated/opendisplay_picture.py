"""What the panel of a simulated OpenDisplay label shows for the bytes in its memory.

Written apart from the packer: it looks up each pixel of the picture in the memory.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from device_drivers.api.panels import Frame, Ink
from device_drivers.labels.opendisplay.models import Layout

_PAPER, _INK = Ink.WHITE, Ink.BLACK
_NUMBERED: Final[dict[str, tuple[Ink | None, ...]]] = {
    "bwry": (_INK, _PAPER, Ink.YELLOW, Ink.RED),
    "bwyr": (_INK, _PAPER, Ink.RED, Ink.YELLOW),
    "six": (_INK, _PAPER, Ink.YELLOW, Ink.RED, None, Ink.BLUE, Ink.GREEN),
    "sixhalves": (_INK, _PAPER, Ink.YELLOW, Ink.RED, None, Ink.BLUE, Ink.GREEN),
    "seven": (_INK, _PAPER, Ink.YELLOW, Ink.RED, Ink.BLUE, Ink.GREEN, None),
    "grey16": (_INK, *(None,) * 14, _PAPER),
}
"""The ink that a number in a pixel means; None is one that no frame has."""

_PAIRED: Final[dict[str, dict[tuple[int, int], Ink]]] = {
    "bwr": {(0, 0): _INK, (1, 0): _PAPER, (1, 1): Ink.RED},
    "bwy": {(0, 0): _INK, (1, 0): _PAPER, (0, 1): Ink.YELLOW},
    "grey4": {(1, 1): _INK, (0, 0): _PAPER},
}
"""The ink that a bit in the first and one in the second plane mean together."""

_Look = Callable[[int, int], Ink | None]


def picture(memory: bytes, layout: Layout) -> Frame | None:
    """The picture as its viewer sees it; None if it is of another size or has no such inks."""
    look = _look(memory, layout)
    if look is None:
        return None
    panel = layout.panel(dpi=100)
    index = {ink: number for number, ink in enumerate(panel.inks)}
    pixels = bytearray()
    for y in range(panel.height):
        for x in range(panel.width):
            ink = look(*_wired(x, y, layout))
            if ink is None:
                return None
            pixels.append(index[ink])
    return Frame(width=panel.width, height=panel.height, inks=panel.inks, pixels=bytes(pixels))


def _wired(x: int, y: int, layout: Layout) -> tuple[int, int]:
    """Column and row on the panel of a dot that is seen at x, y."""
    right, bottom = layout.width - 1, layout.height - 1
    match layout.rotation:
        case 0:
            return x, y
        case 90:
            return right - y, x
        case 180:
            return right - x, bottom - y
        case 270:
            return y, bottom - x


def _look(memory: bytes, layout: Layout) -> _Look | None:
    width, height = layout.width, layout.height
    if layout.scheme == "sixhalves":
        return _halves(memory, layout)
    if layout.scheme in _NUMBERED:
        bits = 2 if layout.scheme in {"bwry", "bwyr"} else 4
        per_byte = 8 // bits
        stride = (width + per_byte - 1) // per_byte
        inks = _NUMBERED[layout.scheme]

        def numbered(x: int, y: int) -> Ink | None:
            byte = memory[y * stride + x // per_byte]
            number = byte >> (8 - bits - bits * (x % per_byte)) & (1 << bits) - 1
            return inks[number] if number < len(inks) else None

        return numbered if len(memory) == stride * height else None
    stride = (width + 7) // 8
    plane = stride * height

    def bit(x: int, y: int, start: int) -> int:
        return memory[start + y * stride + x // 8] >> (7 - x % 8) & 1

    if layout.scheme == "bw":
        return (lambda x, y: _PAPER if bit(x, y, 0) else _INK) if len(memory) == plane else None
    pairs = _PAIRED[layout.scheme]
    if len(memory) != 2 * plane:
        return None
    return lambda x, y: pairs.get((bit(x, y, 0), bit(x, y, plane)))


def _halves(memory: bytes, layout: Layout) -> _Look | None:
    """Two panels side by side, each with rows of its own."""
    middle = layout.width // 2
    left, right = (middle + 1) // 2, (layout.width - middle + 1) // 2
    inks = _NUMBERED[layout.scheme]

    def look(x: int, y: int) -> Ink | None:
        if x < middle:
            byte, across = memory[y * left + x // 2], x
        else:
            across = x - middle
            byte = memory[left * layout.height + y * right + across // 2]
        number = byte & 15 if across % 2 else byte >> 4
        return inks[number] if number < len(inks) else None

    return look if len(memory) == (left + right) * layout.height else None
