"""How a simulated label reads pictures, written apart from the code that makes them.

Were it shared, a mistake in one would be undone by the same mistake in the other, and the picture
in the test would look right while a real label shows it mirrored.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Mapping
from typing import Final

from PIL.PngImagePlugin import PngImageFile

from device_drivers.api.panels import Frame, Ink, Panel

_SEEN: Final[Mapping[Ink, tuple[int, int, int]]] = {
    Ink.WHITE: (255, 255, 255),
    Ink.BLACK: (0, 0, 0),
    Ink.RED: (255, 0, 0),
    Ink.YELLOW: (255, 255, 0),
    Ink.BLUE: (0, 0, 255),
    Ink.GREEN: (0, 255, 0),
}
"""Pure inks: what a palette entry is nearest to is the ink it means."""

_BROKEN_PNG = (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error)


class UnreadablePictureError(Exception):
    """The label cannot show it; ``code`` is the protocol's error code."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code


def read(data: bytes, format_: str, panel: Panel) -> Frame:
    """The pixels a panel shows for these bytes; raises ``UnreadablePictureError``."""
    if format_ == "png":
        pixels = _read_png(data, panel)
    elif format_ == "planes":
        pixels = _read_planes(data, panel)
    else:
        raise UnreadablePictureError("unknown_format", format_)
    return Frame(width=panel.width, height=panel.height, inks=panel.inks, pixels=pixels)


def _read_png(data: bytes, panel: Panel) -> bytes:
    try:
        with PngImageFile(io.BytesIO(data)) as image:
            size, mode = image.size, image.mode
            if size != (panel.width, panel.height):
                raise UnreadablePictureError("wrong_size", f"{size[0]}x{size[1]}")
            pixels = image.tobytes()
            palette = image.getpalette("RGB")
    except _BROKEN_PNG as error:
        raise UnreadablePictureError("image_unreadable", str(error)) from error
    if mode != "P" or palette is None:
        raise UnreadablePictureError("image_unreadable", f"a PNG without palette ({mode})")
    # Both looked for in C: a set of all pixels takes longer than reading the picture.
    if stray := pixels.translate(None, bytes(range(len(panel.inks)))):
        raise UnreadablePictureError("image_unreadable", f"a pixel of ink {stray[0]}")
    for index in (index for index in range(len(panel.inks)) if index in pixels):
        red, green, blue = palette[3 * index : 3 * index + 3]
        if _nearest((red, green, blue), panel.inks) is not panel.inks[index]:
            raise UnreadablePictureError("image_unreadable", f"palette entry {index} out of order")
    return pixels


def _nearest(rgb: tuple[int, int, int], inks: tuple[Ink, ...]) -> Ink:
    return min(
        inks, key=lambda ink: sum((a - b) ** 2 for a, b in zip(rgb, _SEEN[ink], strict=True))
    )


def _read_planes(data: bytes, panel: Panel) -> bytes:
    stride = -(-panel.width // 8)
    plane_bytes = stride * panel.height
    if len(data) != plane_bytes * (len(panel.inks) - 1):
        raise UnreadablePictureError("wrong_size", f"{len(data)} bytes of planes")
    pixels = bytearray(panel.width * panel.height)
    for position, byte in enumerate(data):
        if not byte:
            # Most of a label is paper.
            continue
        plane, within = divmod(position, plane_bytes)
        y, column = divmod(within, stride)
        for bit in range(8):
            x = column * 8 + bit
            if not byte & (0x80 >> bit) or x >= panel.width:
                continue
            if pixels[y * panel.width + x]:
                raise UnreadablePictureError("image_unreadable", f"two inks at ({x}, {y})")
            pixels[y * panel.width + x] = plane + 1
    return bytes(pixels)
