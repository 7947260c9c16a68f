"""Labels with ATC_BLE_OEPL over the air: every accident ends in a picture or in the truth."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace

import pytest

from device_drivers.api.drivers import (
    Announced,
    Described,
    Failed,
    Flash,
    Later,
    Outcome,
    Reason,
    Transferred,
    Unidentified,
)
from device_drivers.labels.atc_ble_oepl.driver import AtcLabels
from device_drivers.labels.atc_ble_oepl.models import Screen
from device_drivers.links.radio import uuid16
from device_drivers.simulated.air import AirFaults
from device_drivers.simulated.atc_ble_oepl_label import AtcFaults, SimulatedAtcLabel
from tests.support.bluetooth_shop import BluetoothShop, noise

pytestmark = pytest.mark.looptime

ADDRESS = "C0:FF:EE:05:D6:11"
LABEL = ADDRESS.replace(":", "")
SCREEN = Screen(width=250, height=128, inks="bwr")
WRITES = 2 + 1 + 2 + 18 + 17 + 1
"""Two questions, the picture's data, two blocks of 8,000 bytes in all, the word to draw."""
BETWEEN = 60.0


def label(faults: AtcFaults | None = None, screen: Screen = SCREEN) -> SimulatedAtcLabel:
    return SimulatedAtcLabel(ADDRESS, screen, faults=faults)


class Shelf:
    """One label in a shop, tried again until it has the picture or says no."""

    def __init__(self, device: SimulatedAtcLabel, air: AirFaults | None = None) -> None:
        self.device = device
        self.frame = noise(device.screen.panel, 3)
        self.outcomes: list[Outcome] = []
        self.shop = BluetoothShop(AtcLabels())
        self.shop.add(device, air)
        self.known = Described(label=LABEL, model=device.screen.model, formats=("atc-plain",))

    async def deliver(self, tries: int = 1) -> Outcome:
        async with self.shop.opened():
            await self.again(tries)
            await asyncio.sleep(30)
        return self.outcomes[-1]

    async def again(self, tries: int = 1) -> None:
        for _ in range(tries):
            self.outcomes.append(await self.shop.deliver(self.frame, self.known))
            if not isinstance(self.outcomes[-1], Later):
                break
            await asyncio.sleep(BETWEEN)


@pytest.mark.parametrize("hangs", [True, False])
@pytest.mark.parametrize("inks", ["bw", "bwr", "bwy", "bwry"])
async def test_a_label_says_what_it_is_and_shows_its_picture(inks: str, *, hangs: bool) -> None:
    device = label(screen=replace(SCREEN, inks=inks))
    device.hangs = hangs
    shelf = Shelf(device)

    assert await shelf.deliver() == Transferred()
    assert device.showing == shelf.frame
    (said,) = shelf.shop.heard(Announced)
    assert said.panel == device.screen.panel
    assert (said.firmware, said.formats) == ("29", ("atc-zlib", "atc-plain"))
    assert (said.telemetry.battery_mv, said.telemetry.temperature_c) == (2900, 21.0)
    assert device.connections == 2, "asked once, delivered once"


@pytest.mark.parametrize("form", ["atc-zlib", "atc-plain"])
async def test_both_forms_are_shown(form: str) -> None:
    shelf = Shelf(label())
    shelf.known = replace(shelf.known, formats=(form,))

    assert await shelf.deliver() == Transferred()
    assert shelf.device.showing == shelf.frame


async def test_an_old_label_tells_no_temperature() -> None:
    shelf = Shelf(label())
    shelf.device.is_new = False
    async with shelf.shop.opened():
        (said,) = shelf.shop.heard(Announced)

    assert (said.telemetry.battery_mv, said.telemetry.temperature_c) == (2900, None)


async def test_a_label_of_unlisted_screen_is_chosen_and_then_driven() -> None:
    device = label()
    device.screen_type = 0xFFFF
    shelf = Shelf(device)

    assert await shelf.deliver() == Transferred()
    assert not shelf.shop.heard(Announced)
    (said,) = shelf.shop.heard(Unidentified)
    assert said.label == LABEL
    assert device.showing == shelf.frame


@pytest.mark.parametrize(
    "other",
    [replace(SCREEN, inks="bwy"), Screen(width=128, height=250, inks="bwr")],
)
async def test_a_label_of_another_model_is_not_driven(other: Screen) -> None:
    shelf = Shelf(label())
    shelf.known = replace(shelf.known, model=other.model)
    shelf.frame = noise(other.panel)
    outcome = await shelf.deliver()

    assert isinstance(outcome, Failed)
    assert outcome.reason is Reason.UNKNOWN_MODEL
    assert "it says that it is" in outcome.detail
    assert shelf.device.showing is None


async def test_a_label_that_was_made_another_is_introduced_anew() -> None:
    shelf = Shelf(label())
    other = Screen(width=400, height=300, inks="bwr")
    async with shelf.shop.opened():
        await asyncio.sleep(90)
        shelf.device.screen = other
        await shelf.again()
        await asyncio.sleep(90)
        first, second = shelf.shop.heard(Announced)

    assert (first.panel.name, second.panel.name) == (SCREEN.model, other.model)


