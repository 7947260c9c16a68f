"""``anaquel import``: a file becomes the shop's catalogue, or its stock."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli import sharing
from gateway.cli.sharing import DEFAULT_CONFIG, Config, opened_database, plain_errors
from gateway.clock import SystemClock
from gateway.errors import AnaquelError
from gateway.feed.sources import files, reports
from gateway.feed.sources.files import Compared, Imported
from gateway.settings import Settings

_SHOWN = 20


def import_(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A CSV file: ours, or one of Shopify's exports.")
    ],
    config: Config = DEFAULT_CONFIG,
    *,
    replace: Annotated[
        bool,
        typer.Option("--replace", help="All that changes is meant, also when much goes."),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would change; change nothing.")
    ] = False,
) -> None:
    """Make a CSV file the shop's catalogue or stock. The gateway may run meanwhile."""
    with plain_errors():
        chosen = sharing.load(config)
        data = _contents(file)
        if dry_run:
            found = asyncio.run(_compare(chosen, data, replace=replace))
            _say(file, reports.compared(found, chosen, most=_SHOWN))
        else:
            done = asyncio.run(_import(chosen, data, replace=replace))
            _say(file, reports.imported(done, chosen, most=_SHOWN))


async def _import(chosen: Settings, data: bytes, *, replace: bool) -> Imported:
    async with opened_database(chosen) as database:
        return await files.import_file(database, chosen, data, SystemClock(), replace=replace)


async def _compare(chosen: Settings, data: bytes, *, replace: bool) -> Compared:
    async with opened_database(chosen) as database:
        return await files.compare(database, chosen, data, SystemClock(), replace=replace)


def _say(file: Path, lines: Iterable[str]) -> None:
    first, *rest = lines
    typer.echo("\n".join((f"{file}: {first}", *rest)))


def _contents(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise AnaquelError(f"{file}: cannot be read: {error.strerror}") from error
