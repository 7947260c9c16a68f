"""WoLink labels over the air: every accident ends in a picture or in the truth."""

from __future__ import annotations

import asyncio
import random

import pytest

from device_drivers.api.drivers import (
    Described,
    Failed,
    Flash,
    Later,
    Outcome,
    Reason,
    Shown,
    Transferred,
    Unidentified,
)
from device_drivers.labels.zhsunyco_wolink import protocol
from device_drivers.labels.zhsunyco_wolink.driver import WoLinkLabels
from device_drivers.labels.zhsunyco_wolink.models import TAGS, Tag
from device_drivers.simulated.air import AirFaults
from device_drivers.simulated.zhsunyco_wolink_label import (
    Light,
    SimulatedWoLinkLabel,
    WoLinkFaults,
)
from tests.support.bluetooth_shop import BluetoothShop, drawn, noise

pytestmark = pytest.mark.looptime

ADDRESS = "66:66:17:0A:0B:0C"
LABEL = ADDRESS.replace(":", "")
SMALL = TAGS["wolink-213"]
WRITES = 1 + 40 + 1
"""The answer at the door, 8,000 bytes, and the word to draw."""
BETWEEN = 240.0


def described(tag: Tag) -> Described:
    return Described(label=LABEL, model=tag.model.id)


class Shelf:
    """One label in a shop, tried again until it shows the picture or says no."""

    def __init__(self, device: SimulatedWoLinkLabel, air: AirFaults | None = None) -> None:
        self.device = device
        self.frame = noise(device.tag.model.panel, 3)
        self.outcomes: list[Outcome] = []
        self.shop = BluetoothShop(WoLinkLabels())
        self.shop.add(device, air)

    async def deliver(self, tries: int = 1, between: float = BETWEEN) -> Outcome:
        async with self.shop.opened():
            for _ in range(tries):
                known = described(self.device.tag)
                self.outcomes.append(await self.shop.deliver(self.frame, known))
                if not isinstance(self.outcomes[-1], Later):
                    break
                await asyncio.sleep(between)
        assert not self.device.bricked
        return self.outcomes[-1]


@pytest.mark.parametrize("tag", TAGS.values(), ids=lambda tag: tag.model.id)
async def test_every_model_shows_its_picture_when_it_says_so(tag: Tag) -> None:
    shelf = Shelf(SimulatedWoLinkLabel(ADDRESS, tag))
    shelf.frame = drawn(tag.model.panel)

    assert await shelf.deliver() == Shown()
    assert shelf.device.showing == shelf.frame
    assert shelf.device.refreshes == 1


async def test_a_label_does_not_say_what_it_is() -> None:
    shelf = Shelf(SimulatedWoLinkLabel(ADDRESS, SMALL))
    await shelf.deliver()

    (said,) = shelf.shop.heard(Unidentified)
    assert (said.label, said.firmware) == (LABEL, "102.203.1")
    assert said.telemetry.battery_mv == 2900


@pytest.mark.parametrize("mtu", [23, 100, 247])
async def test_any_connection_carries_the_picture(mtu: int) -> None:
    shelf = Shelf(SimulatedWoLinkLabel(ADDRESS, SMALL, mtu=mtu))

    assert await shelf.deliver() == Shown()
    assert shelf.device.showing == shelf.frame


@pytest.mark.parametrize("after", [1, 2, 3, 20, WRITES - 1])
async def test_a_break_while_it_is_loaded_is_later_and_then_it_works(after: int) -> None:
    shelf = Shelf(SimulatedWoLinkLabel(ADDRESS, SMALL), AirFaults(breaks_after=after))

    assert await shelf.deliver(tries=2) == Shown()
    assert shelf.outcomes == [Later(reason=Reason.DISCONNECTED), Shown()]
    assert shelf.device.showing == shelf.frame


async def test_a_break_after_the_word_to_draw_is_not_taken_for_a_picture() -> None:
    shelf = Shelf(SimulatedWoLinkLabel(ADDRESS, SMALL), AirFaults(breaks_after=WRITES))

    assert await shelf.deliver(tries=2) == Shown()
    assert shelf.outcomes[0] == Later(reason=Reason.DISCONNECTED)


async def test_a_label_that_sulks_after_a_break_is_waited_for() -> None:
    shelf = Shelf(SimulatedWoLinkLabel(ADDRESS, SMALL, sulks_s=180), AirFaults(breaks_after=9))

    assert await shelf.deliver(tries=6, between=60) == Shown()
    assert shelf.outcomes[:3] == [
        Later(reason=Reason.DISCONNECTED), *[Later(reason=Reason.OUT_OF_REACH)] * 2,
    ]  # fmt: skip
    assert shelf.device.showing == shelf.frame


async def test_a_cancelled_delivery_shows_no_half_picture() -> None:
    shelf = Shelf(SimulatedWoLinkLabel(ADDRESS, SMALL, sulks_s=30))
    async with shelf.shop.opened():
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1.2):
                await shelf.shop.deliver(shelf.frame, described(SMALL))
        assert shelf.shop.radio.connected == 0
        await asyncio.sleep(60)
        assert shelf.device.showing is None
        assert await shelf.shop.deliver(shelf.frame, described(SMALL)) == Shown()


