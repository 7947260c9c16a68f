"""The example files of settings explain every setting and tell its true default."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from gateway import settings
from gateway.central import settings as central
from gateway.central.settings import CentralSettings
from gateway.settings import KINDS, Settings
from gateway.settings.sections import OF_SHOP
from tests.support import project

EXAMPLES: dict[str, type[BaseModel]] = {
    "config.example.toml": Settings,
    "docs/central.example.toml": CentralSettings,
}
TEXTS = {name: (project.ROOT / name).read_text(encoding="utf-8") for name in EXAMPLES}
COMMENTED = re.compile(r"^# ([A-Za-z_0-9]+ = .+)$", re.MULTILINE)
NAMED_BY_PEOPLE = {
    *("access_points", "central.keys", "shopify.locations", "sensors"),
    *("notices.webhooks", "notices.mail"),
}
"""Sections in which people choose the names; the example shows one."""
SHOWN_FOR_THE_FORM = {"store", "shop.store", "shop.gateway", "shop.public_base", "data.folder"}


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
        if above == "shop." and name in OF_SHOP:
            continue
        if name == "sources":
            found |= {f"{key}.{one}": "central" for one in KINDS}
        elif isinstance(kind, type) and issubclass(kind, BaseModel):
            inner = fields(kind, f"{key}.")
            given = field.default if isinstance(field.default, BaseModel) else None
            found |= inner | (flat(given.model_dump(), f"{key}.") if given else {})
        else:
            found[key] = field.default
    return found


SETTINGS = {name: fields(model) for name, model in EXAMPLES.items()}
EVERYTHING = {name: flat(tomllib.loads(COMMENTED.sub(r"\1", text))) for name, text in TEXTS.items()}


def test_they_can_be_used_as_they_are() -> None:
    assert settings.load(project.ROOT / "config.example.toml").shop.store == "s042"
    assert central.load(project.ROOT / "docs/central.example.toml").store == "s042"


def switched_on(name: str, folder: Path) -> Path:
    file = folder / Path(name).name
    file.write_text(COMMENTED.sub(r"\1", TEXTS[name]), encoding="utf-8")
    return file


def test_they_can_be_used_with_every_line_switched_on(tmp_path: Path) -> None:
    shop = settings.load(switched_on("config.example.toml", tmp_path))
    side = central.load(switched_on("docs/central.example.toml", tmp_path))

    assert shop.feed.snapshot_folder == tmp_path / "snapshots"
    assert side.broker.password_file == tmp_path / "broker-password"


@pytest.mark.parametrize("name", EXAMPLES)
def test_it_has_every_setting_and_no_other(name: str) -> None:
    assert set(EVERYTHING[name]) == set(SETTINGS[name])


@pytest.mark.parametrize(
    ("name", "key"), [(name, key) for name, keys in SETTINGS.items() for key in sorted(keys)]
)
def test_the_default_it_tells_is_the_true_one(name: str, key: str) -> None:
    default, told = SETTINGS[name][key], EVERYTHING[name][key]
    if default is PydanticUndefined:
        assert key in SHOWN_FOR_THE_FORM
    elif key in NAMED_BY_PEOPLE:
        assert default == {}
    elif isinstance(default, Path):
        assert told == str(default)
    elif default is not None:
        assert told == (list(default) if isinstance(default, tuple) else default)


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_setting_is_explained_just_above_it(name: str) -> None:
    lines = TEXTS[name].splitlines()
    silent = [
        line
        for above, line in zip(["", *lines], lines, strict=False)
        if re.match(r"(# )?[a-z_0-9]+ = ", line)
        and (not above.startswith("# ") or COMMENTED.match(above))
    ]

    assert not silent


def test_the_kinds_belong_to_central_unless_told_otherwise() -> None:
    example = settings.load(project.ROOT / "config.example.toml")

    assert {example.source_of(kind) for kind in KINDS} == {"central"}
