"""``anaquel settings``: the shop's own settings from a terminal, for who is at the box."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli import sharing
from gateway.cli.sharing import DEFAULT_CONFIG, Config, opened_database, plain_errors
from gateway.clock import SystemClock
from gateway.domain.events import Origin
from gateway.errors import AnaquelError
from gateway.settings import Settings, exchange, of_shop
from gateway.store import shop_settings
from gateway.store.shop_settings import Who

_BY = "command line"


def show(config: Config = DEFAULT_CONFIG) -> None:
    """Print the shop's own settings. Changes nothing."""
    with plain_errors():
        own = sharing.load(config).shop
    for name, value in of_shop.now(own).items():
        typer.echo(f"{name:16} {of_shop.told(name, value) or '-'}")


def set_(
    name: Annotated[str, typer.Argument(metavar="NAME", help="As anaquel settings show has it.")],
    value: Annotated[str, typer.Argument(metavar="VALUE", help='"" for the default.')],
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Set one. A running gateway goes by it at once."""
    with plain_errors():
        changed = asyncio.run(_take(_chosen(config), {name: value}))
    typer.echo(f"{name} is set." if changed else f"{name} was so already.")


def export(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The JSON file to write.")],
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Write them to a file that another shop can take."""
    with plain_errors():
        text = exchange.written(sharing.load(config).shop)
        try:
            with file.open("x", encoding="utf-8") as opened:
                opened.write(text)
        except FileExistsError as error:
            raise AnaquelError(f"{file}: is there already; write another name") from error
        except OSError as error:
            raise AnaquelError(f"{file}: cannot be written: {error.strerror}") from error
    typer.echo(f"{file} has the settings.")


def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file that export wrote.")],
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Take what such a file says: all of it, or nothing."""
    with plain_errors():
        try:
            with file.open(encoding="utf-8") as opened:
                text = opened.read(exchange.MOST + 1)
        except OSError as error:
            raise AnaquelError(f"{file}: cannot be read: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise AnaquelError(f"{file}: is not UTF-8 text; export it again") from error
        try:
            wanted = exchange.read(text)
        except AnaquelError as error:
            raise AnaquelError(f"{file}: {error}") from error
        changed = asyncio.run(_take(_chosen(config), wanted))
    typer.echo(f"changed: {', '.join(changed) if changed else 'nothing'}")


def _chosen(config: Path) -> Settings:
    """The settings, with the data folder there: it may be before the first start."""
    chosen = sharing.load(config)
    chosen.data.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return chosen


async def _take(chosen: Settings, wanted: Mapping[str, object]) -> tuple[str, ...]:
    origin = Origin(store=chosen.shop.store, gateway=chosen.shop.gateway)
    take = partial(
        shop_settings.take,
        settings=chosen,
        origin=origin,
        wanted=wanted,
        who=Who(by=_BY, way="command"),
        at=SystemClock().now(),
    )
    async with opened_database(chosen) as database:
        taken = await database.write(take)
    if taken.wrong:
        raise AnaquelError("\n".join(map(str, taken.wrong)))
    return taken.changed
