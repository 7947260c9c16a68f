"""The command line: ``anaquel COMMAND``."""

from __future__ import annotations

from typing import Annotated

import typer
from typer.core import TyperGroup

from gateway.cli import (
    admitting,
    backing_up,
    central,
    certifying,
    commanding,
    demonstrating,
    examining,
    feeding,
    importing,
    labelling,
    proving,
    running,
    setting,
    shopify,
    taking_over,
    templating,
    watching,
)

_HELP = {"help_option_names": ["--help", "-h"]}
_PLAIN = None
"""Names of sections stand in brackets in our texts, which rich would take for its own."""


def _group(help_: str, cls: type[TyperGroup] | None = None) -> typer.Typer:
    return typer.Typer(
        cls=cls,
        help=help_,
        no_args_is_help=True,
        rich_markup_mode=_PLAIN,
        context_settings=_HELP,
        pretty_exceptions_enable=False,
    )


commands = typer.Typer(
    name="anaquel",
    help="The in-store edge gateway: prices and stock in, labels and answers out.",
    epilog="To look around: anaquel demo. For a shop: write config.toml, then anaquel check-config "
    "and anaquel run. Exit codes: 0 done, 1 something told has to be mended, 2 wrong use.",
    no_args_is_help=True,
    rich_markup_mode=_PLAIN,
    context_settings=_HELP,
    pretty_exceptions_enable=False,
    add_completion=False,
)
backup = _group("The shop's data in one file: anaquel backup makes one.", backing_up.OrMake)
person = _group("Who may sign in to the staff site.")
device = _group("Scanners and sensors that post over HTTP.")
system = _group("Systems that write the catalogue over HTTP.")
feed = _group("Where the catalogue comes from.")
central_side = _group("The central side, to try things and for those who write one.")
from_shopify = _group("A shop whose catalogue is in Shopify.")
proof = _group(
    "What a label showed, and when. In short: anaquel proof LABEL --at TIME", proving.OrLabel
)
labels = _group("Label families, and Bluetooth labels in reach. No gateway has to run.")
zone = _group("A zone of another system: taken over, and given back.")
settings = _group("The shop's own settings, as on the page Settings.")
template = _group("Look at label templates, and check them.")


@commands.callback()
def _anaquel(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=running.show_version_and_end,
            is_eager=True,
            help="Print the version.",
        ),
    ] = False,
) -> None:
    pass


commands.command()(running.run)
commands.command("check-config")(running.check_config)
commands.command()(certifying.certificate)
commands.command()(examining.doctor)
commands.command()(examining.support_bundle)
commands.command()(demonstrating.demo)
commands.command("demo-label")(demonstrating.demo_label)
commands.command("import")(importing.import_)
commands.add_typer(backup, name="backup")
backup.command()(backing_up.make)
backup.command()(backing_up.verify)
commands.command()(backing_up.restore)
commands.add_typer(feed, name="feed")
feed.command("status")(feeding.status)
commands.add_typer(person, name="person")
person.command("add")(admitting.add_person)
person.command("password")(admitting.change_password)
person.command("remove")(admitting.remove_person)
commands.add_typer(device, name="device")
device.command("add")(admitting.add_device)
device.command("remove")(admitting.remove_device)
commands.add_typer(system, name="system")
system.command("add")(admitting.add_system)
system.command("remove")(admitting.remove_system)
commands.add_typer(central_side, name="central")
central_side.command()(central.publish)
central_side.command()(central.serve)
central_side.command()(central.check)
central_side.command()(watching.watch)
central_side.command()(commanding.held)
central_side.command()(commanding.accept)
central_side.command("settings")(commanding.settings_of)
central_side.command("set")(commanding.set_)
central_side.command()(commanding.release)
central_side.command()(central.key)
commands.add_typer(from_shopify, name="shopify")
from_shopify.command()(shopify.preview)
from_shopify.command()(shopify.status)
commands.add_typer(labels, name="labels")
labels.command()(labelling.families)
labels.command()(labelling.scan)
labels.command("try")(labelling.try_)
commands.add_typer(zone, name="takeover")
zone.command("import")(taking_over.import_)
zone.command()(taking_over.check)
zone.command()(taking_over.switch)
zone.command()(taking_over.release)
zone.command()(taking_over.forget)
zone.command()(taking_over.status)
commands.add_typer(settings, name="settings")
settings.command()(setting.show)
settings.command("set")(setting.set_)
settings.command()(setting.export)
settings.command("import")(setting.import_)
commands.add_typer(template, name="template")
template.command()(templating.preview)
template.command()(templating.check)
commands.add_typer(proof, name="proof")
proof.command()(proving.show)
proof.command()(proving.verify)
proof.command()(proving.export)
commands.command("version")(running.show_version)


def main() -> None:
    """Run one command; what a person must mend ends as a message, never as a traceback."""
    commands()
