"""What a newcomer reads: the help of every command, and what wrong use is answered with."""

from __future__ import annotations

from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from gateway import cli


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli.commands, list(arguments), env={"COLUMNS": "80"})


def every(command: Any, *words: str) -> list[tuple[str, ...]]:
    inner = getattr(command, "commands", {}).items()
    return [words, *(path for name, one in inner for path in every(one, *words, name))]


ALL = every(typer.main.get_command(cli.commands))
assert len(ALL) > 30


@pytest.mark.parametrize("words", ALL, ids=" ".join)
def test_help_is_whole_at_80_columns(words: tuple[str, ...]) -> None:
    for flag in ("--help", "-h"):
        helped = run(*words, flag)
        assert helped.exit_code == 0
        assert "..." not in helped.output.replace("[ARGS]...", ""), "something was cut off"
        assert max(map(len, helped.output.splitlines())) <= 80


def test_sections_in_brackets_are_not_taken_for_markup() -> None:
    assert "[shop_broker]" in run("run", "--help").output
    assert "[labels]" in run("labels", "try", "--help").output


def test_the_first_page_says_how_to_begin_and_what_exit_codes_mean() -> None:
    said = " ".join(run().output.split())
    assert "To look around: anaquel demo." in said
    assert "Exit codes: 0 done, 1" in said


def test_the_version_is_told_either_way() -> None:
    told = run("version")
    assert (told.exit_code, told.output) == (0, run("--version").output)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("chek-config",), "Did you mean 'check-config'?"),
        (("demo", "--port", "70000"), "'--port': "),
        (("labels", "try"), "Missing argument 'ADDRESS'"),
        (("central", "watch", "--json"), "--json goes with --once"),
    ],
)
def test_wrong_use_ends_with_2_and_names_what_is_wrong(
    arguments: tuple[str, ...], complaint: str
) -> None:
    ended = run(*arguments)
    assert (ended.exit_code, ended.stdout) == (2, "")
    assert complaint in ended.stderr


@pytest.mark.parametrize("country", ["mx", "MX"])
def test_countries_are_known_in_small_letters_too(country: str, tmp_path: object) -> None:
    ended = run("template", "check", "none", "--country", country, "--folder", str(tmp_path))
    assert ended.exit_code == 1
    assert ended.stderr.startswith("anaquel: ")
    assert "no rules are known" not in ended.output
