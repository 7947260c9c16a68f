"""Gicisky models whose panels are known: how each is scanned and in which form it takes pictures.

Facts of the tables of open software for these labels (hass-gicisky 5.3.2); nothing here was tried
on hardware by us.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from types import MappingProxyType
from typing import Final, Literal

from device_drivers.api.drivers import Model
from device_drivers.api.known_panels import PANELS
from device_drivers.api.panels import Ink, Panel

ID_MASK: Final = 0x3FFF
"""The bits of an advertised type that are the device id."""


class Encoding(Enum):
    """The form of a picture; the value is the name in ``Picture.format``."""

    PLANES = "gicisky-planes"
    """One bit a pixel: black and white, then red."""
    FOUR_COLOUR = "gicisky-four-colour"
    """Two bits a pixel."""
    COLUMNS = "gicisky-columns"
    """Planes as literal chunks, one for each column of the picture ("compression")."""
    QUICKLZ = "gicisky-quicklz"
    """Planes as chunks of 64 bytes, compressed where that helps ("compression2")."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """One device id and how its panel is read.

    The picture as seen is turned ``rotation`` degrees anticlockwise, then read row by row, from
    below if ``mirror_y``, each from the right if ``mirror_x``. ``lines`` is the height of the
    picture in the label's memory, the lowest of them out of sight. ``dark_is_one`` turns the
    meaning of the black-and-white plane round. ``half_width`` panels have dots that are twice as
    wide and half as high as the picture's pixels. ``special`` names firmwares that take another
    encoding.
    """

    device_id: int
    model: Model
    encoding: Encoding
    rotation: Literal[0, 90, 180, 270] = 0
    mirror_x: bool = False
    mirror_y: bool = False
    lines: int
    dark_is_one: bool = False
    half_width: bool = False
    special: tuple[tuple[str, Encoding], ...] = ()

    @property
    def has_red(self) -> bool:
        """Whether a plane for red follows the one for black and white."""
        return self.encoding is not Encoding.FOUR_COLOUR and Ink.RED in self.model.panel.inks

    def encoding_of(self, firmware: str) -> Encoding:
        """The encoding that a label with this firmware takes."""
        return dict(self.special).get(firmware, self.encoding)


def model_id(device_id: int) -> str:
    """The name under which a model is known in the shop."""
    return f"gicisky-{device_id:04x}"


def _tag(
    device_id: int,
    title: str,
    panel: Panel,
    *,
    encoding: Encoding = Encoding.PLANES,
    rotation: Literal[0, 90, 180, 270] = 0,
    mirror_x: bool = False,
    mirror_y: bool = False,
    lines: int | None = None,
    dark_is_one: bool = False,
    half_width: bool = False,
    special: tuple[tuple[str, Encoding], ...] = (),
) -> Tag:
    name = model_id(device_id)
    return Tag(
        device_id=device_id,
        model=Model(id=name, title=title, panel=replace(panel, name=name)),
        encoding=encoding,
        rotation=rotation,
        mirror_x=mirror_x,
        mirror_y=mirror_y,
        lines=panel.height if lines is None else lines,
        dark_is_one=dark_is_one,
        half_width=half_width,
        special=special,
    )


_TFT: Final = Panel(name="", width=250, height=132, inks=(Ink.WHITE, Ink.BLACK), dpi=133)

_TAGS: Final = (
    _tag(0x00A0, 'Gicisky 2.1" TFT', _TFT, rotation=90, mirror_x=True, half_width=True),
    _tag(
        *(0x000B, 'Gicisky 2.1" red (212x104)', PANELS["2.13-212x104-bwr"]),
        rotation=270, mirror_x=True,
    ),
    _tag(
        *(0x010B, 'Gicisky 2.1" red (250x122)', PANELS["2.13-250x122-bwr"]),
        rotation=270, mirror_x=True, lines=128,
    ),
    _tag(0x0028, 'Gicisky 2.9"', PANELS["2.9-296x128-bw"], rotation=90),
    _tag(0x0033, 'Gicisky 2.9" red', PANELS["2.9-296x128-bwr"], rotation=90),
    _tag(
        *(0x002E, 'Gicisky 2.9" red and yellow', PANELS["2.9-296x128-bwry"]),
        rotation=90, encoding=Encoding.FOUR_COLOUR,
    ),
    _tag(
        *(0x022B, 'Gicisky 3.7" red', PANELS["3.7-416x240-bwr"].turned()),
        rotation=180, mirror_x=True, encoding=Encoding.COLUMNS,
    ),
    _tag(0x004B, 'Gicisky 4.2" red', PANELS["4.2-400x300-bwr"]),
    _tag(
        *(0x004E, 'Gicisky 4.2" red and yellow', PANELS["4.2-400x300-bwry"]),
        encoding=Encoding.FOUR_COLOUR,
    ),
    _tag(
        *(0x012B, 'Gicisky 7.5" red', PANELS["7.5-800x480-bwr"]),
        mirror_y=True, dark_is_one=True, encoding=Encoding.QUICKLZ,
        special=(("8101", Encoding.COLUMNS),),
    ),
    _tag(
        *(0x008B, 'Gicisky 10.2" red', PANELS["10.2-960x640-bwr"]), encoding=Encoding.QUICKLZ,
    ),
)  # fmt: skip

TAGS: Final[Mapping[int, Tag]] = MappingProxyType({tag.device_id: tag for tag in _TAGS})
"""By device id."""

BY_MODEL: Final[Mapping[str, Tag]] = MappingProxyType({tag.model.id: tag for tag in _TAGS})
"""By the model's name."""

_SIZES: Final[Mapping[int, str]] = MappingProxyType({
    0: "212x104", 1: "296x128", 2: "400x300", 3: "640x384", 4: "960x640", 5: "250x132",
    6: "196x96", 7: "640x360", 8: "250x122", 9: "800x480", 10: "280x480", 11: "1360x480",
    12: "168x384", 15: "384x168", 17: "240x416", 20: "528x768", 21: "200x200", 22: "296x152",
    82: "960x680", 83: "792x272", 84: "272x792", 137: "800x480", 141: "210x480", 142: "1024x576",
    144: "480x210", 146: "400x600", 147: "1600x1200",
})  # fmt: skip
_COLOURS: Final = ("black", "black and red", "black and yellow", "black, red and yellow")


def in_words(device_id: int) -> str:
    """What the bits of a device id say of the label, for one that is not in ``TAGS``."""
    size = _SIZES.get(device_id >> 5, "unknown size")
    inks = "many colours" if device_id >= 0x1000 else _COLOURS[device_id >> 1 & 3]
    return f"{size}, {inks}"
