"""Where copies of backups go: sticks and shares, another machine, central."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Protocol, TypeVar

from gateway.domain.backups import Stored
from gateway.ops import backup_folder, backup_making, backup_sending
from gateway.ops.backup_disks import System
from gateway.ops.backup_format import BackupError
from gateway.ops.backup_sending import Sftp
from gateway.settings import Settings
from gateway.store.copying import GoOn

T = TypeVar("T")


class StoppedError(Exception):
    """Whoever waited for the work has left; raised in the thread that works."""


async def in_thread(work: Callable[[GoOn], T]) -> T:
    """Run long work in a thread that ends soon after the caller was cancelled."""
    left = threading.Event()

    def go_on() -> None:
        if left.is_set():
            raise StoppedError

    try:
        return await asyncio.to_thread(work, go_on)
    except asyncio.CancelledError:
        left.set()
        raise


class Place(Protocol):
    """Somewhere off the box."""

    @property
    def name(self) -> str:
        """How the database and the pages call it."""

    @property
    def looks(self) -> bool:
        """Whether asking it costs nothing, so that it is asked at every look."""

    async def bring(self, newest: Stored, source: Path) -> bool:
        """Have a whole copy of the newest backup there; False when the place is not there now.

        Raises ``BackupError``.
        """


def places(settings: Settings, system: System) -> tuple[Place, ...]:
    """Every place that the settings name, and sticks."""
    given = settings.backup
    found: list[Place] = [_Sticks(settings, system)]
    if given.folder is not None:
        found.append(_OwnFolder(settings, system))
    if given.sftp is not None:
        found.append(_Sftp(settings))
    if given.central_url is not None:
        found.append(_Central(settings))
    return tuple(found)


class _OwnFolder:
    """The folder of the settings, where that is a share or another disk."""

    name = "folder"
    looks = True

    def __init__(self, settings: Settings, system: System) -> None:
        self._folder, self._data = backup_making.folder_of(settings), settings.data.folder
        self._system = system

    async def bring(self, newest: Stored, source: Path) -> bool:
        """It is there already: whether that counts."""
        del newest, source
        why = await asyncio.to_thread(self._system.why_not_off_box, self._folder, self._data)
        return why is None


class _Sticks:
    """Every stick and share with a folder for backups."""

    name = "usb"
    looks = True

    def __init__(self, settings: Settings, system: System) -> None:
        self._settings, self._system = settings, system
        self._kind = backup_making.kind_of(settings)

    async def bring(self, newest: Stored, source: Path) -> bool:
        """Copy to all that lack it."""
        return await in_thread(partial(self._bring, newest, source))

    def _bring(self, newest: Stored, source: Path, go_on: GoOn) -> bool:
        arrived, troubles = False, []
        for folder in self._system.marked(self._settings.backup.mounts):
            try:
                self._bring_to(folder, newest, source, go_on)
                arrived = True
            except BackupError as error:
                troubles.append(str(error))
        if troubles:
            raise BackupError("; ".join(troubles))
        return arrived

    def _bring_to(self, folder: Path, newest: Stored, source: Path, go_on: GoOn) -> None:
        why = self._system.why_not_off_box(folder, self._settings.data.folder)
        if why is not None:
            raise BackupError(f"{folder}: is no place for copies: {why}")
        if newest in backup_folder.listed(folder, self._kind):
            return
        backup_folder.copy(source, folder, go_on)
        kept, zone = backup_making.kept_of(self._settings), self._settings.shop.zone
        backup_folder.rotate(folder, self._kind, kept, zone, newest.taken_at)


class _Sftp:
    """Another machine over SFTP."""

    name = "sftp"
    looks = False

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._sftp = Sftp(settings, backup_making.kind_of(settings))

    async def bring(self, newest: Stored, source: Path) -> bool:
        """Send it, and delete old ones there."""
        kept = backup_making.kept_of(self._settings)
        await self._sftp.put(source, source.parent)
        await self._sftp.rotate(kept, self._settings, newest.taken_at)
        return True


class _Central:
    """Central's address; how many it keeps is its own affair."""

    name = "central"
    looks = False

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def bring(self, newest: Stored, source: Path) -> bool:
        """Send it."""
        del newest
        await backup_sending.put_to_central(source, self._settings)
        return True
