"""easyTag labels over the air: every accident ends in a picture or in the truth."""

from __future__ import annotations

import asyncio
import random

import pytest

from device_drivers.api.drivers import (
    Described,
    Failed,
    Flash,
    Later,
    Measured,
    Model,
    Outcome,
    Reason,
    Telemetry,
    Transferred,
    Unidentified,
)
from device_drivers.labels.zhsunyco_easytag import protocol
from device_drivers.labels.zhsunyco_easytag.driver import EasyTagLabels
from device_drivers.labels.zhsunyco_easytag.models import MODELS
from device_drivers.links.radio import Advert
from device_drivers.simulated.air import AirFaults
from device_drivers.simulated.zhsunyco_easytag_label import EasyTagFaults, SimulatedEasyTagLabel
from tests.support.bluetooth_shop import BluetoothShop, drawn, noise

pytestmark = pytest.mark.looptime

ADDRESS = "3D:00:00:7B:D5:F8"
LABEL = ADDRESS.replace(":", "")
SMALL = MODELS["easytag-39"]
WRITES = 1 + 21
"""The head and 4,105 bytes of noise in frames of 200."""
BETWEEN = 60.0


def described(model: Model) -> Described:
    return Described(label=LABEL, model=model.id)


class Shelf:
    """One label in a shop, tried again until it has the picture or says no."""

    def __init__(self, device: SimulatedEasyTagLabel, air: AirFaults | None = None) -> None:
        self.device = device
        self.frame = noise(device.model.panel, 3)
        self.outcomes: list[Outcome] = []
        self.shop = BluetoothShop(EasyTagLabels())
        self.shop.add(device, air)

    async def deliver(self, tries: int = 1) -> Outcome:
        async with self.shop.opened():
            for _ in range(tries):
                known = described(self.device.model)
                self.outcomes.append(await self.shop.deliver(self.frame, known))
                await asyncio.sleep(BETWEEN)
                if not isinstance(self.outcomes[-1], Later):
                    break
        return self.outcomes[-1]


@pytest.mark.parametrize("model", MODELS.values(), ids=lambda model: model.id)
async def test_every_model_has_its_picture(model: Model) -> None:
    shelf = Shelf(SimulatedEasyTagLabel(ADDRESS, model))
    shelf.frame = drawn(model.panel)

    assert await shelf.deliver() == Transferred(), "it never says that it drew"
    assert shelf.device.showing == shelf.frame
    assert shelf.device.refreshes == 1


async def test_a_label_does_not_say_what_it_is_but_how_it_is() -> None:
    shelf = Shelf(SimulatedEasyTagLabel(ADDRESS, SMALL))
    shelf.device.temperature_c = -5
    await shelf.deliver()

    (said,) = shelf.shop.heard(Unidentified)
    assert said.label == LABEL
    measured = [one.telemetry for one in shelf.shop.heard(Measured)]
    assert Telemetry(battery_mv=2900, temperature_c=-5.0) in measured


@pytest.mark.parametrize("after", range(1, WRITES + 1))
async def test_a_break_after_any_frame_is_later_and_then_it_works(after: int) -> None:
    shelf = Shelf(SimulatedEasyTagLabel(ADDRESS, SMALL), AirFaults(breaks_after=after))

    assert await shelf.deliver(tries=2) == Transferred()
    assert shelf.outcomes == [Later(reason=Reason.DISCONNECTED), Transferred()]
    assert shelf.device.showing == shelf.frame


@pytest.mark.parametrize(
    ("faults", "air"),
    [
        (EasyTagFaults(deaf=True), AirFaults()),
        (EasyTagFaults(stalls_after=5), AirFaults()),
        (EasyTagFaults(answers_after_s=31), AirFaults()),
        (EasyTagFaults(), AirFaults(lost={1})),
    ],
)
async def test_without_its_word_nothing_is_claimed(faults: EasyTagFaults, air: AirFaults) -> None:
    shelf = Shelf(SimulatedEasyTagLabel(ADDRESS, SMALL, faults=faults), air)

    assert await shelf.deliver() == Later(reason=Reason.NO_ANSWER)


@pytest.mark.parametrize(
    ("faults", "air"),
    [
        (EasyTagFaults(strange_first=True), AirFaults()),
        (EasyTagFaults(answers_after_s=29), AirFaults()),
        (EasyTagFaults(), AirFaults(doubled={1})),
        (EasyTagFaults(), AirFaults(stale=frozenset({protocol.WORDS}))),
    ],
)
async def test_what_is_merely_odd_changes_nothing(faults: EasyTagFaults, air: AirFaults) -> None:
    shelf = Shelf(SimulatedEasyTagLabel(ADDRESS, SMALL, faults=faults), air)

    assert await shelf.deliver() == Transferred()
    assert shelf.device.showing == shelf.frame


async def test_a_connection_that_is_too_small_is_said_to_be_so() -> None:
    shelf = Shelf(SimulatedEasyTagLabel(ADDRESS, SMALL, mtu=23))

    assert await shelf.deliver() == Failed(
        reason=Reason.LABEL_ERROR, detail="its frames have 204 bytes, the connection carries 20"
    )


@pytest.mark.parametrize("seed", range(15))
async def test_any_mix_of_accidents_ends_in_the_picture_or_in_the_truth(seed: int) -> None:
    rng = random.Random(seed)
    faults = EasyTagFaults(
        answers_after_s=rng.uniform(0, 35),
        strange_first=rng.random() < 0.5,
        stalls_after=rng.choice([None, None, rng.randrange(25)]),
    )
    air = AirFaults(
        breaks_after=rng.choice([None, rng.randrange(1, 24)]),
        breaks=rng.randrange(3),
        lost=rng.sample(range(1, 8), 2),
        doubled=rng.sample(range(1, 8), 2),
    )
    shelf = Shelf(SimulatedEasyTagLabel(ADDRESS, SMALL, faults=faults), air)
    outcome = await shelf.deliver(tries=6)

    if outcome == Transferred():
        assert shelf.device.showing == shelf.frame
    else:
        assert outcome in {Later(reason=Reason.NO_ANSWER), Later(reason=Reason.DISCONNECTED)}


def test_others_with_the_same_service_are_left_alone() -> None:
    services = frozenset({protocol.SERVICE})
    heard = Advert(
        address=ADDRESS, rssi_dbm=-50, adapter="hci0", at=0, name="LED", services=services
    )

    assert EasyTagLabels().recognise(heard) is None


async def test_labels_without_a_light_do_not_blink() -> None:
    shelf = Shelf(SimulatedEasyTagLabel(ADDRESS, SMALL))
    async with shelf.shop.opened():
        outcome = await shelf.shop.driver.flash(described(SMALL), Flash(seconds=5))

    assert outcome == Failed(reason=Reason.REFUSED, detail="labels of this family do not blink")


def test_a_label_of_another_model_or_form_is_refused_in_words() -> None:
    family = EasyTagLabels()
    frame = noise(SMALL.panel)
    with pytest.raises(ValueError, match="no easyTag model is called 'x'"):
        family.encode(frame, Described(label="a", model="x"))
    with pytest.raises(
        ValueError, match="takes stone, chalk; this gateway makes easytag-runs, easytag-plain"
    ):
        family.encode(frame, Described(label="a", model=SMALL.id, formats=("stone", "chalk")))
