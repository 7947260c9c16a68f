"""How the panels of OpenDisplay labels take pixels, and the names of their models.

A label tells size, inks and rotation to whoever connects, so its model is named by what it told.
``MODELS`` is for a label that could not be asked. Facts of the protocol's description and of open
software for these labels (py-opendisplay 7.14.1); nothing here was tried on hardware by us.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, get_args

from device_drivers.api.drivers import Model
from device_drivers.api.known_panels import PANELS
from device_drivers.api.panels import Ink, Panel

Rotation = Literal[0, 90, 180, 270]
ROTATIONS: Final[tuple[Rotation, ...]] = get_args(Rotation)
"""In the order in which labels number them."""

MOST_PIXELS: Final = 4_000_000
"""No label of these is larger; a frame takes as many bytes."""

USUAL_DPI: Final = 130
"""The pitch of a panel that tells no millimetres."""

_W, _B, _R, _Y = Ink.WHITE, Ink.BLACK, Ink.RED, Ink.YELLOW

Meaning = Mapping[Ink, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """A way to pack pixels: ``planes`` one after another, each with its number for an ink.

    ``halves``: of each plane first the left half of all rows, then the right one.
    """

    bits: Literal[1, 2, 4]
    planes: tuple[Meaning, ...]
    halves: bool = False

    @property
    def inks(self) -> tuple[Ink, ...]:
        """What it can show, paper first."""
        return tuple(self.planes[0])


_SIX: Final = {_W: 1, _B: 0, _R: 3, _Y: 2, Ink.BLUE: 5, Ink.GREEN: 6}

SCHEMES: Final[Mapping[str, Scheme]] = MappingProxyType({
    "bw": Scheme(bits=1, planes=({_W: 1, _B: 0},)),
    # A red dot is white in the first plane, a yellow one is black there.
    "bwr": Scheme(bits=1, planes=({_W: 1, _B: 0, _R: 1}, {_W: 0, _B: 0, _R: 1})),
    "bwy": Scheme(bits=1, planes=({_W: 1, _B: 0, _Y: 0}, {_W: 0, _B: 0, _Y: 1})),
    "bwry": Scheme(bits=2, planes=({_W: 1, _B: 0, _R: 3, _Y: 2},)),
    "bwyr": Scheme(bits=2, planes=({_W: 1, _B: 0, _R: 2, _Y: 3},)),
    "six": Scheme(bits=4, planes=(_SIX,)),
    # Both planes hold a bit of a grey; black and white have the same bits on every panel.
    "grey4": Scheme(bits=1, planes=({_W: 0, _B: 1}, {_W: 0, _B: 1})),
    "grey16": Scheme(bits=4, planes=({_W: 15, _B: 0},)),
    "seven": Scheme(bits=4, planes=({_W: 1, _B: 0, _R: 3, _Y: 2, Ink.BLUE: 4, Ink.GREEN: 5},)),
    "sixhalves": Scheme(bits=4, planes=(_SIX,), halves=True),
})  # fmt: skip
"""By name. ``bwyr`` is ``bwry`` of panels that count red before yellow."""

_SCHEME_NUMBERS: Final = (
    *("bw", "bwr", "bwy", "bwry", "six", "grey4", "grey16", "seven", "sixhalves"),
)
_RED_BEFORE_YELLOW: Final = frozenset({0x1D, 0x1E})
"""Panels that count the two colours the other way round."""


class UnknownSchemeError(ValueError):
    """A label packs its pixels in a way that nobody described."""


def scheme_name(number: int, panel: int) -> str:
    """The scheme that a label names by its number; ``UnknownSchemeError`` for others."""
    if number >= len(_SCHEME_NUMBERS):
        raise UnknownSchemeError(f"its colour scheme {number} is not known")
    name = _SCHEME_NUMBERS[number]
    return "bwyr" if name == "bwry" and panel in _RED_BEFORE_YELLOW else name


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A panel as it is wired: pixels of its own rows and columns, and how the picture is turned.

    The picture as seen is turned clockwise by ``rotation`` degrees, then read row by row. Raises
    ``ValueError`` for sizes that no label has.
    """

    scheme: str
    width: int
    height: int
    rotation: Rotation = 0

    def __post_init__(self) -> None:
        if not (1 <= self.width <= 4096 and 1 <= self.height <= 4096):
            raise ValueError(f"{self.width}x{self.height} is no panel size (1 to 4096 pixels)")
        if self.width * self.height > MOST_PIXELS:
            raise ValueError(f"{self.width}x{self.height} is more than {MOST_PIXELS} pixels")

    @property
    def model(self) -> str:
        """The model's name: all that is needed to make a picture for it."""
        turned = f"-r{self.rotation}" if self.rotation else ""
        return f"opendisplay-{self.width}x{self.height}-{self.scheme}{turned}"

    @property
    def size(self) -> int:
        """Bytes of a whole picture."""
        scheme = SCHEMES[self.scheme]
        widths = self.widths if scheme.halves else (self.width,)
        row = sum(-(-width * scheme.bits // 8) for width in widths)
        return row * self.height * len(scheme.planes)

    @property
    def widths(self) -> tuple[int, int]:
        """Pixels of the left and of the right half of a row."""
        return self.width // 2, self.width - self.width // 2

    def panel(self, dpi: int) -> Panel:
        """The panel as its viewer sees it."""
        upright = self.rotation in {0, 180}
        return Panel(
            name=self.model,
            width=self.width if upright else self.height,
            height=self.height if upright else self.width,
            inks=SCHEMES[self.scheme].inks,
            dpi=dpi,
        )


_MODEL: Final = re.compile(
    r"opendisplay-([1-9][0-9]{0,3})x([1-9][0-9]{0,3})-([a-z0-9]+)(?:-r(90|180|270))?", re.ASCII
)


def layout_of(model: str) -> Layout:
    """The layout that a model's name tells; ``ValueError`` for any other name."""
    found = _MODEL.fullmatch(model)
    if found is None or found[3] not in SCHEMES:
        raise ValueError(f"no OpenDisplay model is called {model!r}")
    return Layout(
        scheme=found[3],
        width=int(found[1]),
        height=int(found[2]),
        rotation=ROTATIONS[int(found[4] or 0) // 90],
    )


def usual_dpi(width: int, height: int) -> int:
    """The pitch of a known panel of this size, whichever way it hangs."""
    for panel in PANELS.values():
        if {(panel.width, panel.height), (panel.height, panel.width)} & {(width, height)}:
            return panel.dpi
    return USUAL_DPI


def _model(inches: str, layout: Layout) -> Model:
    diagonal = float(inches)
    panel = layout.panel(round(math.hypot(layout.width, layout.height) / diagonal))
    title = f'OpenDisplay {inches}" ({panel.width}x{panel.height}, {_in_words(layout)})'
    return Model(id=layout.model, title=title, panel=panel)


def _in_words(layout: Layout) -> str:
    inks = [ink.value for ink in SCHEMES[layout.scheme].inks[1:]]
    words = f"{', '.join(inks[:-1])} and {inks[-1]}" if inks[1:] else inks[0]
    return f"{words}; wired {layout.scheme}, turned by {layout.rotation}"


def _all() -> Mapping[str, Model]:
    turned = [
        ("2.13", "bw", 122, 250), ("2.9", "bw", 128, 296), ("2.9", "bwr", 128, 296),
        ("2.9", "bwyr", 128, 296), ("2.9", "bwyr", 168, 384), ("2.66", "bwr", 152, 296),
    ]  # fmt: skip
    upright = [
        ("4.2", "bw", 400, 300), ("4.2", "bwr", 400, 300), ("4.2", "bwy", 400, 300),
        ("4.2", "bwry", 400, 300), ("4.26", "grey4", 800, 480), ("7.5", "bw", 800, 480),
        ("7.5", "bwr", 800, 480), ("3.97", "bwry", 800, 480), ("7.3", "six", 800, 480),
        ("7.3", "seven", 800, 480), ("13.3", "sixhalves", 1200, 1600),
    ]  # fmt: skip
    layouts = [
        *((inches, Layout(scheme=scheme, width=width, height=height, rotation=90))
          for inches, scheme, width, height in turned),
        *((inches, Layout(scheme=scheme, width=width, height=height))
          for inches, scheme, width, height in upright),
    ]  # fmt: skip
    return MappingProxyType({layout.model: _model(inches, layout) for inches, layout in layouts})


MODELS: Final = _all()
"""Usual models by name, for a person to choose from."""
