"""docs/bluetooth-labels.md names every Bluetooth family and model and claims what the code does."""

from __future__ import annotations

import re

import pytest

from device_drivers import registry
from device_drivers.api.drivers import Family
from device_drivers.api.panels import Ink
from tests.support import project

PAGE = (project.ROOT / "docs" / "bluetooth-labels.md").read_text(encoding="utf-8")
FAMILIES = [entry.family for entry in registry.OURS.values() if entry.over is registry.Over.RADIO]
OTHER_INKS = {Ink.RED: "red", Ink.YELLOW: "yellow"}


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_each_family_is_there_with_what_it_can(family: Family) -> None:
    line = project.table_row(PAGE, family.name)
    can = family.capabilities

    assert family.title in line
    assert ("| *shown*:" in line) is can.confirms_shown
    assert ("| *transferred*:" in line) is not can.confirms_shown
    assert line.endswith("| yes |" if can.flashes else "| no |")
    assert f"## {family.title}\n" in PAGE


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_each_model_is_there_with_its_panel(family: Family) -> None:
    for model in family.models:
        line = project.table_row(PAGE, model.id)
        assert f"{model.panel.width}x{model.panel.height}, black" in line
        for ink, word in OTHER_INKS.items():
            assert (word in line.split(";")[0]) is (ink in model.panel.inks), model.id


def test_no_other_model_is_there() -> None:
    told = set(re.findall(r"^\| `([a-z]+-[0-9a-z-]+)` \|", PAGE, re.MULTILINE))

    assert told == {model.id for family in FAMILIES for model in family.models}
