"""Frames arrive pixel by pixel on a simulated panel of every kind, packed as others pack them."""

from __future__ import annotations

import zlib
from itertools import product

import pytest
from epaper_dithering import ColorScheme
from hypothesis import given
from hypothesis import strategies as st
from opendisplay import encoding as others
from opendisplay.display_palettes import get_bwry_codes, get_gray4_codes
from PIL import Image

from device_drivers.api.panels import Frame, Ink
from device_drivers.labels.opendisplay import packing
from device_drivers.labels.opendisplay.models import MODELS, ROTATIONS, SCHEMES, Layout, layout_of
from device_drivers.labels.opendisplay.packing import Encoding
from device_drivers.simulated.opendisplay_picture import picture
from tests.support.bluetooth_shop import drawn, noise

SIZES = [(13, 7), (16, 5), (1, 9), (10, 33)]
LAYOUTS = [
    Layout(scheme=scheme, width=width, height=height, rotation=rotation)
    for scheme, rotation, (width, height) in product(SCHEMES, ROTATIONS, SIZES)
]
PALETTE = (Ink.BLACK, Ink.WHITE, Ink.YELLOW, Ink.RED, Ink.BLUE, Ink.GREEN)
"""The order in which the others number their colours."""


def named(layout: Layout) -> str:
    return layout.model


@pytest.mark.parametrize("layout", LAYOUTS, ids=named)
def test_every_way_to_wire_a_panel_shows_the_frame(layout: Layout) -> None:
    frame = noise(layout.panel(dpi=100), 5)
    plain = packing.memory(frame, layout)

    assert len(plain) == layout.size
    assert picture(plain, layout) == frame
    assert layout_of(layout.model) == layout


@pytest.mark.parametrize("model", MODELS)
def test_every_model_shows_the_frame(model: str) -> None:
    layout = layout_of(model)
    frame = drawn(MODELS[model].panel)
    plain = packing.memory(frame, layout)
    packed = packing.compressed(plain)

    assert picture(plain, layout) == frame
    assert packing.plain_of(packed, Encoding.ZLIB, layout.size) == plain
    assert len(packed) < len(plain) / 8


def in_their_numbers(layout: Layout, frame: Frame) -> Image.Image:
    """The frame turned as the others turn it, in their numbers of colours."""
    if layout.scheme == "bwy":
        palette: tuple[Ink, ...] = (Ink.BLACK, Ink.WHITE, Ink.YELLOW)
    elif layout.scheme == "bwr":
        palette = (Ink.BLACK, Ink.WHITE, Ink.RED)
    else:
        palette = PALETTE
    numbers = {"grey4": (0, 3), "grey16": (0, 15)}.get(layout.scheme)
    table = bytes((numbers or range(len(palette)))[palette.index(ink)] for ink in frame.inks).ljust(
        256, b"\x00"
    )
    image = Image.frombytes("P", (frame.width, frame.height), frame.pixels.translate(table))
    turns = {
        90: Image.Transpose.ROTATE_270,
        180: Image.Transpose.ROTATE_180,
        270: Image.Transpose.ROTATE_90,
    }
    return image if layout.rotation == 0 else image.transpose(turns[layout.rotation])


def packed_by_others(layout: Layout, image: Image.Image) -> bytes:
    match layout.scheme:
        case "bwr":
            return b"".join(others.encode_bitplanes(image, ColorScheme.BWR))
        case "bwy":
            return b"".join(others.encode_bitplanes(image, ColorScheme.BWY))
        case "grey4":
            return b"".join(others.encode_gray4_bitplanes(image, get_gray4_codes(0x28)))
        case "bwyr":
            return others.encode_2bpp(image, get_bwry_codes(0x1D))
        case scheme:
            names = {
                "bw": "MONO", "bwry": "BWRY", "six": "BWGBRY", "grey16": "GRAYSCALE_16",
                "seven": "SEVEN_COLOR", "sixhalves": "BWGBRY_SPLIT",
            }  # fmt: skip
            return others.encode_image(image, ColorScheme[names[scheme]])


@pytest.mark.parametrize("layout", LAYOUTS, ids=named)
def test_others_pack_the_same_bytes(layout: Layout) -> None:
    frame = noise(layout.panel(dpi=100), 6)

    assert packing.memory(frame, layout) == packed_by_others(
        layout, in_their_numbers(layout, frame)
    )


@pytest.mark.parametrize(
    ("model", "first"),
    [
        ("opendisplay-8x1-bw", "7f"),  # one black dot in white
        ("opendisplay-8x1-bwr", "7f00"),
        ("opendisplay-8x1-bwry", "1555"),
        ("opendisplay-8x1-six", "01111111"),
        ("opendisplay-8x1-grey4", "8080"),
    ],
)
def test_a_black_dot_by_hand(model: str, first: str) -> None:
    layout = layout_of(model)
    panel = layout.panel(dpi=100)
    frame = Frame(width=8, height=1, inks=panel.inks, pixels=bytes((1, *[0] * 7)))

    assert packing.memory(frame, layout).hex() == first


def test_yellow_is_black_and_red_is_white_in_the_first_plane() -> None:
    for scheme, first in (("bwr", "ffff80"), ("bwy", "7f80")):
        layout = Layout(scheme=scheme, width=8, height=1)
        inks = layout.panel(dpi=100).inks
        frame = Frame(width=8, height=1, inks=inks, pixels=bytes((2, *[0] * 7)))
        assert packing.memory(frame, layout).hex() == first[-4:]


@given(st.binary(min_size=1, max_size=5000))
def test_any_picture_fits_the_small_window_and_comes_back(plain: bytes) -> None:
    packed = packing.compressed(plain)

    assert others.zlib_window_bits(packed) == 9
    assert zlib.decompressobj(wbits=9).decompress(packed) == plain
    assert packing.plain_of(packed, Encoding.ZLIB, len(plain)) == plain


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (b"abc", Encoding.PLAIN),
        (b"abc", Encoding.ZLIB),
        (packing.compressed(bytes(3)), Encoding.ZLIB),
        (packing.compressed(bytes(100_000)), Encoding.ZLIB),
    ],
)
def test_a_picture_of_another_size_is_refused(data: bytes, encoding: Encoding) -> None:
    with pytest.raises(ValueError, match="the picture"):
        packing.plain_of(data, encoding, 4)


@pytest.mark.parametrize(
    "name",
    [
        "", "x", "opendisplay-0x8-bw", "opendisplay-8x8-blue", "opendisplay-8x8-bw-r45",
        "opendisplay-12345x8-bw", "opendisplay-8x8-bw-r90x", "opendisplay-٣x8-bw",
    ],
)  # fmt: skip
def test_other_names_are_no_models(name: str) -> None:
    with pytest.raises(ValueError, match="is called"):
        layout_of(name)


@pytest.mark.parametrize(("width", "height"), [(0, 8), (8, 5000), (4096, 4096)])
def test_panels_that_nobody_makes_are_refused(width: int, height: int) -> None:
    with pytest.raises(ValueError, match=f"{width}x{height} is"):
        Layout(scheme="bw", width=width, height=height)


@given(st.text(max_size=40))
def test_any_name_is_a_model_or_refused_in_words(name: str) -> None:
    try:
        assert layout_of(name).model
    except ValueError as error:
        assert str(error)  # noqa: PT017 - either is right
