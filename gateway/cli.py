"""The command line: ``anaquel COMMAND``."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, TypeVar, cast

import structlog
import typer

from gateway import lifecycle, settings
from gateway.broker import mosquitto
from gateway.clock import SystemClock
from gateway.errors import AnaquelError
from gateway.feed.sources import files
from gateway.feed.sources.files import Imported
from gateway.ops import logs
from gateway.settings import Kind, Settings
from gateway.staff import passwords
from gateway.store import database, devices, people
from gateway.store.database import Connection, Database

commands = typer.Typer(
    name="anaquel",
    help="The in-store edge gateway: prices and stock in, labels and answers out.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

person = typer.Typer(help="Who may sign in to the staff site.", no_args_is_help=True)
device = typer.Typer(help="Scanners and sensors that post over HTTP.", no_args_is_help=True)
commands.add_typer(person, name="person")
commands.add_typer(device, name="device")

T = TypeVar("T")

Config = Annotated[Path, typer.Option("--config", help="The settings file (config.toml).")]
_DEFAULT_CONFIG = Path("config.toml")
_PROBLEMS_SHOWN = 20

log = structlog.get_logger("gateway")


def main() -> None:
    """Run one command; what a person must mend ends as a message, never as a traceback."""
    commands()


@commands.command()
def run(
    config: Config = _DEFAULT_CONFIG,
    *,
    own_broker: Annotated[
        bool,
        typer.Option(
            "--own-broker",
            help="Start the system's mosquitto with the gateway, on the port of [shop_broker].",
        ),
    ] = False,
) -> None:
    """Start the gateway; SIGTERM or Ctrl-C ends it."""
    with _plain_errors():
        chosen = settings.load(config)
        logs.configure(chosen.log)
        asyncio.run(_run_with_broker(chosen) if own_broker else _run(chosen))


@commands.command("check-config")
def check_config(config: Config = _DEFAULT_CONFIG) -> None:
    """Say what is wrong in the settings file, key by key, and what to write instead."""
    with _plain_errors():
        chosen = settings.load(config)
    typer.echo(f"{config}: good. Shop {chosen.shop.store}, data in {chosen.data.folder}")


@commands.command()
def demo(
    port: Annotated[
        int, typer.Option(help="Port of the shopper site; staff and intake follow.")
    ] = 0,
    *,
    own_broker: Annotated[
        bool,
        typer.Option(
            "--own-broker", help="Use the broker inside the process, even beside mosquitto."
        ),
    ] = False,
) -> None:
    """Open a whole shop on this machine: labels, central system, sensors and shoppers."""
    with _plain_errors():
        logs.configure(settings.Log(level="warning"))
        ports = (port, port + 1, port + 2) if port else (0, 0, 0)
        asyncio.run(_demo(ports, own_broker=own_broker))


@commands.command("demo-label")
def demo_label(
    name: Annotated[str, typer.Argument(help="The label's id, as in a binding.")],
    config: Config = _DEFAULT_CONFIG,
    picture: Annotated[
        Path | None, typer.Option(help="Where its picture goes; NAME.png when not given.")
    ] = None,
) -> None:
    """Be one simulated label on the shop's broker; what it shows goes to a PNG file."""
    with _plain_errors():
        chosen = settings.load(config)
        logs.configure(settings.Log(level="warning"))
        asyncio.run(_demo_label(chosen, name, picture or Path(f"{name}.png")))


@commands.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="A product export in Shopify's CSV format.")],
    config: Config = _DEFAULT_CONFIG,
    *,
    replace: Annotated[
        bool, typer.Option("--replace", help="Also when the file lacks many known articles.")
    ] = False,
) -> None:
    """Make a product export the shop's catalogue, also while the gateway runs."""
    with _plain_errors():
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


@person.command("add")
def add_person(
    name: Annotated[str, typer.Argument(help="How the person signs in.")],
    role: Annotated[people.Role, typer.Option(help="What the person may do.")] = people.Role.CLERK,
    config: Config = _DEFAULT_CONFIG,
) -> None:
    """Let somebody sign in to the staff site; asks for the password."""
    with _plain_errors():
        chosen = settings.load(config)
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
        hashed = passwords.hash_(password)
        asyncio.run(
            _write(chosen, lambda connection: people.add(connection, name, role.value, hashed))
        )
    typer.echo(f"{name} may sign in as {role.value}.")


@person.command("password")
def change_password(
    name: Annotated[str, typer.Argument(help="Who gets a new password.")],
    config: Config = _DEFAULT_CONFIG,
) -> None:
    """Give somebody a new password and end their sessions; asks for it."""
    with _plain_errors():
        chosen = settings.load(config)
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
        hashed = passwords.hash_(password)
        asyncio.run(
            _write(chosen, lambda connection: people.change_password(connection, name, hashed))
        )
    typer.echo(f"{name} has a new password.")


