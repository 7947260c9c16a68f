"""A label that is retired does not go on showing a price, or somebody is told to take it down."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from device_drivers.api.drivers import Presence
from gateway.domain.label_life import ASKED_FOR, BLANK_WITHIN, Life, Parting, parting
from gateway.domain.labels import Target
from gateway.labels import adopting, living
from gateway.labels.living import LabelError
from gateway.labels.parting import LEFT_HANGING, Farewell
from gateway.store import label_life, labels, proof_at, retired, tasks
from gateway.store.retired import Retired
from tests.support.feeding import price, stock
from tests.unit.labels import drawers
from tests.unit.labels.drawers import Drawer, mute
from tests.unit.labels.rooms import announced

MODEL = drawers.PANEL.name


@pytest.fixture
async def drawer(tmp_path: Path) -> AsyncIterator[Drawer]:
    """One label with a price, the way it was when somebody decided to retire it."""
    async with drawers.a_drawer(tmp_path) as made:
        await made.hear(mute("l1"))
        await made.adopt("l1", model=MODEL, alias="0001")
        await made.room.write(price("runner", "12.90"), stock("runner", 3))
        doer = made.doer
        await made.room.database.write(
            lambda rows: labels.bind(
                rows,
                labels.Binding(
                    label="l1",
                    target=Target(product="runner"),
                    template=None,
                    bound_at=doer.at,
                    bound_by="Ana",
                ),
            )
        )
        await made.settle()
        assert set(made.glass.shown["l1"].pixels) != {0}
        yield made


async def _retire(drawer: Drawer) -> Farewell:
    doer = drawer.doer
    await drawer.room.database.write(lambda rows: living.retire(rows, "l1", doer))
    return Farewell(drawer.room.database, drawer.room.clock)


async def _gone(drawer: Drawer) -> Retired:
    found = await drawer.room.read(lambda rows: retired.get(rows, "l1"))
    assert found is not None
    return found


async def _told(drawer: Drawer) -> bool:
    return await drawer.room.read(lambda rows: tasks.is_open(rows, LEFT_HANGING, "l1"))


async def test_a_retired_label_goes_blank_and_then_is_gone(drawer: Drawer) -> None:
    farewell = await _retire(drawer)
    assert (await _gone(drawer)).leaving
    life = await drawer.room.read(lambda rows: label_life.life(rows, "l1"))
    assert life is Life.RETIRED
    assert await drawer.room.read(lambda rows: labels.get(rows, "l1")) is None, "to all others"
    await farewell.look()
    assert (await _gone(drawer)).leaving, "it did not say yet that it is blank"
    await drawer.settle()
    assert set(drawer.glass.shown["l1"].pixels) == {0}
    await farewell.look()
    gone = await _gone(drawer)
    assert (gone.leaving, gone.blank) == (False, "shown")
    sight = await drawer.room.read(lambda rows: proof_at.sight(rows, "l1", drawer.room.clock.now()))
    assert sight is not None
    assert "price" not in sight.prices
    assert not await _told(drawer)
    # Whatever comes, it is never driven again.
    before = len(drawer.glass.asked)
    await drawer.room.write(price("runner", "9.90"))
    await drawer.settle()
    assert len(drawer.glass.asked) == before


async def test_one_that_does_not_answer_is_told_to_be_taken_down(drawer: Drawer) -> None:
    drawer.glass.dead.add("l1")
    farewell = await _retire(drawer)
    await drawer.settle()
    await farewell.look()
    assert not await _told(drawer), "it has some time"
    drawer.room.clock.pass_(BLANK_WITHIN)
    for _ in range(2):
        await farewell.look()
    assert await _told(drawer)
    assert (await _gone(drawer)).leaving, "it may still be heard"
    drawer.room.clock.pass_(ASKED_FOR)
    await farewell.look()
    assert not (await _gone(drawer)).leaving
    assert (await _gone(drawer)).blank == ""
    assert await _told(drawer), "it still hangs there"


async def test_one_that_is_out_of_reach_is_told_at_once_and_no_more_once_it_is_blank(
    drawer: Drawer,
) -> None:
    await drawer.hear(Presence(label="l1", online=False))
    farewell = await _retire(drawer)
    await farewell.look()
    assert await _told(drawer)
    await drawer.hear(mute("l1"))
    await drawer.settle()
    await farewell.look()
    assert not await _told(drawer)
    assert (await _gone(drawer)).blank == "shown"


async def test_one_that_was_replaced_is_no_task_as_somebody_stands_before_it(
    drawer: Drawer,
) -> None:
    await drawer.hear(Presence(label="l1", online=False), mute("l2"))
    await drawer.adopt("l2", model=MODEL)
    doer = drawer.doer
    await drawer.room.database.write(lambda rows: living.replace(rows, "l1", "l2", doer))
    await Farewell(drawer.room.database, drawer.room.clock).look()
    assert not await _told(drawer)


@pytest.mark.parametrize("when", ["leaving", "gone"])
async def test_a_retired_label_is_taken_back_though_nobody_hears_it(
    drawer: Drawer, when: str
) -> None:
    code = (await drawer.room.label("l1")).code
    farewell = await _retire(drawer)
    if when == "gone":
        await drawer.settle()
        await farewell.look()
    doer = drawer.doer
    await drawer.room.database.write(lambda rows: adopting.take_back(rows, "l1", doer))
    label = await drawer.room.label("l1")
    assert (label.alias, label.parked, label.panel) == ("0001", "", drawers.PANEL)
    assert label.code == code, "what somebody noted or photographed still leads to it"
    life = await drawer.room.read(lambda rows: label_life.life(rows, "l1"))
    assert life is Life.ADOPTED
    assert await drawer.room.read(lambda rows: retired.get(rows, "l1")) is None
    assert [kind for kind, _ in await drawer.told()][-3:] == ["retired", "adopted", "named"]
    await drawer.settle()
    assert set(drawer.glass.shown["l1"].pixels) != {0}, "it shows its code"
    with pytest.raises(LabelError):
        await drawer.room.database.write(lambda rows: adopting.take_back(rows, "l1", doer))


async def test_the_number_on_its_case_is_free_for_another(drawer: Drawer) -> None:
    await _retire(drawer)
    await drawer.hear(mute("l2"))
    await drawer.adopt("l2", model=MODEL, alias="0001")
    doer = drawer.doer
    await drawer.room.database.write(lambda rows: adopting.take_back(rows, "l1", doer))
    assert (await drawer.room.label("l1")).alias is None


async def test_what_the_broker_kept_of_a_retired_label_is_no_word_of_it(drawer: Drawer) -> None:
    room, doer = drawer.room, drawer.doer
    await room.reports.heard("mqtt", [announced("m1")])
    await room.database.write(lambda rows: living.retire(rows, "m1", doer))
    assert not (await room.read(lambda rows: labels.get(rows, "m1", leaving=True)))
    for retained in (True, False):
        await room.reports.heard("mqtt", [replace(announced("m1"), retained=retained)])
        told = await room.read(lambda rows: tasks.is_open(rows, living.HEARD_AGAIN, "m1"))
        assert told is not retained


@pytest.mark.parametrize(
    ("blank", "online", "asked_for", "found"),
    [
        (True, False, ASKED_FOR, Parting.GONE),
        (False, True, BLANK_WITHIN - timedelta(seconds=1), Parting.GOING),
        (False, True, BLANK_WITHIN, Parting.LEFT_HANGING),
        (False, False, timedelta(), Parting.LEFT_HANGING),
        (False, True, ASKED_FOR, Parting.GIVEN_UP),
        (False, False, ASKED_FOR, Parting.GIVEN_UP),
    ],
)
def test_how_far_a_label_is(
    *, blank: bool, online: bool, asked_for: timedelta, found: Parting
) -> None:
    assert parting(blank=blank, online=online, asked_for=asked_for) is found
