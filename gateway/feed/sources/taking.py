"""Files that come by themselves (drop folder, address): imported, or refused and told."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import structlog

from gateway.clock import Clock
from gateway.errors import AnaquelError
from gateway.feed.local import NotOwnerError, TakenOverError
from gateway.feed.sources import files, reports
from gateway.feed.sources.file_faults import Fault, FileRefusedError
from gateway.settings import Settings
from gateway.store import tasks
from gateway.store.database import Connection, Database, StorageBusyError

TASK = "refused_file"
_MOST = 1_000
_MEANT = "anaquel import --replace"

log = structlog.get_logger("files")


class BusyError(AnaquelError):
    """The file could not be stored now; nothing was changed, later it may be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of a file: ``report`` in plain lines."""

    taken: bool
    report: tuple[str, ...]


class Taker:
    """Imports what one way of files brings, with one open task while its newest is refused."""

    def __init__(self, database: Database, settings: Settings, clock: Clock, way: str) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock
        self._way = way

    async def take(self, data: bytes, name: str) -> Verdict:
        """Import ``data``, which people know as ``name``. Raises ``BusyError``."""
        try:
            done = await files.import_file(self._database, self._settings, data, self._clock)
        except FileRefusedError as error:
            return await self.refuse(name, str(error), error.fault, **error.named)
        except NotOwnerError as error:
            return await self.refuse(name, str(error), Fault.NOT_OWNER)
        except (TakenOverError, StorageBusyError) as error:
            raise BusyError(str(error)) from error
        report = tuple(reports.imported(done, self._settings, most=_MOST, meant=_MEANT))
        log.info("file imported", file=name, said=report[0], problems=done.file.problem_count)
        await self._database.write_patiently(partial(tasks.close, kind=TASK, key=self._way))
        return Verdict(taken=True, report=report)

    async def refuse(self, name: str, why: str, fault: Fault, **named: str) -> Verdict:
        """Say that the file cannot be used: ``why`` to technicians, ``fault`` to the page."""
        log.warning("file refused", file=name, why=why)
        now = self._clock.now()

        def tell(connection: Connection) -> None:
            detail = {"file": name, "message": why, "fault": fault.value, "named": named}
            tasks.open_(connection, TASK, self._way, detail, now)

        await self._database.write_patiently(tell)
        return Verdict(taken=False, report=(f"Refused: {why}", "Nothing was changed."))
