"""A shop with access points on loopback: a driver, what it said, and waiting for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from device_drivers.api.drivers import (
    Described,
    LabelDriver,
    Outcome,
    Picture,
    Reported,
    Sighting,
)
from device_drivers.api.panels import Frame
from tests.support.running import PATIENCE_S

Said = TypeVar("Said", bound=Sighting)


class AccessPointShop:
    """The gateway's part: it listens, acknowledges and remembers."""

    def __init__(self, driver: LabelDriver) -> None:
        self.driver = driver
        self.said: list[Sighting] = []
        self.connects = 0
        self.sessions_lost = 0
        self.acknowledges = True
        self._news = asyncio.Condition()
        driver.on_connected(self._connected)
        driver.on_lost_session(self._lost)

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._listen()), group.create_task(self.driver.run())]
            try:
                yield
            finally:
                for task in tasks:
                    task.cancel()

    async def deliver(self, known: Described, frame: Frame, wish: str = "w") -> Outcome:
        _, outcome = await self.handed_over(known, frame, wish)
        return outcome

    async def handed_over(
        self, known: Described, frame: Frame, wish: str = "w"
    ) -> tuple[Picture, Outcome]:
        picture = await asyncio.to_thread(self.driver.encode, frame, known)
        return picture, await self.driver.deliver(known, wish, picture)

    def heard(self, kind: type[Said]) -> list[Said]:
        return [sighting for sighting in self.said if isinstance(sighting, kind)]

    def outcomes(self, wish: str = "w", label: str | None = None) -> list[Outcome]:
        return [
            one.outcome
            for one in self.heard(Reported)
            if one.wish == wish and label in {None, one.label}
        ]

    def reports(self) -> list[Reported]:
        return self.heard(Reported)

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait until it is so; looked at whenever something was said, and now and then."""
        async with asyncio.timeout(PATIENCE_S):
            while not true():
                async with self._news:
                    try:
                        async with asyncio.timeout(0.05):
                            await self._news.wait()
                    except TimeoutError:
                        continue

    async def _listen(self) -> None:
        async for heard in self.driver.heard():
            self.said.append(heard.sighting)
            if self.acknowledges:
                heard.ack()
            async with self._news:
                self._news.notify_all()

    async def _connected(self) -> None:
        self.connects += 1

    async def _lost(self) -> None:
        self.sessions_lost += 1
