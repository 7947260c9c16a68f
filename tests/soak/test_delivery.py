"""Days of deliveries in virtual time: flaky labels, an access point and a broker that die."""

from __future__ import annotations

import asyncio
import gc
import random
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from device_drivers.api.panels import Frame, Ink, Panel
from device_drivers.labels.mqtt.driver import MqttLabelDriver
from device_drivers.simulated.messages import InMemoryBroker
from device_drivers.simulated.mqtt_label import Faults, LabelModel, SimulatedLabels
from gateway.domain.events import Lane, Origin
from gateway.domain.labels import LabelState
from gateway.domain.ranking import Told
from gateway.labels.courier import Courier
from gateway.labels.health import Health
from gateway.labels.listening import Listener
from gateway.labels.reports import Reports
from gateway.labels.turns import Turns
from gateway.settings import Labels
from gateway.store import deliveries, frames, outbox, waves
from gateway.store import health as health_store
from gateway.store.database import Connection
from gateway.store.deliveries import Wish
from tests import tiers
from tests.support.air import PLACES, AirDriver, AirLabel
from tests.support.inline import InlineDatabase
from tests.support.running import running

pytestmark = [pytest.mark.looptime, pytest.mark.timeout(3_000)]

BEGAN = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
PANEL = Panel(name="tiny", width=8, height=2, inks=(Ink.WHITE, Ink.BLACK), dpi=112)
ORIGIN = Origin(store="s042", gateway="gw-1")
POINTS = ("north", "middle", "south")
HOUR = 3_600.0
SETTLE_S = 5 * HOUR
"""The longest back-off and some: by then every label that can be reached shows its wish."""
SMALL_EVENTS: dict[Lane, int] = dict.fromkeys(Lane, 100_000)


class LoopClock:
    """The wall clock and the steady one go with the loop's virtual time."""

    trusted = True

    def now(self) -> datetime:
        return BEGAN + timedelta(seconds=asyncio.get_running_loop().time())

    def known(self) -> datetime:
        return self.now()

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()


@dataclass(slots=True)
class World:
    """A shop with radio labels behind three access points and labels on a broker."""

    database: InlineDatabase
    clock: LoopClock
    rng: random.Random
    air: AirDriver
    broker: InMemoryBroker
    shelf: SimulatedLabels
    courier: Courier
    turns: Turns
    names: list[str]
    wishes: int = 0

    async def want(self, names: list[str]) -> None:
        """New prices on these labels, in portions as a planner brings them."""
        for first in range(0, len(names), 50):
            portion = names[first : first + 50]
            await self.database.write(partial(self._want, names=portion))

    def _want(self, connection: Connection, names: list[str]) -> None:
        now = self.clock.now()
        for name in names:
            self.wishes += 1
            pixels = bytes(self.rng.randrange(2) for _ in range(16))
            frame = Frame(width=8, height=2, inks=PANEL.inks, pixels=pixels)
            frames.put(connection, frame, now)
            wish = Wish(
                label=name,
                id=f"w{self.wishes}",
                fingerprint=frame.fingerprint,
                template="",
                cause="regular",
                made_at=now,
                told=Told(state=LabelState.REGULAR),
            )
            deliveries.want(connection, wish, why="feed")


