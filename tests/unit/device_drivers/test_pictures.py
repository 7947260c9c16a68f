from __future__ import annotations

import io
import random
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from device_drivers import pictures
from device_drivers.api.panels import Frame, Ink, Panel


def panel(width: int, height: int, inks: tuple[Ink, ...]) -> Panel:
    return Panel(name="test", width=width, height=height, inks=inks, dpi=120)


@st.composite
def panels(draw: st.DrawFn) -> Panel:
    inks = draw(st.permutations(list(Ink)))[: draw(st.integers(2, len(Ink)))]
    return panel(draw(st.integers(1, 70)), draw(st.integers(1, 40)), tuple(inks))


def random_frame(own: Panel, seed: int) -> Frame:
    pixels = bytes(random.Random(seed).choices(range(len(own.inks)), k=own.width * own.height))
    return Frame(width=own.width, height=own.height, inks=own.inks, pixels=pixels)


@given(own=panels(), seed=st.integers(0, 2**32))
def test_png_and_planes_give_the_frame_back(own: Panel, seed: int) -> None:
    frame = random_frame(own, seed)
    assert pictures.decode_png(pictures.encode(frame, "png"), own) == frame
    assert pictures.decode_planes(pictures.encode(frame, "planes"), own) == frame


@given(own=panels(), data=st.binary(max_size=200))
def test_garbage_is_refused_and_nothing_else_happens(own: Panel, data: bytes) -> None:
    for decode in (pictures.decode_png, pictures.decode_planes):
        try:
            frame = decode(data, own)
        except pictures.PictureError:
            continue
        assert (frame.width, frame.height) == (own.width, own.height)


@given(seed=st.integers(0, 2**32), place=st.integers(8, 200), value=st.integers(0, 255))
def test_a_damaged_png_is_refused_or_still_a_frame(seed: int, place: int, value: int) -> None:
    own = panel(20, 20, (Ink.WHITE, Ink.BLACK, Ink.RED))
    data = bytearray(pictures.encode(random_frame(own, seed), "png"))
    data[place % len(data)] = value
    try:
        frame = pictures.decode_png(bytes(data), own)
    except pictures.PictureError:
        return
    assert frame.inks == own.inks


def test_the_palette_is_the_inks_in_order() -> None:
    own = panel(9, 1, (Ink.WHITE, Ink.BLACK, Ink.RED))
    frame = Frame(width=9, height=1, inks=own.inks, pixels=bytes([0, 1, 2] * 3))
    image = Image.open(io.BytesIO(pictures.encode(frame, "png")))
    assert image.mode == "P"
    assert image.getpalette()[:6] == [255, 255, 255, 0, 0, 0]  # type: ignore[index] # mode P has one
    assert image.tobytes() == frame.pixels


@pytest.mark.parametrize(("inks", "bits"), [(2, 1), (3, 2), (4, 2), (5, 4), (6, 4)])
def test_pixels_take_as_few_bits_as_the_inks_need(inks: int, bits: int) -> None:
    own = panel(8, 8, tuple(Ink)[:inks])
    data = pictures.encode(random_frame(own, 1), "png")
    assert data[24] == bits


def test_planes_put_the_most_significant_bit_left() -> None:
    inks = (Ink.WHITE, Ink.BLACK, Ink.RED)
    pixels = bytes([1, 0, 0, 0, 0, 0, 0, 2, 2])
    frame = Frame(width=9, height=1, inks=inks, pixels=pixels)
    assert pictures.encode(frame, "planes") == bytes([0x80, 0x00, 0x01, 0x80])


def test_two_inks_at_one_pixel_are_refused() -> None:
    own = panel(8, 1, (Ink.WHITE, Ink.BLACK, Ink.RED))
    with pytest.raises(pictures.PictureError, match="same pixel"):
        pictures.decode_planes(bytes([0x80, 0x80]), own)


def test_a_picture_of_another_size_is_refused_before_it_is_decoded() -> None:
    big = panel(4096, 4096, (Ink.WHITE, Ink.BLACK))
    white = Frame(width=4096, height=4096, inks=big.inks, pixels=bytes(4096 * 4096))
    data = pictures.encode(white, "png")
    with pytest.raises(pictures.PictureError, match="4096x4096 pixels, the panel 250x122"):
        pictures.decode_png(data, panel(250, 122, big.inks))


def test_a_lying_header_is_refused() -> None:
    header = struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0)
    body = (
        struct.pack(">I", 13) + b"IHDR" + header + struct.pack(">I", zlib.crc32(b"IHDR" + header))
    )
    with pytest.raises(pictures.PictureError, match="cannot be read"):
        pictures.decode_png(
            b"\x89PNG\r\n\x1a\n" + body + bytes(20), panel(8, 8, (Ink.WHITE, Ink.BLACK))
        )


def test_a_png_without_palette_is_refused() -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8)).save(buffer, "PNG")
    with pytest.raises(pictures.PictureError, match="must have a palette"):
        pictures.decode_png(buffer.getvalue(), panel(8, 8, (Ink.WHITE, Ink.BLACK)))


def test_an_ink_the_panel_lacks_is_refused() -> None:
    own = panel(4, 1, (Ink.WHITE, Ink.BLACK, Ink.RED))
    frame = Frame(width=4, height=1, inks=own.inks, pixels=bytes([0, 1, 2, 2]))
    data = pictures.encode(frame, "png")
    with pytest.raises(pictures.PictureError, match="names ink 2 of 2"):
        pictures.decode_png(data, panel(4, 1, (Ink.WHITE, Ink.BLACK)))


def test_pictures_above_the_limit_neither_leave_nor_enter() -> None:
    own = panel(2000, 2000, (Ink.WHITE, Ink.BLACK))
    with pytest.raises(pictures.PictureError, match="at most 262144"):
        pictures.encode(random_frame(own, 3), "planes")
    with pytest.raises(pictures.PictureError, match="at most 262144"):
        pictures.decode_png(bytes(262_145), own)


def test_an_unknown_format_is_refused_by_name() -> None:
    frame = Frame(width=1, height=1, inks=(Ink.WHITE, Ink.BLACK), pixels=b"\x00")
    with pytest.raises(pictures.PictureError, match="'jpeg' is no picture format"):
        pictures.encode(frame, "jpeg")


def test_people_see_the_inks_in_screen_colours() -> None:
    frame = Frame(width=2, height=1, inks=(Ink.WHITE, Ink.BLACK), pixels=b"\x00\x01")
    seen = Image.open(io.BytesIO(pictures.to_rgb(frame, scale=3))).convert("RGB")
    assert seen.size == (6, 3)
    assert seen.getpixel((0, 0)) == (255, 255, 255)
    assert seen.getpixel((5, 2)) == (0, 0, 0)
