"""When no label could be heard, because nobody was there to hear it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.domain.proof import BROKER_AWAY, GATEWAY_OFF, WAY_AWAY
from gateway.labels.contact import Contact
from gateway.labels.outages import Outages
from gateway.store import proof_at
from gateway.store.proof_at import Span
from tests.support.running import PATIENCE_S, one_turn, running
from tests.unit.labels import rooms
from tests.unit.labels.rooms import AT, Room


class Way:
    """A connection that is there or not."""

    def __init__(self) -> None:
        self.connected = asyncio.Event()
        self.connected.set()


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    async with rooms.room(tmp_path) as made:
        await made.shown("l1")
        yield made


async def spans(room: Room) -> tuple[Span, ...]:
    answer = await room.read(lambda one: proof_at.answer(one, "l1", room.clock.now()))
    assert answer is not None
    return answer.unreachable


async def beats(room: Room, contact: Contact, count: int = 1) -> None:
    for _ in range(count):
        room.clock.pass_(timedelta(seconds=30))
        await contact.beat()


async def test_the_time_the_gateway_was_off_is_on_record(room: Room) -> None:
    contact = Contact(room.database, room.clock, Way(), Outages())
    await contact.begin()
    await beats(room, contact, 4)
    off = room.clock.now()
    room.clock.pass_(timedelta(seconds=80))
    await Contact(room.database, room.clock, Way(), Outages()).begin()
    assert await spans(room) == (), "a restart is no absence"
    room.clock.pass_(timedelta(hours=2))
    await Contact(room.database, room.clock, Way(), Outages()).begin()
    (span,) = await spans(room)
    assert span == Span(since=off, until=room.clock.now(), why=GATEWAY_OFF)
    answer = await room.read(lambda one: proof_at.answer(one, "l1", off + timedelta(hours=1)))
    assert answer is not None
    assert answer.shown is not None
    assert not answer.reachable


async def test_the_time_the_broker_was_away_is_on_record_for_labels_behind_it(room: Room) -> None:
    way = Way()
    contact = Contact(room.database, room.clock, way, Outages())
    await contact.begin()
    way.connected.clear()
    await beats(room, contact)
    way.connected.set()
    await beats(room, contact)
    assert await spans(room) == (), "it came back by itself"
    way.connected.clear()
    await beats(room, contact)
    since = room.clock.now()
    await beats(room, contact, 3)
    assert await spans(room) == (Span(since=since, until=None, why=BROKER_AWAY),)
    way.connected.set()
    await beats(room, contact, 3)
    (span,) = await spans(room)
    assert span.until == since + timedelta(seconds=120)
    assert (span.why, span.since) == (BROKER_AWAY, since)
    other = "UPDATE label SET family = 'gicisky'"
    await room.database.write(lambda one: one.execute(other).rowcount)
    assert await spans(room) == (), "over Bluetooth it was heard meanwhile"


async def test_the_time_an_access_point_was_away_is_on_record_for_labels_behind_it(
    room: Room,
) -> None:
    moved = "UPDATE label SET family = 'openepaperlink', via = 'floor'"
    await room.database.write(lambda one: one.execute(moved).rowcount)
    outages = Outages()
    contact = Contact(room.database, room.clock, Way(), outages)
    await contact.begin()
    outages.note("attic", works=False)
    outages.note("floor", works=False)
    await beats(room, contact)
    outages.note("floor", works=True)
    await beats(room, contact, 3)
    assert await spans(room) == (), "it came back by itself, and the other is not the label's"
    outages.note("floor", works=False)
    await beats(room, contact)
    since = room.clock.now()
    await beats(room, contact, 3)
    assert await spans(room) == (Span(since=since, until=None, why=WAY_AWAY),)
    outages.note("floor", works=True)
    await beats(room, contact, 2)
    until = since + timedelta(seconds=120)
    assert await spans(room) == (Span(since=since, until=until, why=WAY_AWAY),)


async def test_off_while_the_broker_was_away_is_one_absence(room: Room) -> None:
    way = Way()
    way.connected.clear()
    contact = Contact(room.database, room.clock, way, Outages())
    await contact.begin()
    await beats(room, contact, 3)
    room.clock.pass_(timedelta(hours=1))
    again = Contact(room.database, room.clock, way, Outages())
    await again.begin()
    (span,) = await spans(room)
    assert span.since == AT + timedelta(seconds=30)


async def test_it_beats_by_itself(room: Room) -> None:
    way = Way()
    way.connected.clear()
    async with running(Contact(room.database, room.clock, way, Outages(), beat_s=0.01)):
        async with asyncio.timeout(PATIENCE_S):
            while not await spans(room):
                await one_turn()
