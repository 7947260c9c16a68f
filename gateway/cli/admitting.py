"""``anaquel person``, ``device`` and ``system``: who may sign in, and what may post."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from gateway import settings
from gateway.cli.sharing import DEFAULT_CONFIG, Config, plain_errors, write
from gateway.clock import SystemClock
from gateway.staff import passwords
from gateway.store import devices, people


def add_person(
    name: Annotated[str, typer.Argument(metavar="NAME", help="How the person signs in.")],
    role: Annotated[people.Role, typer.Option(help="What the person may do.")] = people.Role.CLERK,
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Let somebody sign in to the staff site. Asks for the password."""
    with plain_errors():
        chosen = settings.load(config)
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
        hashed = passwords.hash_(password)
        asyncio.run(
            write(chosen, lambda connection: people.add(connection, name, role.value, hashed))
        )
    typer.echo(
        f"{name} may sign in as {role.value}, on the staff site: port {chosen.sites.staff.port}."
    )


def change_password(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Who gets a new password.")],
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Give somebody a new password. Asks for it, and ends their sessions."""
    with plain_errors():
        chosen = settings.load(config)
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
        hashed = passwords.hash_(password)
        asyncio.run(
            write(chosen, lambda connection: people.change_password(connection, name, hashed))
        )
    typer.echo(f"{name} has a new password.")


def remove_person(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Who may no longer sign in.")],
    config: Config = DEFAULT_CONFIG,
) -> None:
    """End somebody's account and sessions."""
    with plain_errors():
        chosen = settings.load(config)
        asyncio.run(write(chosen, lambda connection: people.remove(connection, name)))
    typer.echo(f"{name} may no longer sign in.")


def add_device(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="The device's id, as in its MQTT topics.")
    ],
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Let a scanner or sensor post over HTTP; prints its token, once."""
    now = SystemClock().now()
    with plain_errors():
        chosen = settings.load(config)
        token = asyncio.run(write(chosen, lambda connection: devices.add(connection, name, now)))
    typer.echo(token)
    typer.echo(
        f"The token of {name}, shown this once: it sends it with each request to the intake site "
        f"(port {chosen.sites.intake.port}) as Authorization: Bearer TOKEN.",
        err=True,
    )


def remove_device(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The device's id.")],
    config: Config = DEFAULT_CONFIG,
) -> None:
    """End a device's token."""
    with plain_errors():
        chosen = settings.load(config)
        asyncio.run(write(chosen, lambda connection: devices.remove(connection, name)))
    typer.echo(f"{name} may no longer post.")


def add_system(
    name: Annotated[str, typer.Argument(metavar="NAME", help="How the log calls the system.")],
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Let a system write the catalogue over HTTP; prints its token, once."""
    now = SystemClock().now()
    with plain_errors():
        chosen = settings.load(config)
        token = asyncio.run(
            write(chosen, lambda connection: devices.add(connection, name, now, scope="catalogue"))
        )
    typer.echo(token)
    typer.echo(
        f"The token of {name}, shown this once: it sends it with each request to the intake site "
        f"(port {chosen.sites.intake.port}) as Authorization: Bearer TOKEN. For single rows, "
        'write their kinds under [sources], like offers = "api".',
        err=True,
    )


def remove_system(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The system's name.")],
    config: Config = DEFAULT_CONFIG,
) -> None:
    """End a system's token."""
    with plain_errors():
        chosen = settings.load(config)
        asyncio.run(
            write(chosen, lambda connection: devices.remove(connection, name, scope="catalogue"))
        )
    typer.echo(f"{name} may no longer write the catalogue.")
