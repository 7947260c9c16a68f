"""Makes a backup: a copy of the database and what belongs to it, packed, then read again.

A backup has its name in the folder only once it was verified; whatever was cut off before that is
cleared away by the next one. All functions block.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final

from gateway.domain.backups import Kept, Stored
from gateway.feed.picture_hosts import PictureHosts
from gateway.ops import backup_archive, backup_folder, backup_format, backup_sealing
from gateway.ops.backup_folder import Kind
from gateway.ops.backup_format import BackupError, BackupName, Manifest, Member
from gateway.settings import Settings, writing
from gateway.store import copying, owning, picture_files, pictures
from gateway.store.copying import GoOn
from gateway.store.database import FILE

FOLDER: Final = "backups"
"""Where backups are kept below the data folder unless the settings say otherwise."""
_WORK: Final = ".making"
_TEMPLATE_MOST: Final = 20 * 2**20
_TEMPLATES_MOST: Final = 200 * 2**20
_PICTURES_MOST: Final = 500 * 2**20
_PICTURE_FILES_MOST: Final = 40_000
_LEFT_OUT_MOST: Final = 1_000
_OVERHEAD: Final = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A verified backup and what is in it."""

    path: Path
    stored: Stored
    manifest: Manifest


def folder_of(settings: Settings) -> Path:
    """Where this box keeps its backups."""
    return settings.backup.folder or settings.data.folder / FOLDER


def kind_of(settings: Settings) -> Kind:
    """Whose backups are ours."""
    return Kind(store=settings.shop.store, gateway=settings.shop.gateway)


def kept_of(settings: Settings) -> Kept:
    """How many backups stay, here and anywhere else."""
    given = settings.backup
    return Kept(daily=given.daily, weekly=given.weekly, monthly=given.monthly)


def passphrase_of(settings: Settings) -> str | None:
    """The passphrase that the settings name. Raises ``PassphraseError``."""
    file = settings.backup.passphrase_file
    return None if file is None else backup_sealing.read_passphrase(file)


def make(
    settings: Settings,
    at: datetime,
    go_on: GoOn,
    *,
    passphrase: str | None,
    to: Path | None = None,
) -> Made:
    """Make a backup in the folder of the settings, or ``to`` another one.

    ``go_on`` is called again and again and may raise to end it. Raises ``BackupError`` and
    ``StorageError``; nothing is left behind then.
    """
    folder = folder_of(settings)
    target = to or folder
    backup_folder.make(folder)
    owning.give(folder, settings.data.folder)
    backup_folder.make(target)
    with backup_folder.alone(folder), _emptied(folder / _WORK) as work:
        try:
            return _made(settings, at, go_on, work, target, passphrase)
        except OSError as error:
            raise BackupError(
                f"{folder}: the backup cannot be written: {error.strerror}; free space on the "
                "disk, or name another folder under [backup]"
            ) from error


def _made(
    settings: Settings,
    at: datetime,
    go_on: GoOn,
    work: Path,
    target: Path,
    passphrase: str | None,
) -> Made:
    database = settings.data.folder / FILE
    if not database.exists():
        raise BackupError(f"{settings.data.folder}: there is no database yet; start Anaquel first")
    # The copy and, at worst, an archive of the same size.
    size = copying.size(database) + _OVERHEAD
    backup_folder.need(work, 2 * size)
    backup_folder.need(target, size)
    copied = work / backup_format.DATABASE
    copying.copy(database, copied, go_on)
    wrong = copying.fault(copied, go_on)
    if wrong is not None:
        raise BackupError(f"{database}: is damaged ({wrong}); restore an earlier backup")
    left_out = _gather(settings, copied, work)
    members = tuple(_members(work, go_on))
    backup_folder.need(target, sum(one.bytes for one in members))
    manifest = Manifest(
        app=version("anaquel"),
        database=copying.version(copied),
        store=settings.shop.store,
        gateway=settings.shop.gateway,
        taken_at=at,
        members=members,
        left_out=left_out,
    )
    name = BackupName(
        store=manifest.store,
        gateway=manifest.gateway,
        taken_at=at.replace(microsecond=0),
        sealed=passphrase is not None,
    )
    path = _packed(manifest, work, target, name, passphrase, go_on)
    return Made(path=path, stored=name.stored(path.stat().st_size), manifest=manifest)


