"""A running gateway goes by what is set in the database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from gateway.clock import ShiftedClock
from gateway.domain.events import Origin
from gateway.labels import building
from gateway.ops.shop_settings import ShopSettings
from gateway.settings import Shop
from gateway.store import price_rules, shop_settings
from gateway.store.database import Database
from gateway.store.shop_settings import Who
from tests.support import settings as make_settings
from tests.support import shop

ORIGIN = Origin(store="s042", gateway="gw-1")


@pytest.fixture
def clock() -> ShiftedClock:
    return ShiftedClock(shop.StillClock())


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with Database(tmp_path / "anaquel.db") as one:
        yield one


async def test_what_is_set_counts_for_whoever_holds_the_settings(
    database: Database, clock: ShiftedClock, tmp_path: Path
) -> None:
    settings = make_settings.make(tmp_path)
    heard: list[Shop] = []
    keeper = await ShopSettings(database, clock, settings).begin()
    keeper.on_change(heard.append)
    changes = database.changes.subscribe(shop_settings.TABLE)
    assert building.quiet_hours(settings) is None
    wanted = {
        "quiet_hours": "22:00-06:30",
        "increases": "when_closed",
        "country": "ES",
        "usual_prices": "EUR 1 900, MXN 5 9",
    }
    take = partial(shop_settings.take, settings=settings, origin=ORIGIN, wanted=wanted, at=shop.NOW)
    await database.write(partial(take, who=Who(by="Ana", way="page")))
    assert await changes.next() is not None
    await keeper.follow()
    await keeper.follow()

    assert [one.country for one in heard] == ["ES"], "told once"
    assert building.quiet_hours(settings) is not None
    assert settings.shop.price_ranges.keys() == {"EUR", "MXN"}
    rules = await database.read(price_rules.get)
    assert (rules.country, rules.when_closed) == ("ES", True)
    assert (settings.shop.store, settings.shop.gateway) == ("s042", "gw-1")


async def test_a_restart_finds_what_was_set_and_history_is_bounded(
    database: Database, clock: ShiftedClock, tmp_path: Path
) -> None:
    settings = make_settings.make(tmp_path)
    for number in range(3):
        wanted = {"name": f"Alba {number}"}
        take = partial(
            shop_settings.take, settings=settings, origin=ORIGIN, wanted=wanted, at=shop.NOW
        )
        await database.write(partial(take, who=Who(by="Ana", way="page")))
    again = make_settings.make(tmp_path)
    await ShopSettings(database, clock, again).begin()
    assert again.shop.name == "Alba 2"
    latest = await database.read(partial(shop_settings.changes, limit=2))
    assert [(one.was, one.value) for one in latest] == [
        ("Alba 1", "Alba 2"),
        ("Alba 0", "Alba 1"),
    ]
    plain = make_settings.make(tmp_path).shop
    read = await asyncio.to_thread(shop_settings.shop_in, database.path, plain)
    assert read.name == "Alba 2"
