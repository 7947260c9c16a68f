"""Frames as easyTag labels take them: a plane of black and one of red, with or without run lengths.

A run-length byte is either seven pixels (highest bit set) or a run of one colour (next bit): up to
31 in the byte itself, up to 255 in the next one, up to 65,535 in the next two, low byte first.
"""

from __future__ import annotations

import re
import struct
from enum import Enum
from typing import Final

from device_drivers.api.drivers import Model
from device_drivers.api.panels import Frame, Ink
from device_drivers.labels import bitmaps

_BLACK: Final = {Ink.WHITE: 0, Ink.BLACK: 1, Ink.RED: 0}
_RED: Final = {Ink.WHITE: 0, Ink.BLACK: 0, Ink.RED: 1}

_RUNS: Final = 0xFC
_PLAIN: Final = 0xFE
_PLAIN_RED: Final = 0x03
_RED_FLAG: Final = 0x8000

_LITERAL: Final = 0x80
_LITERAL_PIXELS: Final = 7
_COLOUR: Final = 0x40
_SHORT: Final = 31
_MEDIUM: Final = 255
_LONGEST: Final = 65535
_STRETCHES: Final = re.compile(rb"\x00+|\x01+")


class Encoding(Enum):
    """The form of a picture; the value is the name in ``Picture.format``."""

    RUNS = "easytag-runs"
    PLAIN = "easytag-plain"


def pack(frame: Frame, model: Model) -> tuple[Encoding, bytes]:
    """The shorter form of the frame; ``ValueError`` for a frame of another panel."""
    bitmaps.fitting(frame, model.panel)
    pixels, width, height = _rounded_up(frame)
    meanings = [_BLACK, _RED] if Ink.RED in model.panel.inks else [_BLACK]
    planes = [bitmaps.codes(frame, meaning, pixels) for meaning in meanings]
    right, low = width - 1, height - 1
    runs = plain = b""
    for number, plane in enumerate(planes):
        flag = _RED_FLAG * number
        packed = run_lengths(plane)
        head = struct.pack(">BHHHHI", _RUNS, flag, 0, flag | low, right, len(packed))
        runs += head + packed
        kind = _PLAIN_RED if number else _PLAIN
        plain += struct.pack(">BHHHH", kind, 0, 0, low, right) + bitmaps.packed(plane, 1)
    return (Encoding.RUNS, runs) if len(runs) <= len(plain) else (Encoding.PLAIN, plain)


def run_lengths(pixels: bytes) -> bytes:
    """Pixels (bytes 0 and 1, row after row) as runs, or seven as they are where runs are short."""
    out = bytearray()
    at = 0
    for stretch in _STRETCHES.finditer(pixels):
        # Seven pixels may have reached into this stretch, or through it.
        at = max(at, stretch.start())
        run = stretch.end() - at
        while run >= _LITERAL_PIXELS:
            taken = min(run, _LONGEST)
            out += _run(pixels[at], taken)
            at += taken
            run -= taken
        if run > 0:
            out.append(_literal(pixels[at : at + _LITERAL_PIXELS]))
            at += _LITERAL_PIXELS
    return bytes(out)


def _rounded_up(frame: Frame) -> tuple[bytes, int, int]:
    """The pixels with paper added to the right and below until both sides are multiples of 8."""
    width, height = -(-frame.width // 8) * 8, -(-frame.height // 8) * 8
    paper = bytes((frame.inks.index(Ink.WHITE),))
    rows = [row.ljust(width, paper) for row in bitmaps.rows(frame.pixels, frame.width)]
    return b"".join(rows).ljust(width * height, paper), width, height


def _run(colour: int, length: int) -> bytes:
    head = _COLOUR * colour
    if length <= _SHORT:
        return bytes((head | length,))
    if length <= _MEDIUM:
        return bytes((head | 1, length))
    return bytes((head,)) + length.to_bytes(2, "little")


def _literal(pixels: bytes) -> int:
    return _LITERAL | int.from_bytes(bitmaps.packed(pixels.ljust(_LITERAL_PIXELS, b"\x00"), 1)) >> 1
