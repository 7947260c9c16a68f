"""Keeps requests going while nobody looks: what may be asked now, and what time does to them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, NoReturn

from gateway.clock import Clock
from gateway.domain.events import Origin
from gateway.settings import Settings
from gateway.shopper.acting import Offered
from gateway.store import opening_hours, requests
from gateway.store.database import Connection, Database, StorageBusyError

LOOK_S: Final = 1.0
_LINGERS: Final = timedelta(seconds=30)
"""A staff page that was there so lately is loading again, or its phone changes the network."""


class Offering:
    """The service. ``is_attended`` says whether a staff page is open; ``forget`` drops kept pages.

    ``now`` is what may be asked; a second old at most. ``origin`` tells of it.
    """

    name = "shopper-requests"

    def __init__(
        self,
        database: Database,
        clock: Clock,
        settings: Settings,
        origin: Origin,
        *,
        is_attended: Callable[[], bool],
        forget: Callable[[], None],
    ) -> None:
        self._database = database
        self._clock = clock
        self._settings = settings
        self.origin = origin
        self._is_attended = is_attended
        self._forget = forget
        self._attended_at: datetime | None = None
        self._changes = database.changes.subscribe(
            requests.PAUSED, requests.TABLE, "location", "shop_setting_in_force"
        )
        self.now = Offered()
        self._turn = asyncio.Lock()

    async def run(self) -> NoReturn:
        """Go on for ever."""
        while True:
            await self.look()
            try:
                async with asyncio.timeout(LOOK_S):
                    await self._changes.next()
            except TimeoutError:
                continue

    async def look(self) -> None:
        """See what may be asked now, and let time do what is due."""
        # One after another: what was read first must not be said last.
        async with self._turn:
            await self._look()

    async def _look(self) -> None:
        at = self._clock.now()
        is_attended = self._attended(at)
        found, is_due = await self._database.read(
            lambda rows: self._read(rows, at, is_attended=is_attended)
        )
        if found != self.now:
            self.now = found
            self._forget()
        if is_due:
            try:
                await self._database.write(lambda rows: requests.look(rows, self.origin, at))
            except StorageBusyError:
                return  # it is still due the next time

    def _read(
        self, connection: Connection, at: datetime, *, is_attended: bool
    ) -> tuple[Offered, bool]:
        own = self._settings.shop
        hours = opening_hours.of_shop(connection, own.store, own.hours, own.time_zone)
        found = Offered(
            is_open=hours is None or hours.is_open(at),
            is_attended=is_attended,
            is_paused=requests.paused_by(connection) is not None,
            begins=None if hours is None else hours.opens_next(at),
        )
        return found, requests.is_due(connection, at)

    def _attended(self, at: datetime) -> bool:
        if self._is_attended():
            self._attended_at = at
        return self._attended_at is not None and at - self._attended_at < _LINGERS
