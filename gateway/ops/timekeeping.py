"""Finds out whether the time is known, says so, and has everything looked at when it is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, NoReturn

import structlog

from gateway.clock import CheckedClock
from gateway.domain import trusted_time
from gateway.domain.trusted_time import Doubt, Evidence
from gateway.ops import system_time
from gateway.ops.system_time import SystemTime
from gateway.store import time_marks
from gateway.store.database import Connection, Database

_WHILE_DOUBTED_S: Final = 2.0
_WHILE_KNOWN_S: Final = 20.0
_MARKED_EVERY: Final = timedelta(minutes=1)
_PATIENCE_S: Final = 60.0
"""A box without a battery has its time from the network within a minute of its start."""

log = structlog.get_logger("time")


class Timekeeper:
    """Decides whether the machine's clock is believed; one per gateway."""

    name = "timekeeper"

    def __init__(
        self,
        database: Database,
        clock: CheckedClock,
        *,
        system: Callable[[], SystemTime] = system_time.read,
    ) -> None:
        self._database = database
        self._clock = clock
        self._system = system
        self._central: tuple[datetime, float] | None = None
        self._heard = asyncio.Event()
        self._listeners: list[Callable[[], None]] = []
        self._newest: datetime | None = None
        self._marked: datetime | None = None
        self._doubt: Doubt | None = None
        self._told = False
        self._unwritten: Callable[[Connection], None] | None = None
        self._began = clock.monotonic()

    def on_change(self, listener: Callable[[], None]) -> None:
        """Have ``listener`` called when the time becomes known, or is set."""
        self._listeners.append(listener)

    def central_said(self, issued_at: str) -> None:
        """Central wrote this time into a message that has just come, perhaps after a wait."""
        try:
            issued = datetime.fromisoformat(issued_at)
        except ValueError:
            return
        if issued.tzinfo is None:
            return
        self._central = (issued, self._clock.monotonic())
        self._heard.set()

    async def begin(self) -> None:
        """Before anybody asks for the time: go on from the latest that was believed."""
        self._newest = await self._database.read(time_marks.newest)
        self._clock.begin(self._newest)
        # Written down by ``run``: a start needs neither room on the disk nor the file to itself.
        self._unwritten = await self._judged()

    async def run(self) -> NoReturn:
        """Look again and again, and at once when central said something."""
        await self._write_down()
        while True:
            self._heard.clear()
            wait = _WHILE_KNOWN_S if self._clock.trusted else _WHILE_DOUBTED_S
            try:
                async with asyncio.timeout(wait):
                    await self._heard.wait()
            except TimeoutError:
                pass
            await self.check()

    async def check(self) -> None:
        """Judge the machine's clock once."""
        await self._write_down()
        self._unwritten = await self._judged()
        await self._write_down()

    async def _judged(self) -> Callable[[Connection], None] | None:
        """What is to be written down of the time as it is now."""
        if self._clock.trusted and self._clock.runs_true():
            self._clock.trust()
            return self._marked_anew()
        system = await asyncio.to_thread(self._system)
        doubt = trusted_time.doubt(self._evidence(system))
        return self._believed() if doubt is None else self._disbelieved(doubt)

    async def _write_down(self) -> None:
        write, self._unwritten = self._unwritten, None
        if write is not None:
            await self._database.write_patiently(write)
            for listener in self._listeners:
                listener()

    def _evidence(self, system: SystemTime) -> Evidence:
        central = None
        if self._central is not None:
            issued, heard = self._central
            central = issued + timedelta(seconds=self._clock.monotonic() - heard)
        return Evidence(
            machine=self._clock.machine(),
            synchronised=system.synchronised,
            # It told the time at boot; what set the clock since then is another matter.
            battery=system.battery and not self._clock.trusted,
            newest=self._clock.known() if self._clock.trusted else self._newest,
            central=central,
        )

    def _believed(self) -> Callable[[Connection], None]:
        self._clock.trust()
        self._doubt = None
        now = self._clock.now()
        log.info("the time is known", now=now.isoformat(timespec="seconds"))
        self._marked = now
        return lambda rows: time_marks.believe(rows, now)

    def _disbelieved(self, doubt: Doubt) -> Callable[[Connection], None] | None:
        changed, self._doubt = self._doubt is not doubt, doubt
        if changed:
            log.warning("the machine's clock is not believed", why=doubt.value)
        if self._clock.trusted:
            return None  # it was set, wrongly as it seems; our own count of the time goes on
        late = self._clock.monotonic() - self._began >= _PATIENCE_S
        if not changed and late == self._told:
            return None
        self._told = late
        now, why = self._clock.now(), doubt.value if late else None
        return lambda rows: time_marks.doubt(rows, why, now)

    def _marked_anew(self) -> Callable[[Connection], None] | None:
        now = self._clock.now()
        if self._marked is not None and abs(now - self._marked) < _MARKED_EVERY:
            return None
        self._marked = now
        return lambda rows: time_marks.mark(rows, now)
