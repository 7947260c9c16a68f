"""Backups at their hour, copies wherever there is a place, and a task where there is none."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.clock import ShiftedClock
from gateway.ops import backup_archive, backup_making, backup_sealing
from gateway.ops.backup_disks import MARKER
from gateway.ops.backup_service import FAILED, OVERDUE, Backups
from gateway.store import backup_copies, tasks
from gateway.store.backup_copies import Copy
from gateway.store.database import Database
from tests.support import settings as make_settings
from tests.support import shop
from tests.support.archives import PASSPHRASE
from tests.support.running import PATIENCE_S, running
from tests.unit.ops.test_backup_disks import STICK, SYSTEM, Machine

DAY = timedelta(days=1)


class Box:
    """A gateway's backups on a machine with one disk, at 14:32 in Guadalajara."""

    def __init__(self, database: Database, folder: Path, **given: Any) -> None:
        self.machine = Machine(folder / "machine")
        self.machine.disk(SYSTEM, "mmcblk0", "mmcblk0p2")
        self.machine.mount(Path("/"), "ext4", SYSTEM)
        self.media = self.machine.root / "media"
        self.clock = ShiftedClock(shop.StillClock())
        section = {"mounts": [str(self.media)]} | given
        self.settings = make_settings.make(folder, backup=section)
        self.database = database
        self.backups = Backups(
            database, self.clock, self.settings, system=self.machine.system, every_s=0.01
        )

    def plug_in(self, name: str = "usb", device: str = STICK) -> Path:
        if device == STICK and not (self.machine.system.blocks / STICK).exists():
            self.machine.disk(STICK, "sda", "sda1")
        stick = self.machine.mount(self.media / name, "vfat", device)
        (stick / MARKER).mkdir()
        return stick / MARKER

    async def look(self, after: timedelta = timedelta()) -> list[str]:
        """Look once, so much later; the names of what is kept."""
        self.clock.advance(after)
        await self.backups.look()
        return [one.name for one in await self.backups.stored()]

    async def tasks(self) -> set[str]:
        return {one.kind for one in await self.database.read(tasks.all_open)}

    async def copies(self) -> dict[str, Copy]:
        return {one.place: one for one in await self.database.read(backup_copies.every)}


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with Database(tmp_path / "data" / "anaquel.db") as one:
        yield one


async def boxed(database: Database, folder: Path, **given: Any) -> Box:
    (folder / "machine").mkdir()
    return await asyncio.to_thread(lambda: Box(database, folder, **given))


async def test_one_is_made_each_night_and_one_that_was_missed_at_the_next_look(
    database: Database, tmp_path: Path
) -> None:
    box = await boxed(database, tmp_path)

    assert await box.look() == []
    assert await box.look(timedelta(hours=12)) == []
    first = await box.look(timedelta(minutes=28))
    assert first == ["anaquel~s042~gw-1~20261123T090000Z.tar.gz"]
    assert await box.look(timedelta(hours=23)) == first
    assert len(await box.look(timedelta(days=3))) == 2


async def test_never_means_only_when_somebody_asks(database: Database, tmp_path: Path) -> None:
    box = await boxed(database, tmp_path, at="never")

    assert await box.look(3 * DAY) == []
    box.backups.ask()
    assert box.backups.making
    assert len(await box.look()) == 1
    assert not box.backups.making


async def test_old_ones_go_by_the_counts(database: Database, tmp_path: Path) -> None:
    box = await boxed(database, tmp_path, daily=2, weekly=0, monthly=0)
    await box.look()
    for _ in range(4):
        await box.look(DAY)
    assert len(await box.backups.stored()) == 2


async def test_a_stick_gets_the_newest_whenever_it_is_plugged_in(
    database: Database, tmp_path: Path
) -> None:
    box = await boxed(database, tmp_path)
    await box.look()
    (name,) = await box.look(DAY)
    assert await box.copies() == {}

    stick = await asyncio.to_thread(box.plug_in)
    await box.look()
    assert [one.name for one in stick.iterdir()] == [name]
    assert (await box.copies())["usb"].name == name
    assert (await box.copies())["usb"].trouble is None
    second = await asyncio.to_thread(box.plug_in, "second")
    await box.look()
    assert [one.name for one in second.iterdir()] == [name]


async def test_the_system_s_own_disk_is_refused_and_that_is_told(
    database: Database, tmp_path: Path
) -> None:
    box = await boxed(database, tmp_path)
    stick = await asyncio.to_thread(box.plug_in, "spare", SYSTEM)
    await box.look()
    await box.look(DAY)

    assert list(stick.iterdir()) == []
    told = (await box.copies())["usb"]
    assert told.name is None
    assert told.trouble is not None
    assert "it is on the disk of /" in told.trouble


