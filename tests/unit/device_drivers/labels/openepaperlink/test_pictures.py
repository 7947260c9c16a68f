"""Every pixel of every type of tag comes out as drawn, through the access point's palette."""

from __future__ import annotations

import zlib
from dataclasses import replace

import pytest

from device_drivers import pictures
from device_drivers.api.drivers import Described
from device_drivers.api.panels import Frame, Ink, Panel
from device_drivers.labels.openepaperlink import packing
from device_drivers.labels.openepaperlink.driver import OpenEPaperLinkDriver
from device_drivers.labels.openepaperlink.models import MODELS
from device_drivers.simulated import openepaperlink_picture
from device_drivers.simulated.openepaperlink_picture import type_of
from tests.support.bluetooth_shop import drawn, noise

PANELS = {
    (model.panel.width, model.panel.height, model.panel.inks): (hardware, model.panel)
    for hardware, model in MODELS.items()
}
"""Each size with each set of inks once."""
EACH = [pytest.param(*one, id=one[1].name) for one in PANELS.values()]


def hard(panel: Panel, seed: int) -> Frame:
    """The hardest picture there is for a JPEG, no two neighbours alike, with shapes over it.

    The pattern comes again after whole blocks of the JPEG, so that its colours come again, too.
    """
    tile = noise(replace(panel, width=72, height=40), seed)
    over = drawn(panel)
    rows = [
        bytes(tile.pixels[y % 40 * 72 :][:72]) * -(-panel.width // 72) for y in range(panel.height)
    ]
    pattern = b"".join(row[: panel.width] for row in rows)
    pixels = bytes(ink or other for ink, other in zip(over.pixels, pattern, strict=True))
    return replace(over, pixels=pixels)


def seen(jpeg: bytes, hardware: int, panel: Panel, *, compressed: bool, extra: bool) -> Frame:
    kind = type_of(hardware, panel, extra=extra)
    queued = openepaperlink_picture.converted(jpeg, kind, compressed=compressed)
    return openepaperlink_picture.shown(queued, kind, panel, compressed=compressed)


@pytest.mark.parametrize(("hardware", "panel"), EACH)
def test_every_pixel_is_of_its_ink(hardware: int, panel: Panel) -> None:
    frame = hard(panel, hardware)
    jpeg = packing.pack(frame)

    assert seen(jpeg, hardware, panel, compressed=bool(hardware % 2), extra=False) == frame


@pytest.mark.parametrize("hardware", [0x03, 0x5A, 0x67, 0x6C, 0xC1])
def test_colours_that_are_no_ink_of_ours_attract_nothing(hardware: int) -> None:
    panel = MODELS[hardware].panel
    for frame in (hard(panel, 5), drawn(panel)):
        jpeg = packing.pack(frame)
        assert seen(jpeg, hardware, panel, compressed=True, extra=True) == frame


def test_only_as_many_planes_travel_as_there_are_colours() -> None:
    panel = MODELS[0x03].panel
    kind = type_of(0x03, panel)
    blank = Frame(width=212, height=104, inks=panel.inks, pixels=bytes(212 * 104))
    plain = openepaperlink_picture.converted(packing.pack(blank), kind, compressed=False)
    red = Frame(width=212, height=104, inks=panel.inks, pixels=b"\x02" * (212 * 104))
    both = openepaperlink_picture.converted(packing.pack(red), kind, compressed=False)

    assert plain == bytes(212 * 104 // 8)
    assert both == bytes(212 * 104 // 8) + b"\xff" * (212 * 104 // 8)


def test_the_wrapper_is_the_one_that_tags_unpack() -> None:
    """8x2 pixels, plane 1 80 01, plane 2 40 00: the reference's vector."""
    colours = (("white", (255,) * 3), ("black", (0,) * 3), ("red", (255, 0, 0)))
    panel = Panel(name="p", width=8, height=2, inks=(Ink.WHITE, Ink.BLACK, Ink.RED), dpi=100)
    kind = openepaperlink_picture.TagType(
        hardware=0, name="p", width=8, height=2, rotate=0, bits=2, colours=colours
    )
    pixels = bytes([1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1])
    frame = Frame(width=8, height=2, inks=panel.inks, pixels=pixels)
    data = openepaperlink_picture.converted(packing.pack(frame), kind, compressed=True)

    assert data[:4].hex() == "0a000000"
    assert zlib.decompress(data[4:], 12).hex() == "0608000200028001" + "4000"
    assert data[4] == 0x48


def test_the_same_frame_gives_the_same_bytes() -> None:
    frame = noise(MODELS[0x33].panel, 1)
    assert packing.pack(frame) == packing.pack(frame)


def test_a_jpeg_that_would_come_out_wrong_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "_QUALITY", 20)
    with pytest.raises(pictures.PictureError, match="of 255 off; at most 40 may be"):
        packing.pack(noise(MODELS[0x33].panel, 1))


def test_frames_that_do_not_fit_and_labels_of_others_are_refused_in_words() -> None:
    driver = OpenEPaperLinkDriver(())
    label = Described(label="0" * 16, model="oepl-33", formats=("jpeg",))
    small = Frame(width=8, height=8, inks=(Ink.WHITE, Ink.BLACK), pixels=bytes(64))
    with pytest.raises(ValueError, match=r"the frame has 8x8 pixels, oepl-33 has 384x168"):
        driver.encode(small, label)
    with pytest.raises(ValueError, match="is called 'nothing'"):
        driver.encode(small, Described(label="0" * 16, model="nothing"))
    with pytest.raises(ValueError, match="the label takes stone; this gateway makes jpeg"):
        driver.encode(small, Described(label="0" * 16, model="oepl-33", formats=("stone",)))
