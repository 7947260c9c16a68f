from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial

import pytest

from gateway.domain.shelf_readings import Day, Trouble
from gateway.store import observations, tasks
from gateway.store.observations import KEPT_DAYS, Observation
from tests.support.inline import InlineDatabase

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
FOUND = Observation(
    sensor="scale-7",
    place="A03",
    product="runner-26",
    pieces=2,
    creep_g=Decimal("-3.5"),
    troubles=frozenset({Trouble.NEARLY_EMPTY}),
)


@pytest.fixture
def database() -> InlineDatabase:
    return InlineDatabase()


async def kinds(database: InlineDatabase) -> list[tuple[str, str]]:
    return [(one.kind, one.key) for one in await database.read(tasks.all_open)]


async def test_each_trouble_is_one_task_until_it_is_over(database: InlineDatabase) -> None:
    empty = Observation(sensor="scale-7", pieces=0, troubles=frozenset({Trouble.EMPTY}))
    befores = []
    for found in (FOUND, FOUND, empty):
        befores.append(await database.write(partial(observations.note, found=found, at=NOW)))
        assert await database.read(observations.every) == {"scale-7": found}
        assert await kinds(database) == [
            (f"shelf_{trouble.value}", "scale-7") for trouble in found.troubles
        ]

    assert befores == [frozenset(), FOUND.troubles, FOUND.troubles]


async def test_a_sensor_that_is_no_more_leaves_nothing_behind(database: InlineDatabase) -> None:
    await database.write(lambda c: observations.note(c, FOUND, NOW))
    await database.write(lambda c: observations.keep_only(c, ["scale-7"]))
    assert await kinds(database) == [("shelf_nearly_empty", "scale-7")]

    await database.write(lambda c: observations.keep_only(c, []))
    assert await kinds(database) == []
    assert await database.read(observations.every) == {}


async def test_days_are_kept_for_400_days(database: InlineDatabase) -> None:
    first = date(2026, 1, 1)
    day = Day(least=Decimal("3.5"), most=Decimal(6), total=Decimal("9.5"), samples=2, out_s=60.5)
    for nth in range(KEPT_DAYS + 5):
        at = first + timedelta(days=nth)
        await database.write(partial(observations.note_day, sensor="t", day=at, found=day))

    kept = await database.read(lambda c: observations.days(c, "t"))
    assert len(kept) == KEPT_DAYS + 1
    assert min(kept) == first + timedelta(days=4)
    assert set(kept.values()) == {day}
    assert await database.read(lambda c: observations.day_of(c, "t", max(kept))) == day
    assert await database.read(lambda c: observations.day_of(c, "u", max(kept))) is None
