"""Pixels packed into bytes, the work of big integers and byte tables: no loop over pixels.

Every family has its own order of pixels and its own meaning of a bit; those stay with the family.
"""

from __future__ import annotations

from collections.abc import Mapping

from device_drivers.api.panels import Frame, Ink, Panel


def fitting(frame: Frame, panel: Panel) -> Frame:
    """The frame, if it is one for this panel; else ``ValueError`` says what does not fit."""
    if (frame.width, frame.height) != (panel.width, panel.height):
        raise ValueError(
            f"the frame has {frame.width}x{frame.height} pixels, "
            f"{panel.name} has {panel.width}x{panel.height}"
        )
    if not set(frame.inks) <= set(panel.inks):
        missing = sorted(ink.value for ink in set(frame.inks) - set(panel.inks))
        raise ValueError(f"{panel.name} cannot show {', '.join(missing)}")
    return frame


def codes(frame: Frame, meaning: Mapping[Ink, int], pixels: bytes) -> bytes:
    """A byte with the family's number for its ink for each of ``pixels`` (in any order)."""
    table = bytes(meaning[ink] for ink in frame.inks)
    return pixels.translate(table.ljust(256, b"\x00"))


def packed(values: bytes, bits: int) -> bytes:
    """Numbers of 1, 2 or 4 ``bits`` one after another, the first in the highest bits of a byte.

    The last byte is filled up with zeros.
    """
    per_byte = 8 // bits
    values = values.ljust(-(-len(values) // per_byte) * per_byte, b"\x00")
    # As digits of one big number: reading those of base 2, 4 and 16 takes linear time.
    number = int(values.translate(_DIGITS) or b"0", 1 << bits)
    return number.to_bytes(len(values) // per_byte, "big")


def columns(pixels: bytes, width: int) -> list[bytes]:
    """The columns of a picture from left to right, each from top to bottom."""
    return [pixels[x::width] for x in range(width)]


def rows(pixels: bytes, width: int) -> list[bytes]:
    """The rows of a picture from top to bottom, each from left to right."""
    return [pixels[start : start + width] for start in range(0, len(pixels), width)]


_DIGITS = b"0123456789abcdef".ljust(256, b"?")
