"""``anaquel run``, ``check-config`` and ``version``."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from importlib.metadata import version
from typing import Annotated, Final

import typer

from gateway import lifecycle, settings
from gateway.broker import mosquitto
from gateway.cli.sharing import DEFAULT_CONFIG, Config, left_out, plain_errors
from gateway.clock import SystemClock
from gateway.errors import AnaquelError
from gateway.ops import logs
from gateway.ops.service_manager import Manager
from gateway.settings import Broker, Settings, SettingsError, families, surroundings
from gateway.store import database

EX_CONFIG: Final = 78
"""The exit code for settings that cannot be used, as sysexits.h has it."""


def run(
    config: Config = DEFAULT_CONFIG,
    *,
    own_broker: Annotated[
        bool,
        typer.Option(
            "--own-broker",
            help="Start the system's mosquitto with the gateway, on the port of [shop_broker].",
        ),
    ] = False,
) -> None:
    """Start the gateway; SIGTERM or Ctrl-C ends it.

    Settings that cannot be used end it with exit code 78, so that nobody tries again in vain.
    """
    with plain_errors(code=EX_CONFIG):
        chosen = settings.load(config)
    with plain_errors():
        surroundings.check(config, chosen)
        logs.configure(chosen.log)
        again = partial(settings.load, config)
        asyncio.run(_run_with_broker(chosen, again) if own_broker else _run(chosen, again))


def check_config(config: Config = DEFAULT_CONFIG) -> None:
    """Say what is wrong in the settings file, and what to write."""
    with plain_errors():
        chosen = settings.load(config)
        wrong = [*surroundings.problems(chosen), *_about_families(chosen)]
        if wrong:
            raise SettingsError("\n".join(f"{config}: {line}" for line in wrong))
    typer.echo(f"{config}: good. Shop {chosen.shop.store}, data in {chosen.data.folder}")
    typer.echo(f"Start it with: anaquel run --config {config}", err=True)


def _about_families(chosen: Settings) -> Iterator[str]:
    """What is wrong about families of labels, those of other distributions being known."""
    from device_drivers import registry
    from device_drivers.registry import Over

    registry.load_others(left_out)
    points = {name for name, one in registry.LABELS.items() if one.over is Over.ACCESS_POINT}
    return families.problems(chosen, registry.LABELS, points)


def show_version() -> None:
    """Print the version."""
    typer.echo(version("anaquel"))


def show_version_and_end(asked: bool) -> None:  # noqa: FBT001 - typer's call
    """Print the version and end, where it was ``asked`` for."""
    if asked:
        show_version()
        raise typer.Exit


async def _run(chosen: Settings, again: Callable[[], Settings]) -> None:
    """Run the gateway; when it ends by itself, with what ``again`` says then."""
    # The whole house takes a moment to load; short commands do without.
    with lifecycle.loading():
        from gateway import app
        from gateway.ops.backup_restoring import Restoring

    clock, signalled, stop = SystemClock(), asyncio.Event(), asyncio.Event()
    restoring = Restoring(chosen, clock, stop)
    try:
        with lifecycle.stop_on_signals(signalled, stop):
            await app.run(chosen, clock, stop, ready=_ready, restoring=restoring)
            # Somebody restored a backup, or connected a source.
            while not signalled.is_set():
                stop.clear()
                chosen = await asyncio.to_thread(again)
                restoring.follow(chosen)
                await app.run(chosen, clock, stop, ready=_ready, restoring=restoring)
    finally:
        Manager.of(os.environ).tell("STOPPING=1")


async def _run_with_broker(chosen: Settings, again: Callable[[], Settings]) -> None:
    program = await asyncio.to_thread(mosquitto.program)
    if program is None:
        raise AnaquelError(
            "mosquitto is not installed: apt install mosquitto, or leave out --own-broker"
        )
    folder = chosen.data.folder / "broker"
    # Each by itself: what stands above a new folder would be open to all.
    for one in (chosen.data.folder, folder):
        await asyncio.to_thread(database.make_folder, one)
    async with mosquitto.running(program, folder, port=chosen.shop_broker.port) as broker:
        typer.echo(f"broker     127.0.0.1:{broker.port}", err=True)
        prefix = {"topic_prefix": chosen.shop_broker.topic_prefix}
        own = broker.model_copy(update=prefix)

        def with_ours(loaded: Settings) -> Settings:
            central = loaded.central
            # One that is elsewhere stays there.
            if central.broker in (Broker(), loaded.shop_broker):
                central = central.model_copy(update={"broker": own})
            return loaded.model_copy(update={"shop_broker": own, "central": central})

        await _run(with_ours(chosen), lambda: with_ours(again()))


def _ready(addresses: Mapping[str, str]) -> None:
    lifecycle.settle()
    for name, address in addresses.items():
        typer.echo(f"{name:10} {address}", err=True)
    Manager.of(os.environ).tell("READY=1", "STATUS=ready")
