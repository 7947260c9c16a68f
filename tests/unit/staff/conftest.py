"""The staff site over a real database with a small shop in it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.clock import ShiftedClock
from gateway.store.database import Database
from tests.support import shop, staffed
from tests.support.staffed import Staffed


@pytest.fixture
def clock() -> ShiftedClock:
    return ShiftedClock(shop.StillClock())


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with Database(tmp_path / "anaquel.db") as one:
        yield one


@pytest.fixture
async def staff(database: Database, clock: ShiftedClock, tmp_path: Path) -> Staffed:
    await staffed.fill(database)
    return staffed.make(database, clock, tmp_path)


@pytest.fixture
async def shelf(staff: Staffed) -> Staffed:
    await staff.database.write(staffed.shelf)
    return staff
