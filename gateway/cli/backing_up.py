"""``anaquel backup``, ``backup verify`` and ``restore``."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from typer.core import TyperGroup
from typing_extensions import override

from gateway.cli import sharing
from gateway.cli.sharing import DEFAULT_CONFIG, Config, plain_errors, write
from gateway.clock import SystemClock
from gateway.domain.events import Origin
from gateway.errors import AnaquelError
from gateway.ops import (
    backup_folder,
    backup_making,
    backup_restore,
    backup_sealing,
)
from gateway.ops.backup_disks import System
from gateway.ops.backup_format import Manifest
from gateway.settings import Settings
from gateway.store import backup_copies
from gateway.wording.counting import counted

COMMAND = "command"
PassphraseFile = Annotated[
    Path | None,
    typer.Option(help="File whose first line is the passphrase; that of [backup] if not given."),
]
File = Annotated[Path, typer.Argument(help="The file of a backup.")]


class OrMake(TyperGroup):
    """``anaquel backup`` is short for ``anaquel backup make``."""

    @override
    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """What is no command is an option of ``make``."""
        if not args or (args[0] not in self.commands and args[0] not in {"--help", "-h"}):
            args = ["make", *args]
        return super().parse_args(ctx, args)


def make(
    to: Annotated[
        Path | None,
        typer.Option(help="A folder, or a file to be; that of [backup] if not given."),
    ] = None,
    passphrase_file: PassphraseFile = None,
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Make a backup and read it back; the gateway may go on running."""
    now = SystemClock().now()
    with plain_errors():
        chosen = sharing.load(config)
        passphrase = _passphrase(passphrase_file, chosen)
        named = to is not None and not to.is_dir()
        folder = to.parent if to is not None and named else to
        if named and folder is not None and not folder.is_dir():
            raise AnaquelError(f"{folder}: is no folder; make it, or name another")
        made = backup_making.make(chosen, now, _on, passphrase=passphrase, to=folder)
        path = made.path
        if to is not None and named:
            backup_folder.put(path, to)
            path = to
        elsewhere = _note(chosen, path, made.stored.name, now) if to is not None else None
        if to is None:
            own = backup_making.folder_of(chosen)
            kept, zone = backup_making.kept_of(chosen), chosen.shop.zone
            kind, taken_at = backup_making.kind_of(chosen), made.stored.taken_at
            backup_folder.rotate(own, kind, kept, zone, taken_at)
    typer.echo(str(path))
    typer.echo(_said(made.manifest, chosen.shop.zone), err=True)
    for name in made.manifest.left_out:
        typer.echo(f"Left out of it: {name}: no plain file, or too large", err=True)
    if passphrase is None:
        typer.echo("It is not encrypted: keep it where nobody else gets at it.", err=True)
    if elsewhere is not None:
        typer.echo(f"It would be lost with this box: {elsewhere}. Copy it elsewhere.", err=True)


def verify(
    file: File, passphrase_file: PassphraseFile = None, config: Config = DEFAULT_CONFIG
) -> None:
    """Look whether a backup can be used; changes nothing."""
    with plain_errors():
        chosen = sharing.load(config) if config.exists() else None
        passphrase = _passphrase(passphrase_file, chosen)
        with tempfile.TemporaryDirectory(prefix="anaquel-verify-", dir=_room(chosen)) as work:
            manifest = backup_restore.verify(file, Path(work), _on, passphrase=passphrase)
    zone = ZoneInfo("UTC") if chosen is None else chosen.shop.zone
    typer.echo(f"{file}: good. {_said(manifest, zone)}")


def restore(
    file: File,
    data: Annotated[
        Path | None, typer.Option(help="The data folder; that of the settings if not given.")
    ] = None,
    passphrase_file: PassphraseFile = None,
    config: Config = DEFAULT_CONFIG,
    *,
    replace: Annotated[
        bool, typer.Option("--replace", help="Put data that is there aside; it is not deleted.")
    ] = False,
) -> None:
    """Make a backup the data of this box. The gateway must not run."""
    now = SystemClock().now()
    with plain_errors():
        chosen = sharing.load(config) if config.exists() or data is None else None
        folder = data or (chosen.data.folder if chosen is not None else Path())
        done = backup_restore.restore(
            file,
            folder,
            now,
            _on,
            passphrase=_passphrase(passphrase_file, chosen),
            here=None if chosen is None else _origin(chosen),
            replace=replace,
        )
        lines = list(_next_steps(done, folder, chosen))
    zone = ZoneInfo("UTC") if chosen is None else chosen.shop.zone
    typer.echo(f"{folder}: restored. {_said(done.manifest, zone)}")
    for line in lines:
        typer.echo(line, err=True)


def _origin(chosen: Settings) -> Origin:
    return Origin(store=chosen.shop.store, gateway=chosen.shop.gateway)


def _next_steps(
    done: backup_restore.Restored, folder: Path, chosen: Settings | None
) -> Iterator[str]:
    if done.aside is not None:
        yield f"What was there before is in {done.aside}; delete it when you need it no more."
    yield (
        f"What the settings were, without secrets, is in {folder / backup_restore.CONFIG}: "
        "compare, and put passwords, tokens and keys back in their files."
    )
    if done.templates is not None:
        own = None if chosen is None else chosen.labels.templates
        if backup_restore.place_templates(done, own):
            yield f"The shop's label templates are in {own} again."
        else:
            yield (
                f"The shop's label templates are in {done.templates}: write templates = "
                f'"{done.templates}" under [labels], or copy them to where yours are.'
            )
    yield (
        "Start the gateway now. It asks central for what came since, and every label is looked at "
        "again. Everybody signs in anew."
    )


def _note(chosen: Settings, path: Path, name: str, at: datetime) -> str | None:
    """Remember the copy if it is away from the box; else why it is not."""
    why = System().why_not_off_box(path, chosen.data.folder)
    if why is None:
        arrived = partial(backup_copies.arrived, place=COMMAND, name=name, taken_at=at, at=at)
        asyncio.run(write(chosen, arrived))
    return why


def _passphrase(file: Path | None, chosen: Settings | None) -> str | None:
    if file is not None:
        return backup_sealing.read_passphrase(file)
    return None if chosen is None else backup_making.passphrase_of(chosen)


def _room(chosen: Settings | None) -> Path | None:
    """Where there is room to unpack: a folder for temporary files may be in memory."""
    folder = None if chosen is None else chosen.data.folder
    return folder if folder is not None and os.access(folder, os.W_OK) else None


def _said(manifest: Manifest, zone: ZoneInfo) -> str:
    taken = manifest.taken_at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S %z")
    return (
        f"Shop {manifest.store}, gateway {manifest.gateway}, taken {taken} by Anaquel "
        f"{manifest.app}: {counted(len(manifest.members), 'file')}, "
        f"{manifest.total / 1e6:,.1f} MB, database version {manifest.database}."
    )


def _on() -> None:
    """Nothing ends a command but Ctrl-C."""
