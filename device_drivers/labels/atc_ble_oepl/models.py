"""The panels of ATC_BLE_OEPL labels, and the inks that the types of their screens have.

A label tells its size and the type of its screen to whoever connects, so its model is named by what
it told. ``MODELS`` is for a label whose screen is of a type that nobody listed. Facts of open
software for these labels (py-atc-ble-oepl 0.6.0); nothing here was tried on hardware by us.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from device_drivers.api.drivers import Model
from device_drivers.api.known_panels import PANELS
from device_drivers.api.panels import Ink, Panel

INKS: Final[Mapping[str, tuple[Ink, ...]]] = MappingProxyType({
    "bw": (Ink.WHITE, Ink.BLACK),
    "bwr": (Ink.WHITE, Ink.BLACK, Ink.RED),
    "bwy": (Ink.WHITE, Ink.BLACK, Ink.YELLOW),
    "bwry": (Ink.WHITE, Ink.BLACK, Ink.RED, Ink.YELLOW),
})  # fmt: skip
PLANES: Final[Mapping[int, tuple[str, ...]]] = MappingProxyType(
    {1: ("bw",), 2: ("bwr", "bwy"), 3: ("bwry",)}
)
"""What a label's number of colours can mean."""

_BY_INKS: Final = {
    "bw": (4, 10, 13, 25, 26, 29, 30, 32),
    "bwy": (1, 2, 3, 5, 6, 31, 35, 42),
    "bwry": (17, 36, 37, 38, 39, 40, 41),
    "bwr": (
        *(7, 8, 9, 11, 12, 14, 15, 16, 18, 19, 20, 21, 22, 23, 24, 27, 28, 33, 34),
        *(43, 44, 45, 46, 47),
    ),
}
SCREENS: Final[Mapping[int, str]] = MappingProxyType(
    {number: inks for inks, numbers in _BY_INKS.items() for number in numbers}
)
"""The inks of a screen by its type."""

MOST_PIXELS: Final = 2_000_000
_USUAL_DPI: Final = 120
_MODEL: Final = re.compile(r"atc-([1-9][0-9]{0,3})x([1-9][0-9]{0,3})-(bwry|bwr|bwy|bw)", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """A panel as its viewer sees it; ``ValueError`` for sizes that no label has."""

    width: int
    height: int
    inks: str

    def __post_init__(self) -> None:
        if not (1 <= self.width <= 4096 and 1 <= self.height <= 4096):
            raise ValueError(f"{self.width}x{self.height} is no panel size (1 to 4096 pixels)")
        if self.width * self.height > MOST_PIXELS:
            raise ValueError(f"{self.width}x{self.height} is more than {MOST_PIXELS} pixels")

    @property
    def model(self) -> str:
        """The model's name: all that is needed to make a picture for it."""
        return f"atc-{self.width}x{self.height}-{self.inks}"

    @property
    def panel(self) -> Panel:
        """With the pitch of a known panel of this size, whichever way it hangs."""
        size = {self.width, self.height}
        alike = [one for one in PANELS.values() if {one.width, one.height} == size]
        return Panel(
            name=self.model,
            width=self.width,
            height=self.height,
            inks=INKS[self.inks],
            dpi=alike[0].dpi if alike else _USUAL_DPI,
        )


def screen_of(model: str) -> Screen:
    """The screen that a model's name tells; ``ValueError`` for any other name."""
    found = _MODEL.fullmatch(model)
    if found is None:
        raise ValueError(f"no ATC_BLE_OEPL model is called {model!r}")
    return Screen(width=int(found[1]), height=int(found[2]), inks=found[3])


def _model(panel: Panel, inches: str) -> Model:
    inks = next(name for name, inks in INKS.items() if inks == panel.inks)
    screen = Screen(width=panel.width, height=panel.height, inks=inks)
    words = ", ".join(ink.value for ink in panel.inks[1:])
    title = f'ATC_BLE_OEPL {inches}" ({panel.width}x{panel.height}, {words})'
    return Model(id=screen.model, title=title, panel=replace(panel, name=screen.model))


_USUAL: Final = (
    "1.54-200x200-bwr", "2-152x200-bwy", "2-152x200-bwry", "2.13-250x122-bw", "2.13-250x128-bw",
    "2.13-250x128-bwr", "2.6-360x184-bwry", "2.66-296x152-bwr", "2.9-296x128-bwr",
    "2.9-296x128-bwry", "3.46-480x176-bwy", "3.5-384x184-bw", "3.5-384x184-bwr",
    "3.5-384x184-bwy", "3.5-384x184-bwry", "4.2-400x300-bwr", "4.2-400x300-bwy",
    "5.81-720x256-bw", "5.81-720x256-bwr", "5.83-648x480-bwr", "5.83-648x480-bwy",
    "7.5-800x480-bwy", "7.5-800x480-bwry", "9.7-960x672-bwr", "12.2-960x768-bwr",
)  # fmt: skip

MODELS: Final[Mapping[str, Model]] = MappingProxyType({
    model.id: model
    for model in (_model(PANELS[name], name.split("-", maxsplit=1)[0]) for name in _USUAL)
})  # fmt: skip
"""Usual models by name, for a person to choose from."""
