"""What central hears of prices on labels: exact, once, whatever happens meanwhile."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from device_drivers.api.drivers import Failed, Foreign, Presence, Reason
from device_drivers.api.panels import Frame, Panel
from gateway.domain import price_events
from gateway.domain.labels import LabelFacts, Target
from gateway.domain.rows import Row
from gateway.labels import binding
from gateway.labels.planning import Planner
from gateway.labels.price_telling import PriceTelling
from gateway.labels.reports import Word
from gateway.labels.wishing import Rendered
from gateway.settings import Shop
from gateway.store import deliveries, labels, price_news, queue
from gateway.store.database import Connection
from tests.support.feeding import SHOP, price, product
from tests.support.running import PATIENCE_S, running
from tests.unit.labels import rooms
from tests.unit.labels.rooms import AT, ORIGIN, Room, announced, says_shown

SETTINGS = Shop(store="s042", gateway="gw-1", public_base="https://q.example.com")
WITHIN = timedelta(minutes=15)


class Painter:
    """Each price is another picture; of those ``at_the_till`` no template shows the price."""

    def __init__(self) -> None:
        self.at_the_till: set[str] = set()

    async def render(self, template: str | None, panel: Panel, facts: LabelFacts) -> Rendered:
        assert template is None
        if facts.tag is not None and str(facts.tag.price.amount) in self.at_the_till:
            facts = replace(facts, tag=None)
            till = await self.render(template, panel, facts)
            return replace(till, broken=("too small",), without_price=True)
        amount = 0 if facts.tag is None else int(facts.tag.price.amount) % 65_521
        size = panel.width * panel.height
        pixels = bytes(amount >> bit & 1 for bit in range(16)) + bytes(size - 16)
        frame = Frame(width=panel.width, height=panel.height, inks=panel.inks, pixels=pixels)
        return Rendered(frame=frame, template="flat@1")


class Shelf:
    """A room with its planner and teller, worked by hand."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.painter = Painter()
        self.planner = Planner(room.database, self.painter, room.clock, lambda: SETTINGS, ORIGIN)
        self.teller = PriceTelling(
            room.database, room.clock, ORIGIN, within_s=WITHIN.total_seconds()
        )

    async def plan(self) -> None:
        while await self.planner.plan_stale():
            pass

    async def confirm(self, *labels: str) -> None:
        while await self.room.courier.deliver_due():
            pass
        for label in labels:
            delivery = await self.room.delivery(label)
            if delivery.state != "shown" and delivery.sha256 is not None:
                await self.room.reports.heard("mqtt", [says_shown(delivery)])

    async def tell(self) -> list[dict[str, Any]]:
        """The events that are told now: what, and shown of labels."""
        before = len(await self.events())
        while await self.teller.tell():
            pass
        return (await self.events())[before:]

    async def told(self) -> list[tuple[Any, ...]]:
        return [
            (one.get("seq", one.get("campaign")), one["shown"], one["labels"], one["complete"])
            for one in await self.tell()
        ]

    async def events(self) -> list[dict[str, Any]]:
        def read(connection: Connection) -> list[dict[str, Any]]:
            rows = connection.execute("SELECT event FROM outbox WHERE lane = 'keep' ORDER BY seq")
            each = [json.loads(row[0]) for row in rows]
            kinds = {price_events.PRICE_SHOWN, price_events.CAMPAIGN_SHOWN}
            return [one["data"] for one in each if one["type"] in kinds]

        return await self.room.read(read)

    async def start(self, **targets: str) -> None:
        """Labels on products at 10, planned and shown."""
        products = sorted(set(targets.values()))
        await self.room.write(SHOP, *(product(key) for key in products))
        await self.room.write(*(price(key, "10") for key in products))
        for label, key in targets.items():
            await self.room.bind(label, Target(product=key))
        await self.plan()
        await self.confirm(*targets)
        assert await self.tell() == [], "no price changed since the labels are there"


@pytest.fixture
async def shelf(tmp_path: Path) -> AsyncIterator[Shelf]:
    async with rooms.room(tmp_path) as room:
        yield Shelf(room)


def exact(connection: Connection) -> None:
    """The counts are those of the rows they count."""
    wrong = connection.execute(
        "SELECT product, labels, shown FROM price_showing AS counted WHERE "
        "labels <> (SELECT count(*) FROM price_label AS one WHERE one.product = counted.product) "
        "OR shown <> (SELECT count(*) FROM price_label AS one "
        "WHERE one.product = counted.product AND state = 2)"
    ).fetchall()
    assert wrong == []
    sums = {
        row[0]: row[1:]
        for row in connection.execute(
            "SELECT campaign, count(*), sum(labels), sum(shown) FROM price_showing "
            "WHERE campaign <> '' GROUP BY campaign"
        )
    }
    kept = connection.execute("SELECT campaign, products, labels, shown FROM campaign_showing")
    for campaign, *counts in kept.fetchall():
        assert tuple(counts) == sums.get(campaign, (0, 0, 0)), campaign


