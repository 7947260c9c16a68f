"""The shop's own settings from a terminal."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from gateway import cli
from tests.support import gateway_process
from tests.support import settings as make_settings


def run(folder: Path, *words: str) -> Result:
    config = folder / "config.toml"
    if not config.exists():
        folder.mkdir(exist_ok=True)
        gateway_process.write_config(config, make_settings.make(folder))
    return CliRunner().invoke(cli.commands, ["settings", *words, "--config", str(config)])


def test_what_is_set_before_the_first_start_is_kept_and_taken_by_another_shop(
    tmp_path: Path,
) -> None:
    one, other, file = tmp_path / "one", tmp_path / "other", str(tmp_path / "settings.json")
    assert "country          MX\n" in run(one, "show").stdout
    assert run(one, "set", "country", "es").stdout == "country is set.\n"
    assert run(one, "set", "country", "ES").stdout == "country was so already.\n"
    assert run(one, "set", "quiet_hours", "22:00 - 06:30").exit_code == 0
    assert run(one, "export", file).exit_code == 0
    assert "is there already" in run(one, "export", file).stderr
    assert run(other, "import", file).stdout == "changed: country, quiet_hours\n"
    shown = run(other, "show").stdout
    assert "country          ES\n" in shown
    assert "quiet_hours      22:00-06:30\n" in shown
    assert run(other, "set", "quiet_hours", "").exit_code == 0
    assert "quiet_hours      -\n" in run(other, "show").stdout


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("set", "colour", "red"), 'colour = "red": is no setting of the shop; there are: name'),
        (("set", "time_zone", "Madrid"), "is no time zone of a place; write Europe/Madrid"),
        (("import", "nowhere.json"), "cannot be read"),
    ],
)
def test_what_cannot_be_is_told_with_what_to_do(
    tmp_path: Path, words: tuple[str, ...], told: str
) -> None:
    result = run(tmp_path, *words)
    assert result.exit_code == 1
    assert told in result.stderr


def test_a_file_with_one_bad_setting_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "odd.json"
    file.write_text('{"format": "anaquel-settings-1", "settings": {"name": "A", "currency": 5}}')
    result = run(tmp_path, "import", str(file))
    assert result.exit_code == 1
    assert 'currency = "5": is no text' in result.stderr
    assert "name             -\n" in run(tmp_path, "show").stdout
