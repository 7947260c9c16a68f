"""How an OpenEPaperLink access point makes a JPEG into a tag's bytes, and how a tag shows them.

Written apart from the code that makes the JPEG, from what is known of the access point: its palette
decision with the rule for grey, its turned buffers, its planes and its zlib wrapper.
"""

from __future__ import annotations

import io
import struct
import zlib
from dataclasses import dataclass
from typing import Final

from PIL import Image

from device_drivers.api.panels import Frame, Ink, Panel

_INKS: Final = {ink.value: ink for ink in Ink}
_RGB: Final = {
    Ink.WHITE: (255, 255, 255),
    Ink.BLACK: (0, 0, 0),
    Ink.RED: (255, 0, 0),
    Ink.YELLOW: (255, 255, 0),
    Ink.BLUE: (0, 0, 255),
    Ink.GREEN: (0, 255, 0),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TagType:
    """A tag type as its file describes it; ``colours`` in the order of pixel values."""

    hardware: int
    name: str
    width: int
    height: int
    rotate: int
    bits: int
    colours: tuple[tuple[str, tuple[int, int, int]], ...]

    def described(self) -> dict[str, object]:
        """The file."""
        return {
            "version": 1,
            "name": self.name,
            "width": self.width,
            "height": self.height,
            "rotatebuffer": self.rotate,
            "bpp": self.bits,
            "colortable": {name: list(rgb) for name, rgb in self.colours},
            "options": ["led"],
        }


def type_of(hardware: int, panel: Panel, *, name: str = "", extra: bool = False) -> TagType:
    """A type for a panel; ``extra`` adds colours to its table that are no ink of ours."""
    turns = [turn for turn in range(4) if (panel.height if turn % 2 else panel.width) % 8 == 0]
    inks = [(ink.value, _RGB[ink]) for ink in panel.inks]
    others = [("orange", (255, 128, 0)), ("grey", (128, 128, 128))] if extra else []
    colours = (*inks, *others)
    return TagType(
        hardware=hardware,
        name=name or panel.name,
        width=panel.width,
        height=panel.height,
        rotate=turns[hardware % len(turns)] if turns else 0,
        bits=1 if len(colours) == 2 else 2 if len(colours) <= 4 else 4,
        colours=colours,
    )


def converted(jpeg: bytes, kind: TagType, *, compressed: bool) -> bytes:
    """What the access point queues; ``ValueError`` for what it calls an invalid jpg."""
    try:
        with Image.open(io.BytesIO(jpeg), formats=("JPEG",)) as image:
            if image.info.get("progressive") or image.mode != "RGB":
                raise ValueError("no baseline JPEG in colour")
            size, pixels = image.size, image.tobytes()
    except OSError as error:
        raise ValueError("invalid jpg") from error
    if size != (kind.width, kind.height):
        raise ValueError(f"garbled: {size} for {kind.width}x{kind.height}")
    values = _decided(pixels, kind)
    width, height, values = _turned(values, kind.width, kind.height, kind.rotate)
    planes = _planes(values, width, kind) if kind.bits <= 2 else [_packed(values, kind.bits)]
    if not compressed:
        return b"".join(planes)
    header = struct.pack("<BHHB", 6, width, height, len(planes))
    content = header + b"".join(planes)
    packer = zlib.compressobj(9, zlib.DEFLATED, 12)
    return struct.pack("<I", len(content)) + packer.compress(content) + packer.flush()


def shown(data: bytes, kind: TagType, panel: Panel, *, compressed: bool) -> Frame:
    """What the tag shows for the bytes that it fetched."""
    width, height = kind.width, kind.height
    if kind.rotate % 2:
        width, height = height, width
    if compressed:
        content = zlib.decompress(data[4:], 12)
        assert len(content) == struct.unpack_from("<I", data)[0]  # noqa: S101 - the wrapper's word
        assert struct.unpack_from("<BHH", content) == (6, width, height)  # noqa: S101 - the same
        data = content[6:]
    size = width * height
    if kind.bits <= 2:
        stride = size // 8
        first, second = data[:stride], data[stride:] or bytes(stride)
        values = bytes(
            (first[at >> 3] >> (7 - at & 7) & 1) | (second[at >> 3] >> (7 - at & 7) & 1) << 1
            for at in range(size)
        )
    else:
        values = bytes(data[at >> 1] >> (0 if at & 1 else 4) & 15 for at in range(size))
    back = (4 - kind.rotate) % 4
    _, _, values = _turned(values, width, height, back)
    table = [panel.inks.index(_INKS[name]) if name in _INKS else 255 for name, _ in kind.colours]
    pixels = bytes(table[value] for value in values)
    return Frame(width=panel.width, height=panel.height, inks=panel.inks, pixels=pixels)


def _decided(pixels: bytes, kind: TagType) -> bytes:
    """Each pixel's nearest colour; a grey one is never coloured."""
    colours = [rgb for _, rgb in kind.colours]
    chosen: dict[bytes, int] = {}
    values = bytearray()
    for at in range(0, len(pixels), 3):
        pixel = pixels[at : at + 3]
        value = chosen.get(pixel)
        if value is None:
            value = chosen[pixel] = _nearest(pixel[0], pixel[1], pixel[2], colours)
        values.append(value)
    return bytes(values)


def _nearest(red: int, green: int, blue: int, colours: list[tuple[int, int, int]]) -> int:
    is_grey = abs(red - green) < 20 and abs(blue - green) < 20
    best, least = 0, float("inf")
    for value, (r, g, b) in enumerate(colours):
        if is_grey and not (r == g == b):
            continue
        far = 3 * (red - r) ** 2 + 5.47 * (green - g) ** 2 + 1.53 * (blue - b) ** 2
        if far < least:
            best, least = value, far
    return best


def _turned(values: bytes, width: int, height: int, turns: int) -> tuple[int, int, bytes]:
    """The picture turned so many quarters anticlockwise."""
    for _ in range(turns):
        values = b"".join(values[x::width] for x in range(width - 1, -1, -1))
        width, height = height, width
    return width, height, values


def _planes(values: bytes, width: int, kind: TagType) -> list[bytes]:
    planes = [bytearray(len(values) // 8) for _ in range(2)]
    for at, value in enumerate(values):
        bit = 0x80 >> (at % width % 8)
        if value & 1:
            planes[0][at // 8] |= bit
        if value & 2:
            planes[1][at // 8] |= bit
    coloured = kind.bits == 2 and any(planes[1])
    return [bytes(plane) for plane in planes[: 2 if coloured else 1]]


def _packed(values: bytes, bits: int) -> bytes:
    packed = bytearray()
    held = filled = 0
    for value in values:
        held, filled = (held << bits | value) & 0xFFFF, filled + bits
        while filled >= 8:
            filled -= 8
            packed.append(held >> filled & 0xFF)
    return bytes(packed)