@pytest.mark.parametrize(
    ("faults", "outcome"),
    [
        (
            WoLinkFaults(error=2),
            Failed(reason=Reason.LABEL_ERROR, detail="the panel could not be written"),
        ),
        (
            WoLinkFaults(error=3),
            Failed(reason=Reason.LABEL_ERROR, detail="the picture could not be unpacked"),
        ),
        (
            WoLinkFaults(short_question=True),
            Failed(reason=Reason.LABEL_ERROR, detail="its question is not 16 bytes"),
        ),
        (WoLinkFaults(other_lock=True), Later(reason=Reason.DISCONNECTED)),
        (WoLinkFaults(stalls_after=20), Later(reason=Reason.NO_ANSWER)),
        (WoLinkFaults(never_done=True), Later(reason=Reason.NO_ANSWER)),
    ],
)
async def test_what_goes_wrong_is_told(faults: WoLinkFaults, outcome: Outcome) -> None:
    shelf = Shelf(SimulatedWoLinkLabel(ADDRESS, SMALL, faults=faults))

    assert await shelf.deliver() == outcome


async def test_a_panel_slower_than_our_patience_is_not_said_to_show() -> None:
    shelf = Shelf(SimulatedWoLinkLabel(ADDRESS, SMALL, refresh_s=45))

    assert await shelf.deliver() == Later(reason=Reason.NO_ANSWER)
    shelf.device.refresh_s = 25
    assert await shelf.deliver() == Shown()
    assert shelf.device.showing == shelf.frame


async def test_words_before_the_drawing_say_nothing_of_it() -> None:
    faults = WoLinkFaults(chatters=True, busy_first=3)
    shelf = Shelf(SimulatedWoLinkLabel(ADDRESS, SMALL, refresh_s=20, faults=faults))

    assert await shelf.deliver() == Shown()
    assert shelf.device.showing == shelf.frame, "it was said when it was so"


async def test_a_picture_of_the_wrong_model_is_never_said_to_be_shown() -> None:
    shelf = Shelf(SimulatedWoLinkLabel(ADDRESS, SMALL))
    async with shelf.shop.opened():
        other = TAGS["wolink-154"]
        outcome = await shelf.shop.deliver(drawn(other.model.panel), described(other))

    assert isinstance(outcome, Failed)
    assert shelf.device.unreadable == 1


@pytest.mark.parametrize(
    "air", [AirFaults(doubled=range(1, 100)), AirFaults(stale=frozenset({protocol.STATUS}))]
)
async def test_a_doubled_word_or_a_stale_list_change_nothing(air: AirFaults) -> None:
    shelf = Shelf(SimulatedWoLinkLabel(ADDRESS, SMALL), air)

    assert await shelf.deliver() == Shown()
    assert shelf.device.showing == shelf.frame


async def test_a_lost_last_word_is_not_taken_for_one() -> None:
    shelf = Shelf(SimulatedWoLinkLabel(ADDRESS, SMALL), AirFaults(lost={1}))

    assert await shelf.deliver(tries=2) == Shown()
    assert shelf.outcomes[0] == Later(reason=Reason.NO_ANSWER)


@pytest.mark.parametrize("seed", range(15))
async def test_any_mix_of_accidents_ends_in_the_picture_or_in_the_truth(seed: int) -> None:
    rng = random.Random(seed)
    faults = WoLinkFaults(
        busy_first=rng.randrange(4),
        chatters=rng.random() < 0.5,
        stalls_after=rng.choice([None, None, rng.randrange(45)]),
    )
    air = AirFaults(
        breaks_after=rng.choice([None, rng.randrange(1, 45)]),
        breaks=rng.randrange(3),
        lost=rng.sample(range(1, 6), 2),
        doubled=rng.sample(range(1, 6), 2),
    )
    label = SimulatedWoLinkLabel(
        ADDRESS, SMALL, mtu=rng.choice([60, 247]), refresh_s=rng.uniform(1, 29), faults=faults
    )
    shelf = Shelf(label, air)
    outcome = await shelf.deliver(tries=6)

    if outcome == Shown():
        assert shelf.device.showing == shelf.frame
    else:
        assert isinstance(outcome, Later)


async def test_the_light_blinks() -> None:
    shelf = Shelf(SimulatedWoLinkLabel(ADDRESS, SMALL))
    async with shelf.shop.opened():
        flash = Flash(seconds=10, colour="blue")
        outcome = await shelf.shop.driver.flash(described(SMALL), flash)

    assert outcome == Transferred()
    assert shelf.device.light == Light(colour=(0, 0, 255), on_ms=500, off_ms=500, work_ms=10_000)


def test_a_label_of_another_model_or_form_is_refused_in_words() -> None:
    family = WoLinkLabels()
    frame = noise(SMALL.model.panel)
    with pytest.raises(ValueError, match="no WoLink model is called 'x'"):
        family.encode(frame, Described(label="a", model="x"))
    with pytest.raises(
        ValueError, match="takes stone, chalk; this gateway makes wolink-blocks, wolink-plain"
    ):
        family.encode(frame, Described(label="a", model="wolink-213", formats=("stone", "chalk")))
