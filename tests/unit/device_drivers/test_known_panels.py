from __future__ import annotations

import math

import pytest

from device_drivers.api.known_panels import PANELS
from device_drivers.api.panels import Ink, Panel


@pytest.mark.parametrize("panel", PANELS.values(), ids=PANELS)
def test_a_panel_is_what_its_name_says(panel: Panel) -> None:
    inches, size, inks = panel.name.split("-")
    assert size == f"{panel.width}x{panel.height}"
    assert math.hypot(panel.width, panel.height) / panel.dpi == pytest.approx(
        float(inches), rel=0.01
    )
    assert panel.inks[:2] == (Ink.WHITE, Ink.BLACK), "the first ink is the paper"
    assert len(panel.inks) == (6 if inks == "six" else len(inks))


def test_every_set_of_inks_and_the_sizes_of_real_labels_are_there() -> None:
    sets = {frozenset(panel.inks) for panel in PANELS.values()}
    assert len(sets) == 5
    sizes = {(panel.width, panel.height) for panel in PANELS.values()}
    assert sizes >= {(152, 152), (200, 200), (250, 122), (296, 128), (400, 300), (800, 480)}
    assert (960, 672) in sizes


def test_a_turned_panel_hangs_the_other_way() -> None:
    for panel in PANELS.values():
        turned = panel.turned()
        assert (turned.width, turned.height) == (panel.height, panel.width)
        assert (turned.inks, turned.dpi) == (panel.inks, panel.dpi)
        hangs = {"landscape": "portrait", "portrait": "landscape", "square": "square"}
        assert turned.orientation == hangs[panel.orientation]


def test_nobody_can_change_the_table() -> None:
    with pytest.raises(TypeError):
        PANELS["new"] = next(iter(PANELS.values()))  # type: ignore[index] # the point
