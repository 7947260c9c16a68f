"""A room with labels that a person has to adopt, built in ways that their model does not tell."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from typing_extensions import override

from device_drivers.api import correction, test_card
from device_drivers.api.drivers import (
    Capabilities,
    Described,
    Family,
    Hardware,
    Later,
    Measured,
    Model,
    Outcome,
    Picture,
    Reason,
    Shown,
    Telemetry,
    Unidentified,
    Wakes,
)
from device_drivers.api.known_panels import PANELS
from device_drivers.api.panels import Frame, Ink, Panel
from gateway.domain.events import Lane
from gateway.domain.labels import LabelFacts
from gateway.labels import adopting
from gateway.labels.courier import Courier
from gateway.labels.living import Doer
from gateway.labels.planning import Planner
from gateway.labels.reports import Word
from gateway.labels.wishing import Rendered
from gateway.settings import Labels, Shop
from gateway.store import outbox
from tests.support.feeding import product
from tests.unit.labels import rooms
from tests.unit.labels.aisles import RadioDriver
from tests.unit.labels.rooms import ORIGIN, Room

PANEL = PANELS["2.13-250x122-bwr"]
FAMILY = Family(
    name="radio",
    title="Radio label",
    capabilities=Capabilities(
        confirms_shown=True, wakes=Wakes.ADVERTISES, parallel=2, flashes=True
    ),
    hardware=Hardware(),
    models=(Model(id=PANEL.name, title="2.13 red", panel=PANEL),),
)
FAMILIES = {"radio": FAMILY}
EYES = PANEL.inks


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """How a label is built: what it does to a picture before it is on the glass."""

    turns: int = 0
    mirrored: bool = False
    inks: tuple[Ink, ...] = EYES


@dataclass(slots=True)
class Glass(RadioDriver):
    """Shows pictures as the ``build`` of each label has it; the ``dead`` do not answer."""

    family: Family = FAMILY
    builds: dict[str, Build] = field(default_factory=dict)
    shown: dict[str, Frame] = field(default_factory=dict)
    dead: set[str] = field(default_factory=set)

    @override
    def encode(self, frame: Frame, label: Described) -> Picture:
        if label.model != PANEL.name or (frame.width, frame.height) != (250, 122):
            raise ValueError(f"no {frame.width}x{frame.height} for {label.model}")
        if frame.inks != PANEL.inks:
            raise ValueError("other inks than the model's")
        sha256 = hashlib.sha256(frame.pixels).hexdigest()
        return Picture(format="raw", data=frame.pixels, sha256=sha256)

    @override
    async def deliver(self, label: Described, wish: str, picture: Picture) -> Outcome:
        self.asked.append(label)
        self.wishes.append(wish)
        if label.label in self.dead:
            return Later(reason=Reason.NO_ANSWER)
        build = self.builds.get(label.label, Build())
        sent = Frame(width=250, height=122, inks=build.inks, pixels=picture.data)
        self.shown[label.label] = correction.seen(sent, turns=build.turns, mirrored=build.mirrored)
        return Shown()


class Sheet:
    """Draws what no turning leaves as it is."""

    async def render(self, template: str | None, panel: Panel, facts: LabelFacts) -> Rendered:  # noqa: ARG002
        card = test_card.draw(panel)
        pixels = bytearray(card.pixels)
        pixels[: panel.width * 3] = bytes([1]) * panel.width * 3
        return Rendered(
            frame=Frame(
                width=panel.width, height=panel.height, inks=panel.inks, pixels=bytes(pixels)
            )
        )


@dataclass(slots=True)
class Drawer:
    """The room and what is done with its labels."""

    room: Room
    glass: Glass
    planner: Planner
    courier: Courier

    @property
    def doer(self) -> Doer:
        return Doer(origin=ORIGIN, by="Ana", at=self.room.clock.now())

    async def hear(self, *words: Word) -> None:
        await self.room.reports.heard("radio", list(words))

    async def adopt(self, label: str, **more: Any) -> None:
        doer = self.doer
        await self.room.database.write(
            lambda rows: adopting.adopt(rows, label, FAMILIES, doer, **more)
        )

    async def settle(self) -> None:
        """Everything is planned and delivered, and what comes soon is drawn."""
        while await self.planner.plan_stale() or await self.planner.draw_ahead():
            pass
        while await self.courier.deliver_due():
            pass

    async def told(self) -> list[tuple[str, dict[str, Any]]]:
        """What central hears of the life of labels."""
        batch = await self.room.read(
            lambda rows: outbox.batch(rows, Lane.KEEP, limit=500, max_bytes=1_000_000)
        )
        entries = batch.events if batch is not None else ()
        events = [json.loads(one.event) for one in entries]
        begins = "io.anaquel.label."
        named = [(one["type"].removeprefix(begins).removesuffix(".v1"), one) for one in events]
        kinds = {"adopted", "named", "bound", "parked", "retired"}
        return [(kind, one["data"]) for kind, one in named if kind in kinds]


def mute(label: str, rssi: int = -50) -> Unidentified:
    """A label that does not tell its model."""
    return Unidentified(label=label, firmware="7", telemetry=Telemetry(rssi_dbm=rssi))


def measured(label: str, rssi: int) -> Measured:
    return Measured(label=label, telemetry=Telemetry(rssi_dbm=rssi), via="hci1")


@asynccontextmanager
async def a_drawer(folder: Path) -> AsyncIterator[Drawer]:
    async with rooms.room(folder) as room:
        await room.write(product("runner"), product("brisa"))
        glass = Glass()
        shop = Shop(store="s042", gateway="gw-1", public_base="https://q.example.com")
        planner = Planner(room.database, Sheet(), room.clock, lambda: shop, ORIGIN)
        courier = Courier(
            *(room.database, {"radio": glass}, room.reports, room.turns, room.clock, Labels())
        )
        yield Drawer(room, glass, planner, courier)
