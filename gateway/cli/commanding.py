"""``anaquel central held`` and ``accept``: what the guard of a shop holds, and that it is meant."""

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
