"""The gateway's part beside one driver: it listens, acknowledges, and remembers what was said."""

from __future__ import annotations

from collections.abc import AsyncIterator, Coroutine
from typing import Any, TypeVar

from device_drivers.api.drivers import Heard, LabelDriver, Outcome, Reported, Sighting

Said = TypeVar("Said", bound=Sighting)


class LabelShop:
    """What labels said is in ``said``; while it does not acknowledge, nothing counts as stored."""

    def __init__(self, driver: LabelDriver) -> None:
        self.driver = driver
        self.said: list[Sighting] = []
        self.acknowledges = True
        self.came_up: list[str] = []
        self.lost_on: list[str] = []
        driver.on_connected(self._connected)
        driver.on_lost_session(self._lost)

    def heard(self, kind: type[Said]) -> list[Said]:
        return [sighting for sighting in self.said if isinstance(sighting, kind)]

    def reported(self, wish: str, label: str | None = None) -> list[Outcome]:
        """What labels, or one of them, said about a wish."""
        return [
            one.outcome
            for one in self.heard(Reported)
            if one.wish == wish and label in {None, one.label}
        ]

    def listen(self) -> Coroutine[Any, Any, None]:
        """Listens for ever; hears everything from this call on, before it is awaited."""
        return self._listen(self.driver.heard())

    async def _listen(self, everything: AsyncIterator[Heard]) -> None:
        async for heard in everything:
            self._take(heard)

    def _take(self, heard: Heard) -> None:
        self.said.append(heard.sighting)
        if self.acknowledges:
            heard.ack()

    @property
    def connects(self) -> int:
        return len(self.came_up)

    @property
    def sessions_lost(self) -> int:
        return len(self.lost_on)

    async def _connected(self, via: str = "") -> None:
        self.came_up.append(via)

    async def _lost(self, via: str = "") -> None:
        self.lost_on.append(via)
