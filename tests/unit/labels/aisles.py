"""A room with labels of a radio family, over a driver that answers as it is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from device_drivers.api.drivers import (
    Announced,
    Capabilities,
    Described,
    Failed,
    Family,
    Flash,
    Hardware,
    Heard,
    Outcome,
    Picture,
    Reason,
    Shown,
    Tell,
    Wakes,
)
from device_drivers.api.panels import Frame
from gateway.domain.labels import LabelState
from gateway.domain.quiet_hours import QuietHours
from gateway.labels.courier import Courier
from gateway.labels.reports import Reports
from gateway.settings import Labels
from gateway.store import deliveries
from tests.unit.labels import rooms
from tests.unit.labels.rooms import Room

FAMILY = Family(
    name="radio",
    title="Radio",
    capabilities=Capabilities(confirms_shown=True, wakes=Wakes.ADVERTISES, parallel=2),
    hardware=Hardware(),
)

Answer = Callable[[Described], Awaitable[Outcome]]


async def shown(_label: Described) -> Outcome:
    return Shown()


@dataclass(slots=True)
class RadioDriver:
    """Answers what ``answer`` says; ``asked`` are those it was handed pictures for."""

    answer: Answer = shown
    family: Family = FAMILY
    asked: list[Described] = field(default_factory=list)
    wishes: list[str] = field(default_factory=list)
    formats: list[tuple[str, ...]] = field(default_factory=list)
    connected: list[Tell] = field(default_factory=list)
    lost: list[Tell] = field(default_factory=list)

    def encode(self, frame: Frame, label: Described) -> Picture:
        self.formats.append(label.formats)
        return Picture(format="raw", data=frame.pixels, sha256=frame.fingerprint)

    async def deliver(self, label: Described, wish: str, picture: Picture) -> Outcome:  # noqa: ARG002
        self.asked.append(label)
        self.wishes.append(wish)
        return await self.answer(label)

    async def run(self) -> NoReturn:
        await asyncio.get_running_loop().create_future()
        raise AssertionError("nobody ends this")

    async def settled(self, label: str) -> None:
        """Nothing is kept."""

    async def flash(self, label: Described, flash: Flash) -> Outcome:  # noqa: ARG002
        return Failed(reason=Reason.REFUSED)

    def heard(self) -> AsyncIterator[Heard]:
        raise AssertionError("nobody listens")

    def on_lost_session(self, tell: Tell) -> None:
        self.lost.append(tell)

    def on_connected(self, tell: Tell) -> None:
        self.connected.append(tell)


@dataclass(slots=True)
class Aisle:
    """A room with labels of a radio family."""

    room: Room
    driver: RadioDriver
    courier: Courier

    async def hang(self, label: str, via: str = "", formats: tuple[str, ...] = ("raw",)) -> None:
        heard = Announced(
            label=label,
            panel=rooms.PANEL,
            formats=formats,
            firmware="1",
            showing=None,
            via=via,
        )
        await self.room.reports.heard("radio", [heard])

    async def wish(
        self, label: str, ink: int = 0, *, state: LabelState = LabelState.REGULAR, why: str = ""
    ) -> None:
        await self.room.wish(label, ink, state=state, why=why, announce=False)

    async def delivery(self, label: str) -> deliveries.Delivery:
        return await self.room.delivery(label)


@asynccontextmanager
async def an_aisle(
    folder: Path, *, family: Family = FAMILY, quiet: QuietHours | None = None
) -> AsyncIterator[Aisle]:
    async with rooms.room(folder) as room:
        driver = RadioDriver(family=family)
        silent = frozenset() if family.capabilities.confirms_shown else frozenset({"radio"})
        settings = Labels(adopt_by_themselves=("radio",))
        room.reports = Reports(
            room.database, rooms.ORIGIN, room.clock, settings, silent_on_shown=silent
        )
        courier = Courier(
            room.database,
            {"radio": driver},
            room.reports,
            room.turns,
            room.clock,
            Labels(),
            quiet=lambda: quiet,
        )
        yield Aisle(room, driver, courier)
