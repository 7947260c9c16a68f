"""The labels room between a real broker, a real database and real drawing, and its labels."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from device_drivers.api.panels import Frame, Ink, Panel
from device_drivers.labels.mqtt.driver import MqttLabelDriver
from device_drivers.simulated.mqtt_label import Faults, LabelModel, SimulatedLabels
from gateway.broker.link import Link
from gateway.clock import ShiftedClock, SystemClock
from gateway.domain.events import Lane, Origin
from gateway.domain.labels import Target
from gateway.domain.rows import Row
from gateway.feed import checking
from gateway.labels import binding
from gateway.labels.courier import Courier
from gateway.labels.drawing import TemplateRenderer
from gateway.labels.listening import Listener
from gateway.labels.planning import Planner
from gateway.labels.reports import Reports
from gateway.labels.turns import Turns
from gateway.render import templates
from gateway.render.pool import RenderPool
from gateway.settings import Settings
from gateway.store import deliveries, frames, labels, outbox, proof, replica
from gateway.store.database import Connection, Database
from gateway.store.deliveries import Delivery, Wish
from tests.support.mosquitto import Mosquitto
from tests.support.running import PATIENCE_S, PREFIX, running

T = TypeVar("T")

PANEL = Panel(name="2.9", width=296, height=128, inks=(Ink.WHITE, Ink.BLACK, Ink.RED), dpi=112)
ORIGIN = Origin(store="s042", gateway="gw-1")


@dataclass(slots=True)
class Shelf:
    """A shop's labels and what the gateway knows of them."""

    database: Database
    clock: ShiftedClock
    link: Link
    reports: Reports
    listener: Listener
    driver: MqttLabelDriver
    world: SimulatedLabels
    owner: checking.Owner
    _seq: int = 0

    def add(self, label: str, faults: Faults | None = None, panel: Panel = PANEL) -> None:
        """A new label on the shelf."""
        self.world.add(label, LabelModel(panel=panel, refresh_s=0.01), faults=faults)

    async def write(self, *rows: Row) -> None:
        """What central says, written as the feed writes it."""
        self._seq += 1
        checked = [
            checking.row("central", row.kind, row.key, row.value, self.owner) for row in rows
        ]
        await self.database.write(
            lambda connection: replica.apply(
                connection, "central", checked, seq=self._seq, at=self.clock.now()
            )
        )

    async def bind(self, label: str, target: Target) -> None:
        """Bind the label as soon as the gateway knows it."""
        await self.until(lambda connection: labels.get(connection, label) is not None)
        await self.database.write(
            lambda connection: binding.bind(
                connection, label, target, origin=ORIGIN, by="test", at=self.clock.now()
            )
        )

    async def until(self, wanted: Callable[[Connection], T]) -> T:
        """Wait until the database answers something true."""
        changed = self.database.changes.subscribe("label", "delivery", "stale")
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not (answer := await self.database.read(wanted)):
                    await changed.next()
        finally:
            self.database.changes.unsubscribe(changed)
        return answer

    async def until_shown(self, *names: str) -> None:
        """Wait until these labels are planned and confirmed their wishes."""

        def all_shown(connection: Connection) -> bool:
            return all(_settled(connection, name) for name in names)

        await self.until(all_shown)

    async def until_state(self, label: str, state: str) -> Delivery:
        """Wait until the label's delivery is in this state."""

        def in_state(connection: Connection) -> Delivery | None:
            delivery = deliveries.get(connection, label)
            return delivery if delivery is not None and delivery.state == state else None

        delivery = await self.until(in_state)
        assert delivery is not None
        return delivery

    async def wish(self, label: str) -> Wish:
        """What the label should show."""
        wish = await self.database.read(lambda connection: deliveries.wish(connection, label))
        assert wish is not None
        return wish

    async def wished_frame(self, label: str) -> Frame:
        """The picture the label should show."""
        wish = await self.wish(label)
        frame = await self.database.read(
            lambda connection: frames.get(connection, wish.fingerprint)
        )
        assert frame is not None
        return frame

    async def history(self, label: str) -> list[str]:
        """What the label's proof says, oldest first."""
        entries = await self.database.read(lambda connection: proof.of_label(connection, label))
        return [entry.what for entry in reversed(entries)]


def _settled(connection: Connection, name: str) -> bool:
    label, delivery = labels.get(connection, name), deliveries.get(connection, name)
    return (
        label is not None
        and label.stale == 0
        and delivery is not None
        and delivery.state == "shown"
    )


@asynccontextmanager
async def shelf(mosquitto: Mosquitto, settings: Settings) -> AsyncIterator[Shelf]:
    """The labels room at work."""
    folder: Path = settings.data.folder
    await asyncio.to_thread(partial(folder.mkdir, parents=True, exist_ok=True))
    clock = ShiftedClock(SystemClock())
    async with Database(folder / "anaquel.db") as database, RenderPool(1) as pool:
        limits: dict[Lane, int] = dict.fromkeys(Lane, 1_000_000)
        await database.write(
            lambda connection: outbox.prepare(connection, limits, clock.now(), uplink=True)
        )
        link = Link("gw-1", mosquitto.broker, prefix=PREFIX, client_id="gw-1")
        driver = MqttLabelDriver(link)
        reports = Reports(database, ORIGIN, clock, settings.labels)
        turns = Turns()
        known = await asyncio.to_thread(templates.load_all, templates.BUNDLED)
        zone = await asyncio.to_thread(lambda: settings.shop.zone)
        renderer = TemplateRenderer(pool, known, settings.shop.country, zone)
        listener = Listener(driver, reports, turns, clock)
        services: list[Any] = [
            Planner(database, renderer, clock, lambda: settings.shop, ORIGIN),
            Courier(database, {"mqtt": driver}, reports, turns, clock, settings.labels),
            listener,
        ]
        air = Link("air", mosquitto.broker, prefix=PREFIX, client_id="air")
        world = SimulatedLabels(air)
        async with running(*services, world, link, air):
            await link.connected.wait()
            await air.connected.wait()
            yield Shelf(
                database=database,
                clock=clock,
                link=link,
                reports=reports,
                listener=listener,
                driver=driver,
                world=world,
                owner=checking.owner_in(settings, "central"),
            )
