"""The drop folder: a file that appears is imported when it is complete, then put aside.

Complete is a file that kept its size and time from one look to the next. Afterwards it lies in
``done`` or ``refused`` with a report beside it; of each the newest hundred stay.
"""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import structlog

from gateway.clock import Clock
from gateway.feed.sources import csv_table
from gateway.feed.sources.file_faults import Fault
from gateway.feed.sources.taking import BusyError, Taker, Verdict
from gateway.settings import Settings
from gateway.store.database import Database

DONE = "done"
REFUSED = "refused"
_KEPT = 100
_MOST_AT_ONCE = 1_000
_NAME_BYTES = 150
_UNFINISHED = (".part", ".tmp", ".filepart", ".crdownload")

log = structlog.get_logger("files")


@dataclass(frozen=True, slots=True)
class _Seen:
    """A file as it was at a look."""

    name: str
    size: int
    changed_ns: int

    @property
    def readable(self) -> str:
        """The name as it can be written down: not every system that copies files writes UTF-8."""
        return os.fsencode(self.name).decode("utf-8", "replace")


class DropFolder:
    """Watches one folder for ever."""

    name = "drop-folder"

    def __init__(self, folder: Path, database: Database, settings: Settings, clock: Clock) -> None:
        self._folder = folder
        self._every_s = settings.files.look_s
        self._clock = clock
        self._taker = Taker(database, settings, clock, "drop")
        self._before: frozenset[_Seen] = frozenset()
        # Files that could not be put aside: imported once, not at every look.
        self._settled: set[_Seen] = set()
        self._trouble: str | None = None

    async def run(self) -> NoReturn:
        """Look, take what is complete, wait."""
        while True:
            try:
                await self.look()
            except OSError as error:
                self._say_trouble(f"{error.filename or self._folder}: {error.strerror}")
            except BusyError as error:
                self._say_trouble(str(error))
            else:
                self._trouble = None
            await asyncio.sleep(self._every_s)

    async def look(self) -> None:
        """Take what is complete since the look before. Raises ``OSError``, ``BusyError``."""
        now = await asyncio.to_thread(_look, self._folder)
        self._settled &= set(now)
        complete = [one for one in now if one in self._before and one not in self._settled]
        self._before = frozenset(now)
        for one in complete:
            await self._take(one)

    async def _take(self, seen: _Seen) -> None:
        path = self._folder / seen.name
        if seen.size > csv_table.MAX_BYTES:
            most = csv_table.MAX_BYTES // 2**20
            verdict = await self._taker.refuse(
                *(seen.readable, f"the file is larger than {most} MiB; export it in parts"),
                Fault.TOO_LARGE,
                most=str(most),
            )
        else:
            try:
                data = await asyncio.to_thread(path.read_bytes)
            except FileNotFoundError:
                return  # taken away again
            verdict = await self._taker.take(data, seen.readable)
        self._settled.add(seen)
        stamp = f"{self._clock.now():%Y%m%d-%H%M%S-%f}"
        await asyncio.to_thread(_put_aside, path, seen.readable, verdict, stamp)

    def _say_trouble(self, why: str) -> None:
        if why != self._trouble:
            log.error("drop folder in trouble; looking again", why=why)
        self._trouble = why


def _look(folder: Path) -> list[_Seen]:
    """The files that may be taken, oldest first; makes the folder where it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    found: list[_Seen] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(".") or entry.name.lower().endswith(_UNFINISHED):
                continue
            state = entry.stat(follow_symlinks=False)
            if stat.S_ISREG(state.st_mode):
                found.append(_Seen(entry.name, state.st_size, state.st_mtime_ns))
            if len(found) >= _MOST_AT_ONCE:
                break
    return sorted(found, key=lambda one: (one.changed_ns, one.name))


def _put_aside(path: Path, name: str, verdict: Verdict, stamp: str) -> None:
    """Move the file to where it belongs, with its report; the report comes first."""
    aside = path.parent / (DONE if verdict.taken else REFUSED)
    aside.mkdir(exist_ok=True)
    # File systems count bytes: the end of a long name stays, where its ending is.
    short = name.encode()[-_NAME_BYTES:].decode(errors="ignore")
    target = aside / f"{stamp}-{short}"
    report = target.with_name(f"{target.name}.txt")
    report.write_text("\n".join((name, *verdict.report, "")), encoding="utf-8")
    path.replace(target)
    _forget(sorted(aside.iterdir(), key=lambda one: one.name))


def _forget(files: Iterable[Path]) -> None:
    """Delete all but the newest; their names begin with the time."""
    for old in list(files)[: -2 * _KEPT]:
        old.unlink(missing_ok=True)
