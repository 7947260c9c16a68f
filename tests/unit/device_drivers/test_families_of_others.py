"""Families that other distributions bring: found, checked, and left out in words where wrong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from device_drivers import registry
from device_drivers.api.drivers import AccessPoint
from device_drivers.labels.over_ble import BleLabelDriver
from device_drivers.registry import LeftOut, Ways
from device_drivers.simulated.messages import InMemoryBroker
from device_drivers.simulated.radio import SimulatedRadio
from gateway.labels import driving
from tests.support import distributions

GOOD = """
from dataclasses import replace
from device_drivers.registry import over_radio
from tests.support.example_ble import ExampleFamily

EXAMPLE = over_radio(ExampleFamily())
"""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    with distributions.importable(tmp_path):
        yield tmp_path
    registry.load_others(distributions.is_left_out)


def install(folder: Path, text: str, name: str = "example", distribution: str = "a-tag") -> None:
    module = distribution.replace("-", "_")
    modules = {f"{module}.py": text}
    distributions.install(folder, distribution, modules, points={name: f"{module}:EXAMPLE"})


def loaded() -> list[LeftOut]:
    told: list[LeftOut] = []
    registry.load_others(told.append)
    return told


def test_a_family_of_another_distribution_is_one_like_ours(folder: Path) -> None:
    install(folder, GOOD)

    assert loaded() == []
    assert list(registry.LABELS) == [*registry.OURS, "example"]
    radio_alone = Ways(radios=[SimulatedRadio()])
    driver = registry.label_drivers(radio_alone, distributions.is_left_out)["example"]
    assert isinstance(driver, BleLabelDriver)
    assert driver.family.title == "Example"
    assert "example" not in registry.label_drivers(
        Ways(messages=InMemoryBroker().port("gateway")), distributions.is_left_out
    )


def test_looking_again_finds_what_is_there_now(folder: Path) -> None:
    install(folder, GOOD)
    loaded()
    (folder / "a_tag-1.0.dist-info" / "entry_points.txt").unlink()

    assert loaded() == []
    assert list(registry.LABELS) == list(registry.OURS)


@pytest.mark.parametrize(
    ("text", "name", "problem"),
    [
        (GOOD, "mqtt", "Anaquel has a family of this name itself"),
        ("import no_such_module", "example", "cannot be loaded: ModuleNotFoundError: No module"),
        ("EXAMPEL = 1", "example", "cannot be loaded: AttributeError"),
        ("def (", "example", "cannot be loaded: SyntaxError"),
        ("raise SystemExit(3)", "example", "cannot be loaded: SystemExit: 3"),
        ("EXAMPLE = 'example'", "example", "a_tag:EXAMPLE is a str; a LabelFamily is needed"),
        (GOOD, "other", "calls itself 'example'"),
        (GOOD, "Pebble-Tag", "a family's name is 2 to 32 of a-z, 0-9 and _, a letter first"),
        (
            f"{GOOD}EXAMPLE = replace(EXAMPLE, family=None)",
            "example",
            "it needs a Family, an Over, and a build",
        ),
        (
            f"{GOOD}EXAMPLE = replace(EXAMPLE, over='radio')",
            "example",
            "it needs a Family, an Over, and a build",
        ),
        (
            f"{GOOD}EXAMPLE = replace(EXAMPLE, build=None)",
            "example",
            "it needs a Family, an Over, and a build",
        ),
    ],
)
def test_what_cannot_be_used_is_left_out_in_words(
    folder: Path, text: str, name: str, problem: str
) -> None:
    install(folder, text, name)
    (told,) = loaded()

    assert (told.family, told.distribution) == (name, "a-tag")
    assert problem in told.problem
    assert dict(registry.LABELS) == dict(registry.OURS)


def test_a_name_that_two_distributions_give_is_nobodys(folder: Path) -> None:
    install(folder, GOOD)
    install(folder, GOOD, distribution="b-tag")

    assert [one.distribution for one in loaded()] == ["a-tag", "b-tag"]
    assert {one.problem for one in loaded()} == {"several distributions have a family of this name"}
    assert "example" not in registry.LABELS


def test_one_that_is_wrong_takes_no_other_with_it(folder: Path) -> None:
    install(folder, "raise RuntimeError('broken')", "broken", "b-tag")
    install(folder, GOOD)

    assert [one.family for one in loaded()] == ["broken"]
    assert "example" in registry.LABELS


def test_access_points_of_a_family_that_is_not_there_are_told() -> None:
    told: list[LeftOut] = []
    point = AccessPoint(name="cellar", family="openepaperlnk", url="http://a")

    assert registry.label_drivers(Ways(access_points=[point]), told.append) == {}
    assert [one.family for one in told] == ["openepaperlnk"]


async def test_a_gateway_says_in_its_log_what_it_leaves_out(folder: Path) -> None:
    install(folder, f"{GOOD}EXAMPLE = replace(EXAMPLE, build=lambda ways: ways.nothing)")
    install(folder, "import no_such_module", "broken", "b-tag")
    with capture_logs() as lines:
        drivers = await driving.drivers(Ways(radios=[SimulatedRadio()]))

    assert "zhsunyco_wolink" in drivers
    assert "example" not in drivers
    assert {(line["event"], line["log_level"], line["family"]) for line in lines} == {
        ("label family left out", "error", "broken"),
        ("label family left out", "error", "example"),
    }
    assert any("AttributeError" in line["problem"] for line in lines)
