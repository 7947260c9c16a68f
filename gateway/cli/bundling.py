"""``anaquel support-bundle``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from gateway import settings
from gateway.cli import examining
from gateway.cli.sharing import DEFAULT_CONFIG, Config, plain_errors
from gateway.clock import SystemClock
from gateway.ops import logs
from gateway.settings import SettingsError
from gateway.store.database import StorageError

_GIVEN: Final = re.compile(r"\"[^\"]*\"|(?<= = )[^:;\s]+")
"""Values in what is said of settings that cannot be used: one may be a password, misplaced."""


def support_bundle(
    file: Annotated[Path, typer.Argument(help="Where to write it: a new file, like bundle.zip.")],
    config: Config = DEFAULT_CONFIG,
    *,
    log: Annotated[
        Path | None, typer.Option("--log", help="The log, where it is not in the journal.")
    ] = None,
) -> None:
    """Write how this box stands, for support; without secrets."""
    from gateway.ops import bundle
    from gateway.ops.redacting import Redactor, secrets_of
    from gateway.web import findings

    logs.configure(settings.Log(level="error"))
    clock = SystemClock()

    def report() -> dict[str, Any]:
        found = examining.looked(config, clock)
        return {"at": clock.now().isoformat()} | findings.members(found, "en")

    with plain_errors():
        try:
            chosen = settings.load(config)
        except SettingsError:
            parts = bundle.parts_without_settings(lambda: _without_values(report()))
            redactor = Redactor()
        else:
            parts = bundle.parts_of(chosen, report, log)
            try:
                redactor = bundle.redactor_of(chosen)
            except StorageError as error:
                redactor = Redactor(secrets_of(chosen))
                parts["log.txt"] = bundle.left_out(f"the names of people are not known: {error}")
        written = bundle.write(file, parts, redactor)
    typer.echo(f"{file}: {', '.join(written.parts)}")
    for name, why in written.missing.items():
        typer.echo(f"Without {name}: {why}", err=True)


def _without_values(said: Any) -> Any:
    match said:
        case str():
            return _GIVEN.sub("***", said)
        case dict():
            return {name: _without_values(one) for name, one in said.items()}
        case list():
            return [_without_values(one) for one in said]
        case _:
            return said