async def test_without_a_copy_elsewhere_for_a_week_there_is_a_task_and_it_closes_by_itself(
    database: Database, tmp_path: Path
) -> None:
    box = await boxed(database, tmp_path)
    await box.look()
    await box.look(7 * DAY)
    assert await box.tasks() == set()
    await box.look(timedelta(minutes=1))
    assert await box.tasks() == {OVERDUE}

    await asyncio.to_thread(box.plug_in)
    await box.look()
    assert await box.tasks() == set()


async def test_what_cannot_be_made_is_a_task_tried_each_hour(
    database: Database, tmp_path: Path
) -> None:
    box = await boxed(database, tmp_path, passphrase_file=tmp_path / "passphrase")
    await box.look()
    assert await box.look(DAY) == []
    assert await box.tasks() == {FAILED}

    (tmp_path / "passphrase").write_text(PASSPHRASE, encoding="utf-8")
    assert await box.look(timedelta(minutes=59)) == []
    (name,) = await box.look(timedelta(minutes=1))
    assert await box.tasks() == set()
    path = await box.backups.path(name)
    assert path is not None
    manifest = await asyncio.to_thread(backup_archive.read_manifest, path, PASSPHRASE)
    assert manifest.store == "s042"
    assert path.read_bytes().startswith(backup_sealing.MAGIC)


async def test_backups_of_a_clock_that_was_years_ahead_do_not_keep_new_ones_from_being_made(
    database: Database, tmp_path: Path
) -> None:
    box = await boxed(database, tmp_path)
    stick = await asyncio.to_thread(box.plug_in)
    await box.look()
    (ahead,) = await box.look(2_000 * DAY)
    assert (await box.copies())["usb"].name == ahead

    box.clock.advance(-1_999 * DAY)
    there = await box.look()
    new = there[1]
    assert there == [ahead, new]
    assert {one.name for one in await asyncio.to_thread(lambda: [*stick.iterdir()])} == {ahead, new}
    assert (await box.copies())["usb"].name == new

    stick.rename(stick.with_name("elsewhere"))
    await box.look(7 * DAY)
    await box.look(DAY)
    assert await box.tasks() == {OVERDUE}, "the copy of then is none of the last days"


async def test_a_failure_before_the_clock_was_set_back_is_tried_again(
    database: Database, tmp_path: Path
) -> None:
    box = await boxed(database, tmp_path, passphrase_file=tmp_path / "passphrase")
    spare = await asyncio.to_thread(box.plug_in, "spare", SYSTEM)
    await box.look()
    assert await box.look(2_000 * DAY) == []
    (tmp_path / "passphrase").write_text(PASSPHRASE, encoding="utf-8")
    box.clock.advance(-1_998 * DAY)
    assert len(await box.look()) == 1

    box.clock.advance(30 * DAY)
    await box.look()
    assert (await box.copies())["usb"].trouble is not None
    box.clock.advance(-30 * DAY)
    (spare / "ours").touch()
    await asyncio.to_thread(box.plug_in)
    await asyncio.to_thread(spare.parent.joinpath(MARKER).rename, tmp_path / "away")
    await box.look()
    assert (await box.copies())["usb"].trouble is None


async def test_only_files_that_are_listed_have_a_path(database: Database, tmp_path: Path) -> None:
    box = await boxed(database, tmp_path)
    box.backups.ask()
    (name,) = await box.look()

    assert await box.backups.path(name) == tmp_path / "data" / "backups" / name
    for other in ("../anaquel.db", "", ".lock", f"{name}x"):
        assert await box.backups.path(other) is None


async def test_a_quiet_look_writes_nothing(database: Database, tmp_path: Path) -> None:
    box = await boxed(database, tmp_path)
    await asyncio.to_thread(box.plug_in)
    box.backups.ask()
    await box.look()
    before = await database.write(lambda rows: rows.total_changes)
    for _ in range(3):
        await box.look(timedelta(minutes=1))

    assert await database.write(lambda rows: rows.total_changes) == before


async def test_the_service_stops_in_the_middle_of_the_work(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The copy waits for the test, which goes away meanwhile."""
    box = await boxed(database, tmp_path)
    begun, stopped = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def endless(_settings: Any, _at: Any, on: Any, **_: Any) -> None:
        loop.call_soon_threadsafe(begun.set)
        try:
            while True:
                on()
        finally:
            loop.call_soon_threadsafe(stopped.set)

    monkeypatch.setattr(backup_making, "make", endless)
    box.backups.ask()
    async with asyncio.timeout(PATIENCE_S):
        async with running(box.backups):
            await begun.wait()
        await stopped.wait()
