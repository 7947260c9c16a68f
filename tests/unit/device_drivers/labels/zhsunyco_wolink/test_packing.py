"""Frames arrive pixel by pixel on a simulated panel of every model."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_drivers.api.panels import Frame, Ink, Panel
from device_drivers.labels.zhsunyco_wolink import packing
from device_drivers.labels.zhsunyco_wolink.models import TAGS, Tag
from device_drivers.labels.zhsunyco_wolink.packing import Encoding
from device_drivers.simulated import zhsunyco_wolink_label as simulated
from tests.support.bluetooth_shop import drawn, noise


def named(tag: Tag) -> str:
    return tag.model.id


def with_pixels(tag: Tag, *pixels: tuple[int, int, int]) -> Frame:
    panel = tag.model.panel
    made = bytearray(panel.width * panel.height)
    for x, y, ink in pixels:
        made[y * panel.width + x] = ink
    return Frame(width=panel.width, height=panel.height, inks=panel.inks, pixels=bytes(made))


@pytest.mark.parametrize("tag", TAGS.values(), ids=named)
@pytest.mark.parametrize("make", [noise, drawn])
def test_every_model_shows_the_frame(tag: Tag, make: Callable[[Panel], Frame]) -> None:
    frame = make(tag.model.panel)
    encoding, data = packing.pack(frame, tag)
    plain = simulated.unpacked(data) if encoding is Encoding.BLOCKS else data

    assert plain is not None
    assert simulated.picture(plain, tag) == frame
    assert packing.pack(frame, tag) == (encoding, data)


def test_each_form_is_taken_where_it_is_shorter() -> None:
    tag = TAGS["wolink-290"]

    assert packing.pack(drawn(tag.model.panel), tag)[0] is Encoding.BLOCKS
    assert packing.pack(noise(tag.model.panel), tag)[0] is Encoding.PLAIN


def test_the_known_stream_of_white() -> None:
    tag = TAGS["wolink-290"]
    encoding, data = packing.pack(with_pixels(tag), tag)

    assert encoding is Encoding.BLOCKS
    assert packing.memory(with_pixels(tag), tag) == b"\x55" * 9472
    assert data[:4].hex() == "a5a60202"
    assert simulated.unpacked(data) == b"\x55" * 9472
    assert len(data) <= 48


@pytest.mark.parametrize(
    ("model", "pixel", "offset", "byte"),
    [
        ("wolink-290", (0, 0, 1), 0, 0x15),  # black: column from the left, its top
        ("wolink-290", (1, 0, 3), 32, 0x95),  # yellow: the next column
        ("wolink-350", (0, 183, 2), 0, 0xD5),  # red: column from the left, its foot
        ("wolink-350", (383, 0, 1), 383 * 46 + 45, 0x54),
        ("wolink-750", (1, 1, 1), 200, 0x45),
        ("wolink-213", (0, 121, 1), 0, 0x15),
        ("wolink-213", (0, 0, 1), 30, 0x45),
    ],
)
def test_where_single_pixels_lie_by_hand(
    model: str, pixel: tuple[int, int, int], offset: int, byte: int
) -> None:
    tag = TAGS[model]
    memory = packing.memory(with_pixels(tag, pixel), tag)

    assert len(memory) == tag.size
    assert memory[offset] == byte
    assert memory.replace(b"\x55", b"") == bytes((byte,))


def test_the_smallest_panel_stores_more_than_it_shows() -> None:
    assert TAGS["wolink-213"].size == 8000


def test_frames_of_other_panels_are_refused_in_words() -> None:
    with pytest.raises(ValueError, match="wolink-290 has 296x128"):
        packing.pack(noise(TAGS["wolink-420"].model.panel), TAGS["wolink-290"])
    yellow = Frame(width=1600, height=1200, inks=(Ink.WHITE, Ink.YELLOW), pixels=bytes(1920000))
    with pytest.raises(ValueError, match="wolink-133 cannot show yellow"):
        packing.pack(yellow, TAGS["wolink-133"])


@given(st.binary(max_size=20_000))
def test_any_picture_comes_back_from_its_blocks(plain: bytes) -> None:
    assert simulated.unpacked(packing.compressed(plain)) == plain


@given(st.binary(max_size=200))
def test_the_simulated_label_survives_any_stream(stream: bytes) -> None:
    simulated.unpacked(stream)
    assert simulated.unpacked(b"\xa5\xa6\x01\x02\x01" + stream) in {None, b""}
