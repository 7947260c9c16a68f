"""Each family stands on the page of its way, with what it can."""

from __future__ import annotations

import pytest

from device_drivers import registry
from device_drivers.registry import LabelFamily, Over
from tests.support import project

PAGES = {Over.RADIO: "bluetooth-labels.md", Over.ACCESS_POINT: "access-point-labels.md"}


@pytest.mark.parametrize(
    "entry",
    [entry for entry in registry.OURS.values() if entry.over in PAGES],
    ids=lambda entry: entry.family.name,
)
def test_each_family_is_there_with_what_it_can(entry: LabelFamily) -> None:
    page = (project.ROOT / "docs" / PAGES[entry.over]).read_text(encoding="utf-8")
    line = project.table_row(page, entry.family.name)
    can = entry.family.capabilities

    assert entry.family.title in line
    assert ("| *shown*:" in line) is can.confirms_shown
    assert ("| *transferred*:" in line) is not can.confirms_shown
    assert line.endswith("| yes |" if can.flashes else "| no |")
    assert f"## {entry.family.title}\n" in page
