"""A shop with access points on loopback: a driver, what it said, and waiting for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from typing_extensions import override

from device_drivers.api.drivers import (
    Described,
    Heard,
    LabelDriver,
    Outcome,
    Picture,
    Reported,
)
from device_drivers.api.panels import Frame
from tests.support.label_shop import LabelShop
from tests.support.running import PATIENCE_S


class AccessPointShop(LabelShop):
    """Everything takes its time here, so that it is waited for."""

    def __init__(self, driver: LabelDriver) -> None:
        super().__init__(driver)
        self._news = asyncio.Event()

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self.listen()), group.create_task(self.driver.run())]
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

    def outcomes(self, wish: str = "w", label: str | None = None) -> list[Outcome]:
        return self.reported(wish, label)

    def reports(self) -> list[Reported]:
        return self.heard(Reported)

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait until it is so; looked at whenever something was said, and now and then."""
        async with asyncio.timeout(PATIENCE_S):
            while not true():
                self._news.clear()
                with suppress(TimeoutError):
                    async with asyncio.timeout(0.05):
                        await self._news.wait()

    @override
    def _take(self, heard: Heard) -> None:
        super()._take(heard)
        self._news.set()
