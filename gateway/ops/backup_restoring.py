"""Restores a backup from the staff page while the gateway runs: looked at first, then taken.

The file is unpacked and checked beside the data, which changes only when everything has stopped
and nobody has the database open any more (``carry_out``); then the gateway starts again.
"""

from __future__ import annotations

import asyncio
import os
from functools import partial
from pathlib import Path
from typing import Final, NoReturn

import structlog

from gateway.clock import Clock
from gateway.domain.backups import Stored
from gateway.domain.events import Origin
from gateway.domain.restoring import Candidate, Content, Fault, Stage, State
from gateway.errors import AnaquelError
from gateway.ops import backup_folder, backup_making, backup_places, backup_restore
from gateway.ops.backup_disks import System
from gateway.ops.backup_folder import NoRoomError
from gateway.ops.backup_format import DamagedError, Manifest, NewerError, PassphraseError
from gateway.ops.backup_restore import OtherShopError, Restored
from gateway.settings import Settings
from gateway.store import restored
from gateway.store.copying import GoOn
from gateway.store.database import FILE

UPLOADED: Final = "uploaded-backup"
"""The file in the data folder that a browser sends, piece by piece."""
LARGEST: Final = 16 * 2**30
_MOST: Final = 50
_FAULTS: Final[tuple[tuple[type[AnaquelError], Fault], ...]] = (
    (PassphraseError, Fault.PASSPHRASE),
    (DamagedError, Fault.DAMAGED),
    (NewerError, Fault.NEWER),
    (OtherShopError, Fault.OTHER_SHOP),
    (NoRoomError, Fault.NO_ROOM),
)

log = structlog.get_logger("backup")