def reduced(key: str, amount: str, campaign: str, since: datetime | None = None) -> Row:
    sale = {"kind": "sale", "amount": amount, "campaign": campaign}
    if since is not None:
        sale["valid_from"] = since.isoformat()
    listed = {"kind": "list", "amount": "10"}
    return Row(kind="offers", key=key, value={"currency": "MXN", "offers": [listed, sale]})


async def test_first_and_complete_are_told_once_each(shelf: Shelf) -> None:
    await shelf.start(l1="a", l2="a", l3="a", other="b")
    await shelf.room.write(price("a", "9"))
    assert await shelf.told() == []
    await shelf.plan()
    assert await shelf.told() == [], "wished is not shown"
    await shelf.confirm("l1")
    assert await shelf.told() == [(3, 1, 3, False)]
    await shelf.confirm("l2", "l2")
    assert await shelf.told() == []
    await shelf.confirm("l3")
    assert await shelf.told() == [(3, 3, 3, True)]
    assert await shelf.told() == []


async def test_what_comes_together_is_one_event(shelf: Shelf) -> None:
    await shelf.start(l1="a")
    await shelf.room.write(price("a", "9"))
    await shelf.plan()
    await shelf.confirm("l1")
    (event,) = await shelf.tell()
    assert event == {
        "product": "a",
        "seq": 3,
        "labels": 1,
        "shown": 1,
        "pending": 0,
        "unreachable": 0,
        "complete": True,
        "began": "2026-11-22T12:00:00.000Z",
        "at": "2026-11-22T12:00:00.000Z",
    }


async def test_at_the_deadline_it_is_told_what_is_missing_and_why(shelf: Shelf) -> None:
    await shelf.start(l1="a", l2="a", l3="a")
    await shelf.room.write(price("a", "9"))
    await shelf.plan()
    await shelf.confirm("l1")
    await shelf.room.reports.heard("mqtt", [Presence(label="l3", online=False)])
    (first,) = await shelf.tell()
    assert (first["pending"], first["unreachable"]) == (1, 1)
    shelf.room.clock.pass_(WITHIN)
    (late,) = await shelf.tell()
    assert (late["shown"], late["pending"], late["unreachable"]) == (1, 1, 1)
    assert not late["complete"]
    assert await shelf.tell() == []
    await shelf.confirm("l2", "l3")
    assert await shelf.told() == [(3, 3, 3, True)]


async def test_a_label_whose_picture_does_not_change_shows_the_price_already(shelf: Shelf) -> None:
    await shelf.start(l1="a")
    same_now = reduced("a", "9", "later", AT + timedelta(hours=1))
    await shelf.room.write(same_now)
    await shelf.plan()
    assert await shelf.told() == [(3, 1, 1, True)]
    await shelf.room.write(same_now)
    await shelf.plan()
    assert await shelf.told() == [], "a row that says the same is no change"


@pytest.mark.parametrize("how", ["foreign", "empty", "failed"])
async def test_a_label_that_lost_its_picture_does_not_count_until_it_shows_it_again(
    shelf: Shelf, how: str
) -> None:
    await shelf.start(l1="a", l2="a")
    await shelf.room.write(price("a", "9"))
    await shelf.plan()
    await shelf.confirm("l1", "l2")
    assert await shelf.told() == [(3, 2, 2, True)]
    said = says_shown(await shelf.room.delivery("l2"))
    words: dict[str, Word] = {
        "foreign": Foreign(label="l2"),
        "empty": announced("l2", showing=None),
        "failed": replace(said, outcome=Failed(reason=Reason.IMAGE_UNREADABLE)),
    }
    await shelf.room.reports.heard("mqtt", [words[how]])
    await shelf.room.read(exact)
    found = await shelf.room.read(lambda one: price_news.of_product(one, "a"))
    assert found is not None
    assert (found.shown, found.labels, found.complete) == (1, 2, False)
    on_labels = await shelf.room.read(lambda one: price_news.labels_of(one, "a", 10))
    assert [(one.label, one.state) for one in on_labels] == [("l2", "pending"), ("l1", "shown")]
    now = shelf.room.clock.now()
    await shelf.room.database.write(lambda rows: deliveries.send_again(rows, "l2", now))
    await shelf.confirm("l2")
    found = await shelf.room.read(lambda one: price_news.of_product(one, "a"))
    assert found is not None
    assert found.complete
    assert await shelf.told() == [], "its end was told"