@person.command("remove")
def remove_person(
    name: Annotated[str, typer.Argument(help="Who may no longer sign in.")],
    config: Config = _DEFAULT_CONFIG,
) -> None:
    """End somebody's account and sessions."""
    with _plain_errors():
        chosen = settings.load(config)
        asyncio.run(_write(chosen, lambda connection: people.remove(connection, name)))
    typer.echo(f"{name} may no longer sign in.")


@device.command("add")
def add_device(
    name: Annotated[str, typer.Argument(help="The device's id, as in its MQTT topics.")],
    config: Config = _DEFAULT_CONFIG,
) -> None:
    """Let a scanner or sensor post over HTTP; prints its token, once."""
    now = SystemClock().now()
    with _plain_errors():
        chosen = settings.load(config)
        token = asyncio.run(_write(chosen, lambda connection: devices.add(connection, name, now)))
    typer.echo(token)


@device.command("remove")
def remove_device(
    name: Annotated[str, typer.Argument(help="The device's id.")],
    config: Config = _DEFAULT_CONFIG,
) -> None:
    """End a device's token."""
    with _plain_errors():
        chosen = settings.load(config)
        asyncio.run(_write(chosen, lambda connection: devices.remove(connection, name)))
    typer.echo(f"{name} may no longer post.")


@commands.command("version")
def show_version() -> None:
    """Print the version."""
    typer.echo(version("anaquel"))


async def _run(chosen: Settings) -> None:
    # The whole house takes a second to load; short commands do without.
    from gateway import app

    stop = asyncio.Event()
    with lifecycle.stop_on_signals(stop):
        await app.run(chosen, SystemClock(), stop, ready=_say_addresses)


async def _run_with_broker(chosen: Settings) -> None:
    program = mosquitto.program()
    if program is None:
        raise AnaquelError(
            "mosquitto is not installed: apt install mosquitto, or leave out --own-broker"
        )
    folder = chosen.data.folder / "broker"
    await asyncio.to_thread(database.make_folder, folder)
    async with mosquitto.running(program, folder, port=chosen.shop_broker.port) as broker:
        typer.echo(f"broker     127.0.0.1:{broker.port}", err=True)
        prefix = {"topic_prefix": chosen.shop_broker.topic_prefix}
        own = broker.model_copy(update=prefix)
        central = chosen.central.model_copy(update={"broker": own})
        await _run(chosen.model_copy(update={"shop_broker": own, "central": central}))


async def _import(chosen: Settings, data: bytes, *, replace: bool) -> Imported:
    async with _database(chosen) as database:
        return await files.import_products(database, chosen, data, SystemClock(), replace=replace)


async def _write(chosen: Settings, transaction: Callable[[Connection], T]) -> T:
    async with _database(chosen) as opened:
        return await opened.write(transaction)


def _database(chosen: Settings) -> Database:
    """The gateway's own file; a running gateway notices what is written to it."""
    return Database(chosen.data.folder / database.FILE)


def _contents(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise AnaquelError(f"{file}: cannot be read: {error.strerror}") from error


async def _demo(ports: tuple[int, int, int], *, own_broker: bool) -> None:
    from gateway.demo import running

    stop = asyncio.Event()
    with lifecycle.stop_on_signals(stop):
        await running.run(SystemClock(), stop, typer.echo, ports=ports, own_broker=own_broker)


async def _demo_label(chosen: Settings, name: str, picture: Path) -> None:
    from gateway.demo import lone_label

    stop = asyncio.Event()
    with lifecycle.stop_on_signals(stop):
        await lone_label.run(chosen, name, picture, stop, typer.echo)


def _say_addresses(addresses: Mapping[str, str]) -> None:
    for name, address in addresses.items():
        typer.echo(f"{name:10} {address}", err=True)


@contextmanager
def _plain_errors() -> Iterator[None]:
    """Print what a person must mend and exit with 1; anything else keeps its traceback."""
    told: set[str] = set()
    try:
        yield
    except* AnaquelError as group:
        # One full disk fails several parts with the same words: once is enough.
        told = {str(error) for error in _leaves(group)}
        for message in sorted(told):
            typer.echo(f"anaquel: {message}", err=True)
    if told:
        sys.exit(1)


def _leaves(group: BaseExceptionGroup[BaseException]) -> Iterator[BaseException]:
    for error in group.exceptions:
        if isinstance(error, BaseExceptionGroup):
            yield from _leaves(error)
        else:
            yield error