def _packed(
    manifest: Manifest,
    work: Path,
    target: Path,
    name: BackupName,
    passphrase: str | None,
    go_on: GoOn,
) -> Path:
    path = target / name.text
    part = target / f".{name.text}.making"
    try:
        with os.fdopen(os.open(part, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            backup_archive.write(file, work, manifest, passphrase, go_on)
            file.flush()
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        # What is read back has the hashes of the files of which the database was found whole.
        if backup_archive.verify(part, passphrase, go_on) != manifest:
            raise BackupError(f"{target}: gives back another backup than was written; replace it")
        owning.give(part, target)
        backup_folder.put(part, path)
    finally:
        part.unlink(missing_ok=True)
    return path


@contextlib.contextmanager
def _emptied(work: Path) -> Iterator[Path]:
    """A folder to work in, without what a backup that was cut off left there."""
    shutil.rmtree(work, ignore_errors=True)
    for part in work.parent.glob(".anaquel~*.making"):
        part.unlink(missing_ok=True)
    backup_folder.make(work)
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _gather(settings: Settings, copied: Path, work: Path) -> tuple[str, ...]:
    """Put everything beside the copy of the database; what had to be left out."""
    (work / backup_format.CONFIG).write_text(writing.without_secrets(settings), encoding="utf-8")
    left_out = [
        *_gather_templates(settings.labels.templates, work / backup_format.TEMPLATES),
        *_gather_pictures(settings, copied, work),
    ]
    return tuple(left_out[:_LEFT_OUT_MOST])


def _gather_templates(source: Path | None, target: Path) -> Iterator[str]:
    if source is None:
        return
    room = _TEMPLATES_MOST
    for file in sorted(source.rglob("*")):
        name = file.relative_to(source).as_posix()
        if file.is_dir() and not file.is_symlink():
            continue
        size = file.stat().st_size if file.is_file() and not file.is_symlink() else None
        if size is None or size > min(_TEMPLATE_MOST, room) or not backup_format.is_usable(name):
            yield f"{backup_format.TEMPLATES}/{name[:200]}".encode(errors="replace").decode()
            continue
        room -= size
        # Somebody may be editing just now.
        with contextlib.suppress(FileNotFoundError):
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target / name)


def _gather_pictures(settings: Settings, copied: Path, work: Path) -> Iterator[str]:
    """Pictures that nobody could fetch again: their address failed, or is no longer allowed."""
    hosts = PictureHosts(settings)
    with copying.looking(copied) as connection:
        rows = pictures.all_kept(connection)
        wanted = {sha256 for url, sha256, failed in rows if failed or not hosts.has(url)}
    source = settings.data.folder / picture_files.FOLDER
    room, files = _PICTURES_MOST, _PICTURE_FILES_MOST
    for sha256 in sorted(wanted):
        for file in sorted((source / sha256[:2]).glob(f"{sha256}-*.webp")):
            name = f"{backup_format.PICTURES}/{sha256[:2]}/{file.name}"
            # Room is made for others at any time.
            with contextlib.suppress(FileNotFoundError):
                room, files = room - file.stat().st_size, files - 1
                if min(room, files) < 0:
                    yield name
                    continue
                (work / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, work / name)


def _members(work: Path, go_on: GoOn) -> Iterator[Member]:
    for file in sorted(one for one in work.rglob("*") if one.is_file()):
        yield Member(
            name=file.relative_to(work).as_posix(),
            bytes=file.stat().st_size,
            sha256=backup_folder.hash_of(file, go_on),
        )