async def test_a_later_row_takes_the_place_of_an_earlier_one(shelf: Shelf) -> None:
    await shelf.start(l1="a", l2="a")
    await shelf.room.write(price("a", "9"))
    await shelf.plan()
    await shelf.confirm("l1")
    old = await shelf.room.delivery("l2")
    await shelf.room.write(price("a", "8"))
    await shelf.room.reports.heard("mqtt", [says_shown(old)])
    assert await shelf.told() == [], "the label confirmed the price before"
    await shelf.plan()
    await shelf.confirm("l1", "l2")
    assert await shelf.told() == [(4, 2, 2, True)]


async def test_labels_that_come_and_go_meanwhile_are_counted_in_and_out(shelf: Shelf) -> None:
    await shelf.start(l1="a", l2="a", l3="b")
    await shelf.room.write(price("a", "9"))
    await shelf.plan()
    await shelf.room.bind("l2", Target(product="b"))
    await shelf.room.bind("l3", Target(product="a"))
    await shelf.room.bind("l4", Target(product="a"))
    await shelf.plan()
    await shelf.confirm("l1")
    assert await shelf.told() == [(3, 1, 3, False)]
    await shelf.confirm("l3")

    def gone(connection: Connection) -> None:
        binding.unbind(connection, "l1", origin=ORIGIN, by="test", at=AT)
        connection.execute("DELETE FROM label WHERE id = 'l4'")

    await shelf.room.database.write(gone)
    await shelf.plan()
    assert await shelf.told() == [(3, 1, 1, True)]
    await shelf.room.read(exact)


async def test_when_no_label_is_left_that_is_the_end(shelf: Shelf) -> None:
    await shelf.start(l1="a", l2="b")
    await shelf.room.write(price("a", "9"))
    await shelf.plan()
    await shelf.room.bind("l1", Target(product="b"))
    await shelf.plan()
    assert await shelf.told() == [(3, 0, 0, True)]
    assert await shelf.room.read(lambda one: price_news.of_product(one, "a")) is None


async def test_a_price_that_begins_by_itself_is_told_and_its_campaign(shelf: Shelf) -> None:
    await shelf.start(l1="a", l2="b", l3="c")
    begins = AT + timedelta(hours=1)
    await shelf.room.write(reduced("a", "9", "autumn", begins), reduced("b", "8", "autumn", begins))
    await shelf.plan()
    assert await shelf.told() == [(3, 1, 1, True), (3, 1, 1, True)], "shown: the price until then"
    shelf.room.clock.pass_(timedelta(hours=1))
    await shelf.plan()
    await shelf.confirm("l1")
    assert await shelf.told() == [(3, 1, 1, True), ("autumn", 1, 2, False)]
    await shelf.confirm("l2")
    assert await shelf.told() == [(3, 1, 1, True), ("autumn", 2, 2, True)]
    assert await shelf.tell() == []
    await shelf.room.read(exact)
    (late,) = [one for one in await shelf.events() if one.get("shown") == 2]
    assert (late["campaign"], late["products"]) == ("autumn", 2)


async def test_a_campaign_is_not_complete_while_prices_are_looked_at(shelf: Shelf) -> None:
    await shelf.start(**{f"l{n:02}": f"a{n:02}" for n in range(60)})
    await shelf.room.write(*(reduced(f"a{n:02}", "9", "autumn") for n in range(60)))
    await shelf.planner.plan_stale()
    await shelf.confirm(*(f"l{n:02}" for n in range(50)))
    counts = [one for one in await shelf.tell() if one.get("products")]
    assert not [one for one in counts if one["complete"]], "more may belong to it"
    await shelf.plan()
    for _ in range(3):
        await shelf.confirm(*(f"l{n:02}" for n in range(60)))
    told = [one for one in await shelf.tell() if one.get("products")]
    assert [(one["products"], one["shown"], one["complete"]) for one in told] == [(60, 60, True)]


async def test_group_labels_count_for_each_of_their_products(shelf: Shelf) -> None:
    room = shelf.room
    style = Row(kind="group", key="g", value={"name": {"es": "Estilo"}})
    sizes = [product(key, group="g", options={"size": key}) for key in ("s", "m")]
    await room.write(SHOP, style, *sizes, price("s", "10"), price("m", "10"))
    await room.bind("all", Target(group="g"))
    await room.bind("only-m", Target(group="g", where={"size": "m"}))
    await shelf.plan()
    await shelf.confirm("all", "only-m")
    for key, count in (("s", 1), ("m", 2)):
        stands = await room.read(lambda one, key=key: price_news.unchanged(one, key))  # type: ignore[misc]
        assert (stands.labels, stands.shown) == (count, count), (
            "the label of one size shows no other"
        )
    await room.write(price("s", "9"), price("m", "9"))
    found = await room.read(lambda one: price_news.of_product(one, "s"))
    assert found is not None
    assert found.labels == 1, "one that is narrowed to another size has no part in it"
    await shelf.plan()
    await shelf.confirm("all", "only-m")
    told = {one["product"]: one["labels"] for one in await shelf.tell()}
    assert told == {"s": 1, "m": 2}


