"""Makes a backup at the shop's hour, keeps some, and brings the newest to other places."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final, NoReturn

import structlog

from gateway.clock import Clock
from gateway.domain import backups
from gateway.domain.backups import Stored
from gateway.ops import backup_folder, backup_making, backup_places
from gateway.ops.backup_disks import System
from gateway.ops.backup_format import BackupError
from gateway.ops.backup_making import Made
from gateway.ops.backup_places import Place
from gateway.ops.backup_restoring import Restoring
from gateway.settings import Settings
from gateway.store import backup_copies, tasks
from gateway.store.backup_copies import Copy
from gateway.store.copying import GoOn
from gateway.store.database import Connection, Database, StorageError

OVERDUE: Final = "backup_overdue"
FAILED: Final = "backup_failed"
_EVERY_S: Final = 60.0
_AGAIN: Final = timedelta(hours=1)

log = structlog.get_logger("backup")


class Backups:
    """The shop's backups; one per gateway."""

    name = "backups"

    def __init__(
        self,
        database: Database,
        clock: Clock,
        settings: Settings,
        restoring: Restoring | None = None,
        *,
        system: System | None = None,
        every_s: float = _EVERY_S,
    ) -> None:
        self.restoring = restoring
        """Who puts one back; None where nobody can."""
        self.making = False
        """Whether one is being made, or is about to be."""
        self._database = database
        self._clock = clock
        self._settings = settings
        self._every_s = every_s
        self._folder = backup_making.folder_of(settings)
        self._kind = backup_making.kind_of(settings)
        self._places = backup_places.places(settings, system or System())
        self._asked = asyncio.Event()
        self._failed_at: datetime | None = None

    def ask(self) -> None:
        """Have one made now."""
        self.making = True
        self._asked.set()

    async def stored(self) -> tuple[Stored, ...]:
        """What is kept on this box, the newest first."""
        return await asyncio.to_thread(backup_folder.listed, self._folder, self._kind)

    async def path(self, name: str) -> Path | None:
        """The file of a backup that is kept on this box."""
        known = {one.name for one in await self.stored()}
        return self._folder / name if name in known else None

    async def run(self) -> NoReturn:
        """Look again and again, and at once when somebody asks."""
        while True:
            await self.look()
            try:
                async with asyncio.timeout(self._every_s):
                    await self._asked.wait()
            except TimeoutError:
                continue

    async def look(self) -> None:
        """Make a backup if one is due, bring the newest to where it is not, say what is overdue."""
        newest = await self._newest()
        if self._asked.is_set() or await self._is_due(newest):
            self._asked.clear()
            await self._make()
            newest = await self._newest()
        if newest is not None:
            await self._bring(newest)
        now, latest = self._clock.now(), self._latest()
        if await self._database.read(partial(_would_judge, now=now, latest=latest)):
            await self._database.write_patiently(partial(_judge, now=now, latest=latest))

    def _latest(self) -> datetime:
        return backups.latest(self._clock.now(), trusted=self._clock.trusted)

    async def _newest(self) -> Stored | None:
        """The newest that is kept here; those of a clock that was ahead would be it for years."""
        latest = self._latest()
        return next((one for one in await self.stored() if one.taken_at <= latest), None)

    async def _is_due(self, newest: Stored | None) -> bool:
        at, now = self._settings.backup.hour, self._clock.now()
        if at is None or backups.is_within(self._failed_at, _AGAIN, now):
            return False
        since = await self._database.read(backup_copies.since)
        last = newest.taken_at if newest is not None else min(since or now, now)
        zone = await asyncio.to_thread(lambda: self._settings.shop.zone)  # a file, the first time
        return backups.next_due(last, at, zone) <= now

    async def _make(self) -> None:
        now, self.making = self._clock.now(), True
        try:
            made = await backup_places.in_thread(partial(self._made, now))
        except (BackupError, StorageError, OSError) as error:
            self._failed_at, said = now, str(error)
            log.warning("no backup could be made", why=said)
            await self._database.write_patiently(
                lambda rows: tasks.open_(rows, FAILED, "", {"message": said[:500]}, now)
            )
        else:
            self._failed_at = None
            log.info("backup made", name=made.stored.name, bytes=made.stored.bytes)
        finally:
            self.making = self._asked.is_set()
        await self._database.write_patiently(partial(_made, good=self._failed_at is None))

    def _made(self, at: datetime, go_on: GoOn) -> Made:
        passphrase = backup_making.passphrase_of(self._settings)
        made = backup_making.make(self._settings, at, go_on, passphrase=passphrase)
        kept = backup_making.kept_of(self._settings)
        zone = self._settings.shop.zone
        backup_folder.rotate(self._folder, self._kind, kept, zone, made.stored.taken_at)
        return made

    async def _bring(self, newest: Stored) -> None:
        """The newest backup to each place; one that fails does not keep the others from it."""
        copies = {one.place: one for one in await self._database.read(backup_copies.every)}
        for place in self._places:
            if self._is_wanted(place, copies.get(place.name), newest):
                await self._bring_to(place, copies.get(place.name), newest)

    def _is_wanted(self, place: Place, known: Copy | None, newest: Stored) -> bool:
        if known is None:
            return True
        if known.trouble is not None:
            return not backups.is_within(known.tried_at, _AGAIN, self._clock.now())
        return place.looks or known.name != newest.name

    async def _bring_to(self, place: Place, known: Copy | None, newest: Stored) -> None:
        try:
            arrived = await place.bring(newest, self._folder / newest.name)
        except (BackupError, OSError) as error:
            # A stick that was pulled out, or is not ours to read, is no reason to end.
            said, now = str(error), self._clock.now()
            log.warning("no copy of the backup", place=place.name, why=said)
            await self._database.write_patiently(
                lambda rows: backup_copies.failed(rows, place.name, said, now)
            )
            return
        if arrived and (known is None or known.name != newest.name or known.trouble is not None):
            log.info("copy of the backup", place=place.name, name=newest.name)
            now = self._clock.now()
            await self._database.write_patiently(
                lambda rows: backup_copies.arrived(
                    rows, place.name, newest.name, newest.taken_at, now
                )
            )


def _made(connection: Connection, *, good: bool) -> None:
    """Pages look again; nobody has to see to it any more once one is ``good``."""
    backup_copies.made(connection)
    if good:
        tasks.close(connection, FAILED, "")


def _would_judge(connection: Connection, now: datetime, latest: datetime) -> bool:
    """Whether ``_judge`` would change anything: most looks need no commit."""
    since = backup_copies.since(connection)
    is_open = bool(tasks.of_kind(connection, OVERDUE, 1))
    return (
        since is None
        or since > latest
        or is_open != backups.is_overdue(backup_copies.last(connection, latest), since, now)
    )


def _judge(connection: Connection, now: datetime, latest: datetime) -> None:
    backup_copies.begin(connection, now, latest)
    last, since = backup_copies.last(connection, latest), backup_copies.since(connection)
    if backups.is_overdue(last, since or now, now):
        said = None if last is None else last.isoformat(timespec="seconds")
        tasks.open_(connection, OVERDUE, "", {"taken_at": said}, now)
    else:
        tasks.close(connection, OVERDUE, "")
