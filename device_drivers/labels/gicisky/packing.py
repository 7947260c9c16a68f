"""Frames as Gicisky labels take them: turned, split into planes, in chunks."""

from __future__ import annotations

from typing import Final

from device_drivers.api.panels import Frame, Ink
from device_drivers.labels import bitmaps
from device_drivers.labels.gicisky import quicklz
from device_drivers.labels.gicisky.models import Encoding, Tag

_LIT: Final = {Ink.WHITE: 1, Ink.BLACK: 0, Ink.RED: 0}
_DARK: Final = {Ink.WHITE: 0, Ink.BLACK: 1, Ink.RED: 1}
_RED: Final = {Ink.WHITE: 0, Ink.BLACK: 0, Ink.RED: 1}
_FOUR: Final = {Ink.BLACK: 0, Ink.WHITE: 1, Ink.YELLOW: 2, Ink.RED: 3}
_CHUNK: Final = 64


def pack(frame: Frame, tag: Tag, encoding: Encoding) -> bytes:
    """The bytes that are sent to the label; ``ValueError`` for a frame of another panel.

    Where the panel's dots are wider than pixels, a dot is inked if one of its pixels is.
    """
    bitmaps.fitting(frame, tag.model.panel)
    pixels = _scanned(frame, tag)
    if encoding is Encoding.FOUR_COLOUR:
        return bitmaps.packed(bitmaps.codes(frame, _FOUR, pixels), 2)
    meaning = _DARK if tag.dark_is_one else _LIT
    # A red pixel is dark in the first plane whichever way that counts.
    planes = [bitmaps.packed(bitmaps.codes(frame, meaning, pixels), 1)]
    if tag.has_red:
        planes.append(bitmaps.packed(bitmaps.codes(frame, _RED, pixels), 1))
    if encoding is Encoding.PLANES:
        return b"".join(planes)
    if encoding is Encoding.COLUMNS:
        return _in_columns(planes, tag)
    return _in_chunks(planes)


def _scanned(frame: Frame, tag: Tag) -> bytes:
    """The pixels in the order in which the label reads them."""
    paper = bytes((frame.inks.index(Ink.WHITE),))
    pixels = frame.pixels + paper * (frame.width * (tag.lines - frame.height))
    width = frame.width
    if tag.half_width:
        pixels, width = _wide_dots(frame, pixels)
    if tag.rotation in {0, 180}:
        lines = bitmaps.rows(pixels, width)
    else:
        lines = bitmaps.columns(pixels, width)
    # Turned by 90 the right column comes first, by 270 the left one from its foot.
    if (tag.rotation in {90, 180}) is not tag.mirror_y:
        lines.reverse()
    if (tag.rotation in {180, 270}) is not tag.mirror_x:
        lines = [line[::-1] for line in lines]
    return b"".join(lines)


def _wide_dots(frame: Frame, pixels: bytes) -> tuple[bytes, int]:
    paper = frame.inks.index(Ink.WHITE)
    lines = []
    for row in bitmaps.rows(pixels, frame.width):
        pairs = zip(row[::2], row[1::2], strict=True)
        dots = bytes(left if left != paper else right for left, right in pairs)
        lines += [dots, dots]
    return b"".join(lines), frame.width // 2


def _in_columns(planes: list[bytes], tag: Tag) -> bytes:
    size = tag.lines // 8
    body = bytearray()
    # No bit of the word is set, not even the highest: bytes alone follow.
    head = bytes((quicklz.COMPRESSED, size + 7, size, 0, 0, 0, 0))
    for plane in planes:
        for start in range(0, len(plane), size):
            body += head + plane[start : start + size]
    return (len(body) + 4).to_bytes(4, "little") + bytes(body)


def _in_chunks(planes: list[bytes]) -> bytes:
    second = len(planes[1]) if len(planes) > 1 else 0
    body = b"".join(
        quicklz.chunk(plane[start : start + _CHUNK])
        for plane in planes
        for start in range(0, len(plane), _CHUNK)
    )
    return second.to_bytes(4, "little") + body
