"""A price that a person took off the shelf: on labels, on record, and to central."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from gateway.domain import price_events
from gateway.domain.labels import Target
from gateway.domain.ranking import Rank
from gateway.domain.rows import Row
from gateway.store import deliveries, proof, queue, rounds, tasks, withdrawals
from gateway.store.database import Connection
from tests.support.feeding import price, product
from tests.unit.labels import rooms
from tests.unit.labels.rooms import AT
from tests.unit.labels.test_price_telling import Shelf, exact

WRONG = "The till says 12"


@pytest.fixture
async def shelf(tmp_path: Path) -> AsyncIterator[Shelf]:
    async with rooms.room(tmp_path) as room:
        yield Shelf(room)


async def withdraw(shelf: Shelf, key: str = "a") -> None:
    await shelf.room.database.write(
        lambda one: withdrawals.withdraw(one, key, by="Ana", reason=WRONG, at=AT)
    )


async def cause(shelf: Shelf, label: str) -> str:
    wish = await shelf.room.read(lambda one: deliveries.wish(one, label))
    assert wish is not None
    return wish.cause


async def events_of(shelf: Shelf, kind: str) -> list[dict[str, Any]]:
    def read(connection: Connection) -> list[dict[str, Any]]:
        rows = connection.execute("SELECT event FROM outbox WHERE lane = 'keep' ORDER BY seq")
        each = [json.loads(row[0]) for row in rows]
        return [one["data"] for one in each if one["type"] == kind]

    return await shelf.room.read(read)


async def test_it_goes_before_all_else_and_is_told_with_how_far_it_is(shelf: Shelf) -> None:
    many = {f"l{n:03}": f"b{n:03}" for n in range(60)}
    await shelf.start(z1="a", z2="a", **many)
    await shelf.room.write(*(price(key, "9") for key in many.values()))
    await withdraw(shelf)
    await shelf.planner.plan_stale()
    due = await shelf.room.read(lambda one: queue.due(one, "mqtt/", AT, 3))
    assert [one.label for one in due][:2] == ["z1", "z2"]
    assert await cause(shelf, "z1") == "withdrawn"
    await shelf.plan()
    await shelf.confirm("z1", "z2")
    told = [one for one in await shelf.tell() if one["product"] == "a"]
    assert [(one["withdrawn"], one["labels"], one["complete"]) for one in told] == [(True, 2, True)]
    (event,) = await events_of(shelf, price_events.PRICE_WITHDRAWN)
    assert (event["product"], event["withdrawn"], event["reason"]) == ("a", True, WRONG)
    assert event["by"].startswith("staff-")
    (task,) = await shelf.room.read(tasks.all_open)
    assert (task.kind, task.key, task.detail["by"]) == ("price_withdrawn", "a", "Ana")
    entry = next(
        one
        for one in await shelf.room.read(lambda one: proof.of_label(one, "z1"))
        if one.what == "price_withdrawn"
    )
    assert (entry.actor, entry.detail) == ("Ana", WRONG)
    shown = (await shelf.room.read(lambda one: proof.of_label(one, "z1")))[0]
    assert shown.what == "shown"
    assert shown.prices == {"state": "withdrawn", "offers": {"a": 2}}


async def test_names_stay_in_the_shop(shelf: Shelf) -> None:
    await shelf.start(l1="a", l2="b")
    await withdraw(shelf)
    await withdraw(shelf, "b")
    await shelf.tell()
    both = await events_of(shelf, price_events.PRICE_WITHDRAWN)
    assert len({one["by"] for one in both}) == 1, "one person is one pseudonym"
    assert "Ana" not in json.dumps(both)


async def test_the_next_price_row_ends_it_and_the_same_row_again_does_not(shelf: Shelf) -> None:
    await shelf.start(l1="a")
    await withdraw(shelf)
    await shelf.plan()
    await shelf.confirm("l1")
    await shelf.tell()
    await shelf.room.write(price("a", "10"), product("a", sku="other"))
    await shelf.plan()
    assert await cause(shelf, "l1") == "withdrawn"
    await shelf.room.write(price("a", "12"))
    await shelf.plan()
    await shelf.confirm("l1")
    assert await cause(shelf, "l1") == "regular"
    (told,) = await shelf.tell()
    assert told["complete"]
    assert "withdrawn" not in told
    ended = (await events_of(shelf, price_events.PRICE_WITHDRAWN))[-1]
    assert (ended["withdrawn"], ended["by"]) == (False, None)
    assert await shelf.room.read(tasks.all_open) == ()
    await shelf.room.read(exact)


async def test_who_puts_it_back_is_on_record_and_all_is_told_again(shelf: Shelf) -> None:
    await shelf.start(l1="a")
    await withdraw(shelf)
    await shelf.plan()
    await shelf.confirm("l1")
    await shelf.tell()
    back = await shelf.room.database.write(
        lambda one: withdrawals.put_back(one, "a", by="Eva", at=AT)
    )
    assert back is not None
    await shelf.room.write(product("a", sku="other"))
    await shelf.plan()
    delivery = await shelf.room.delivery("l1")
    assert (delivery.rank, delivery.wave) == (Rank.STAFF, None)
    await shelf.confirm("l1")
    assert await shelf.told() == [(2, 1, 1, True)]
    whats = [
        (one.what, one.actor)
        for one in await shelf.room.read(lambda one: proof.of_label(one, "l1"))
        if one.actor in {"Ana", "Eva"}
    ]
    assert whats == [("price_back", "Eva"), ("price_withdrawn", "Ana")]
    again = await shelf.room.database.write(
        lambda one: withdrawals.put_back(one, "a", by="Eva", at=AT)
    )
    assert again is None


async def test_twice_is_once_and_what_is_not_sold_cannot_be_withdrawn(shelf: Shelf) -> None:
    await shelf.start(l1="a")
    await withdraw(shelf)
    await withdraw(shelf)
    await withdraw(shelf, "nothing")
    await shelf.tell()
    assert len(await events_of(shelf, price_events.PRICE_WITHDRAWN)) == 1
    assert await shelf.room.read(lambda one: withdrawals.get(one, "nothing")) is None


async def test_a_label_on_several_articles_shows_no_price_when_one_of_them_is_wrong(
    shelf: Shelf,
) -> None:
    room = shelf.room
    style = Row(kind="group", key="g", value={"name": {"es": "Estilo"}})
    sizes = [product(key, group="g", options={"size": key}) for key in ("s", "m")]
    await room.write(style, *sizes, price("s", "10"), price("m", "10"))
    await room.bind("all", Target(group="g"))
    await room.bind("only-m", Target(group="g", where={"size": "m"}))
    await shelf.plan()
    await withdraw(shelf, "s")
    urgent = await room.read(lambda one: rounds.urgent(one, 10))
    assert urgent == ("all",)
    await shelf.plan()
    assert await cause(shelf, "all") == "withdrawn"
    assert await cause(shelf, "only-m") != "withdrawn"
