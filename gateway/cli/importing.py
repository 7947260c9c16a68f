"""``anaquel import``: a file becomes the shop's catalogue."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, cast

import typer

from gateway import settings
from gateway.cli.sharing import DEFAULT_CONFIG, Config, opened_database, plain_errors
from gateway.clock import SystemClock
from gateway.errors import AnaquelError
from gateway.feed.sources import files
from gateway.feed.sources.files import Imported
from gateway.settings import Kind, Settings

_PROBLEMS_SHOWN = 20


def import_(
    file: Annotated[Path, typer.Argument(help="A product export in Shopify's CSV format.")],
    config: Config = DEFAULT_CONFIG,
    *,
    replace: Annotated[
        bool, typer.Option("--replace", help="Also when the file lacks many known articles.")
    ] = False,
) -> None:
    """Make a product export the shop's catalogue, also while the gateway runs."""
    with plain_errors():
        chosen = settings.load(config)
        imported = asyncio.run(_import(chosen, _contents(file), replace=replace))
    counts, replaced = imported.export.counts, imported.replaced
    typer.echo(f"{file}: {counts.lines} lines, {counts.products} articles, {counts.groups} groups")
    for problem in imported.export.problems[:_PROBLEMS_SHOWN]:
        typer.echo(f"  line {problem.line}, {problem.column}: {problem.message}")
    for row in replaced.refused[:_PROBLEMS_SHOWN]:
        typer.echo(f"  refused {row.kind} {row.key}: {row.message}")
    for kind, count in replaced.left_out.items():
        owner = chosen.source_of(cast("Kind", kind))
        typer.echo(f"  left out {count} rows of kind {kind}: they come from {owner} in this shop")
    if imported.removed:
        typer.echo(f"{imported.removed} articles that this export lacks were removed.")
    wrong = counts.problems + replaced.refused_total
    typer.echo(f"{wrong} problems." if wrong else "All of it is in force.")


async def _import(chosen: Settings, data: bytes, *, replace: bool) -> Imported:
    async with opened_database(chosen) as database:
        return await files.import_products(database, chosen, data, SystemClock(), replace=replace)


def _contents(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise AnaquelError(f"{file}: cannot be read: {error.strerror}") from error
