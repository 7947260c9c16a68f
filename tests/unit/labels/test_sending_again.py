"""A person has a label's picture sent once more, whatever the label is said to show."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from device_drivers.api.drivers import Described, Later, Outcome, Reason, Shown
from gateway.labels import wishing
from gateway.store import proof
from tests.unit.labels.aisles import Aisle, an_aisle


@pytest.fixture
async def aisle(tmp_path: Path) -> AsyncIterator[Aisle]:
    async with an_aisle(tmp_path) as made:
        yield made


async def test_what_a_person_asks_for_again_goes_out_until_the_way_has_it(aisle: Aisle) -> None:
    answers: list[Outcome] = [
        Later(reason=Reason.BUSY),
        Later(reason=Reason.AWAITING_LABEL),
        Shown(),
    ]

    async def in_turn(_label: Described) -> Outcome:
        return answers.pop(0)

    await aisle.hang("l1")
    await aisle.wish("l1")
    await aisle.courier.deliver_due()
    assert (await aisle.delivery("l1")).state == "shown"
    aisle.driver.asked.clear()
    aisle.driver.answer = in_turn
    now = aisle.room.clock.now()
    await aisle.room.database.write(lambda rows: wishing.send_again(rows, "l1", by="Ana", at=now))
    for _ in range(3):
        await aisle.courier.deliver_due()
        aisle.room.clock.pass_(timedelta(hours=1))

    assert [one.repeat for one in aisle.driver.asked] == [True, True, False]
    assert (await aisle.delivery("l1")).state == "shown"
    entries = await aisle.room.read(lambda rows: proof.of_label(rows, "l1"))
    asked = [one for one in entries if one.what == "asked_again"]
    assert [(one.actor, one.wish) for one in asked] == [("Ana", (await aisle.delivery("l1")).wish)]