@asynccontextmanager
async def a_world(database: InlineDatabase, count: int) -> AsyncIterator[World]:
    rng = random.Random(42)
    clock, broker = LoopClock(), InMemoryBroker(latency_s=0.01)
    port, shelf_port = broker.port("gateway"), broker.port("shelf")
    air = AirDriver(panel=PANEL, rng=rng)
    on_broker = [f"m{number:05}" for number in range(count // 5)]
    on_air = [f"a{number:05}" for number in range(count - len(on_broker))]
    for number, name in enumerate(on_air):
        near = POINTS[number % len(POINTS)]
        # Some hang between two access points.
        points = (near, POINTS[(number + 1) % len(POINTS)]) if number % 10 == 0 else (near,)
        air.labels[name] = AirLabel(name=name, points=points)
    shelf = SimulatedLabels(shelf_port)
    for name in on_broker:
        shelf.add(name, LabelModel(panel=PANEL))
    settings = Labels(adopt_by_themselves=("mqtt", "air"))
    mqtt = MqttLabelDriver(port)
    async with database:
        await database.write(
            lambda rows: outbox.prepare(rows, SMALL_EVENTS, clock.now(), uplink=False)
        )
        reports, turns = Reports(database, ORIGIN, clock, settings), Turns()
        drivers: dict[str, Any] = {"mqtt": mqtt, "air": air}
        courier = Courier(database, drivers, reports, turns, clock, settings)
        listeners = [Listener(driver, reports, turns, clock) for driver in drivers.values()]
        health = Health(database, drivers, clock, settings, ORIGIN, every_s=300.0)
        async with running(courier, *listeners, health, shelf):
            await asyncio.sleep(1)
            await port.connect()
            await shelf_port.connect()
            await asyncio.sleep(60)
            names = [*on_air, *on_broker]
            yield World(database, clock, rng, air, broker, shelf, courier, turns, names)


async def life(world: World, hours: int) -> None:
    """Waves, single changes and troubles, hour by hour."""
    for hour in range(hours):
        at = hour % 24
        if at in {0, 12}:
            await world.want(world.names)
        await world.want(world.rng.sample(world.names, len(world.names) // 20))
        if at == 1:
            world.air.dead.add("middle")
        if at == 3:
            await world.air.come_back("middle")
        if at == 4:
            world.broker.stop()
            await asyncio.sleep(20 * 60)
            await world.broker.start(sessions_kept=hour % 2 == 0)
        for label in world.shelf.labels.values():
            flaky = world.rng.random() < 0.05
            drop = world.rng.random() < 0.5
            label.faults = (
                Faults(drop_wish_once=drop, wrong_hash_once=not drop) if flaky else Faults()
            )
        await asyncio.sleep(HOUR)
        await nobody_is_forgotten(world)


async def nobody_is_forgotten(world: World) -> None:
    """Whoever has no picture yet has a turn; no turn of a way that works is long overdue."""

    def look(connection: Connection) -> list[tuple[Any, ...]]:
        return connection.execute(
            "SELECT label, state, due_at, hold FROM delivery WHERE state <> 'shown' "
            "AND (due_at IS NULL OR hold IS NOT NULL)"
        ).fetchall()

    assert await world.database.read(look) == []


async def settled(world: World) -> None:
    """Everybody shows their wish, and nothing is left of the way there."""
    await asyncio.sleep(SETTLE_S)

    def left(connection: Connection) -> list[tuple[Any, ...]]:
        return connection.execute(
            "SELECT label, state, attempts, reason, due_at FROM delivery WHERE state <> 'shown'"
        ).fetchall()

    assert await world.database.read(left) == []

    def wished(connection: Connection) -> dict[str, str]:
        return dict(connection.execute("SELECT label, fingerprint FROM wish").fetchall())

    for name, fingerprint in (await world.database.read(wished)).items():
        if name in world.air.labels:
            assert world.air.labels[name].showing == fingerprint
        else:
            frame = world.shelf.labels[name].showing
            assert frame is not None
            assert frame.fingerprint == fingerprint
    told = await world.database.read(health_store.told)
    assert {alert.kind for alert in told} <= {"label_moving"}, "what was wrong is over"
    last = await world.database.read(lambda rows: waves.latest(rows, 1_000))
    assert sum(wave.left for wave in last) == 0


@pytest.fixture
def database() -> InlineDatabase:
    return InlineDatabase()


async def test_days_of_deliveries_leave_nobody_stuck_and_nothing_behind(
    database: InlineDatabase,
) -> None:
    count, hours = tiers.count("soak_labels"), tiers.count("soak_hours")
    async with a_world(database, count) as world:
        await world.want(world.names)
        await settled(world)
        gc.collect()
        tasks, blocks = len(asyncio.all_tasks()), sys.getallocatedblocks()
        await life(world, hours)
        await settled(world)
        gc.collect()
        assert len(asyncio.all_tasks()) == tasks
        # Proof and events are kept in the database; only what Python holds is counted here.
        assert sys.getallocatedblocks() < blocks * 1.1
        assert max(world.air.most_at_once.values()) <= PLACES
        needless = sum(label.pictures for label in world.air.labels.values()) - world.wishes
        assert needless <= 0, "nobody got the same picture twice for one wish"
