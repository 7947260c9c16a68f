"""Puts a backup back: unpacked and checked beside the data, then exchanged. All functions block."""

from __future__ import annotations

import contextlib
import shutil
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

from gateway.domain import backup_events, price_events
from gateway.domain.events import Event, Origin
from gateway.ops import backup_archive, backup_folder, backup_format
from gateway.ops.backup_format import BackupError, DamagedError, Manifest, NewerError
from gateway.store import (
    copying,
    folder_lock,
    owning,
    picture_files,
    replacing,
    restored,
    withdrawals,
)
from gateway.store.copying import GoOn
from gateway.store.database import FILE, Connection

READY: Final = "restoring"
CONFIG: Final = "config.restored.toml"
"""What the settings were, without secrets; for people, nothing reads it."""


class OtherShopError(BackupError):
    """The backup is of another shop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What was restored; ``aside`` has what was there before, ``templates`` the shop's own."""

    manifest: Manifest
    epoch: int
    aside: Path | None
    templates: Path | None


def restore(
    file: Path,
    data: Path,
    at: datetime,
    go_on: GoOn,
    *,
    passphrase: str | None,
    here: Origin | None = None,
    replace: bool = False,
) -> Restored:
    """Make the backup in ``file`` the data of the folder ``data``; ``here`` is whose that is.

    Refuses a folder in which a gateway runs, one with data unless ``replace``, a backup of a newer
    Anaquel, and one of another shop. Cut off anywhere, the folder has the old data
    or the new. Raises ``BackupError`` and ``StorageError``.
    """
    with folder_lock.held(data):
        replacing.finish(data)
        if (data / FILE).exists() and not replace:
            raise BackupError(
                f"{data}: holds the data of a shop; with --replace it is put aside, not deleted"
            )
        store = None if here is None else here.store
        manifest = unpack(file, data, go_on, passphrase=passphrase, store=store)
        return take(data, manifest, at, here=here)


def unpack(
    file: Path, data: Path, go_on: GoOn, *, passphrase: str | None, store: str | None
) -> Manifest:
    """Read all of the backup in ``file`` and have it ready beside the data, which stays as it is.

    ``take`` or ``leave`` comes next. Raises ``BackupError``.
    """
    manifest = backup_archive.read_manifest(file, passphrase)
    _fits(file, manifest, store)
    # What is unpacked, and what bringing it to today's form may take beside it.
    backup_folder.need(data, 2 * manifest.total)
    leave(data)
    ready = data / READY
    ready.mkdir(mode=0o700)
    try:
        backup_archive.extract(file, passphrase, ready, go_on)
        _check_database(file, ready, go_on)
    except BaseException:
        leave(data)
        raise
    return manifest


def leave(data: Path) -> None:
    """Take away what ``unpack`` made ready, if anything."""
    shutil.rmtree(data / READY, ignore_errors=True)


def take(
    data: Path, manifest: Manifest, at: datetime, *, here: Origin | None = None, by: str = ""
) -> Restored:
    """Make what ``unpack`` made ready the data of the folder, which nobody else may use meanwhile.

    Central hears of it from ``here``; ``by`` is '' for who is at the box. Raises
    ``StorageError``; the old data stays then.
    """
    ready = data / READY
    try:
        epoch = _prepare(ready, at, partial(_event, manifest, at, here, by))
        for path in (ready, *ready.rglob("*")):
            owning.give(path, data)
        has_templates = (ready / backup_format.TEMPLATES).is_dir()
        replacing.decide(ready, f"before-restore-{at.astimezone(UTC):%Y%m%dT%H%M%SZ}")
    finally:
        leave(data)
    aside = replacing.finish(data)
    templates = data / backup_format.TEMPLATES if has_templates else None
    return Restored(manifest=manifest, epoch=epoch, aside=aside, templates=templates)


def place_templates(done: Restored, own: Path | None) -> bool:
    """Put the shop's restored templates where its settings have them, if nothing is there yet.

    False where they stay beside the data for people to copy. Raises ``OSError``.
    """
    if done.templates is None or own is None or (own.is_dir() and any(own.iterdir())):
        return False
    shutil.copytree(done.templates, own, dirs_exist_ok=True)
    return True


def verify(file: Path, work: Path, go_on: GoOn, *, passphrase: str | None) -> Manifest:
    """Look at everything in a backup, and at the database as a database.

    Below ``work`` it is unpacked and taken away again. Raises ``BackupError``.
    """
    manifest = backup_archive.read_manifest(file, passphrase)
    backup_folder.make(work)
    backup_folder.need(work, manifest.total)
    with _emptied(work / READY) as ready:
        backup_archive.extract(file, passphrase, ready, go_on)
        _check_database(file, ready, go_on)
    return manifest


def _fits(file: Path, manifest: Manifest, store: str | None) -> None:
    newest = copying.newest_version()
    if manifest.database > newest:
        raise NewerError(
            f"{file}: made by Anaquel {manifest.app} with database version {manifest.database}, "
            f"this one knows {newest}: install that version or a later one, then restore"
        )
    if store is not None and store != manifest.store:
        raise OtherShopError(
            f"{file}: is of the shop {manifest.store}, these settings are of {store}; "
            "name the right file, or correct [shop] store"
        )


def _event(
    manifest: Manifest, at: datetime, here: Origin | None, by: str, connection: Connection
) -> Event:
    return backup_events.restored(
        here or Origin(store=manifest.store, gateway=manifest.gateway),
        event_id=str(uuid.uuid4()),
        taken_at=manifest.taken_at,
        of=manifest.gateway,
        by=price_events.pseudonym(withdrawals.pseudonym_key(connection), by) if by else None,
        time=at,
    )


def _prepare(ready: Path, at: datetime, event: Callable[[Connection], Event]) -> int:
    """Make the unpacked files data of this Anaquel; the new event epoch."""
    with contextlib.suppress(FileNotFoundError):
        (ready / backup_format.CONFIG).rename(ready / CONFIG)
    # Also without any: those of the old database go aside with it.
    (ready / picture_files.FOLDER).mkdir(mode=0o700, exist_ok=True)
    return restored.prepare(ready / FILE, at, event)


def _check_database(file: Path, ready: Path, go_on: GoOn) -> None:
    wrong = copying.fault(ready / FILE, go_on)
    if wrong is not None:
        raise DamagedError(f"{file}: the database in it is damaged ({wrong}); use another copy")


@contextlib.contextmanager
def _emptied(folder: Path) -> Iterator[Path]:
    """An empty folder, gone afterwards unless it was renamed."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
