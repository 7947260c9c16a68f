"""Pictures of prices to come are drawn before their instant, and only what is true is used."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from device_drivers.api.panels import Frame, Panel
from gateway.domain.labels import LabelFacts, Target
from gateway.domain.rows import Row
from gateway.labels.planning import Planner
from gateway.labels.wishing import Rendered
from gateway.settings import Shop
from gateway.store import deliveries, frames
from gateway.store.database import Connection
from tests.support.feeding import product, stock
from tests.support.running import running
from tests.unit.labels import rooms
from tests.unit.labels.rooms import AT, Room

SETTINGS = Shop(store="s042", gateway="gw-1", public_base="https://q.example.com")
BEGINS = AT + timedelta(minutes=10)


class PriceTagPainter:
    """Draws the price as one number of pixels, so that each price is another picture."""

    def __init__(self) -> None:
        self.drawn: list[str] = []
        self.fails = False
        self.twice = asyncio.Event()

    async def render(self, template: str | None, panel: Panel, facts: LabelFacts) -> Rendered:
        assert template is None
        if self.fails:
            paper = bytes(panel.width * panel.height)
            white = Frame(width=panel.width, height=panel.height, inks=panel.inks, pixels=paper)
            return Rendered(frame=white, broken=("no",), failed=True)
        price = "-" if facts.tag is None else f"{facts.tag.price.amount:f}"
        self.drawn.append(price)
        if len(self.drawn) == 2:
            self.twice.set()
        inked = 0 if facts.tag is None else int(facts.tag.price.amount)
        size = panel.width * panel.height
        pixels = bytes([1] * inked + [0] * (size - inked))
        frame = Frame(width=panel.width, height=panel.height, inks=panel.inks, pixels=pixels)
        return Rendered(frame=frame)


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    async with rooms.room(tmp_path) as made:
        yield made


def offers(later: str, begins: str = BEGINS.isoformat()) -> Row:
    """Costs 10 now, and ``later`` from ``begins`` on."""
    listed = {"kind": "list", "amount": "10"}
    sale = {"kind": "sale", "amount": later, "valid_from": begins}
    return Row(kind="offers", key="a", value={"currency": "MXN", "offers": [listed, sale]})


async def drawn_up(room: Room) -> tuple[Planner, PriceTagPainter]:
    """A label on an article that costs 10, and 7 in ten minutes; drawn ahead."""
    painter = PriceTagPainter()
    planner = Planner(room.database, painter, room.clock, lambda: SETTINGS, rooms.ORIGIN)
    await room.write(product("a"), stock("a", 5), offers("7"))
    await room.bind("l", Target(product="a"))
    await all_of(planner)
    return planner, painter


async def all_of(planner: Planner) -> None:
    while await planner.plan_stale() or await planner.draw_ahead():
        pass


async def wished(room: Room) -> Frame:
    def read(connection: Connection) -> Frame:
        wish = deliveries.wish(connection, "l")
        assert wish is not None
        frame = frames.get(connection, wish.fingerprint)
        assert frame is not None
        return frame

    return await room.read(read)


def costs(frame: Frame) -> int:
    return sum(frame.pixels)


async def test_at_the_instant_nothing_is_drawn(room: Room) -> None:
    planner, painter = await drawn_up(room)
    assert painter.drawn == ["10.00", "7.00"]
    assert costs(await wished(room)) == 10
    room.clock.pass_(timedelta(minutes=10))
    await all_of(planner)
    assert painter.drawn == ["10.00", "7.00"]
    assert costs(await wished(room)) == 7
    assert await room.due_in() == timedelta(), "and it is on its way"


async def test_only_what_is_minutes_away_is_drawn_ahead(room: Room) -> None:
    planner, painter = await drawn_up(room)
    await room.write(offers("6", (AT + timedelta(hours=1)).isoformat()))
    await all_of(planner)
    assert painter.drawn == ["10.00", "7.00", "10.00"]
    room.clock.pass_(timedelta(minutes=50))
    await all_of(planner)
    assert painter.drawn[3:] == ["6.00"]


async def test_facts_that_change_meanwhile_void_what_was_drawn(room: Room) -> None:
    planner, painter = await drawn_up(room)
    await room.write(offers("6"))
    room.clock.pass_(timedelta(minutes=10))
    await all_of(planner)
    assert painter.drawn[2:] == ["6.00"]
    assert costs(await wished(room)) == 6


async def test_after_a_change_it_is_drawn_ahead_anew(room: Room) -> None:
    planner, painter = await drawn_up(room)
    await room.write(offers("6"))
    await all_of(planner)
    assert painter.drawn[2:] == ["10.00", "6.00"]
    room.clock.pass_(timedelta(minutes=10))
    await all_of(planner)
    assert painter.drawn[4:] == []
    assert costs(await wished(room)) == 6


async def test_a_picture_that_is_gone_is_drawn_again(room: Room) -> None:
    planner, painter = await drawn_up(room)
    later = AT + timedelta(hours=1)
    assert await room.database.write(lambda connection: frames.prune(connection, later)) == 1
    room.clock.pass_(timedelta(minutes=10))
    await all_of(planner)
    assert painter.drawn[2:] == ["7.00"]
    assert costs(await wished(room)) == 7


async def test_what_cannot_be_drawn_ahead_is_tried_when_it_is_due(room: Room) -> None:
    planner, painter = await drawn_up(room)
    await room.write(offers("6"))
    await planner.plan_stale()
    painter.fails = True
    await all_of(planner)
    painter.fails = False
    room.clock.pass_(timedelta(minutes=10))
    await all_of(planner)
    assert costs(await wished(room)) == 6


async def test_the_planner_draws_ahead_by_itself(room: Room) -> None:
    painter = PriceTagPainter()
    await room.write(product("a"), stock("a", 5), offers("7"))
    await room.bind("l", Target(product="a"))
    planner = Planner(room.database, painter, room.clock, lambda: SETTINGS, rooms.ORIGIN)
    async with running(planner), asyncio.timeout(5):
        await painter.twice.wait()
    assert painter.drawn == ["10.00", "7.00"]
