from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from gateway.store import opening_hours
from gateway.store.database import Database
from tests.support import shop

OWN = "sun 09:00-15:00"


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with Database(tmp_path / "anaquel.db") as one:
        await shop.fill(one)
        yield one


async def _is_open(database: Database, own: str | None) -> tuple[bool, bool] | None:
    """Whether it is open now, and in an hour; None where nobody says."""
    look = partial(opening_hours.of_shop, store=shop.SHOP, own=own, zone="America/Mexico_City")
    found = await database.read(look)
    if found is None:
        return None
    return found.is_open(shop.NOW), found.is_open(shop.NOW + timedelta(hours=1))


async def test_hours_are_those_of_the_row_else_of_the_settings_else_nobodys(
    database: Database,
) -> None:
    assert await _is_open(database, None) is None
    assert await _is_open(database, OWN) == (True, False)
    hours = [{"days": ["sun"], "open": "15:00", "close": "16:00"}]
    row = {"name": "Guadalajara Centro", "kind": "shop", "hours": hours}
    await shop.fill(database, [("location", shop.SHOP, row)], seq=2)
    assert await _is_open(database, None) == (False, True)
    assert await _is_open(database, OWN) == (False, True)
