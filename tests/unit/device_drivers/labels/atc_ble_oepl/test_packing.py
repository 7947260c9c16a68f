"""Frames arrive pixel by pixel on a simulated panel of every model, packed as others pack them."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from py_atc_ble_oepl.imaging.encoding import convert_image_to_bytes
from py_atc_ble_oepl.models.device_types import DEVICE_TYPES, SCREEN_TYPE_COLOR_SCHEME

from device_drivers.api.panels import Frame, Ink, Panel
from device_drivers.labels.atc_ble_oepl import packing
from device_drivers.labels.atc_ble_oepl.models import INKS, MODELS, SCREENS, Screen, screen_of
from device_drivers.simulated.atc_ble_oepl_label import picture
from tests.support.bluetooth_shop import drawn, noise

SCHEMES = {"bw": 0, "bwr": 1, "bwy": 2, "bwry": 3}
SMALL = [
    Screen(width=width, height=height, inks=inks)
    for inks in INKS
    for width, height in [(13, 7), (8, 5), (1, 9), (25, 16)]
]
SEEN = {
    Ink.WHITE: (255, 255, 255),
    Ink.BLACK: (0, 0, 0),
    Ink.RED: (255, 0, 0),
    Ink.YELLOW: (255, 255, 0),
}


def named(screen: Screen) -> str:
    return screen.model


def packed_by_others(frame: Frame, screen: Screen, *, compressed: bool) -> tuple[int, bytes]:
    colours = b"".join(bytes(SEEN[frame.inks[pixel]]) for pixel in frame.pixels)
    image = Image.frombytes("RGB", (frame.width, frame.height), colours)
    turned = image.transpose(Image.Transpose.ROTATE_90)
    return convert_image_to_bytes(turned, SCHEMES[screen.inks], compressed=compressed)


@pytest.mark.parametrize("screen", SMALL, ids=named)
@pytest.mark.parametrize("make", [noise, drawn])
def test_every_size_shows_the_frame_and_others_pack_the_same(
    screen: Screen, make: Callable[[Panel], Frame]
) -> None:
    frame = make(screen.panel) if make is noise or screen.height > 8 else noise(screen.panel, 9)
    plain = packing.planes(frame, screen)
    kind, theirs = packed_by_others(frame, screen, compressed=False)

    assert picture(plain, kind, screen) == frame
    assert plain == theirs
    packed = packing.compressed(plain, screen)
    kind, theirs = packed_by_others(frame, screen, compressed=True)
    assert picture(packed, kind, screen) == frame
    assert packed[:4] == theirs[:4]
    inflated = zlib.decompressobj(wbits=12).decompress(packed[4:])
    assert inflated == zlib.decompress(theirs[4:])
    assert inflated[:6] == struct.pack(
        "<BHHB", 6, screen.height, screen.width, 1 if screen.inks == "bw" else 2
    )


@pytest.mark.parametrize("model", MODELS)
def test_every_model_shows_the_frame(model: str) -> None:
    screen = screen_of(model)
    frame = drawn(MODELS[model].panel)
    plain = packing.planes(frame, screen)

    assert screen.model == model
    assert screen.panel.inks == MODELS[model].panel.inks
    assert picture(packing.compressed(plain, screen), 0x30, screen) == frame


def test_single_dots_by_hand() -> None:
    screen = Screen(width=3, height=2, inks="bwry")
    # Sent are the columns from the right, each from the top: 3 columns of 2 dots.
    frame = Frame(width=3, height=2, inks=screen.panel.inks, pixels=bytes((1, 0, 2, 0, 0, 3)))

    assert packing.planes(frame, screen) == bytes((0b01001000, 0b11000000))


def test_the_known_stream() -> None:
    """The header of a picture 8 dots high and 2 wide, with its two planes."""
    screen = Screen(width=2, height=8, inks="bwr")
    packed = packing.compressed(bytes.fromhex("80014000"), screen)

    assert packed[:4].hex() == "04000000"
    assert zlib.decompressobj(wbits=12).decompress(packed[4:]).hex() == "060800020002" + "80014000"


def test_the_types_of_screens_are_those_that_others_list() -> None:
    assert {number: SCHEMES[inks] for number, inks in SCREENS.items()} == SCREEN_TYPE_COLOR_SCHEME
    for number, inks in SCREENS.items():
        assert inks.upper() in DEVICE_TYPES[number].split()


def test_a_frame_of_another_panel_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="atc-8x8-bw has 8x8"):
        packing.planes(noise(SMALL[0].panel), Screen(width=8, height=8, inks="bw"))


@pytest.mark.parametrize("name", ["", "atc-8x8", "atc-0x8-bw", "atc-8x8-six", "atc-8x8-bw-r90"])
def test_other_names_are_no_models(name: str) -> None:
    with pytest.raises(ValueError, match="no ATC_BLE_OEPL model is called"):
        screen_of(name)


@pytest.mark.parametrize(("width", "height"), [(0, 8), (8, 5000), (4096, 4096)])
def test_panels_that_nobody_makes_are_refused(width: int, height: int) -> None:
    with pytest.raises(ValueError, match=f"{width}x{height} is"):
        Screen(width=width, height=height, inks="bw")


@given(st.binary(max_size=100), st.sampled_from([0x20, 0x21, 0x30, 0x31]))
def test_the_simulated_panel_survives_any_bytes(data: bytes, kind: int) -> None:
    for screen in SMALL:
        picture(data, kind, screen)
