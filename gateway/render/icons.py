"""Signs that are understood without words, drawn for the pixel size they are used at.

Each is a few strokes and areas on a square of 24 units, drawn large and cut at half, as letters
are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, ImageDraw

_UNITS = 24
_OVERSAMPLING = 8
_DARK_FROM = 128

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class _Area:
    """A filled polygon; ``dark`` False cuts it out of what is there."""

    points: tuple[Point, ...]
    dark: bool = True


@dataclass(frozen=True, slots=True)
class _Stroke:
    """A line through points, with round ends."""

    points: tuple[Point, ...]
    width: float = 3.0
    dark: bool = True


@dataclass(frozen=True, slots=True)
class _Disc:
    """A full circle."""

    center: Point
    radius: float
    dark: bool = True


_Shape = _Area | _Stroke | _Disc

_ICONS: Mapping[str, tuple[_Shape, ...]] = {
    "alert": (
        _Area(((12, 1), (24, 23), (0, 23))),
        _Stroke(((12, 9), (12, 15)), 2.6, dark=False),
        _Disc((12, 19.2), 1.6, dark=False),
    ),
    "arrow_down": (_Stroke(((12, 2), (12, 20))), _Stroke(((4, 13), (12, 21), (20, 13)))),
    "arrow_right": (_Stroke(((2, 12), (20, 12))), _Stroke(((13, 4), (21, 12), (13, 20)))),
    "arrow_up": (_Stroke(((12, 22), (12, 4))), _Stroke(((4, 11), (12, 3), (20, 11)))),
    "bag": (
        _Area(((3, 8), (21, 8), (22.5, 23), (1.5, 23))),
        _Stroke(((8, 11), (8, 6), (9.5, 3), (14.5, 3), (16, 6), (16, 11)), 2.2),
        _Disc((8, 11.5), 1.4, dark=False),
        _Disc((16, 11.5), 1.4, dark=False),
    ),
    "card": (
        _Area(((1, 5), (23, 5), (23, 20), (1, 20))),
        _Area(((1, 8.5), (23, 8.5), (23, 11.5), (1, 11.5)), dark=False),
        _Stroke(((4.5, 16), (10, 16)), 2.0, dark=False),
    ),
    "check": (_Stroke(((3, 13), (9, 19), (21, 5)), 3.6),),
    "clock": (
        _Disc((12, 12), 11),
        _Disc((12, 12), 8.4, dark=False),
        _Stroke(((12, 6.5), (12, 12), (16, 14.5)), 2.4),
    ),
    "cross": (_Stroke(((4, 4), (20, 20)), 3.6), _Stroke(((20, 4), (4, 20)), 3.6)),
    "person": (
        _Disc((12, 7), 5.5),
        _Area(((2, 23), (3.5, 17.5), (8, 14.5), (16, 14.5), (20.5, 17.5), (22, 23))),
    ),
    "pin": (
        _Disc((12, 9), 8),
        _Area(((4.9, 12.7), (19.1, 12.7), (12, 23.5))),
        _Disc((12, 9), 3, dark=False),
    ),
    "star": (
        _Area(
            (
                *((12, 1), (15.2, 8.4), (23.2, 9.1), (17.1, 14.4), (19, 22.3)),
                *((12, 18.1), (5, 22.3), (6.9, 14.4), (0.8, 9.1), (8.8, 8.4)),
            )
        ),
    ),
}

NAMES = tuple(_ICONS)


@lru_cache(maxsize=256)
def icon(name: str, size: int) -> Image.Image:
    """The sign ``name``, ``size`` pixels square: mode L, 255 where ink goes. Do not draw on it."""
    scale = max(1, size) * _OVERSAMPLING / _UNITS
    side = max(1, size) * _OVERSAMPLING
    large = Image.new("L", (side, side), 0)
    draw = ImageDraw.Draw(large)
    for shape in _ICONS[name]:
        _draw(draw, shape, scale)
    small = large.resize((max(1, size), max(1, size)), Image.Resampling.BOX)
    return small.point([255 if grey >= _DARK_FROM else 0 for grey in range(256)])


def _draw(draw: ImageDraw.ImageDraw, shape: _Shape, scale: float) -> None:
    fill = 255 if shape.dark else 0
    match shape:
        case _Area(points=points):
            draw.polygon([(x * scale, y * scale) for x, y in points], fill=fill)
        case _Disc(center=center, radius=radius):
            _disc(draw, center, radius, scale, fill)
        case _Stroke(points=points, width=width):
            line = [(x * scale, y * scale) for x, y in points]
            draw.line(line, fill=fill, width=round(width * scale), joint="curve")
            for end in points:
                _disc(draw, end, width / 2, scale, fill)


def _disc(draw: ImageDraw.ImageDraw, center: Point, radius: float, scale: float, fill: int) -> None:
    x, y = center
    corners = [
        ((x - radius) * scale, (y - radius) * scale),
        ((x + radius) * scale, (y + radius) * scale),
    ]
    draw.ellipse([*corners[0], *corners[1]], fill=fill)
