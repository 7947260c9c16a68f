"""What a label tells of itself is read as others read it, or refused in words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opendisplay.protocol.config_parser import parse_config_response
from opendisplay.protocol.config_serializer import calculate_config_crc, serialize_config

from device_drivers.labels.opendisplay import container
from device_drivers.labels.opendisplay.models import MODELS, Layout, layout_of
from device_drivers.simulated.opendisplay_label import (
    INFLATES,
    PIPES,
    SimulatedOpenDisplayLabel,
)

PACKETS = {0x01: bytes(22), 0x02: bytes(22), 0x04: bytes(30)}
DISPLAY = 3 + 24 + 24 + 32 + 2
"""Where the display's data begin in a simulated label's container."""


def told(layout: Layout, modes: int = INFLATES | PIPES) -> bytes:
    return SimulatedOpenDisplayLabel("AA:BB:CC:DD:EE:FF", layout, modes=modes).container()


def sealed(body: bytes) -> bytes:
    return body + container.crc(body).to_bytes(2, "little")


def changed(at: int, value: bytes) -> bytes:
    body = bytearray(told(layout_of("opendisplay-400x300-bwr"))[:-2])
    body[DISPLAY + at : DISPLAY + at + len(value)] = value
    return sealed(bytes(body))


@pytest.mark.parametrize("model", MODELS)
def test_every_model_tells_what_it_is(model: str) -> None:
    layout = layout_of(model)
    settings = container.parse(told(layout))

    assert settings.layout == layout
    assert (settings.inflates, settings.pipes, settings.has_led) == (True, True, True)
    assert settings.zips_at_most is None
    assert settings.dpi == round(layout.width * 25.4 / round(layout.width / 5))


@pytest.mark.parametrize(
    ("modes", "ways"),
    [
        (0x00, (False, 51_200, False)),
        (0x01, (True, None, False)),
        (0x02, (True, 51_200, False)),
        (0x12, (True, 51_200, True)),
        (0x88, (False, 51_200, False)),
    ],
)
def test_the_ways_in_which_it_takes_pictures(
    modes: int, ways: tuple[bool, int | None, bool]
) -> None:
    settings = container.parse(told(layout_of("opendisplay-400x300-bwr"), modes))

    assert (settings.inflates, settings.zips_at_most, settings.pipes) == ways


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_others_read_and_write_the_same_container(rotation: int) -> None:
    layout = layout_of(f"opendisplay-128x296-bwyr{f'-r{rotation}' if rotation else ''}")
    theirs = parse_config_response(told(layout))

    (display,) = theirs.displays
    assert (display.pixel_width, display.pixel_height) == (128, 296)
    assert (display.rotation_enum, display.color_scheme, display.panel_ic_type) == (
        rotation, 3, 0x1D,
    )  # fmt: skip
    assert display.supports_pipe_write
    again = serialize_config(theirs)
    assert container.parse(again) == container.parse(told(layout))
    assert calculate_config_crc(again[:-2]) == container.crc(again[:-2])


def test_the_known_check_sum() -> None:
    assert container.crc(b"\x00\x00123") == container.crc(b"xx123")
    assert calculate_config_crc(b"xx123456789") == container.crc(b"xx123456789")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "has 0 bytes"),
        (bytes(4097), "has 4097 bytes"),
        (b"\x05\x00\x01\x00\x00", "is damaged"),
        (sealed(b"\x00\x00\x01"), "no system packet"),
        (sealed(b"\x00\x00\x01\x00\x01" + bytes(5)), "ends within packet 01"),
        (sealed(b"\x00\x00\x01\x00\x99" + bytes(50)), "no system packet"),
        (changed(4, b"\x00\x00"), "0x300 is no panel size"),
        (changed(4, b"\xff\xff"), "65535x300 is no panel size"),
        (changed(4, b"\x00\x10\x00\x10"), "4096x4096 is more than"),
        (changed(14, b"\x04"), "rotation 4"),
        (changed(21, b"\x09"), "colour scheme 9 is not known"),
    ],
)
def test_what_cannot_be_is_refused_in_words(data: bytes, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        container.parse(data)


def test_a_panel_without_millimetres_has_the_pitch_of_its_like() -> None:
    assert container.parse(changed(8, bytes(4))).dpi == 119
    assert container.parse(changed(8, b"\x01\x00\x01\x00")).dpi == 119
    assert container.parse(changed(4, b"\x09\x00\x09\x00\x00\x00\x00\x00")).dpi == 130


def test_an_old_wifi_packet_is_short() -> None:
    body = told(layout_of("opendisplay-400x300-bwr"))[: -2 - 160] + bytes(65)

    assert container.parse(sealed(body)).layout.model == "opendisplay-400x300-bwr"


@given(st.binary(max_size=300))
def test_any_container_is_read_or_refused_in_words(data: bytes) -> None:
    with pytest.raises(ValueError, match="its "):
        container.parse(data)
    with pytest.raises(ValueError, match=r"its |no panel|more than"):
        container.parse(sealed(b"\x00\x00" + data))


@given(st.data())
def test_a_damaged_container_is_never_believed(data: st.DataObject) -> None:
    whole = told(layout_of("opendisplay-400x300-bwr"))
    at = data.draw(st.integers(2, len(whole) - 1))
    bit = 1 << data.draw(st.integers(0, 7))
    damaged = whole[:at] + bytes((whole[at] ^ bit,)) + whole[at + 1 :]

    with pytest.raises(ValueError, match="is damaged"):
        container.parse(damaged)
