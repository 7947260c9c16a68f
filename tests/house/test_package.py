"""What is installed, under which licence, and that the locks fit the project."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests import tiers
from tests.support import project

PROJECT = tomllib.loads((project.ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCKS = ("requirements.lock", "requirements-dev.lock")
FOREIGN = {".ttf", ".otf", ".woff", ".woff2", ".wasm"}
DATA = {".toml", ".html", ".css", ".js", ".sql", ".svg", ".txt", ".wasm", *FOREIGN}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def names(requirements: list[str]) -> set[str]:
    return {normal(re.split(r"[<>=!~\[; ]", one, maxsplit=1)[0]) for one in requirements}


def locked(lock: str) -> dict[str, str]:
    """Name to entry, with continuation lines joined."""
    text = (project.ROOT / lock).read_text(encoding="utf-8").replace("\\\n", " ")
    entries = [line for line in text.splitlines() if line and not line.startswith("#")]
    return {normal(re.split(r"[=\[; ]", entry, maxsplit=1)[0]): entry for entry in entries}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_of_a_lock_is_pinned_by_hash(lock: str) -> None:
    loose = [
        name
        for name, entry in locked(lock).items()
        if not re.match(r"\S+==\S+", entry) or "--hash=sha256:" not in entry
    ]

    assert len(locked(lock)) > 20
    assert not loose


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_place_to_install_from(lock: str) -> None:
    text = (project.ROOT / lock).read_text(encoding="utf-8")

    assert not re.search(r"://|^--(index|extra-index|find-links|trusted)", text, re.MULTILINE)


def test_the_locks_have_what_the_project_asks_for() -> None:
    wanted = names(PROJECT["project"]["dependencies"])
    wanted |= names(PROJECT["project"]["optional-dependencies"]["demo"])

    assert not wanted - set(locked("requirements.lock"))
    assert not (wanted | names(PROJECT["dependency-groups"]["dev"])) - set(
        locked("requirements-dev.lock")
    )


def test_tests_run_with_the_versions_that_are_installed() -> None:
    run, dev = locked("requirements.lock"), locked("requirements-dev.lock")
    versions = {name: entry.split()[0] for name, entry in run.items()}

    assert versions == {name: dev[name].split()[0] for name in run}


def test_the_wheel_takes_packages_whole_with_their_data() -> None:
    wheel = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]
    ignored = subprocess.run(
        ["git", "check-ignore", "--no-index", *map(project.named, project.files())],
        cwd=project.ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    data = {
        project.named(path)
        for path in project.files()
        if path.suffix in DATA and path.relative_to(project.ROOT).parts[0] in wheel["packages"]
    }

    assert wheel == {"packages": ["gateway", "device_drivers", "label_templates"]}
    assert not ignored.stdout
    for folder in ("gateway/web/static/", "gateway/store/migrations/", "label_templates/fonts/"):
        assert any(name.startswith(folder) for name in data), folder


def test_what_others_made_has_its_licence_beside_it() -> None:
    foreign = [path for path in project.files() if path.suffix in FOREIGN or "vendor" in path.parts]
    bare = [
        project.named(path)
        for path in foreign
        if not [
            one
            for one in path.parent.iterdir()
            if re.search(r"OFL|LICEN[SC]E|COPYING", one.name, re.IGNORECASE)
        ]
    ]

    assert foreign
    assert not bare


def test_the_licence_is_the_whole_text() -> None:
    text = (project.ROOT / "LICENSE").read_text(encoding="utf-8")

    assert PROJECT["project"]["license"] == "Apache-2.0"
    assert "Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text


def test_the_changelog_knows_the_version() -> None:
    text = (project.ROOT / "CHANGELOG.md").read_text(encoding="utf-8")

    assert f"## [{PROJECT['project']['version']}]" in text


@pytest.mark.parametrize("script", [".ci/run", ".ci/install", ".ci/packages"])
def test_scripts_can_be_run_and_stop_at_the_first_fault(script: str) -> None:
    path = project.ROOT / script
    shell = "bash" if "bash" in path.read_text(encoding="utf-8").splitlines()[0] else "sh"

    assert path.stat().st_mode & stat.S_IXUSR
    assert re.search(r"^set -eu", path.read_text(encoding="utf-8"), re.MULTILINE)
    subprocess.run([shell, "-n", str(path)], check=True)


def test_a_part_without_tests_is_a_mistake() -> None:
    tests = project.ROOT / "tests"

    assert not [part for part in tiers.PARTS if not tiers.paths(part, tests)]
    with pytest.raises(KeyError):
        tiers.paths("no such part", tests)


def test_the_tiers_count_the_same_things() -> None:
    short, full = tiers.COUNTS["test"], tiers.COUNTS["prove"]

    assert short.keys() == full.keys()
    assert all(0 < short[name] <= full[name] for name in short)


def test_an_unknown_tier_is_no_tier(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(tiers.TIER, "tset")

    with pytest.raises(KeyError):
        tiers.count("kills")


def test_make_run_starts_with_settings_that_fit_one_machine(tmp_path: Path) -> None:
    for name in ("Makefile", "config.example.toml"):
        shutil.copy(project.ROOT / name, tmp_path)
    subprocess.run(
        ["make", "-s", "var/config.toml"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        env={"PATH": os.environ["PATH"]},
    )
    made = tomllib.loads((tmp_path / "var" / "config.toml").read_text(encoding="utf-8"))

    assert made["data"] == {"folder": "data"}
    assert made["shop_broker"] == {"port": 18830}
    assert made["feed"]["snapshot_hosts"] == ["127.0.0.1"], "where anaquel central serves them"
    assert made["shop"]["public_base"] == "http://127.0.0.1:8080"
    staff = made["sites"]["staff"]
    assert staff["host"] == "127.0.0.1", "plain HTTP, for this machine alone"
    assert (staff["https"], staff["secure_cookies"]) == (False, False)


@pytest.mark.parametrize("name", ["README.md", "SECURITY.md", "config.example.toml", "docs"])
def test_the_sdist_takes(name: str) -> None:
    sdist = PROJECT["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]

    assert name in {*sdist, PROJECT["project"]["readme"]}


def test_a_folder_of_one_tier_is_collected_in_that_tier_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert all((project.ROOT / "tests" / folder).is_dir() for folder in tiers.ONLY)
    monkeypatch.setenv(tiers.TIER, "test")
    assert tiers.left_out() == ["brokers", "package"]
    monkeypatch.setenv(tiers.TIER, "prove")
    assert tiers.left_out() == []