class Restoring:
    """One per process: it outlives the gateway that it ends, and the next one tells of it.

    ``stop`` ends the gateway. It is set only when a person has confirmed what was read.
    """

    name = "restoring"

    def __init__(
        self, settings: Settings, clock: Clock, stop: asyncio.Event, *, system: System | None = None
    ) -> None:
        self.state = State(stage=Stage.NONE)
        self._settings = settings
        self._clock = clock
        self._stop = stop
        self._system = system or System()
        self._data = settings.data.folder
        self._asked: asyncio.Queue[tuple[Path, str | None]] = asyncio.Queue(1)
        self._turn = asyncio.Lock()
        self._manifest: Manifest | None = None
        self._by = ""

    def follow(self, settings: Settings) -> None:
        """The next gateway has these; call it while none runs."""
        self._settings, self._data = settings, settings.data.folder

    @property
    def is_confirmed(self) -> bool:
        """Whether the gateway ends in order to go on with other data."""
        return self.state.stage is Stage.RESTARTING

    async def run(self) -> NoReturn:
        """Look at what people choose, for ever."""
        await asyncio.to_thread(self._clear)
        while True:
            file, passphrase = await self._asked.get()
            await self._look(file, passphrase)

    async def candidates(self) -> tuple[Candidate, ...]:
        """The files that may be restored: what was sent, then what is here and on sticks."""
        return await asyncio.to_thread(self._candidates)

    async def upload(self, offset: int, piece: bytes) -> int | None:
        """Put a piece of a file behind what came before; how much there is then, on disk.

        ``offset`` 0 begins anew; a piece that begins elsewhere than the last one ended is not
        taken, nor is any while a file is read. None where the disk has no room for it.
        """
        async with self._turn:
            if self.state.stage in {Stage.LOOKING, Stage.RESTARTING}:
                return 0
            try:
                return await asyncio.to_thread(self._append, offset, piece)
            except (NoRoomError, OSError) as error:
                log.warning("a backup that is sent has no room", why=str(error))
                return None

    async def look(self, path: str, passphrase: str | None) -> bool:
        """Have all of a candidate read; False when it is none, or another one is being read."""
        known = {one.path for one in await self.candidates()}
        # Not while a piece is written to the file, or what was read before is taken away.
        async with self._turn:
            if path not in known or self.state.stage in {Stage.LOOKING, Stage.RESTARTING}:
                return False
            self.state = State(stage=Stage.LOOKING)
            self._asked.put_nowait((Path(path), passphrase))
            return True

    async def forget(self) -> None:
        """Leave everything as it is."""
        async with self._turn:
            if self.state.stage in {Stage.LOOKING, Stage.RESTARTING}:
                return
            self.state = State(stage=Stage.NONE)
            await asyncio.to_thread(self._clear)

    def confirm(self, by: str) -> bool:
        """End the gateway, and go on with what was read; False when nothing good was read."""
        if self.state.stage is not Stage.GOOD:
            return False
        self.state = State(stage=Stage.RESTARTING, content=self.state.content)
        self._by = by
        log.warning("a backup is going to be restored: the gateway ends and starts again")
        self._stop.set()
        return True

    async def carry_out(self) -> None:
        """Restore what was confirmed, if anything: when nobody has the database open any more."""
        if self.is_confirmed:
            await asyncio.to_thread(self._carry_out)

    def _carry_out(self) -> None:
        assert self._manifest is not None  # noqa: S101 - confirmed, so it was read
        content = self.state.content
        try:
            shop = self._settings.shop
            done = backup_restore.take(
                self._data,
                self._manifest,
                self._clock.now(),
                here=Origin(store=shop.store, gateway=shop.gateway),
                by=self._by,
            )
        except (AnaquelError, OSError) as error:
            log.warning("the backup was not restored, the data is as it was", why=str(error))
            self.state = State(stage=Stage.FAILED, fault=Fault.OTHER, detail=str(error))
        else:
            self._place_templates(done)
            aside = None if done.aside is None else str(done.aside)
            log.info("a backup was restored", epoch=done.epoch, aside=aside)
            self.state = State(stage=Stage.DONE, content=content, detail=aside or "")

    def _place_templates(self, done: Restored) -> None:
        try:
            placed = backup_restore.place_templates(done, self._settings.labels.templates)
        except OSError as error:
            log.warning("restored templates could not be copied", why=str(error))
            return
        if done.templates is not None and not placed:
            log.warning("restored templates wait to be copied", there=str(done.templates))

    async def _look(self, file: Path, passphrase: str | None) -> None:
        try:
            content = await backup_places.in_thread(partial(self._read, file, passphrase))
        except (AnaquelError, OSError) as error:
            why = str(error)
            log.warning("a backup cannot be restored", why=why)
            fault = next((one for kind, one in _FAULTS if isinstance(error, kind)), Fault.OTHER)
            self.state = State(stage=Stage.REFUSED, fault=fault, detail=why)
        else:
            self.state = State(stage=Stage.GOOD, content=content)

    def _read(self, file: Path, passphrase: str | None, go_on: GoOn) -> Content:
        store = self._settings.shop.store
        secret = passphrase or backup_making.passphrase_of(self._settings)
        found = backup_restore.unpack(file, self._data, go_on, passphrase=secret, store=store)
        self._manifest = found
        labels, articles = restored.counts(self._data / backup_restore.READY / FILE)
        return Content(
            store=found.store,
            gateway=found.gateway,
            taken_at=found.taken_at,
            app=found.app,
            labels=labels,
            articles=articles,
        )

    def _candidates(self) -> tuple[Candidate, ...]:
        folders = (
            backup_making.folder_of(self._settings),
            *self._system.marked(self._settings.backup.mounts),
        )
        there = [
            (stored.taken_at, folder, stored)
            for folder in folders
            for stored in backup_folder.of_shop(folder, self._settings.shop.store)
        ]
        there.sort(key=lambda one: (one[0], one[1]), reverse=True)
        own = self._data / UPLOADED
        sent: list[Candidate] = []
        if own.is_file():
            size = own.stat().st_size
            sent = [Candidate(path=str(own), taken_at=None, bytes=size, sealed=True, uploaded=True)]
        return (*sent, *(_candidate(folder, stored) for _, folder, stored in there[:_MOST]))

    def _append(self, offset: int, piece: bytes) -> int:
        path = self._data / UPLOADED
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | (os.O_TRUNC if offset == 0 else 0)
        with os.fdopen(os.open(path, flags, 0o600), "r+b") as file:
            size = file.seek(0, os.SEEK_END)
            if offset != size:
                return size
            if size + len(piece) > LARGEST:
                raise NoRoomError(f"{path}: a backup has {LARGEST >> 30} GiB at most")
            backup_folder.need(self._data, len(piece))
            file.write(piece)
            file.flush()
            os.fsync(file.fileno())
            return size + len(piece)

    def _clear(self) -> None:
        """Take away what was sent and read, and not taken."""
        backup_restore.leave(self._data)
        (self._data / UPLOADED).unlink(missing_ok=True)


def _candidate(folder: Path, stored: Stored) -> Candidate:
    return Candidate(
        path=str(folder / stored.name),
        taken_at=stored.taken_at,
        bytes=stored.bytes,
        sealed=stored.sealed,
    )
