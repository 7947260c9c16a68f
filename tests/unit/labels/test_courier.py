from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from device_drivers.labels.mqtt.driver import MqttLabelDriver
from device_drivers.links.messages import LinkDownError
from device_drivers.simulated.messages import InMemoryPort
from gateway.domain.labels import LabelState
from gateway.labels.courier import Courier
from gateway.settings import Labels
from gateway.store import queue
from tests.support.running import running
from tests.unit.labels import rooms
from tests.unit.labels.rooms import Room, announced, says_shown


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    async with rooms.room(tmp_path) as made:
        yield made


class Flapping:
    """A port that breaks in every publish and is back before that gives up."""

    def __init__(self, port: InMemoryPort) -> None:
        self._port = port
        self.messages = port.messages
        self.on_connected = port.on_connected

    async def publish(
        self, topic: str, payload: bytes, *, retain: bool = False, expiry_s: int | None = None
    ) -> None:
        self._port.cut()
        await self._port.connect()
        raise LinkDownError(f"{topic}: {len(payload)} bytes, {retain}, {expiry_s}")


async def test_tries_without_a_link_are_no_attempts_and_pauses_do_not_grow(room: Room) -> None:
    await room.wish("l1")
    room.port.cut()
    for _ in range(20):
        await room.courier.deliver_due()
        wait = await room.due_in()
        assert wait is not None
        assert timedelta() < wait <= timedelta(minutes=1)
        room.clock.pass_(wait)
    delivery = await room.delivery("l1")
    assert (delivery.state, delivery.attempts, delivery.reason) == ("queued", 0, "link_down")


async def test_what_waited_for_the_link_goes_out_when_it_comes_back_with_its_session(
    room: Room,
) -> None:
    await room.shown("shown")
    await room.wish("l1")
    room.port.cut()
    await room.courier.deliver_due()
    await room.port.connect()
    assert await room.due_in() == timedelta()
    await room.courier.deliver_due()
    delivery = await room.delivery("l1")
    assert (delivery.attempts, delivery.reason) == (1, None)
    assert (await room.delivery("shown")).state == "shown"


async def test_a_link_that_came_back_while_the_driver_gave_up_is_used_at_once(room: Room) -> None:
    await room.wish("l1")
    driver = MqttLabelDriver(Flapping(room.port))
    courier = Courier(
        room.database, {"mqtt": driver}, room.reports, room.turns, room.clock, Labels()
    )
    await courier.deliver_due()
    assert (await room.delivery("l1")).reason == "link_down"
    assert await room.due_in() == timedelta()


async def test_a_silent_label_s_pauses_do_grow(room: Room) -> None:
    await room.wish("l1")
    waits = []
    for _ in range(4):
        await room.courier.deliver_due()
        wait = await room.due_in()
        assert wait is not None
        waits.append(wait)
        room.clock.pass_(wait)
    assert (await room.delivery("l1")).attempts == 4
    assert waits[3] > 2 * waits[0]


async def test_what_is_blocked_or_recalled_goes_before_what_waited_longer(room: Room) -> None:
    for number in range(3):
        await room.wish(f"l{number}")
    room.clock.pass_(timedelta(hours=1))
    await room.wish("recalled", state=LabelState.RECALLED)
    now = room.clock.now()
    due = await room.read(lambda connection: queue.due(connection, "mqtt/", now, 2))
    assert [one.label for one in due] == ["recalled", "l0"]
    assert await room.due_in() == timedelta(hours=-1)


async def test_a_label_shows_its_wish_after_it_lost_it(room: Room) -> None:
    await room.shown("l1")
    await room.reports.heard("mqtt", [announced("l1")])
    await room.courier.deliver_due()
    await room.reports.heard("mqtt", [says_shown(await room.delivery("l1"))])
    assert (await room.delivery("l1")).state == "shown"


async def until_handed_over(room: Room, label: str, wish: str) -> None:
    """Wait until the picture of this wish has left the house."""
    changes = room.database.changes.subscribe("label")
    while (await room.delivery(label)).wish != wish or not (await room.delivery(label)).sha256:
        await changes.next()


async def test_a_delivery_that_takes_long_holds_back_no_other(room: Room) -> None:
    await room.wish("slow")
    async with asyncio.timeout(5.0), running(room.courier):
        async with room.turns.of("slow"):
            await room.wish("quick")
            await until_handed_over(room, "quick", "w-quick-0")
            assert "label/slow/wish" not in room.broker.retained
        await until_handed_over(room, "slow", "w-slow-0")


async def test_a_wish_that_came_during_the_delivery_of_another_follows_it(room: Room) -> None:
    await room.wish("l1")
    async with asyncio.timeout(5.0), running(room.courier):
        async with room.turns.of("l1"):
            await room.wish("other")
            await until_handed_over(room, "other", "w-other-0")
            await room.wish("l1", ink=1)
        await until_handed_over(room, "l1", "w-l1-1")