@pytest.mark.parametrize("after", [1, 2, 3, 4, 20, WRITES - 1])
async def test_a_break_is_later_and_then_it_works(after: int) -> None:
    shelf = Shelf(label(), AirFaults(breaks_after=after, breaks=2))

    assert await shelf.deliver(tries=4) == Transferred()
    assert shelf.device.showing == shelf.frame
    assert set(shelf.outcomes[:-1]) <= {
        Later(reason=Reason.DISCONNECTED), Later(reason=Reason.BUSY),
    }  # fmt: skip


async def test_a_lost_last_word_is_made_good_by_what_the_label_has() -> None:
    shelf = Shelf(label(AtcFaults(stalls_after=WRITES - 2)))
    async with shelf.shop.opened():
        await shelf.again()
        assert shelf.outcomes == [Later(reason=Reason.NO_ANSWER)]
        assert shelf.device.showing is None
        shelf.device.faults = AtcFaults()
        await shelf.again()
        assert shelf.outcomes[-1] == Transferred()
        assert len(shelf.device.received) == 4, "it had the picture already"
        await asyncio.sleep(30)
        assert shelf.device.showing == shelf.frame


@pytest.mark.parametrize("numbers", [{1}, {3}, {5}, {6, 8}, {23, 24}, set(range(4, 40, 7))])
async def test_lost_writes_are_made_good_or_told(numbers: set[int]) -> None:
    shelf = Shelf(label(AtcFaults(loses_writes=frozenset(numbers))))
    outcome = await shelf.deliver(tries=2)

    if outcome == Transferred():
        assert shelf.device.showing == shelf.frame
    else:
        assert outcome == Later(reason=Reason.NO_ANSWER)


@pytest.mark.parametrize(
    "faults",
    [
        AtcFaults(wants_again=frozenset({1, 7, 18, 19})),
        AtcFaults(blocks_again=frozenset({0})),
        AtcFaults(blocks_again=frozenset({0, 1}), wants_again=frozenset({3})),
    ],
)
async def test_parts_and_blocks_that_it_wants_again_are_sent_again(faults: AtcFaults) -> None:
    shelf = Shelf(label(faults))

    assert await shelf.deliver() == Transferred()
    assert shelf.device.showing == shelf.frame


@pytest.mark.parametrize(
    ("faults", "words"),
    [
        (AtcFaults(wants_block=2), "it wants what the picture does not have"),
        (AtcFaults(ends_early=5), "it ended before 2 blocks were sent"),
        (AtcFaults(display=bytes(10)), "33 bytes to tell, it told 12"),
        (AtcFaults(display=bytes(31)), "it says that it has 0 colours"),
    ],
)
async def test_what_goes_wrong_is_told(faults: AtcFaults, words: str) -> None:
    shelf = Shelf(label(faults))
    outcome = await shelf.deliver()

    assert isinstance(outcome, Failed)
    assert outcome.reason is Reason.LABEL_ERROR
    assert words in outcome.detail
    assert shelf.device.showing is None


@pytest.mark.parametrize(
    "air", [AirFaults(doubled=range(1, 400)), AirFaults(stale=frozenset({uuid16(0x1337)}))]
)
async def test_a_doubled_word_or_a_stale_list_change_nothing(air: AirFaults) -> None:
    shelf = Shelf(label(), air)

    assert await shelf.deliver() == Transferred()
    assert shelf.device.showing == shelf.frame


@pytest.mark.parametrize("mtu", [23, 237])
async def test_a_connection_too_small_for_a_part_is_named(mtu: int) -> None:
    assert await Shelf(label(), AirFaults(mtu=mtu)).deliver() == Failed(
        reason=Reason.LABEL_ERROR, detail=f"a connection of {mtu} bytes is too small"
    )


@pytest.mark.parametrize("seed", range(20))
async def test_any_mix_of_accidents_ends_in_the_picture_or_in_the_truth(seed: int) -> None:
    rng = random.Random(seed)
    faults = AtcFaults(
        loses_writes=frozenset(rng.sample(range(1, WRITES - 1), rng.randrange(4))),
        stalls_after=rng.choice([None, None, rng.randrange(45)]),
        wants_again=frozenset(rng.sample(range(1, 40), 3)),
        blocks_again=frozenset(rng.sample(range(2), rng.randrange(2))),
    )
    air = AirFaults(
        breaks_after=rng.choice([None, rng.randrange(1, 45)]),
        breaks=rng.randrange(3),
        lost=rng.sample(range(1, 60), 3),
        doubled=rng.sample(range(1, 60), 3),
    )
    shelf = Shelf(label(faults), air)
    outcome = await shelf.deliver(tries=6)

    if outcome == Transferred():
        assert shelf.device.showing == shelf.frame
    else:
        assert isinstance(outcome, Later)


async def test_the_light_shines_and_stops() -> None:
    shelf = Shelf(label())
    async with shelf.shop.opened(), asyncio.TaskGroup() as group:
        flashing = group.create_task(shelf.shop.driver.flash(shelf.known, Flash(seconds=5)))
        await asyncio.sleep(3)
        assert shelf.device.shines
        assert await flashing == Transferred()
        assert not shelf.device.shines
    assert shelf.device.lit == 1
