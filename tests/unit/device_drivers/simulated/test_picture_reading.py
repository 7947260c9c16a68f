"""The simulated label's own reading of pictures, against bytes written out by hand."""

from __future__ import annotations

import io
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from device_drivers import pictures
from device_drivers.api.panels import Frame, Ink, Panel
from device_drivers.simulated import picture_reading
from device_drivers.simulated.picture_reading import UnreadablePictureError

PANEL = Panel(name="p", width=10, height=2, inks=(Ink.WHITE, Ink.BLACK, Ink.RED), dpi=100)
PIXELS = bytes([1, 0, 0, 0, 0, 0, 0, 2, 1, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 1])
PLANES = bytes([0b10000000, 0b10000000, 0b00000000, 0b01000000]) + bytes(
    [0b00000001, 0b00000000, 0b01000000, 0b00000000]
)
COLOURS = [255, 255, 255, 0, 0, 0, 220, 30, 30]


def png(
    mode: str = "P", size: tuple[int, int] = (10, 2), palette: list[int] | None = None
) -> bytes:
    image = Image.frombytes("P", size, PIXELS[: size[0] * size[1]])
    image.putpalette(palette or COLOURS)
    buffer = io.BytesIO()
    image.convert(mode).save(buffer, "PNG")
    return buffer.getvalue()


def code_of(data: bytes, format_: str) -> str:
    with pytest.raises(UnreadablePictureError) as refused:
        picture_reading.read(data, format_, PANEL)
    return refused.value.code


@pytest.mark.parametrize(("data", "format_"), [(png(), "png"), (PLANES, "planes")])
def test_pixels_are_read(data: bytes, format_: str) -> None:
    frame = picture_reading.read(data, format_, PANEL)

    assert frame == Frame(width=10, height=2, inks=PANEL.inks, pixels=PIXELS)


def test_padding_bits_mean_nothing() -> None:
    padded = bytes([PLANES[0], PLANES[1] | 0x3F]) + PLANES[2:]

    assert picture_reading.read(padded, "planes", PANEL).pixels == PIXELS


@pytest.mark.parametrize(
    ("data", "format_", "code"),
    [
        (png(size=(5, 2)), "png", "wrong_size"),
        (PLANES[:-1], "planes", "wrong_size"),
        (PLANES + b"\x00", "planes", "wrong_size"),
        (b"", "png", "image_unreadable"),
        (b"GIF89a", "png", "image_unreadable"),
        (png()[:-30], "png", "image_unreadable"),
        (png("RGB"), "png", "image_unreadable"),
        (png("L"), "png", "image_unreadable"),
        (png(palette=[0, 0, 0, 255, 255, 255, 220, 30, 30]), "png", "image_unreadable"),
        (b"\x80" + PLANES[1:4] + b"\x80" + PLANES[5:], "planes", "image_unreadable"),
        (PLANES, "jpeg", "unknown_format"),
    ],
)
def test_what_the_panel_cannot_show_has_a_code(data: bytes, format_: str, code: str) -> None:
    assert code_of(data, format_) == code


def test_an_ink_the_panel_lacks_is_refused() -> None:
    black_only = Panel(name="p", width=10, height=2, inks=(Ink.WHITE, Ink.BLACK), dpi=100)

    with pytest.raises(UnreadablePictureError, match="a pixel of ink 2"):
        picture_reading.read(png(), "png", black_only)


@given(st.integers(0, 2**32), st.sampled_from(["png", "planes"]))
def test_damage_gives_a_picture_or_a_code(seed: int, format_: str) -> None:
    chance = random.Random(seed)
    data = bytearray(png() if format_ == "png" else PLANES)
    for _ in range(chance.randrange(1, 4)):
        data[chance.randrange(len(data))] = chance.randrange(256)

    try:
        frame = picture_reading.read(bytes(data), format_, PANEL)
    except UnreadablePictureError as unreadable:
        code = unreadable.code
    else:
        code = "image_unreadable" if frame.width != PANEL.width else "read"
    assert code in {"read", "image_unreadable", "wrong_size"}


@given(
    st.integers(1, 40),
    st.integers(1, 12),
    st.lists(st.sampled_from(list(Ink)), min_size=2, unique=True),
    st.sampled_from(["png", "planes"]),
    st.randoms(use_true_random=False),
)
def test_two_readers_written_apart_agree(
    width: int, height: int, inks: list[Ink], format_: str, chance: random.Random
) -> None:
    panel = Panel(name="p", width=width, height=height, inks=tuple(inks), dpi=100)
    pixels = bytes(chance.choices(range(len(inks)), k=width * height))
    frame = Frame(width=width, height=height, inks=panel.inks, pixels=pixels)

    data = pictures.encode(frame, format_)

    assert picture_reading.read(data, format_, panel) == frame
