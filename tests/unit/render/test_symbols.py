from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from device_drivers.api.panels import Frame, Ink, Panel
from gateway.domain.labels import LabelFacts, LabelState
from gateway.render import codewords, rendering, symbols
from gateway.render.template import Template
from tests.golden.panels import PANELS
from tests.support import drawing

WITHOUT_CODE = {
    *(LabelState.RECALLED, LabelState.BLOCKED),
    # On the smallest panels the words go before the code.
    *(LabelState.NO_PRICE, LabelState.COMING, LabelState.WITHDRAWN),
}


def read(image: Image.Image) -> list[str]:
    return [text for _, text in drawing.read(image)]


@given(text=st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:/.-", min_size=1, max_size=311))
@settings(max_examples=30)
def test_links_read_back(text: str) -> None:
    dark = symbols.qr(text)
    assert dark.width == dark.height == symbols.modules(text)
    image = Image.eval(dark, lambda value: 255 - value)
    assert read(image.resize((dark.width * 3, dark.width * 3), Image.Resampling.NEAREST)) == [text]


def test_lower_case_links_read_back_too() -> None:
    dark = symbols.qr("http://127.0.0.1:8080/l/7k3q9m?x=1")
    image = Image.eval(dark, lambda value: 255 - value)
    big = image.resize((dark.width * 3, dark.width * 3), Image.Resampling.NEAREST)
    assert read(big) == ["http://127.0.0.1:8080/l/7k3q9m?x=1"]


@pytest.mark.parametrize(("length", "modules"), [(38, 25), (39, 29), (61, 29), (62, 33)])
def test_the_version_is_the_smallest_at_correction_m(length: int, modules: int) -> None:
    assert symbols.modules("A" * length) == modules + 2 * codewords.QUIET_ZONE


@pytest.mark.parametrize("text", ["", "A" * 312, "a" * 214])
def test_what_no_phone_could_read_is_refused(text: str) -> None:
    with pytest.raises(symbols.SymbolError):
        symbols.qr(text)


@pytest.mark.parametrize("link", [None, "HTTP://192.168.100.100:8080/01/09521234543213"])
@pytest.mark.parametrize("panel", PANELS.values(), ids=PANELS)
def test_every_code_on_every_template_scans(
    panel: Panel,
    link: str | None,
    bundled: Mapping[str, Template],
    bundled_samples: Mapping[str, Mapping[str, LabelFacts]],
) -> None:
    for name in ("style", "article", "grocery", "weight", "collect", "entrance", "test", "unbound"):
        for sample, own in bundled_samples[name].items():
            facts = own if link is None else dataclasses.replace(own, link=link)
            if facts.state in WITHOUT_CODE:
                continue
            frame = rendering.render(bundled[name], panel, facts, "MX")
            codes = set(read(drawing.as_grey(frame))) - {(facts.gtin or "")[1:]}
            assert codes == {facts.link}, (name, sample)
            check_geometry(frame, panel, facts.link)


def least_module_mm(panel: Panel) -> float:
    """Three pixels where there is room; beside a price on small panels two, whatever their pitch.

    Only on the finest pitch (0.14 mm) are two pixels less than the third of a millimetre that
    phones read with ease.
    """
    if min(panel.width, panel.height) >= 300:
        return 0.6
    return 0.27 if panel.dpi >= 180 else 0.36


def check_geometry(frame: Frame, panel: Panel, link: str) -> None:
    """Somewhere stands the code in whole pixels per module with its whole quiet zone."""
    dark = symbols.qr(link)
    ink = Image.frombytes("L", (frame.width, frame.height), frame.pixels)
    black, white = frame.inks.index(Ink.BLACK), frame.inks.index(Ink.WHITE)
    for scale in range(min(frame.width, frame.height) // dark.width, 1, -1):
        side = dark.width * scale
        pattern = dark.point(lambda value: black if value else white)
        wanted = pattern.resize((side, side), Image.Resampling.NEAREST).tobytes()
        first_row = wanted[side * 4 * scale : side * (4 * scale + 1)]
        for y in range(frame.height - side + 1):
            row = frame.pixels[(y + 4 * scale) * frame.width : (y + 4 * scale + 1) * frame.width]
            x = row.find(first_row)
            if x >= 0 and ink.crop((x, y, x + side, y + side)).tobytes() == wanted:
                assert scale * 25.4 / panel.dpi >= least_module_mm(panel)
                return
    pytest.fail("the code does not stand on whole pixels with its quiet zone")
