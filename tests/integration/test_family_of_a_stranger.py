"""docs/drivers.md as a stranger follows it: its family installed, and held to the suite."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from device_drivers import registry
from device_drivers.api import drivers
from device_drivers.links import steps
from tests.support import distributions, project

PAGE = (project.ROOT / "docs" / "drivers.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"^`([\w/.]+)`\n\n```\w+\n(.*?)```", PAGE, re.MULTILINE | re.DOTALL))
GROUP = "anaquel.labels"


@pytest.fixture
def installed(tmp_path: Path) -> Iterator[Path]:
    about = tomllib.loads(FILES["pyproject.toml"])["project"]
    distributions.install(
        tmp_path,
        about["name"],
        {path: text for path, text in FILES.items() if path.endswith(".py")},
        points=about["entry-points"][GROUP],
        version=about["version"],
    )
    with distributions.importable(tmp_path):
        yield tmp_path
    registry.load_others(distributions.is_left_out)


def test_the_example_is_a_family_like_ours(installed: Path) -> None:
    assert list(installed.iterdir())
    registry.load_others(distributions.is_left_out)
    entry = registry.LABELS["pebble"]

    assert entry.over is registry.Over.RADIO
    assert [model.id for model in entry.family.models] == ["pebble-s", "pebble-l"]


@pytest.mark.timeout(400)
def test_the_example_passes_the_conformance_suite_as_the_page_says(installed: Path) -> None:
    (command,) = re.findall(r"^\.venv/bin/python (-m pytest .* --rig .*)$", PAGE, re.MULTILINE)
    done = subprocess.run(
        [sys.executable, *shlex.split(command), "-q", "-p", "no:cacheprovider"],
        cwd=project.ROOT,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout
    tried = re.search(r"^(\d+) passed in", done.stdout, re.MULTILINE)
    assert tried is not None, done.stdout
    assert int(tried[1]) > 40


@pytest.mark.timeout(400)
def test_the_suite_finds_a_family_that_claims_too_much(installed: Path) -> None:
    family = installed / "pebble" / "family.py"
    text = family.read_text(encoding="utf-8")
    hasty = text.replace("word = yield Hear(timeout_s=30)", 'word = b"\\x00"')
    assert hasty != text
    family.write_text(hasty, encoding="utf-8")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "tests/contract/test_label_drivers.py"),
            *("--rig", "pebble.rig:RIG", "-q", "-p", "no:cacheprovider", "-k", "before_it_is"),
        ],
        cwd=project.ROOT,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert "test_nothing_is_said_to_be_shown_before_it_is" in done.stdout
    assert done.returncode == 1


def test_the_page_names_what_is_there() -> None:
    named = re.findall(r"`((?:device_drivers|tests)/[\w/]+(?:\.py)?)`", PAGE)

    assert len(named) >= 8
    assert [path for path in named if not (project.ROOT / path).exists()] == []


@pytest.mark.parametrize(
    "outcome", [drivers.Shown, drivers.Transferred, drivers.Later, drivers.Failed]
)
def test_the_page_has_each_outcome(outcome: type[drivers.Outcome]) -> None:
    assert f"| `{outcome.__name__}` |" in PAGE


def test_the_page_has_each_step_and_each_promise() -> None:
    said = re.search(r"yield a step \(([^;]+);", PAGE)
    assert said is not None
    kinds = [kind.__name__ for kind in steps.Step.__args__]
    assert re.findall(r"`(\w+)`", said[1]) == kinds
    promised = [name for name in vars(drivers.LabelDriver) if not name.startswith("_")]
    assert [name for name in promised if f"`{name}" not in PAGE] == []
