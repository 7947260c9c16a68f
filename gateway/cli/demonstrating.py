"""``anaquel demo`` and ``demo-label``: a simulated shop, or one simulated label."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from gateway import lifecycle, settings
from gateway.cli.sharing import DEFAULT_CONFIG, Config, plain_errors
from gateway.clock import SystemClock
from gateway.ops import logs
from gateway.settings import Settings

_LAST_PORT = 65_535 - 3


def demo(
    port: Annotated[
        int,
        typer.Option(
            min=0,
            max=_LAST_PORT,
            help="Port of the shopper site; staff, intake and ops take the next three. 0: any.",
        ),
    ] = 0,
    *,
    own_broker: Annotated[
        bool,
        typer.Option(
            "--own-broker", help="Use the broker inside the process, even beside mosquitto."
        ),
    ] = False,
) -> None:
    """Open a whole simulated shop on this machine.

    Labels, central system, sensors and shoppers; it prints what there is to try.
    """
    with plain_errors():
        # What is wrong on purpose is warned of, and would look as if the demo failed.
        logs.configure(settings.Log(level="error"))
        ports = (port, port + 1, port + 2, port + 3) if port else (0, 0, 0, 0)
        asyncio.run(_demo(ports, own_broker=own_broker))


def demo_label(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The label's id, as in a binding.")],
    config: Config = DEFAULT_CONFIG,
    picture: Annotated[
        Path | None, typer.Option(help="Where its picture goes; NAME.png when not given.")
    ] = None,
) -> None:
    """Be one simulated label on the shop's broker. What it shows goes to a PNG file."""
    with plain_errors():
        chosen = settings.load(config)
        logs.configure(settings.Log(level="warning"))
        asyncio.run(_demo_label(chosen, name, picture or Path(f"{name}.png")))


async def _demo(ports: tuple[int, int, int, int], *, own_broker: bool) -> None:
    with lifecycle.loading():
        from gateway.demo import running

    stop = asyncio.Event()
    with lifecycle.stop_on_signals(stop):
        await running.run(SystemClock(), stop, typer.echo, ports=ports, own_broker=own_broker)


async def _demo_label(chosen: Settings, name: str, picture: Path) -> None:
    from gateway.demo import lone_label

    stop = asyncio.Event()
    with lifecycle.stop_on_signals(stop):
        await lone_label.run(chosen, name, picture, stop, typer.echo)
