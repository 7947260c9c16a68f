"""``anaquel doctor``: what is wrong with the box and its surroundings, and what to do."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gateway import settings
from gateway.cli import sharing
from gateway.cli.sharing import DEFAULT_CONFIG, Config, left_out, plain_errors
from gateway.clock import SystemClock
from gateway.ops import logs
from gateway.settings import SettingsError

if TYPE_CHECKING:
    from gateway.web.findings import Finding, Report

_LANGUAGE = "en"
_INDENT = " " * 11


def doctor(
    config: Config = DEFAULT_CONFIG,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for programs.")] = False,
) -> None:
    """Say what is wrong with this box, where, and what to do."""
    from gateway.web import findings

    logs.configure(settings.Log(level="error"))
    clock = SystemClock()
    report = _looked(config, clock)
    if as_json:
        said = {"at": clock.now().isoformat()} | findings.members(report, _LANGUAGE)
        typer.echo(json.dumps(said, ensure_ascii=False))
    else:
        typer.echo("\n".join(lines(report)))
    raise typer.Exit(report.exit_code)


def support_bundle(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The zip file to write.")],
    config: Config = DEFAULT_CONFIG,
    *,
    log: Annotated[
        Path | None, typer.Option(help="A file with the log, where the journal has none.")
    ] = None,
) -> None:
    """Pack what helpers need into one file, without secrets."""
    from gateway.ops import support_bundle as bundle
    from gateway.web import findings

    with plain_errors():
        logs.configure(settings.Log(level="error"))
        chosen, clock = sharing.load(config), SystemClock()
        found = findings.members(_looked(config, clock), _LANGUAGE)
        parts = asyncio.run(bundle.make(file, chosen, found, log, clock.now()))
    typer.echo(f"{file}: {', '.join(parts)}")
    typer.echo("Look through it before you send it to anybody.", err=True)


def lines(report: Report) -> Iterator[str]:
    """The report for people."""
    from gateway.web.findings import State

    for check in report.checks:
        state = check.state
        shown = state.value if state is State.GOOD else state.value.upper()
        yield f"{shown:10} {check.title.say(_LANGUAGE)}"
        for finding in check.findings:
            yield from _finding(finding)
    found = [finding.state for check in report.checks for finding in check.findings]
    counts = ", ".join(
        f"{found.count(state)} {word}"
        for state, word in (
            (State.TROUBLE, "in trouble"),
            (State.ATTENTION, "to see to"),
            (State.UNKNOWN, "not looked at"),
        )
        if state in found
    )
    count = len(report.checks)
    yield f"{count} check{'s' if count > 1 else ''}: {counts or 'all is well'}"
    if count == 1:
        yield "Nothing else was looked at: that needs settings that can be used."


def _finding(finding: Finding) -> Iterator[str]:
    yield f"{_INDENT}{finding.where}"
    yield f"{_INDENT}  {finding.what(_LANGUAGE)}"
    if finding.detail:
        yield f"{_INDENT}  ({finding.detail})"
    yield f"{_INDENT}  -> {finding.do(_LANGUAGE)}"


def _looked(config: Path, clock: SystemClock) -> Report:
    from device_drivers import registry
    from gateway.ops.doctor import config as config_check
    from gateway.ops.doctor.box import Box
    from gateway.ops.doctor.looking import Doctor
    from gateway.web.findings import Report

    try:
        chosen = sharing.load(config)
    except SettingsError as error:
        return Report(checks=[config_check.unusable(config, error)])
    registry.load_others(left_out)

    async def look() -> Report:
        return await Doctor(Box(settings=chosen, clock=clock, config=config)).look()

    return asyncio.run(look())
