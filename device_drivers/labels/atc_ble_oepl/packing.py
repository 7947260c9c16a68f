"""Frames as ATC_BLE_OEPL labels take them: a quarter turn, planes without a gap, compressed."""

from __future__ import annotations

import struct
import zlib
from enum import Enum
from typing import Final

from device_drivers.api.panels import Frame, Ink
from device_drivers.labels import bitmaps
from device_drivers.labels.atc_ble_oepl.models import Screen

_DARK: Final = {Ink.WHITE: 0, Ink.BLACK: 1, Ink.RED: 0, Ink.YELLOW: 1}
_COLOUR: Final = {Ink.WHITE: 0, Ink.BLACK: 0, Ink.RED: 1, Ink.YELLOW: 1}
_WINDOW_BITS: Final = 12
_HEAD: Final = 6
"""Bytes of the header, which it names itself."""


class Encoding(Enum):
    """The form of a picture; the value is the name in ``Picture.format``."""

    ZLIB = "atc-zlib"
    PLAIN = "atc-plain"


def planes(frame: Frame, screen: Screen) -> bytes:
    """The frame as it lies in the label's memory; ``ValueError`` for one of another panel."""
    bitmaps.fitting(frame, screen.panel)
    # The panel shows what it is sent a quarter turn clockwise: the right column goes first.
    columns = bitmaps.columns(frame.pixels, frame.width)
    pixels = b"".join(reversed(columns))
    made = bitmaps.packed(bitmaps.codes(frame, _DARK, pixels), 1)
    if screen.inks == "bw":
        return made
    return made + bitmaps.packed(bitmaps.codes(frame, _COLOUR, pixels), 1)


def compressed(plain: bytes, screen: Screen) -> bytes:
    """``[length u32]`` and a zlib stream of the planes behind a header with their size."""
    count = 1 if screen.inks == "bw" else 2
    head = struct.pack("<BHHB", _HEAD, screen.height, screen.width, count)
    packer = zlib.compressobj(level=9, wbits=_WINDOW_BITS, memLevel=9)
    return struct.pack("<I", len(plain)) + packer.compress(head + plain) + packer.flush()
