from __future__ import annotations

import itertools
from zoneinfo import ZoneInfo

import pytest

from device_drivers.api.known_panels import PANELS
from device_drivers.api.panels import Panel
from gateway.render import checking, rendering, samples, templates
from gateway.render.elements import Conditions
from gateway.render.pool import RenderPool
from gateway.render.rules.packs import PACKS
from tests.support.drawing import FACTS, page

ZONE = ZoneInfo("America/Mexico_City")
BUNDLED = templates.load_all(templates.BUNDLED)
FOUR = [panel for panel in PANELS.values() if panel.name.startswith("4.2-400x300-")]


def placed(name: str, panel: Panel, sample: str) -> list[tuple[object, ...]]:
    facts = samples.load(templates.BUNDLED / name / "sample.toml", "MX")[sample]
    drawing = rendering.draw(BUNDLED[name], panel, facts, "MX", ZONE)
    return [(one.name, one.room, one.seen) for one in drawing.placed]


@pytest.mark.parametrize("name", BUNDLED)
def test_everything_stands_alike_on_panels_that_count_as_alike(name: str) -> None:
    for sample in samples.load(templates.BUNDLED / name / "sample.toml", "MX"):
        for group in checking.alike(BUNDLED[name], FOUR):
            for one, other in itertools.pairwise(group):
                assert placed(name, one, sample) == placed(name, other, sample)


def test_inks_make_a_difference_where_a_template_asks_for_them() -> None:
    title = {"kind": "text", "value": "{title}", "size": "12px"}
    plain = page(title)
    assert checking.alike(plain, FOUR) == [tuple(FOUR)]
    assert checking.alike(plain, [FOUR[0], FOUR[0].turned()]) == [(FOUR[0],), (FOUR[0].turned(),)]
    reds = page(title, {**title, "inks": ["red"]})
    with_red = tuple(one for one in FOUR if "r" in one.name.rpartition("-")[2])
    assert set(checking.alike(reds, FOUR)) == {
        with_red,
        tuple(one for one in FOUR if one not in with_red),
    }
    lacking = page(title, {**title, "lacks": ["yellow"]})
    assert len(checking.alike(lacking, FOUR)) == 2


async def test_a_worker_finds_what_is_found_here() -> None:
    bad = page({"kind": "qr", "size": "10px", "module": "5mm"})
    bad = bad.model_copy(update={"serves": Conditions(max_width=160)})
    pack = PACKS["MX"]
    panel = PANELS["1.54-152x152-bw"]
    here = checking.flaws(bad, panel, {"one": FACTS}, pack, "MX", ZONE)
    async with RenderPool(1) as running:
        assert await running.check(bad, panel, {"one": FACTS}, "MX", ZONE, "MX") == here
    assert [one.sample for one in here] == ["one"] * len(here)
    assert "there is no room for a code" in here[-1].what
    (first, *_) = checking.on_each((panel, FOUR[0]), here)
    assert (first.panel, first.what) == (panel.name, here[0].what)
