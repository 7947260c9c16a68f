"""What central asks one gateway to do: ``anaquel central held``, ``accept``, ``set`` and more."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway import settings
from gateway.central import settings as central_settings
from gateway.central.settings import CentralSettings
from gateway.cli.central import DEFAULT_CENTRAL, CentralConfig
from gateway.cli.sharing import plain_errors
from gateway.clock import SystemClock
from gateway.errors import AnaquelError
from gateway.ops import logs
from gateway.wording.counting import counted

if TYPE_CHECKING:
    from gateway.central.commanding import Commander

GATEWAY = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
Gateway = Annotated[str, typer.Argument(help="The gateway's name, as anaquel central watch says.")]


def held(
    gateway: Gateway,
    config: CentralConfig = DEFAULT_CENTRAL,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="JSON for programs.")] = False,
) -> None:
    """List what a gateway holds until it is accepted. Changes nothing."""
    with plain_errors():
        logs.configure(settings.Log(level="error"))
        said = asyncio.run(_held(central_settings.load(config), gateway))
    if as_json:
        typer.echo(json.dumps(said))
        return
    typer.echo(f"{gateway} holds {counted(said['held'], 'row')} up to {_place(said)}")
    for hold in said["holds"]:
        rows = counted(hold["rows"], "row")
        typer.echo(f"  {hold['code']}: {rows}, {hold['state']}, sent with seq {hold['seq']}")


def accept(
    gateway: Gateway,
    config: CentralConfig = DEFAULT_CENTRAL,
    *,
    seq: Annotated[
        int | None,
        typer.Option(min=0, help="Only what was sent up to it; else all held now."),
    ] = None,
) -> None:
    """Say once that what a gateway holds is meant: it goes into force."""
    with plain_errors():
        logs.configure(settings.Log(level="error"))
        said = asyncio.run(_accept(central_settings.load(config), gateway, seq))
    typer.echo(
        f"{gateway}: {counted(said['rows'], 'row')} went into force; {said['held']} still held"
    )


def settings_of(gateway: Gateway, config: CentralConfig = DEFAULT_CENTRAL) -> None:
    """List how a shop is set, and what central locked."""
    with plain_errors():
        logs.configure(settings.Log(level="error"))
        said = asyncio.run(_told(central_settings.load(config), gateway, "list_settings"))
    for name, value in said["settings"].items():
        locked = "  set by central" if name in said["locked"] else ""
        typer.echo(f"{name:16} {'-' if value is None else value}{locked}")


def set_(
    gateway: Gateway,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The setting.")],
    value: Annotated[str, typer.Argument(metavar="VALUE", help='"" for the default.')],
    config: CentralConfig = DEFAULT_CENTRAL,
) -> None:
    """Set a shop's setting, which only central then changes."""
    with plain_errors():
        logs.configure(settings.Log(level="error"))
        wanted = {name: value or None}
        chosen = central_settings.load(config)
        asyncio.run(_told(chosen, gateway, "set_settings", settings=wanted))
    typer.echo(f"{gateway}: {name} is set, and locked there")


def release(
    gateway: Gateway,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The setting.")],
    config: CentralConfig = DEFAULT_CENTRAL,
) -> None:
    """Leave a setting to the shop again; it stays as it is."""
    with plain_errors():
        logs.configure(settings.Log(level="error"))
        chosen = central_settings.load(config)
        said = asyncio.run(_told(chosen, gateway, "release_settings", names=[name]))
    was = "is the shop's again" if said["released"] else "was the shop's already"
    typer.echo(f"{gateway}: {name} {was}")


async def _told(chosen: CentralSettings, gateway: str, command: str, **args: Any) -> dict[str, Any]:
    async with _commander(chosen, gateway) as commander:
        return await commander.tell(command, **args)


async def _held(chosen: CentralSettings, gateway: str) -> dict[str, Any]:
    async with _commander(chosen, gateway) as commander:
        return await commander.tell("list_held")


async def _accept(chosen: CentralSettings, gateway: str, seq: int | None) -> dict[str, Any]:
    async with _commander(chosen, gateway) as commander:
        now = await commander.tell("list_held")
        through = now["seq"] if seq is None else seq
        return await commander.tell("accept_held", epoch=now["epoch"], seq=through)


@asynccontextmanager
async def _commander(chosen: CentralSettings, gateway: str) -> AsyncIterator[Commander]:
    # Whatever speaks MQTT is loaded by the command that needs it: the others start sooner.
    from gateway.central import reaching
    from gateway.central.commanding import Commander

    if GATEWAY.fullmatch(gateway) is None:
        raise AnaquelError(f"{gateway}: is no gateway's name; write 1 to 64 of A-Z a-z 0-9 . _ -")
    link = reaching.link_of(chosen, "command")
    commander = Commander(chosen, link, gateway, SystemClock())
    async with reaching.running(chosen, link):
        yield commander


def _place(said: dict[str, Any]) -> str:
    return f"epoch {said['epoch']} seq {said['seq']}"
