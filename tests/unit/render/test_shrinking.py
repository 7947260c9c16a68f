from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import pytest
from PIL import Image

from gateway.render import shrinking
from gateway.render.shrinking import NoPictureError


def photo(width: int, height: int, kind: str = "JPEG", **options: Any) -> bytes:
    """Left half red, right half blue."""
    image = Image.new("RGB", (width, height), "#d00000")
    image.paste("#0000d0", (width // 2, 0, width, height))
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    assert image.format == "WEBP"
    return image.convert("RGB")


def nearest(image: Image.Image, x: float, y: float) -> str:
    pixel = image.getpixel((int(x * (image.width - 1)), int(y * (image.height - 1))))
    assert isinstance(pixel, tuple)
    names = {"red": (208, 0, 0), "blue": (0, 0, 208), "white": (255, 255, 255)}
    return min(
        names,
        key=lambda name: sum(abs(a - b) for a, b in zip(names[name], pixel, strict=True)),
    )


@pytest.mark.parametrize("kind", shrinking.FORMATS)
def test_both_forms_keep_the_proportions(kind: str) -> None:
    shrunk = shrinking.shrink(photo(1200, 800, kind))
    large, small = opened(shrunk.large), opened(shrunk.small)
    assert (shrunk.width, shrunk.height) == large.size == (480, 320)
    assert small.size == (96, 64)
    assert (nearest(large, 0.1, 0.5), nearest(large, 0.9, 0.5)) == ("red", "blue")


def test_a_small_picture_is_not_blown_up() -> None:
    shrunk = shrinking.shrink(photo(60, 40))
    assert (shrunk.width, shrunk.height) == (60, 40)


def test_what_is_transparent_stands_on_white() -> None:
    buffer = io.BytesIO()
    Image.new("RGBA", (100, 100), (0, 0, 0, 0)).save(buffer, "PNG")
    assert nearest(opened(shrinking.shrink(buffer.getvalue()).large), 0.5, 0.5) == "white"


def test_a_picture_taken_sideways_stands_upright_and_tells_nothing_else() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Maker"
    shrunk = shrinking.shrink(photo(200, 100, exif=exif))
    large = opened(shrunk.large)
    assert large.size == (100, 200)
    assert (nearest(large, 0.5, 0.05), nearest(large, 0.5, 0.95)) == ("red", "blue")
    assert b"Maker" not in shrunk.large
    assert not Image.open(io.BytesIO(shrunk.large)).getexif()


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is huge."""

    def chunk(name: bytes, data: bytes) -> bytes:
        body = name + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 1_000)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(("width", "height"), [(30_000, 30_000), (6_000, 4_001), (2**31 - 1, 1)])
def test_a_bomb_is_refused_by_its_head(width: int, height: int) -> None:
    with pytest.raises(NoPictureError, match="has too many pixels: at most 24,000,000"):
        shrinking.shrink(bomb(width, height))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no picture at all",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        photo(100, 100)[:200],
        photo(100, 100, "TIFF"),
        photo(100, 100, "BMP"),
        bomb(100, 100),
    ],
)
def test_what_is_no_picture_of_a_known_kind_is_refused(data: bytes) -> None:
    with pytest.raises(NoPictureError, match="is no picture of the kinds JPEG, PNG, WEBP, GIF"):
        shrinking.shrink(data)
