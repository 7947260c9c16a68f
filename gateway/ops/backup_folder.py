"""A folder of backups: what is in it, room in it, copies into it, old ones out of it. All block."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Final

from gateway.domain import backups
from gateway.domain.backups import Kept, Stored
from gateway.ops import backup_format
from gateway.ops.backup_format import BackupError, BackupName
from gateway.store import owning
from gateway.store.copying import GoOn

LEFT_FREE: Final = 100 * 2**20
"""Bytes of a disk that backups leave to everybody else."""
_PART: Final = ".part"
_LOCK: Final = ".lock"
_CHUNK: Final = 2**20


class NoRoomError(BackupError):
    """The disk is too full for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Whose backups are meant: other boxes may use the same stick."""

    store: str
    gateway: str


def listed(folder: Path, kind: Kind) -> tuple[Stored, ...]:
    """The backups of this box in the folder, the newest first; none when it cannot be read."""
    return tuple(
        stored for name, stored in _there(folder) if (name.store, name.gateway) == astuple(kind)
    )


def of_shop(folder: Path, store: str) -> tuple[Stored, ...]:
    """Like ``listed``, of any box of the shop."""
    return tuple(stored for name, stored in _there(folder) if name.store == store)


def _there(folder: Path) -> list[tuple[BackupName, Stored]]:
    found = []
    try:
        for entry in os.scandir(folder):
            name = backup_format.read_name(entry.name)
            if name is None:
                continue
            with contextlib.suppress(FileNotFoundError):
                if entry.is_file(follow_symlinks=False):
                    size = entry.stat(follow_symlinks=False).st_size
                    found.append((name, name.stored(size)))
    except OSError:
        return []
    return sorted(found, key=lambda one: (one[1].taken_at, one[1].name), reverse=True)


def rotate(
    folder: Path, kind: Kind, kept: Kept, zone: tzinfo, newest: datetime | None = None
) -> tuple[str, ...]:
    """Delete the backups of this box that need not stay; the names of those that are gone.

    ``newest`` is when the newest was taken, as ``backups.to_keep`` has it.
    """
    there = listed(folder, kind)
    stay = backups.to_keep((one.taken_at for one in there), kept, zone, newest)
    old = [one for one in there if one.taken_at not in stay]
    for one in old:
        (folder / one.name).unlink(missing_ok=True)
    return tuple(one.name for one in old)


def need(folder: Path, size: int) -> None:
    """Raise ``NoRoomError`` unless the folder's disk takes ``size`` bytes and stays usable."""
    free = shutil.disk_usage(folder).free
    if free < size + LEFT_FREE:
        raise NoRoomError(
            f"{folder}: {_mb(size + LEFT_FREE)} must be free for this, {_mb(free)} are; free "
            "space, or keep fewer backups ([backup] daily, weekly, monthly)"
        )


def make(folder: Path) -> None:
    """Make the folder for nobody else to read. Raises ``BackupError``."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise BackupError(f"{folder}: cannot be made: {error.strerror}; write another") from error


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Keep other programs from making a backup here. Raises ``BackupError``."""
    try:
        lock = (folder / _LOCK).open("a")
        owning.give(folder / _LOCK, folder)
    except OSError as error:
        raise BackupError(f"{folder}: cannot be written: {error.strerror}") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupError(
                f"{folder}: another backup is being made; wait until it is done"
            ) from None
        yield


def copy(source: Path, folder: Path, go_on: GoOn) -> None:
    """Copy a backup into the folder; it has its name there only once it was read back the same.

    Raises ``BackupError``.
    """
    try:
        make(folder)
        _clear_parts(folder, source.name)
        need(folder, source.stat().st_size)
        part = folder / f"{source.name}{_PART}"
        sent = _copied(source, part, go_on)
        if hash_of(part, go_on, from_disk=True) != sent:
            raise BackupError(f"{folder}: gives back other bytes than were written; replace it")
        put(part, folder / source.name)
    except OSError as error:
        raise BackupError(f"{folder}: cannot be written: {error.strerror}") from error


def put(part: Path, path: Path) -> None:
    """Give a finished file its name, on disk when this returns."""
    part.replace(path)
    sync(path.parent)


def sync(folder: Path) -> None:
    """Bring the names in a folder to disk."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def hash_of(path: Path, go_on: GoOn, *, from_disk: bool = False) -> str:
    """SHA-256 of a file in hex; ``from_disk`` not from what the system still has in memory."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        if from_disk:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        while piece := file.read(_CHUNK):
            go_on()
            found.update(piece)
    return found.hexdigest()


def _copied(source: Path, part: Path, go_on: GoOn) -> str:
    """Write the copy to disk; the SHA-256 of what was read."""
    found = hashlib.sha256()
    with (
        source.open("rb") as file,
        os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as target,
    ):
        while piece := file.read(_CHUNK):
            go_on()
            found.update(piece)
            target.write(piece)
        target.flush()
        os.fsync(target.fileno())
    return found.hexdigest()


def _clear_parts(folder: Path, name: str) -> None:
    """Take away what was cut off before: nobody uses it, and it takes room.

    Only of the box of this name: another one may be in the middle of its own.
    """
    for part in folder.glob(f"{name.rpartition('~')[0]}~*{_PART}"):
        part.unlink(missing_ok=True)


def _mb(size: int) -> str:
    return f"{size / 1e6:,.0f} MB"
