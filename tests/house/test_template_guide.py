"""The guide for those who write templates names everything that a template may say."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from gateway.domain.labels import LabelState
from gateway.render import elements, fonts, icons, inks, template, templates, values
from gateway.render.elements import Conditions, Element

GUIDE = (templates.BUNDLED / "README.md").read_text(encoding="utf-8")
KINDS: dict[str, type[Element]] = {
    kind: one
    for one in get_args(get_args(elements.AnyElement)[0])
    for kind in get_args(one.model_fields["kind"].annotation)
}
ROWS = {
    kind: row
    for row in re.findall(r"^\| (`.*) \|$", GUIDE.split("## Elements")[1], re.MULTILINE)
    for kind in re.findall(r"`(\w+)`", row.split("|")[0])
}


def named(text: str) -> set[str]:
    return set(re.findall(r"`(\w+)`", text))


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_a_row_with_its_keys(kind: str) -> None:
    own = set(KINDS[kind].model_fields) - set(Element.model_fields) - {"kind"}
    assert own <= named(ROWS[kind].split("|", 1)[1])


def test_conditions_and_what_every_element_may_say_are_named() -> None:
    table = GUIDE.split("## Conditions")[1].split("## When room")[0]
    assert set(Conditions.model_fields) <= named(table)
    assert {state.value for state in LabelState} <= named(table)
    assert set(Element.model_fields) - set(Conditions.model_fields) <= named(GUIDE)


def test_facts_are_those_there_are() -> None:
    table = GUIDE.split("## Facts")[1].split("## Letters")[0]
    assert set(re.findall(r"`\{(\w+)\}`", table)) == set(values.NAMES)


@pytest.mark.parametrize("names", [inks.NAMES, icons.NAMES, tuple(fonts.WEIGHTS)])
def test_colours_signs_and_fonts_are_named(names: tuple[str, ...]) -> None:
    assert set(names) <= named(GUIDE)


def test_choices_are_named() -> None:
    for kind, one in KINDS.items():
        for name, field in one.model_fields.items():
            choices = {said for said in get_args(field.annotation) if isinstance(said, str)}
            assert choices - {"first"} <= named(GUIDE), (kind, name)


def test_the_example_is_a_template(tmp_path: Path) -> None:
    found = re.search(r"```toml\n(.*?)```", GUIDE, re.DOTALL)
    assert found is not None
    path = tmp_path / "mine" / "template.toml"
    path.parent.mkdir()
    path.write_text(found[1], encoding="utf-8")
    assert template.load(path).name == "mine"
