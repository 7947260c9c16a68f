"""What becomes of samples at a shelf: tasks, events, days, also over a restart."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from gateway.domain.events import Lane, Origin
from gateway.domain.shelf_readings import Limits, Scale
from gateway.intake import shelves
from gateway.intake.shelves import Watched
from gateway.store import observations, outbox, tasks
from tests.support.inline import InlineDatabase

ORIGIN = Origin(store="s042", gateway="gw1")
NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
TODAY = date(2026, 11, 22)
LIMITS = Limits(
    scale=Scale(piece_g=Decimal(250), tare_g=Decimal(1200)),
    few=3,
    least_c=Decimal(0),
    most_c=Decimal(5),
)


class Shop:
    """A database and one sensor's shelf, which can be started anew."""

    def __init__(self, database: InlineDatabase) -> None:
        self.database = database
        self.watched = Watched("s-1", LIMITS, place="A03", product="runner-26")
        self.at = 0.0

    async def restart(self) -> None:
        known = (await self.database.read(observations.every)).get("s-1")
        day = await self.database.read(lambda c: observations.day_of(c, "s-1", TODAY))
        today = None if day is None else (TODAY, day)
        self.watched = Watched(
            "s-1", LIMITS, place="A03", product="runner-26", known=known, today=today
        )
        self.at = 0.0

    async def hear(self, seconds: int, **values: float) -> None:
        for _ in range(seconds):
            self.at += 1
            sample = {name: Decimal(str(value)) for name, value in values.items()}
            news = self.watched.hear(sample, self.at, TODAY)
            if news is not None:
                await self.database.write(partial(shelves.store, news=news, origin=ORIGIN, at=NOW))

    async def open_tasks(self) -> list[str]:
        return [one.kind for one in await self.database.read(tasks.all_open)]

    async def told(self) -> list[dict[str, Any]]:
        batch = await self.database.read(
            lambda c: outbox.batch(c, Lane.KEEP, limit=500, max_bytes=10**7)
        )
        return [] if batch is None else [json.loads(one.event)["data"] for one in batch.events]


@pytest.fixture
def database() -> InlineDatabase:
    return InlineDatabase()


@pytest.fixture
async def shop(database: InlineDatabase) -> Shop:
    limits = dict.fromkeys(Lane, 10_000_000)
    await database.write(lambda c: outbox.prepare(c, limits, NOW, uplink=False))
    return Shop(database)


async def test_a_shelf_that_is_emptied_and_filled(shop: Shop) -> None:
    await shop.hear(70, mass_g=1200 + 5 * 250)
    assert await shop.open_tasks() == []
    await shop.hear(70, mass_g=1200 + 2 * 250)
    assert await shop.open_tasks() == ["shelf_nearly_empty"]
    await shop.hear(70, mass_g=1200)
    assert await shop.open_tasks() == ["shelf_empty"]
    await shop.hear(10, mass_g=1200 + 6 * 250)
    assert await shop.open_tasks() == []

    told = await shop.told()
    assert [one["pieces"] for one in told] == [5, 2, 2, 0, 0, 6]
    assert [one["began"] for one in told] == [[], [], ["nearly_empty"], [], ["empty"], []]
    assert [one["ended"] for one in told] == [[], [], [], ["nearly_empty"], [], ["empty"]]
    assert {(one["place"], one["product"]) for one in told} == {("A03", "runner-26")}


async def test_a_restart_neither_closes_a_task_nor_tells_it_again(shop: Shop) -> None:
    await shop.hear(70, mass_g=1200)
    before = await shop.told()
    await shop.restart()
    await shop.hear(200, mass_g=1200)

    assert await shop.open_tasks() == ["shelf_empty"]
    assert await shop.told() == before


async def test_a_warm_room_is_a_task_and_its_day_is_kept(shop: Shop) -> None:
    await shop.hear(300, temperature_c=4)
    await shop.hear(1000, temperature_c=7.5)
    assert await shop.open_tasks() == ["shelf_too_warm"]
    await shop.hear(61, temperature_c=4.4)

    assert await shop.open_tasks() == []
    day = await shop.database.read(lambda c: observations.day_of(c, "s-1", TODAY))
    assert day is not None
    assert (day.least, day.most) == (Decimal(4), Decimal("7.5"))
    assert day.out_s == 1000


async def test_a_day_goes_on_after_a_restart(shop: Shop) -> None:
    await shop.hear(1, temperature_c=1)
    await shop.restart()
    await shop.hear(61, temperature_c=3)

    day = await shop.database.read(lambda c: observations.day_of(c, "s-1", TODAY))
    assert day is not None
    assert (day.least, day.most) == (Decimal(1), Decimal(3))
