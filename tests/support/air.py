"""Radio labels behind access points, in virtual time: they sleep, fail and lose their way."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
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
    Later,
    Measured,
    Outcome,
    Picture,
    Reason,
    Shown,
    Sighting,
    Telemetry,
    Wakes,
)
from device_drivers.api.panels import Frame, Panel

PLACES = 4
UPLOAD_S = 12.0
TROUBLES = (
    *(Reason.OUT_OF_REACH, Reason.DISCONNECTED, Reason.NO_ANSWER, Reason.BUSY, Reason.ASLEEP),
    Reason.REFUSED,
)
SAYS_NO = (Reason.IMAGE_UNREADABLE, Reason.LABEL_ERROR)
FAMILY = Family(
    name="air",
    title="Air",
    capabilities=Capabilities(confirms_shown=True, wakes=Wakes.ADVERTISES, parallel=PLACES),
    hardware=Hardware(),
)


@dataclass(slots=True)
class AirLabel:
    """A label: where it hangs and what it shows."""

    name: str
    points: tuple[str, ...]
    showing: str | None = None
    pictures: int = 0


@dataclass(slots=True)
class AirDriver:
    """Access points that serve ``labels``; those in ``dead`` answer nobody.

    Each delivery fails with a chance of ``flaky``, each label is heard every ``advert_s`` or so.
    """

    panel: Panel
    rng: random.Random
    flaky: float = 0.05
    advert_s: float = 1_200.0
    labels: dict[str, AirLabel] = field(default_factory=dict)
    dead: set[str] = field(default_factory=set)
    most_at_once: dict[str, int] = field(default_factory=dict)
    family: Family = FAMILY
    _busy: dict[str, int] = field(default_factory=dict)
    _heard: asyncio.Queue[Heard] = field(default_factory=asyncio.Queue)
    _tells: list[Callable[[], Awaitable[None]]] = field(default_factory=list)

    def encode(self, frame: Frame, label: Described) -> Picture:  # noqa: ARG002 - the contract
        return Picture(format="raw", data=frame.pixels, sha256=frame.fingerprint)

    async def deliver(self, label: Described, wish: str, picture: Picture) -> Outcome:  # noqa: ARG002
        via = label.via or self.labels[label.label].points[0]
        self._busy[via] = self._busy.get(via, 0) + 1
        self.most_at_once[via] = max(self._busy[via], self.most_at_once.get(via, 0))
        try:
            return await self._upload(label.label, via, picture)
        finally:
            self._busy[via] -= 1

    async def _upload(self, name: str, via: str, picture: Picture) -> Outcome:
        await asyncio.sleep(UPLOAD_S * self.rng.uniform(0.5, 1.5))
        label = self.labels[name]
        if via in self.dead:
            return Later(reason=Reason.LINK_DOWN)
        if via not in label.points:
            return Later(reason=Reason.OUT_OF_REACH)
        if self.rng.random() < self.flaky:
            if self.rng.random() < 0.3:
                return Failed(reason=self.rng.choice(SAYS_NO))
            return Later(reason=self.rng.choice(TROUBLES))
        label.showing = picture.sha256
        label.pictures += 1
        return Shown()

    async def come_back(self, point: str) -> None:
        """The access point works again."""
        self.dead.discard(point)
        for tell in self._tells:
            await tell()

    async def run(self) -> NoReturn:
        """Let the labels be heard, one after the other."""
        for label in self.labels.values():
            self._say(
                Announced(
                    label=label.name,
                    panel=self.panel,
                    formats=("raw",),
                    firmware="1",
                    showing=None,
                    via=label.points[0],
                )
            )
        pause = self.advert_s / max(len(self.labels), 1)
        while True:
            for label in self.labels.values():
                await asyncio.sleep(pause)
                alive = [point for point in label.points if point not in self.dead]
                if alive:
                    via = self.rng.choice(alive)
                    telemetry = Telemetry(rssi_dbm=-60)
                    self._say(Measured(label=label.name, telemetry=telemetry, via=via))

    def _say(self, sighting: Sighting) -> None:
        self._heard.put_nowait(Heard(sighting=sighting, ack=lambda: None))

    async def settled(self, label: str) -> None:
        """Nothing is kept."""

    async def flash(self, label: Described, flash: Flash) -> Outcome:  # noqa: ARG002 - the contract
        return Failed(reason=Reason.REFUSED)

    async def heard(self) -> AsyncIterator[Heard]:
        while True:
            yield await self._heard.get()

    def on_lost_session(self, tell: Callable[[], Awaitable[None]]) -> None:
        """There is none to lose."""

    def on_connected(self, tell: Callable[[], Awaitable[None]]) -> None:
        self._tells.append(tell)
