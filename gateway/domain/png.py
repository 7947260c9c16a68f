"""What a PNG file says of itself (ISO/IEC 15948): enough to know that it is a whole one."""

from __future__ import annotations

import zlib
from typing import Final

_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_FRAME: Final = 12
"""Bytes of a chunk beside its data: length, type, checksum."""


class PngError(ValueError):
    """The bytes are no whole PNG; the message says why."""


def size(data: bytes) -> tuple[int, int]:
    """Width and height in pixels, when every chunk up to the last is as it says.

    The pixels themselves are not looked at. Raises ``PngError``.
    """
    if not data.startswith(_SIGNATURE):
        raise PngError("it does not begin as a PNG does")
    found: tuple[int, int] | None = None
    kind, at = b"", len(_SIGNATURE)
    while kind != b"IEND":
        length = int.from_bytes(data[at : at + 4])
        kind, end = data[at + 4 : at + 8], at + _FRAME + length
        if end > len(data):
            raise PngError("it is cut off")
        if zlib.crc32(data[at + 4 : end - 4]) != int.from_bytes(data[end - 4 : end]):
            raise PngError("a checksum is wrong")
        if (kind == b"IHDR") != (found is None) or (kind == b"IHDR" and length != 13):
            raise PngError("it does not begin with its size")
        if kind == b"IHDR":
            found = int.from_bytes(data[at + 8 : at + 12]), int.from_bytes(data[at + 12 : at + 16])
        at = end
    if at != len(data) or found is None or 0 in found:
        raise PngError("it does not end where it says")
    return found
