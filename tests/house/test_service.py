"""The unit and its drop-in, as systemd itself reads and rates them."""

from __future__ import annotations

import configparser
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import project

UNITS = project.ROOT / "systemd"
PROGRAM = "/opt/anaquel/.venv/bin/anaquel"
EXPOSED = {"alone": 20, "with devices": 20}
"""Ten times the exposure, of 0 to 10, that systemd may find at most."""


def service(name: str = "anaquel.service") -> dict[str, str]:
    found = configparser.ConfigParser(interpolation=None, strict=False)
    found.optionxform = str  # type: ignore[assignment,method-assign] # systemd minds the case
    found.read(UNITS / name)
    return dict(found["Service"])


@pytest.fixture(params=sorted(EXPOSED))
def installed(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, Path]:
    """How, and the unit where systemd may read it, with a program that is there."""
    unit = tmp_path / "anaquel.service"
    text = (UNITS / "anaquel.service").read_text(encoding="utf-8")
    assert PROGRAM in text
    unit.write_text(text.replace(PROGRAM, sys.executable), encoding="utf-8")
    if request.param == "with devices":
        drop_ins = tmp_path / "anaquel.service.d"
        drop_ins.mkdir()
        shutil.copy(UNITS / "anaquel-devices.conf", drop_ins / "devices.conf")
    return request.param, unit


def analyze(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["systemd-analyze", *map(str, arguments)],
        check=False,
        capture_output=True,
        text=True,
        env=os.environ | {"SYSTEMD_COLORS": "0", "SYSTEMD_LOG_LEVEL": "warning"},
    )


def test_systemd_finds_nothing_wrong(installed: tuple[str, Path]) -> None:
    told = analyze("verify", "--man=no", installed[1])

    assert (told.returncode, told.stdout, told.stderr) == (0, "", "")


def test_it_is_exposed_to_little(installed: tuple[str, Path]) -> None:
    how, unit = installed
    told = analyze("security", "--offline=yes", f"--threshold={EXPOSED[how]}", unit)

    assert told.returncode == 0, told.stdout


def test_it_runs_the_command_as_a_user_of_its_own() -> None:
    unit = service()

    assert unit["ExecStart"].split() == [PROGRAM, "run", "--config", "/etc/anaquel/config.toml"]
    assert (unit["DynamicUser"], unit["StateDirectory"]) == ("yes", "anaquel")


def test_it_is_watched_and_not_begun_again_with_settings_that_cannot_be_used() -> None:
    unit = service()

    assert (unit["Type"], unit["WatchdogSec"], unit["Restart"]) == ("notify", "60s", "always")
    assert unit["RestartPreventExitStatus"] == "78"
