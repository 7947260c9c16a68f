"""The command line: ``anaquel COMMAND``."""

from __future__ import annotations

import typer

from gateway.cli import (
    admitting,
    backing_up,
    central,
    demonstrating,
    feeding,
    importing,
    labelling,
    proving,
    running,
    shopify,
    taking_over,
    templating,
    watching,
)

commands = typer.Typer(
    name="anaquel",
    help="The in-store edge gateway: prices and stock in, labels and answers out.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
backup = typer.Typer(
    cls=backing_up.OrMake,
    help="The shop's data in one file: anaquel backup makes one.",
)
person = typer.Typer(help="Who may sign in to the staff site.", no_args_is_help=True)
device = typer.Typer(help="Scanners and sensors that post over HTTP.", no_args_is_help=True)
system = typer.Typer(help="Systems that write the catalogue over HTTP.", no_args_is_help=True)
feed = typer.Typer(help="Where the catalogue comes from.", no_args_is_help=True)
central_side = typer.Typer(
    help="The reference central side: for those who write one, and for trying things.",
    no_args_is_help=True,
)
from_shopify = typer.Typer(help="A shop whose catalogue is in Shopify.", no_args_is_help=True)
proof = typer.Typer(
    cls=proving.OrLabel,
    help="What a label showed, and when: anaquel proof LABEL --at TIME.",
    no_args_is_help=True,
)
labels = typer.Typer(
    help="Bluetooth labels in reach, without a gateway or a shop.", no_args_is_help=True
)
zone = typer.Typer(
    help="A zone that another system drives: taken over, and given back.", no_args_is_help=True
)
template = typer.Typer(help="Look at label templates, and check them.", no_args_is_help=True)

commands.command()(running.run)
commands.command("check-config")(running.check_config)
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
