"""config.example.toml explains every setting and tells its true default."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from gateway import settings
from gateway.settings import KINDS, Settings
from tests.support import project

EXAMPLE = project.ROOT / "config.example.toml"
TEXT = EXAMPLE.read_text(encoding="utf-8")
COMMENTED = re.compile(r"^# ([a-z_0-9]+ = .+)$", re.MULTILINE)
NAMED_BY_PEOPLE = {"central.keys"}
"""Sections in which people choose the names; the example shows one."""
SHOWN_FOR_THE_FORM = {"shop.store", "shop.gateway", "shop.public_base", "data.folder"}


def flat(values: dict[str, Any], above: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in values.items():
        key = f"{above}{name}"
        open_up = isinstance(value, dict) and key not in NAMED_BY_PEOPLE
        found |= flat(value, f"{key}.") if open_up else {key: value}
    return found


def fields(model: type[BaseModel], above: str = "") -> dict[str, Any]:
    """Every setting below a model with its default; sections are opened."""
    found: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        key, kind = f"{above}{name}", field.annotation
        if name == "sources":
            found |= {f"{key}.{one}": "central" for one in KINDS}
        elif isinstance(kind, type) and issubclass(kind, BaseModel):
            inner = fields(kind, f"{key}.")
            given = field.default if isinstance(field.default, BaseModel) else None
            found |= inner | (flat(given.model_dump(), f"{key}.") if given else {})
        else:
            found[key] = field.default
    return found


SETTINGS = fields(Settings)
EVERYTHING = flat(tomllib.loads(COMMENTED.sub(r"\1", TEXT)))


def test_it_can_be_used_as_it_is() -> None:
    assert settings.load(EXAMPLE).shop.store == "s042"


def test_it_can_be_used_with_every_line_switched_on(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(COMMENTED.sub(r"\1", TEXT), encoding="utf-8")

    assert settings.load(file).feed.snapshot_folder == tmp_path / "snapshots"


def test_it_has_every_setting_and_no_other() -> None:
    assert set(EVERYTHING) == set(SETTINGS)


@pytest.mark.parametrize("key", sorted(SETTINGS))
def test_the_default_it_tells_is_the_true_one(key: str) -> None:
    default, told = SETTINGS[key], EVERYTHING[key]
    if default is PydanticUndefined:
        assert key in SHOWN_FOR_THE_FORM
    elif key in NAMED_BY_PEOPLE:
        assert default == {}
    elif default is not None:
        assert told == (list(default) if isinstance(default, tuple) else default)


def test_every_setting_is_explained_just_above_it() -> None:
    lines = TEXT.splitlines()
    silent = [
        line
        for above, line in zip(["", *lines], lines, strict=False)
        if re.match(r"(# )?[a-z_0-9]+ = ", line)
        and (not above.startswith("# ") or COMMENTED.match(above))
    ]

    assert not silent


def test_the_kinds_belong_to_central_unless_told_otherwise() -> None:
    example = settings.load(EXAMPLE)

    assert {example.source_of(kind) for kind in KINDS} == {"central"}
