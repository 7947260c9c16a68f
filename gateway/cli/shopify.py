"""``anaquel shopify``: what would come of it, and how it stands."""

from __future__ import annotations

import asyncio

import typer

from gateway.cli import sharing
from gateway.cli.sharing import DEFAULT_CONFIG, Config, opened_database, plain_errors
from gateway.clock import SystemClock
from gateway.feed.sources.shopify import previewing
from gateway.feed.sources.shopify.previewing import Preview
from gateway.feed.sources.shopify.troubles import TASK
from gateway.settings import Settings
from gateway.store import shopify, tasks
from gateway.store.shopify import State
from gateway.store.tasks import Task

_SHOWN = 20


def preview(config: Config = DEFAULT_CONFIG) -> None:
    """Read all of Shopify and say what would change. Changes nothing."""
    with plain_errors():
        chosen = sharing.load(config)
        found = asyncio.run(_preview(chosen))
    typer.echo("\n".join(previewing.lines(found, most=_SHOWN)))


def status(config: Config = DEFAULT_CONFIG) -> None:
    """Say how far the shop's copy of Shopify is, and what is in the way."""
    with plain_errors():
        chosen = sharing.load(config)
        state, articles, troubles = asyncio.run(_status(chosen))
    if state is None:
        typer.echo("Nothing has been read from Shopify yet.")
    else:
        typer.echo(f"articles on sale    {articles}")
        typer.echo(f"all read            {state.read_at}")
        typer.echo(f"asked for changes   {state.asked_at}")
        typer.echo(f"changes are in to   {state.since} (Shopify's time)")
        typer.echo(f"points left         {state.points} of {state.points_most}")
        typer.echo(f"release             {state.version}")
    for task in troubles:
        typer.echo(f"{task.key:19} {task.detail.get('message', '')}")


async def _preview(chosen: Settings) -> Preview:
    async with opened_database(chosen) as database:
        return await previewing.preview(database, chosen, SystemClock())


async def _status(chosen: Settings) -> tuple[State | None, int, tuple[Task, ...]]:
    async with opened_database(chosen) as database:
        return await database.read(
            lambda connection: (
                shopify.state(connection),
                shopify.count(connection),
                tasks.of_kind(connection, TASK),
            )
        )
