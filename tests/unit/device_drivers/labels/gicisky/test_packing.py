"""Frames arrive pixel by pixel on a simulated panel of every model."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from device_drivers.api.panels import Frame, Ink, Panel
from device_drivers.labels.gicisky import packing
from device_drivers.labels.gicisky.models import TAGS, Encoding, Tag
from device_drivers.simulated import gicisky_label
from tests.support.bluetooth_shop import drawn, noise

FORMS = [
    (tag, encoding)
    for tag in TAGS.values()
    for encoding in (tag.encoding, *(special for _, special in tag.special))
]
TFT = TAGS[0x00A0]


def named(value: object) -> str:
    return value.model.id if isinstance(value, Tag) else str(getattr(value, "value", value))


def seen(frame: Frame, tag: Tag) -> Frame:
    """What the panel can show of it: where dots are two pixels wide, ink wins."""
    if not tag.half_width:
        return frame
    pixels = bytearray()
    for at in range(0, len(frame.pixels), 2):
        pixels += bytes((max(frame.pixels[at : at + 2]),)) * 2
    return Frame(width=frame.width, height=frame.height, inks=frame.inks, pixels=bytes(pixels))


@pytest.mark.parametrize(("tag", "encoding"), FORMS, ids=named)
@pytest.mark.parametrize("make", [noise, drawn])
def test_every_model_shows_the_frame(
    tag: Tag, encoding: Encoding, make: Callable[[Panel], Frame]
) -> None:
    frame = make(tag.model.panel)
    stream = packing.pack(frame, tag, encoding)

    assert gicisky_label.picture(stream, tag, encoding) == seen(frame, tag)
    assert packing.pack(frame, tag, encoding) == stream


@pytest.mark.parametrize("tag", TAGS.values(), ids=named)
def test_the_order_of_pixels_is_that_of_the_description(tag: Tag) -> None:
    """A third opinion: the description's own words, carried out by a picture library."""
    panel = tag.model.panel
    frame = seen(noise(panel, 7), tag)
    canvas = Image.new("L", (panel.width, tag.lines), 0)
    canvas.paste(Image.frombytes("L", (panel.width, panel.height), frame.pixels), (0, 0))
    if tag.half_width:
        half = (panel.width // 2, panel.height * 2)
        canvas = canvas.resize(half, resample=Image.Resampling.NEAREST)
    turned = canvas.rotate(tag.rotation, expand=True)
    bits, width = "", 2 if tag.encoding is Encoding.FOUR_COLOUR else 1
    four = {Ink.BLACK: "00", Ink.WHITE: "01", Ink.YELLOW: "10", Ink.RED: "11"}
    lit = "0" if tag.dark_is_one else "1"
    dark = "1" if tag.dark_is_one else "0"
    for y in reversed(range(turned.height)) if tag.mirror_y else range(turned.height):
        for x in reversed(range(turned.width)) if tag.mirror_x else range(turned.width):
            value = turned.getpixel((x, y))
            assert isinstance(value, int)
            ink = panel.inks[value]
            bits += four[ink] if width == 2 else lit if ink is Ink.WHITE else dark
    expected = int(bits, 2).to_bytes(len(bits) // 8, "big")
    plain = Encoding.FOUR_COLOUR if width == 2 else Encoding.PLANES

    assert packing.pack(frame, tag, plain)[: len(expected)] == expected


def test_the_first_bytes_of_a_plane_by_hand() -> None:
    tag = TAGS[0x0033]
    pixels = bytearray(296 * 128)
    pixels[295] = 1  # the right upper corner is scanned first, downwards
    pixels[295 + 296] = 2
    frame = Frame(width=296, height=128, inks=tag.model.panel.inks, pixels=bytes(pixels))
    stream = packing.pack(frame, tag, Encoding.PLANES)

    assert len(stream) == 2 * 4736
    assert stream[:2] == b"\x3f\xff"
    assert stream[4736:4738] == b"\x40\x00"


def test_columns_tell_the_length_of_the_stream() -> None:
    tag = TAGS[0x022B]
    stream = packing.pack(noise(tag.model.panel), tag, Encoding.COLUMNS)

    assert int.from_bytes(stream[:4], "little") == len(stream) == 4 + 2 * 240 * (7 + 52)
    assert stream[4:11] == bytes.fromhex("753b3400000000")


def test_chunks_tell_the_size_of_the_second_plane() -> None:
    tag = TAGS[0x008B]
    white = Frame(width=960, height=640, inks=tag.model.panel.inks, pixels=bytes(960 * 640))
    stream = packing.pack(white, tag, Encoding.QUICKLZ)

    assert stream[:4] == (76800).to_bytes(4, "little")
    assert stream[4:22].hex() == "75124010000080ffffffff000038ffffffff"
    assert len(stream) == 4 + 2 * 1200 * 18


def test_a_frame_in_fewer_inks_fits() -> None:
    tag = TAGS[0x0033]
    two = Frame(width=296, height=128, inks=(Ink.BLACK, Ink.WHITE), pixels=b"\x01" * 296 * 128)

    assert packing.pack(two, tag, Encoding.PLANES) == b"\xff" * 4736 + bytes(4736)


def test_frames_of_other_panels_are_refused_in_words() -> None:
    tag = TAGS[0x0033]
    with pytest.raises(ValueError, match="400x300 pixels, gicisky-0033 has 296x128"):
        packing.pack(noise(TAGS[0x004B].model.panel), tag, Encoding.PLANES)
    with pytest.raises(ValueError, match="gicisky-0033 cannot show yellow"):
        packing.pack(noise(TAGS[0x002E].model.panel), tag, Encoding.PLANES)


@given(st.binary(max_size=300))
def test_the_simulated_label_survives_any_stream(stream: bytes) -> None:
    for tag, encoding in FORMS[:3] + FORMS[-3:]:
        assert gicisky_label.picture(stream, tag, encoding) is None
