"""Frames arrive pixel by pixel on a simulated panel of every model."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_drivers.api.drivers import Model
from device_drivers.api.panels import Frame, Ink, Panel
from device_drivers.labels.zhsunyco_easytag import packing
from device_drivers.labels.zhsunyco_easytag.models import MODELS
from device_drivers.labels.zhsunyco_easytag.packing import Encoding
from device_drivers.simulated import zhsunyco_easytag_label as simulated
from tests.support.bluetooth_shop import drawn, noise

PROVEN = MODELS["easytag-3d"]


def named(model: Model) -> str:
    return model.id


def all_of(ink: int) -> Frame:
    pixels = bytes((ink,)) * (296 * 128)
    return Frame(width=296, height=128, inks=PROVEN.panel.inks, pixels=pixels)


@pytest.mark.parametrize("model", MODELS.values(), ids=named)
@pytest.mark.parametrize("make", [noise, drawn])
def test_every_model_shows_the_frame(model: Model, make: Callable[[Panel], Frame]) -> None:
    frame = make(model.panel)
    encoding, payload = packing.pack(frame, model)

    assert simulated.picture(payload, model) == frame
    assert packing.pack(frame, model) == (encoding, payload)


@pytest.mark.parametrize(
    ("ink", "payload"),
    [
        (0, "fc00000000007f012700000003000094fc80000000807f012700000003000094"),
        (1, "fc00000000007f012700000003400094fc80000000807f012700000003000094"),
        (2, "fc00000000007f012700000003000094fc80000000807f012700000003400094"),
    ],
)
def test_the_known_payloads(ink: int, payload: str) -> None:
    assert packing.pack(all_of(ink), PROVEN) == (Encoding.RUNS, bytes.fromhex(payload))


def test_the_known_run_lengths() -> None:
    pixels = bytes([1, 0, 1, 0, 1, 0, 1, *[0] * 10, *[1] * 40])

    assert packing.run_lengths(pixels).hex() == "d50a4128"


def test_each_form_is_taken_where_it_is_shorter() -> None:
    assert packing.pack(drawn(PROVEN.panel), PROVEN)[0] is Encoding.RUNS
    encoding, payload = packing.pack(noise(PROVEN.panel), PROVEN)

    assert encoding is Encoding.PLAIN
    assert len(payload) == 2 * (9 + 296 * 128 // 8)
    assert payload[:9].hex() == "fe00000000007f0127"
    assert payload[9 + 4736 :][:9].hex() == "0300000000007f0127"


def test_a_panel_without_red_gets_one_plane() -> None:
    model = MODELS["easytag-39"]
    white = Frame(width=250, height=122, inks=(Ink.WHITE, Ink.BLACK), pixels=bytes(250 * 122))

    assert packing.pack(white, model)[1].hex() == "fc00000000007f00ff00000003000080"


def test_frames_of_other_panels_are_refused_in_words() -> None:
    with pytest.raises(ValueError, match="easytag-3d has 296x128"):
        packing.pack(noise(MODELS["easytag-40"].panel), PROVEN)
    with pytest.raises(ValueError, match="easytag-39 cannot show red"):
        packing.pack(noise(MODELS["easytag-36"].panel), MODELS["easytag-39"])


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(1, 70_000)), max_size=8))
def test_any_runs_come_back(stretches: list[tuple[int, int]]) -> None:
    pixels = b"".join(bytes((colour,)) * length for colour, length in stretches)
    packed = packing.run_lengths(pixels)

    found = simulated.pixels_of_runs(packed, len(pixels))
    assert found is not None
    assert bytes(found) == pixels


@given(st.lists(st.integers(0, 1), max_size=400))
def test_any_pixels_come_back_and_never_grow_beyond_one_byte_for_seven(
    pixels: list[int],
) -> None:
    packed = packing.run_lengths(bytes(pixels))

    assert simulated.pixels_of_runs(packed, len(pixels)) == pixels
    assert len(packed) <= -(-len(pixels) // 7)


@given(st.binary(max_size=300))
def test_the_simulated_label_survives_any_payload(payload: bytes) -> None:
    assert simulated.picture(payload, PROVEN) is None
    assert simulated.picture(b"\xfc\0\0\0\0\0\x7f\x01\x27" + payload, PROVEN) is None
