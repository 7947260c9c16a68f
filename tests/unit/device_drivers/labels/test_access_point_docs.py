"""docs/access-point-labels.md names every family and model and claims what the code does."""

from __future__ import annotations

import re
import tomllib

from device_drivers import registry
from device_drivers.api.panels import Ink
from device_drivers.labels.openepaperlink.models import MODELS
from gateway.settings import AccessPointSection
from tests.support import project

PAGE = (project.ROOT / "docs" / "access-point-labels.md").read_text(encoding="utf-8")
FAMILIES = [
    entry.family for entry in registry.OURS.values() if entry.over is registry.Over.ACCESS_POINT
]
OTHER_INKS = {Ink.RED: "red", Ink.YELLOW: "yellow", Ink.BLUE: "blue", Ink.GREEN: "green"}


def test_each_model_is_there_with_its_panel_and_no_other() -> None:
    for model in MODELS.values():
        line = project.table_row(PAGE, model.id)
        assert model.title in line
        assert f"{model.panel.width}x{model.panel.height}, black" in line
        for ink, word in OTHER_INKS.items():
            assert (f" {word}" in line.split(", black")[-1]) is (ink in model.panel.inks), model.id
    assert len(re.findall(r"^\| `oepl-", PAGE, re.MULTILINE)) == len(MODELS)


def test_what_a_buyer_must_know_is_told() -> None:
    (notice,) = (family.notice for family in FAMILIES if family.name == "openepaperlink")

    assert "forbids commercial use" in notice
    assert "forbids commercial use" in PAGE


def test_the_example_of_the_settings_is_good_and_knows_every_family() -> None:
    example = re.search(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert example is not None
    points = tomllib.loads(example[1])["access_points"]
    read = [AccessPointSection.model_validate(point) for point in points.values()]

    assert {one.family for one in read} == {family.name for family in FAMILIES}
