"""What sensors found at shelves, as the page Today says it."""

from __future__ import annotations

from functools import partial

import pytest

from gateway.domain.shelf_readings import Trouble
from gateway.staff import texts_of_shelves
from gateway.store import observations
from gateway.store.observations import TASKS, Observation
from tests.support import shop
from tests.support.staffed import Staffed


def test_every_trouble_has_its_words() -> None:
    assert texts_of_shelves.COMPLAINTS.keys() == set(TASKS.values())


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (
            Observation(
                sensor="scale-7",
                place="A03-B2",
                product="tote",
                troubles=frozenset({Trouble.NEARLY_EMPTY}),
            ),
            "Casi vacío: Bolsa de manta (tote), A03-B2",
        ),
        (
            Observation(sensor="cold-room", troubles=frozenset({Trouble.TOO_WARM})),
            "Demasiado calor: cold-room",
        ),
    ],
)
async def test_today_says_what_is_wrong_and_where(
    shelf: Staffed, found: Observation, said: str
) -> None:
    async with shelf.signed_in() as client:
        await shelf.database.write(partial(observations.note, found=found, at=shop.NOW))
        assert said in (await client.get("/")).text

        over = Observation(sensor=found.sensor)
        await shelf.database.write(partial(observations.note, found=over, at=shop.NOW))
        assert said not in (await client.get("/")).text
