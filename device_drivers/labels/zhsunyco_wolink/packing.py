"""Frames as WoLink labels take them: two bits a pixel, in compressed blocks if that is shorter."""

from __future__ import annotations

import struct
import zlib
from enum import Enum
from typing import Final

from device_drivers.api.panels import Frame, Ink
from device_drivers.labels import bitmaps
from device_drivers.labels.zhsunyco_wolink.models import Tag

BLOCK: Final = 8192
"""Bytes of the picture in one compressed block."""

_INKS: Final = {Ink.BLACK: 0, Ink.WHITE: 1, Ink.YELLOW: 2, Ink.RED: 3}
_HEAD: Final = b"\xa5\xa6"
_VERSION: Final = 2


class Encoding(Enum):
    """The form of a picture; the value is the name in ``Picture.format``."""

    BLOCKS = "wolink-blocks"
    PLAIN = "wolink-plain"


def pack(frame: Frame, tag: Tag) -> tuple[Encoding, bytes]:
    """The shorter form of the frame; ``ValueError`` for a frame of another panel."""
    plain = memory(frame, tag)
    blocks = compressed(plain)
    return (Encoding.BLOCKS, blocks) if len(blocks) < len(plain) else (Encoding.PLAIN, plain)


def memory(frame: Frame, tag: Tag) -> bytes:
    """The frame as it lies in the label's memory."""
    bitmaps.fitting(frame, tag.model.panel)
    if tag.by_rows:
        lines = bitmaps.rows(frame.pixels, frame.width)
        if tag.mirrored:
            lines = [line[::-1] for line in lines]
    else:
        lines = bitmaps.columns(frame.pixels, frame.width)
        # Mirrored and taken from the right it is from the left again.
        if tag.mirrored is not tag.turned:
            lines.reverse()
        if not tag.turned:
            lines = [line[::-1] for line in lines]
    paper = bytes((frame.inks.index(Ink.WHITE),))
    padded = b"".join(line.ljust(tag.line * 4, paper) for line in lines)
    return bitmaps.packed(bitmaps.codes(frame, _INKS, padded), 2)


def compressed(plain: bytes) -> bytes:
    """The stream of blocks, each on its own: ``[number from 1][length u16][raw deflate]``."""
    blocks = [plain[start : start + BLOCK] for start in range(0, len(plain), BLOCK)]
    stream = bytearray(_HEAD + bytes((len(blocks), _VERSION)))
    for number, block in enumerate(blocks, 1):
        packer = zlib.compressobj(level=9, wbits=-15)
        body = packer.compress(block) + packer.flush()
        stream += struct.pack("<BH", number, len(body)) + body
    return bytes(stream)
