"""The templates that come with Anaquel keep the rules of every country we offer, on every panel."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pytest

from device_drivers.api import known_panels
from device_drivers.api.panels import Frame, Panel
from gateway.domain.labels import LabelFacts
from gateway.render import checking, fonts, rendering, samples, templates, values
from gateway.render.elements import BarcodeElement, PriceElement, QrElement, TextElement
from gateway.render.rules import packs
from gateway.render.template import Template
from tests import tiers
from tests.support import drawing

LEAST_MODULE_MM = 0.26
ZONE = ZoneInfo("America/Mexico_City")
BUNDLED = templates.load_all(templates.BUNDLED)
PANELS = tiers.count("template_panels")

pytestmark = pytest.mark.timeout(120 + 5 * PANELS)


def some_panels(template: Template) -> Iterator[Panel]:
    """As many as the tier asks for, from the smallest to the largest."""
    known = sorted(checking.panels(template), key=lambda panel: panel.width * panel.height)
    many = min(len(known), PANELS)
    return (known[place * (len(known) - 1) // max(1, many - 1)] for place in range(many))


def facts_of(name: str, country: str) -> dict[str, LabelFacts]:
    return dict(samples.load(templates.BUNDLED / name / "sample.toml", country))


@pytest.mark.parametrize("country", ["MX", "ES", "GB", "IE"])
@pytest.mark.parametrize("name", BUNDLED)
def test_every_template_keeps_the_rules(name: str, country: str) -> None:
    pack = packs.pack_of(country)
    assert pack is not None
    template = BUNDLED[name]
    facts = facts_of(name, country)
    on = some_panels(template)
    assert list(checking.check(template, facts, pack, country, ZONE, on)) == []


@pytest.mark.parametrize("name", BUNDLED)
def test_every_code_can_be_read(name: str) -> None:
    template = BUNDLED[name]
    seen = 0
    for panel in some_panels(template):
        for sample, facts in facts_of(name, "MX").items():
            drawn = rendering.draw(template, panel, facts, "MX", ZONE)
            wanted = set()
            for one in drawn.placed:
                if one.seen.size and isinstance(one.element, QrElement):
                    wanted.add(facts.link)
                elif one.seen.size and isinstance(one.element, BarcodeElement):
                    wanted.add((facts.gtin or "").lstrip("0"))
                else:
                    continue
                assert one.seen.size * 25.4 / panel.dpi >= LEAST_MODULE_MM, (panel.name, sample)
            assert read(drawn.frame) == wanted, (panel.name, sample)
            seen += len(wanted)
    assert seen or name == "plain"


@pytest.mark.parametrize("name", ["article", "style", "grocery", "weight"])
def test_a_code_says_what_it_is_for(name: str) -> None:
    template = BUNDLED[name]
    calls = {"scan", "scan_short", "see"}
    for panel, *_ in checking.alike(template, checking.panels(template)):
        for sample in ("regular", "sold_out"):
            drawn = rendering.draw(template, panel, facts_of(name, "MX")[sample], "MX", ZONE)
            seen = [one.element for one in drawn.placed if one.seen.size]
            said = {
                word
                for one in seen
                if isinstance(one, TextElement)
                for word in values.names_in(one.value)
            }
            assert any(isinstance(one, QrElement) for one in seen), (panel.name, sample)
            assert calls & said, (panel.name, sample)


@pytest.mark.parametrize("panel", ["3.7-416x240-bwr", "4.2-400x300-bwr", "2.9-384x168-bwr"])
def test_a_price_per_unit_beside_a_reduced_or_long_price_stays_on_one_line(panel: str) -> None:
    template, facts = BUNDLED["grocery"], facts_of("grocery", "MX")
    on = known_panels.PANELS[panel]
    for sample in ("regular", "sale", "clearance", "long", "sold_out_reduced"):
        drawn = rendering.draw(template, on, facts[sample], "MX", ZONE)
        rooms = {one.name: (one.room, one.seen.size) for one in drawn.placed}
        room, size = rooms["beside_unit_price"]
        assert size >= 0.05 * min(on.width, on.height), sample
        assert room.height < 2 * size, sample
        assert fonts.face("semibold", size).width("$14.60 / L") <= room.width, sample


@pytest.mark.parametrize("panel", ["7.5-800x480-bwry", "9.7-960x672-bwr", "6-600x448-bwr"])
def test_a_card_without_a_picture_gives_its_room_to_the_price(panel: str) -> None:
    facts = facts_of("promotion", "MX")["pictureless"]
    on = known_panels.PANELS[panel]
    drawn = rendering.draw(BUNDLED["promotion"], on, facts, "MX", ZONE)
    (price,) = (
        one
        for one in drawn.placed
        if isinstance(one.element, PriceElement) and one.element.amount == "price"
    )
    assert price.seen.size >= 0.2 * min(on.width, on.height)


def read(frame: Frame) -> set[str]:
    found = [text for _, text in drawing.read(drawing.as_grey(frame))]
    return {text if text.startswith("HTTP") else text.lstrip("0") for text in found}
