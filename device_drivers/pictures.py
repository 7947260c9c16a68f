"""Frames as the bytes that labels understand, and back.

``png``: a palette picture whose palette is the frame's inks in order. ``planes``: one bit plane
per ink except the first (the paper), rows padded to whole bytes, most significant bit left, 1 is
this ink; planes one after the other. The same frame always gives the same bytes.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator, Mapping

from PIL import Image, ImageChops, UnidentifiedImageError

from device_drivers.api.panels import Frame, Ink, Panel

FORMATS = ("png", "planes")
LARGEST_PICTURE = 256 * 1024
"""Bytes; the limit of one message on the wire."""

RGB = {
    Ink.WHITE: (255, 255, 255),
    Ink.BLACK: (0, 0, 0),
    Ink.RED: (200, 32, 39),
    Ink.YELLOW: (245, 198, 35),
    Ink.BLUE: (30, 80, 160),
    Ink.GREEN: (40, 130, 70),
}
PURE = {
    Ink.WHITE: (255, 255, 255),
    Ink.BLACK: (0, 0, 0),
    Ink.RED: (255, 0, 0),
    Ink.YELLOW: (255, 255, 0),
    Ink.BLUE: (0, 0, 255),
    Ink.GREEN: (0, 255, 0),
}
"""The inks as those who choose the nearest ink for a pixel mean them."""
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_BITS = (1, 2, 4)
_EFFORT = 6
"""zlib's level: 9 saves 3 % of a label's bytes and takes seven times as long."""


class PictureError(ValueError):
    """Bytes that are not a picture for this panel; the message says why."""


def encode(frame: Frame, format: str) -> bytes:  # noqa: A002 - the wire calls it format
    """The frame in ``png`` or ``planes``; ``PictureError`` for other formats and too many bytes."""
    if format == "png":
        data = encode_png(frame, RGB)
    elif format == "planes":
        data = b"".join(_planes(frame))
    else:
        raise PictureError(f"{format!r} is no picture format; known are {', '.join(FORMATS)}")
    if len(data) > LARGEST_PICTURE:
        raise PictureError(f"the picture has {len(data)} bytes; at most {LARGEST_PICTURE} travel")
    return data


def encode_jpeg(
    frame: Frame, colours: Mapping[Ink, tuple[int, int, int]], *, quality: int
) -> tuple[bytes, int]:
    """The frame as baseline JPEG with full colour resolution, and how far its worst channel is off.

    The same frame gives the same bytes with the same Pillow.
    """
    exact = Image.frombytes("P", (frame.width, frame.height), frame.pixels)
    exact.putpalette(b"".join(bytes(colours[ink]) for ink in frame.inks))
    exact = exact.convert("RGB")
    buffer = io.BytesIO()
    exact.save(buffer, "JPEG", quality=quality, subsampling=0)
    with Image.open(buffer, formats=("JPEG",)) as read:
        off = ImageChops.difference(exact, read)
    worst = max(high for band in off.split() for high, many in enumerate(band.histogram()) if many)
    return buffer.getvalue(), worst


def decode_png(data: bytes, panel: Panel) -> Frame:
    """The frame in a PNG made by ``encode``, or by anyone with the panel's size and palette order.

    Raises ``PictureError``; size and kind are checked before a pixel is decoded.
    """
    width, height = _announced_size(data)
    if (width, height) != (panel.width, panel.height):
        raise PictureError(
            f"the picture has {width}x{height} pixels, the panel {panel.width}x{panel.height}"
        )
    try:
        with Image.open(io.BytesIO(data), formats=("PNG",)) as image:
            kind, pixels = image.mode, image.tobytes()
    except (
        *(OSError, SyntaxError, ValueError),
        *(UnidentifiedImageError, Image.DecompressionBombError),
    ) as error:
        raise PictureError(f"the PNG cannot be read: {error}") from error
    if kind != "P":
        raise PictureError(f"the PNG is of kind {kind}; it must have a palette")
    return _frame(panel, pixels)


def decode_planes(data: bytes, panel: Panel) -> Frame:
    """The frame in bit planes; ``PictureError`` for a wrong length or two inks at one pixel."""
    stride = (panel.width + 7) // 8
    size = stride * panel.height
    if len(data) != size * (len(panel.inks) - 1):
        raise PictureError(
            f"{len(data)} bytes are not {len(panel.inks) - 1} planes of {size} bytes each"
        )
    pixels = bytes(panel.width * panel.height)
    for index in range(1, len(panel.inks)):
        plane = data[(index - 1) * size : index * size]
        mask = Image.frombytes("1", (panel.width, panel.height), plane).convert("L").tobytes()
        own = mask.translate(_value_table(255, index))
        if any(before and now for before, now in zip(pixels, own, strict=True)):
            raise PictureError("two planes claim the same pixel")
        pixels = bytes(map(int.__or__, pixels, own))
    return _frame(panel, pixels)


def to_rgb(frame: Frame, scale: int = 1) -> bytes:
    """The frame as people see it: a PNG in screen colours, each pixel ``scale`` pixels wide."""
    palette = b"".join(bytes(RGB[ink]) for ink in frame.inks)
    image = Image.frombytes("P", (frame.width, frame.height), frame.pixels)
    image.putpalette(palette)
    if scale > 1:
        size = (frame.width * scale, frame.height * scale)
        image = image.resize(size, Image.Resampling.NEAREST)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def encode_png(frame: Frame, colours: Mapping[Ink, tuple[int, int, int]]) -> bytes:
    """The frame as a palette PNG in these colours."""
    # Put together by hand (a header, a palette, one deflate stream): the bytes then depend on zlib
    # alone and not on what the picture library's version makes of a PNG.
    bits = next(bits for bits in _BITS if len(frame.inks) <= 1 << bits)
    header = struct.pack(">IIBBBBB", frame.width, frame.height, bits, 3, 0, 0, 0)
    palette = b"".join(bytes(colours[ink]) for ink in frame.inks)
    size = (frame.width, frame.height)
    packed = Image.frombytes("P", size, frame.pixels).tobytes("raw", f"P;{bits}")
    stride = len(packed) // frame.height
    rows = b"".join(b"\x00" + packed[top : top + stride] for top in range(0, len(packed), stride))
    return (
        _SIGNATURE
        + _chunk(b"IHDR", header)
        + _chunk(b"PLTE", palette)
        + _chunk(b"IDAT", zlib.compress(rows, _EFFORT))
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, body: bytes) -> bytes:
    check = zlib.crc32(kind + body)
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", check)


def _planes(frame: Frame) -> Iterator[bytes]:
    size = (frame.width, frame.height)
    for index in range(1, len(frame.inks)):
        own = frame.pixels.translate(_value_table(index, 255))
        yield Image.frombytes("L", size, own).convert("1", dither=Image.Dither.NONE).tobytes()


def _value_table(value: int, becomes: int) -> bytes:
    table = bytearray(256)
    table[value] = becomes
    return bytes(table)


def _announced_size(data: bytes) -> tuple[int, int]:
    if len(data) > LARGEST_PICTURE:
        raise PictureError(f"the picture has {len(data)} bytes; at most {LARGEST_PICTURE} are read")
    if len(data) < 33 or not data.startswith(_SIGNATURE) or data[12:16] != b"IHDR":
        raise PictureError("these bytes are no PNG")
    width, height = struct.unpack(">II", data[16:24])
    return width, height


def _frame(panel: Panel, pixels: bytes) -> Frame:
    try:
        return Frame(width=panel.width, height=panel.height, inks=panel.inks, pixels=pixels)
    except ValueError as error:
        raise PictureError(str(error)) from error
