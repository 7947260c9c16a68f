"""Frames as OpenDisplay labels take them: turned, split into planes, compressed where it helps."""

from __future__ import annotations

import zlib
from enum import Enum
from typing import Final

from device_drivers.api.panels import Frame
from device_drivers.labels import bitmaps
from device_drivers.labels.opendisplay.models import SCHEMES, Layout

_WINDOW_BITS: Final = 9
"""Firmware inflates with 512 bytes of memory and refuses streams that claim more."""


class Encoding(Enum):
    """The form of a picture; the value is the name in ``Picture.format``."""

    ZLIB = "opendisplay-zlib"
    PLAIN = "opendisplay-plain"


def memory(frame: Frame, layout: Layout) -> bytes:
    """The frame as it lies in the label's memory; ``ValueError`` for one of another panel."""
    scheme = SCHEMES[layout.scheme]
    bitmaps.fitting(frame, layout.panel(dpi=100))
    rows = _turned(frame, layout)
    left = layout.widths[0]
    parts = (
        [[row[:left] for row in rows], [row[left:] for row in rows]] if scheme.halves else [rows]
    )
    per_byte = 8 // scheme.bits
    planes = []
    for meaning in scheme.planes:
        for part in parts:
            lines = (bitmaps.codes(frame, meaning, line) for line in part)
            width = -(-len(part[0]) // per_byte) * per_byte
            padded = b"".join(line.ljust(width, b"\x00") for line in lines)
            planes.append(bitmaps.packed(padded, scheme.bits))
    return b"".join(planes)


def compressed(plain: bytes) -> bytes:
    """The same as one zlib stream that the firmware's small window takes."""
    packer = zlib.compressobj(level=9, wbits=_WINDOW_BITS, memLevel=9)
    return packer.compress(plain) + packer.flush()


def plain_of(data: bytes, encoding: Encoding, size: int) -> bytes:
    """The uncompressed picture of ``size`` bytes; ``ValueError`` if it is of another size."""
    plain = data
    if encoding is Encoding.ZLIB:
        try:
            # No more than one byte too many is ever unpacked.
            plain = zlib.decompressobj(wbits=_WINDOW_BITS).decompress(data, size + 1)
        except zlib.error as error:
            raise ValueError(f"the picture cannot be unpacked: {error}") from error
    if len(plain) != size:
        raise ValueError(f"the picture has {len(plain)} bytes, the label's has {size}")
    return plain


def _turned(frame: Frame, layout: Layout) -> list[bytes]:
    """The panel's own rows: the picture turned clockwise."""
    if layout.rotation in {0, 180}:
        lines = bitmaps.rows(frame.pixels, frame.width)
    else:
        lines = bitmaps.columns(frame.pixels, frame.width)
    # Turned by 90 the left column, from its foot, is the first row; by 270 the right one.
    if layout.rotation in {180, 270}:
        lines.reverse()
    if layout.rotation in {90, 180}:
        lines = [line[::-1] for line in lines]
    return lines