async def test_it_wakes_by_itself_and_goes_on_after_a_restart(shelf: Shelf) -> None:
    await shelf.start(l1="a", l2="a")
    await shelf.room.write(price("a", "9"))
    await shelf.plan()
    await shelf.confirm("l1")
    again = PriceTelling(shelf.room.database, shelf.room.clock, ORIGIN, within_s=60.0, pause_s=0.0)
    heard = shelf.room.database.changes.subscribe("outbox")
    async with running(again), asyncio.timeout(PATIENCE_S):
        while len(await shelf.events()) < 1:
            await heard.next()
        await shelf.confirm("l2")
        while len(await shelf.events()) < 2:
            await heard.next()
    assert [one["complete"] for one in await shelf.events()] == [False, True]


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_happens_the_counts_are_exact_and_the_end_is_told_once(
    shelf: Shelf, seed: int
) -> None:
    chance = random.Random(seed)
    room = shelf.room
    keys, names = ("a", "b", "c"), tuple(f"l{n}" for n in range(6))
    await shelf.start(**{name: chance.choice(keys) for name in names})
    last: dict[str, int] = {}
    for _ in range(60):
        key, name = chance.choice(keys), chance.choice(names)
        match chance.randrange(8):
            case 0 | 1:
                amount = str(chance.randint(9, 11))
                offers = chance.choice((price(key, amount), reduced(key, amount, "sale")))
                await room.write(offers)
                last[key] = room._seq
            case 2:
                await room.bind(name, Target(product=key))
            case 3:
                word = Presence(label=name, online=chance.random() < 0.5)
                await room.reports.heard("mqtt", [word])
            case 4 | 5:
                await shelf.planner.plan_stale()
            case 6:
                await shelf.confirm(*names[: chance.randrange(6)])
            case _:
                await shelf.tell()
        await room.read(exact)
    await shelf.plan()
    await shelf.confirm(*names)
    await shelf.tell()
    await room.read(exact)
    ended = Counter(
        (one["product"], one["seq"])
        for one in await shelf.events()
        if one["complete"] and "seq" in one
    )
    assert set(ended.values()) <= {1}, "a completion is told once"
    for product_id in keys:
        found = await room.read(lambda one, key=product_id: price_news.of_product(one, key))  # type: ignore[misc]
        if found is not None:
            assert found.complete
            assert found.told is price_news.Told.ALL
    assert await room.read(_nothing_waits)


def _nothing_waits(connection: Connection) -> bool:
    return queue.next_due(connection) is None


async def test_a_label_that_can_only_say_at_the_till_never_counts_as_showing_a_price(
    shelf: Shelf,
) -> None:
    await shelf.start(l1="a", l2="a")
    shelf.painter.at_the_till = {"12.00", "13.00"}
    for amount in ("12", "13"):
        await shelf.room.write(price("a", amount))
        await shelf.plan()
        await shelf.confirm("l1", "l2")
        assert await shelf.told() == [], "both show where to ask, and no price"
    shelf.room.clock.pass_(WITHIN)
    (late,) = await shelf.tell()
    assert (late["shown"], late["pending"], late["complete"]) == (0, 2, False)
    await shelf.room.write(price("a", "14"))
    await shelf.plan()
    await shelf.confirm("l1", "l2")
    (done,) = await shelf.tell()
    assert (done["shown"], done["pending"], done["complete"]) == (2, 0, True)


async def test_a_template_that_breaks_takes_a_shown_price_back(shelf: Shelf) -> None:
    await shelf.start(l1="a")
    await shelf.room.write(price("a", "12"))
    await shelf.plan()
    await shelf.confirm("l1")
    assert [one["complete"] for one in await shelf.tell()] == [True]
    shelf.painter.at_the_till = {"12.00"}
    await shelf.room.database.write(lambda rows: labels.look_again(rows, "l1", "templates"))
    await shelf.plan()
    await shelf.confirm("l1")
    found = await shelf.room.read(lambda rows: price_news.of_product(rows, "a"))
    assert found is not None
    assert (found.shown, found.pending) == (0, 1)
