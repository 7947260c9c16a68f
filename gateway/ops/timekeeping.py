"""Finds out whether the time is known, says so, and has everything looked at when it is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, NoReturn

import structlog

from gateway.clock import CheckedClock, Clock
from gateway.domain import trusted_time
from gateway.domain.trusted_time import Doubt, Evidence
from gateway.ops import system_time
from gateway.ops.system_time import SystemTime
from gateway.settings import Time
from gateway.store import time_marks
from gateway.store.database import Database

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
        self._answered: tuple[datetime, float] | None = None
        self._heard = asyncio.Event()
        self._listeners: list[Callable[[], None]] = []
        self._newest: datetime | None = None
        self._marked: datetime | None = None
        self._doubt: Doubt | None = None
        self._told = False
        self._began = clock.monotonic()

    def on_change(self, listener: Callable[[], None]) -> None:
        """Have ``listener`` called when the time becomes known, or is set."""
        self._listeners.append(listener)

    @property
    def in_doubt(self) -> bool:
        """Whether another word on what time it is would help."""
        return self._doubt is not None or not self._clock.trusted

    def central_said(self, issued_at: str, *, answered: bool) -> None:
        """Central wrote this time into a message that has just come.

        Unless it is ``answered`` to a question of ours, the message may have waited for long.
        """
        try:
            issued = datetime.fromisoformat(issued_at)
        except ValueError:
            return
        if issued.tzinfo is None:
            return
        self._central = (issued, self._clock.monotonic())
        if answered:
            self._answered = self._central
        self._heard.set()

    async def begin(self) -> None:
        """Before anybody asks for the time: go on from the latest that there is.

        Writes nothing: a disk that is full or held does not keep the gateway from starting.
        """
        self._newest = await self._database.read(time_marks.newest)
        self._clock.begin(await self._database.read(time_marks.written))
        if await self._judged() is None:
            self._clock.trust()

    async def run(self) -> NoReturn:
        """Look again and again, and at once when central said something."""
        while True:
            self._heard.clear()
            await self.check()
            wait = _WHILE_KNOWN_S if self._clock.trusted else _WHILE_DOUBTED_S
            try:
                async with asyncio.timeout(wait):
                    await self._heard.wait()
            except TimeoutError:
                continue

    async def check(self) -> None:
        """Judge the machine's clock once."""
        if self._clock.trusted and self._clock.runs_true():
            self._doubt = None
            self._clock.trust()
            await (self._mark() if self._marked is not None else self._believe())
            return
        doubt = await self._judged()
        if doubt is None:
            await self._believe()
        else:
            await self._disbelieve(doubt)

    async def _judged(self) -> Doubt | None:
        system = await asyncio.to_thread(self._system)
        return trusted_time.doubt(self._evidence(system))

    def _evidence(self, system: SystemTime) -> Evidence:
        return Evidence(
            machine=self._clock.machine(),
            synchronised=system.synchronised,
            # It told the time at boot; what set the clock since then is another matter.
            battery=system.battery and not self._clock.trusted,
            newest=self._clock.known() if self._clock.trusted else self._newest,
            central=self._counted_on(self._central),
            answered=self._counted_on(self._answered),
        )

    def _counted_on(self, said: tuple[datetime, float] | None) -> datetime | None:
        """What central's clock shows by now, going by what it said then."""
        if said is None:
            return None
        issued, heard = said
        try:
            return issued + timedelta(seconds=self._clock.monotonic() - heard)
        except OverflowError:
            return None

    async def _believe(self) -> None:
        self._clock.trust()
        self._doubt = None
        now = self._clock.now()
        log.info("the time is known", now=now.isoformat(timespec="seconds"))
        self._marked = now
        await self._database.write_patiently(lambda rows: time_marks.believe(rows, now))
        self._tell()

    async def _disbelieve(self, doubt: Doubt) -> None:
        changed, self._doubt = self._doubt is not doubt, doubt
        if self._clock.trusted:
            # It was set, wrongly as it seems; our own count of the time goes on.
            if changed:
                log.warning("the machine's clock was set and is not followed", why=doubt.value)
            return
        late = self._clock.monotonic() - self._began >= _PATIENCE_S
        if changed or late != self._told:
            self._told = late
            say = log.warning if late else log.info
            say("the machine's clock is not believed", why=doubt.value)
            now, why = self._clock.now(), doubt.value if late else None
            await self._database.write_patiently(lambda rows: time_marks.doubt(rows, why, now))
            self._tell()

    async def _mark(self) -> None:
        now = self._clock.now()
        if self._marked is None or abs(now - self._marked) >= _MARKED_EVERY:
            self._marked = now
            await self._database.write_patiently(lambda rows: time_marks.mark(rows, now))

    def _tell(self) -> None:
        for listener in self._listeners:
            listener()


async def begin(
    database: Database, clock: Clock, settings: Time
) -> tuple[Clock, Timekeeper | None]:
    """The clock to go by, and who checks it; None where it is believed as it is."""
    if settings.trust == "checked":
        watched = CheckedClock(clock)
        keeper = Timekeeper(database, watched)
        await keeper.begin()
        return watched, keeper
    if await database.read(time_marks.is_doubted):
        now = clock.now()
        await database.write(lambda rows: time_marks.believe(rows, now))
    return clock, None
