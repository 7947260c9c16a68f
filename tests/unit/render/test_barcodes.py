from __future__ import annotations

import dataclasses
from typing import Any, Literal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from device_drivers.api.known_panels import PANELS
from device_drivers.api.panels import Frame, Ink, Panel
from gateway.domain import gtin
from gateway.render import barcodes, rendering
from gateway.render.barcodes import Bars
from gateway.render.symbols import SymbolError
from tests.support.drawing import FACTS, as_grey, page, read

EAN13 = "04006381333931"
UPC_A = "00036000291452"
EAN8 = "00000096385074"
IN_STORE = "0" + "200012300450" + gtin.check_digit("200012300450")
GTINS = [
    (EAN13, "EAN13", "4006381333931"),
    # The bars of a UPC-A are those of the EAN-13 with a 0 before it.
    (UPC_A, "EAN13", "0036000291452"),
    (EAN8, "EAN8", "96385074"),
    (IN_STORE, "EAN13", IN_STORE[1:]),
]
SIZES = {(panel.width, panel.height): name for name, panel in PANELS.items()}
WIDE = [name for (width, _), name in SIZES.items() if width >= 250]


def drawn(panel: Panel, bars: dict[str, Any], **facts: Any) -> Frame:
    """Some words above, the bars below."""
    title = {"kind": "text", "value": "{title}", "size": "12px"}
    one = page(title, {"kind": "barcode", **bars})
    return rendering.render(one, panel, dataclasses.replace(FACTS, **facts), "MX")


def scale_of(frame: Frame, bars: Bars) -> int:
    """Whole pixels per module of the bars that stand in ``frame`` with both quiet zones."""
    ink = Image.frombytes("L", (frame.width, frame.height), frame.pixels)
    black, white = frame.inks.index(Ink.BLACK), frame.inks.index(Ink.WHITE)
    modules = "0" * bars.left + bars.modules + "0" * bars.right
    for scale in range(frame.width // bars.width, 0, -1):
        row = bytes(black if module == "1" else white for module in modules for _ in range(scale))
        rows = [
            y for y in range(frame.height) if row in ink.crop((0, y, frame.width, y + 1)).tobytes()
        ]
        if rows:
            assert rows == list(range(rows[0], rows[-1] + 1)), "the bars stand without a break"
            return scale
    pytest.fail("the bars do not stand on whole pixels with their quiet zones")


@pytest.mark.parametrize("digits", [False, True])
@pytest.mark.parametrize(("number", "symbology", "text"), GTINS)
@pytest.mark.parametrize("name", WIDE)
def test_numbers_read_back_from_every_panel_that_is_wide_enough(
    name: str, number: str, symbology: str, text: str, digits: Literal[True, False]
) -> None:
    panel = PANELS[name]
    frame = drawn(panel, {"digits": digits}, gtin=number)
    assert read(as_grey(frame)) == [(symbology, text)]
    scale = scale_of(frame, barcodes.of_gtin(number))
    assert scale * 25.4 / panel.dpi >= 0.26 - 0.01


@pytest.mark.parametrize("name", ["2.9-296x128-bwr", "7.5-800x480-bwry"])
def test_code_128_reads_back(name: str) -> None:
    bars = {"symbology": "code128", "value": "{reference}"}
    frame = drawn(PANELS[name], bars, reference="CU-S90 5")
    assert read(as_grey(frame)) == [("Code128", "CU-S90 5")]
    scale_of(frame, barcodes.of_text("CU-S90 5"))


@given(text=st.text([chr(code) for code in range(0x20, 0x7F)], min_size=1, max_size=40))
@example(text="99")
@example(text="9912345")
@example(text="99A")
@example(text="0:33:40,L")
@settings(max_examples=40)
def test_any_printable_text_reads_back(text: str) -> None:
    bars = barcodes.of_text(text)
    modules = "0" * bars.left + bars.modules + "0" * bars.right
    row = bytes(0 if module == "1" else 255 for module in modules)
    image = Image.frombytes("L", (len(row), 1), row).resize((len(row) * 2, 40), 0)
    # Blanks at the ends are in the bars; only the reader's own text drops them.
    assert [(name, said.strip()) for name, said in read(image)] == [("Code128", text.strip())]


@pytest.mark.parametrize(
    ("number", "why"),
    [
        ("4006381333932", "wrong check digit in 4006381333932: 2, expected 1"),
        ("400638133393", "wrong check digit"),
        ("14006381333938", "GTIN-14"),
        ("40063813339X1", "digits only"),
        ("123", "8, 12, 13 or 14 digits, not 3"),
        ("", "digits only"),
    ],
)
def test_wrong_numbers_are_refused(number: str, why: str) -> None:
    with pytest.raises(SymbolError, match=why):
        barcodes.of_gtin(number)


@pytest.mark.parametrize("text", ["", "ñ", "a\nb", "a" * 41])
def test_texts_that_code_128_cannot_say_are_refused(text: str) -> None:
    with pytest.raises(SymbolError, match="1 to 40 printable ASCII"):
        barcodes.of_text(text)


@pytest.mark.parametrize("number", ["4006381333932", None])
def test_a_label_without_a_right_number_has_no_bars_and_the_rest_stands(number: str | None) -> None:
    panel = PANELS["2.9-296x128-bwr"]
    frame = drawn(panel, {}, gtin=number)
    assert read(as_grey(frame)) == []
    assert 1 in frame.pixels


def test_where_bars_would_be_too_fine_there_are_none() -> None:
    panel = PANELS["1.54-152x152-bwr"]
    frame = drawn(panel, {"module": "0.5mm"}, gtin=EAN13)
    assert frame == drawn(panel, {}, gtin=None)


@given(body=st.text("0123456789", min_size=12, max_size=12).filter(lambda text: text[0] != "0"))
@settings(max_examples=60)
def test_the_digits_below_are_the_number(body: str) -> None:
    number = body + gtin.check_digit(body)
    bars = barcodes.of_gtin(number)
    assert gtin.normalise(bars.text) == gtin.normalise(number)
    assert (bars.left, bars.right, len(bars.modules)) == (11, 7, 95)
