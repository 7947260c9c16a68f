"""What every label driver promises, whatever its family can do; tried on simulated labels."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

import pytest

from device_drivers import registry
from device_drivers.api.drivers import (
    Announced,
    Described,
    Failed,
    Flash,
    Later,
    Outcome,
    Presence,
    Reason,
    Refused,
    Shown,
    Transferred,
    Unidentified,
)
from device_drivers.api.panels import Frame, Panel
from tests.support.bluetooth_shop import noise
from tests.support.label_rigs import RIGS, Fault, Rig, ShelfLabel, frame, known, sleeps
from tests.support.label_shop import LabelShop
from tests.tiers import count

pytestmark = pytest.mark.looptime

LONG = 600.0
"""Seconds after which everything that will happen has happened."""
DRAWN = 60.0
"""Seconds after which a label that has its picture shows it."""


@pytest.fixture
def rig(label_rig: Callable[[], Rig]) -> Rig:
    return label_rig()


class Shop(LabelShop):
    """It also remembers what each delivery came to at once."""

    def __init__(self, rig: Rig) -> None:
        super().__init__(rig.driver)
        self.rig = rig
        self.panel = rig.panels[0]
        self._returned: dict[tuple[str, str], list[Outcome]] = {}

    def known(self, number: int = 1, panel: Panel | None = None) -> Described:
        return known(self.rig, number, panel or self.panel)

    def add(self, number: int = 1, fault: Fault | None = None) -> ShelfLabel:
        return self.rig.add(number, self.panel, fault)

    async def deliver(
        self, wish: str, frame: Frame, number: int = 1, panel: Panel | None = None
    ) -> Outcome:
        label = self.known(number, panel)
        outcome = await self.driver.deliver(label, wish, self.driver.encode(frame, label))
        self._returned.setdefault((label.label, wish), []).append(outcome)
        return outcome

    def outcomes(self, wish: str, number: int = 1) -> list[Outcome]:
        """What the delivery came to, at once and by what the label reported later."""
        name = self.rig.name(number)
        return self._returned.get((name, wish), []) + self.reported(wish, name)

    def has_succeeded(self, wish: str, number: int = 1) -> bool:
        return self.success in self.outcomes(wish, number)

    @property
    def success(self) -> Outcome:
        """The most that the family ever confirms."""
        return Shown() if self.driver.family.capabilities.confirms_shown else Transferred()

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self.listen()), group.create_task(self.rig.run())]
            await self.rig.connect()
            await asyncio.sleep(1)
            yield
            for task in tasks:
                task.cancel()


@pytest.fixture
def shop(rig: Rig) -> Shop:
    return Shop(rig)


def test_every_family_there_is_is_tried() -> None:
    assert set(RIGS) == {
        name
        for name, entry in registry.OURS.items()
        if entry.over is not registry.Over.ACCESS_POINT
    }, "those behind access points are tried over real sockets"


def test_a_family_says_what_it_is_and_how_far_it_was_tried(rig: Rig) -> None:
    family = rig.driver.family

    assert family.title
    assert family.capabilities.parallel >= 1
    assert family.hardware.level == "none" or family.hardware.on is not None
    for model in family.models:
        assert model.panel.name == model.id
        assert model.title
        assert model.hardware.level == "none" or model.hardware.on is not None


async def test_every_panel_shows_the_frame_pixel_by_pixel(rig: Rig) -> None:
    shop = Shop(rig)
    most = count("label_pixels")
    panels = [panel for panel in rig.panels if panel.width * panel.height <= most]
    labels = {panel.name: rig.add(at, panel) for at, panel in enumerate(panels)}
    async with shop.opened():
        for at, panel in enumerate(panels):
            await shop.deliver("w", frame(panel), at, panel)
            await asyncio.sleep(DRAWN)

    for at, panel in enumerate(panels):
        assert labels[panel.name].showing == frame(panel), panel.name
        assert shop.has_succeeded("w", at), panel.name


async def test_nothing_is_said_to_be_shown_before_it_is(shop: Shop) -> None:
    label = shop.add()
    wished = noise(shop.panel)
    async with shop.opened(), asyncio.TaskGroup() as group:
        delivery = group.create_task(shop.deliver("w", wished))
        for _ in range(int(LONG)):
            if Shown() in shop.outcomes("w"):
                assert label.showing == wished
            await asyncio.sleep(0.5)
        await delivery

    assert label.showing == wished
    assert (Shown() in shop.outcomes("w")) is shop.driver.family.capabilities.confirms_shown
    assert shop.has_succeeded("w")


async def test_a_label_introduces_itself_once(shop: Shop) -> None:
    shop.add()
    async with shop.opened():
        await asyncio.sleep(LONG)

    (said,) = [one for one in shop.said if isinstance(one, Announced | Unidentified)]
    assert said.label == shop.rig.name(1)
    if isinstance(said, Announced):
        # A label may know its pitch better than the table does.
        assert replace(said.panel, dpi=shop.panel.dpi) == shop.panel
        assert said.showing is None


async def test_the_newest_of_many_wishes_stays(shop: Shop) -> None:
    label = shop.add()
    async with shop.opened():
        for number in range(4):
            await shop.deliver(f"w{number}", noise(shop.panel, number))
            await asyncio.sleep(LONG)

    assert label.showing == noise(shop.panel, 3)
    assert shop.has_succeeded("w3")


async def test_a_label_that_never_answers_is_never_confirmed_and_blocks_nobody(shop: Shop) -> None:
    shop.add(1, Fault.NEVER_ANSWERS)
    other = shop.add(2)
    async with shop.opened():
        first = await shop.deliver("w", noise(shop.panel), 1)
        await shop.deliver("w", noise(shop.panel), 2)
        await asyncio.sleep(6 * LONG)

    assert isinstance(first, Later | Failed)
    assert not shop.has_succeeded("w", 1)
    assert Shown() not in shop.outcomes("w", 1)
    assert shop.has_succeeded("w", 2)
    assert other.showing == noise(shop.panel)


async def test_what_got_lost_arrives_when_delivered_again(shop: Shop) -> None:
    label = shop.add(1, Fault.LOSES_ONE)
    async with shop.opened():
        await shop.deliver("w", noise(shop.panel))
        await asyncio.sleep(LONG)
        assert label.showing is None
        assert not shop.has_succeeded("w")
        await shop.deliver("w", noise(shop.panel))
        await asyncio.sleep(LONG)

    assert label.showing == noise(shop.panel)
    assert shop.has_succeeded("w")


async def test_garbage_is_refused_and_blocks_nobody(shop: Shop) -> None:
    garbled = Fault.GARBAGE in shop.rig.faults
    shop.add(1, Fault.GARBAGE if garbled else Fault.NEVER_ANSWERS)
    shop.add(2)
    async with shop.opened():
        await shop.deliver("w", noise(shop.panel), 1)
        await shop.deliver("w", noise(shop.panel), 2)
        await asyncio.sleep(LONG)

    refused = {one.label for one in shop.said if isinstance(one, Refused)}
    assert refused == ({shop.rig.name(1)} if garbled else set())
    assert not shop.has_succeeded("w", 1)
    assert shop.has_succeeded("w", 2)


async def test_a_label_that_sleeps_is_told_to_be_there_when_it_is(shop: Shop) -> None:
    fault = Fault.ASLEEP if sleeps(shop.rig) else None
    label = shop.add(1, fault)
    async with shop.opened():
        outcome = await shop.deliver("w", noise(shop.panel))
        if fault is not None:
            assert outcome == Later(reason=Reason.ASLEEP)
            assert label.showing is None
            shop.rig.wake(1)
            await asyncio.sleep(LONG)
            assert Presence(label=shop.rig.name(1), online=True) in shop.said
            await shop.deliver("w", noise(shop.panel))
        await asyncio.sleep(LONG)

    assert label.showing == noise(shop.panel)


@pytest.mark.parametrize("after_s", [0.0, 0.005, 0.015, 0.035, 0.2, 0.3, 0.6, 1.3, 2.5])
async def test_a_cancelled_delivery_leaves_nothing_behind(shop: Shop, after_s: float) -> None:
    label = shop.add()
    frames = [noise(shop.panel, number) for number in range(3)]
    async with shop.opened():
        await shop.deliver("old", frames[0])
        await asyncio.sleep(LONG)
        before = asyncio.all_tasks()
        with suppress(TimeoutError):
            async with asyncio.timeout(after_s):
                await shop.deliver("cancelled", frames[1])
        await asyncio.sleep(LONG)
        assert asyncio.all_tasks() == before
        assert label.showing in frames[:2]
        if shop.has_succeeded("cancelled"):
            assert label.showing == frames[1]
        await shop.deliver("new", frames[2])
        await asyncio.sleep(LONG)

    assert label.showing == frames[2]
    assert shop.has_succeeded("new")


async def test_without_a_way_nothing_is_raised_and_later_it_works(shop: Shop) -> None:
    label = shop.add()
    async with shop.opened():
        shop.rig.cut()
        assert await shop.deliver("w", noise(shop.panel)) == Later(reason=Reason.LINK_DOWN)
        await shop.driver.settled(shop.rig.name(1))
        connects = shop.connects
        await shop.rig.connect()
        assert shop.connects == connects + 1, "that labels can be reached again is told"
        await shop.deliver("w", noise(shop.panel))
        await asyncio.sleep(LONG)

    assert label.showing == noise(shop.panel)


async def test_many_labels_at_once(shop: Shop) -> None:
    numbers = range(1, 21)
    labels = [shop.add(number) for number in numbers]

    async def until_delivered(number: int) -> None:
        while isinstance(await shop.deliver("w", noise(shop.panel, number), number), Later):
            await asyncio.sleep(LONG)
            if shop.has_succeeded("w", number):
                return

    async with shop.opened():
        async with asyncio.TaskGroup() as group:
            for number in numbers:
                group.create_task(until_delivered(number))
        await asyncio.sleep(LONG)

    assert [label.showing for label in labels] == [noise(shop.panel, at) for at in numbers]


async def test_it_blinks_if_the_family_can(shop: Shop) -> None:
    shop.add()
    async with shop.opened():
        outcome = await shop.driver.flash(shop.known(), Flash(seconds=5))

    if shop.driver.family.capabilities.flashes:
        assert outcome in {Shown(), Transferred()}
    else:
        assert isinstance(outcome, Failed)
        assert outcome.detail


def test_the_same_frame_gives_the_same_bytes(shop: Shop) -> None:
    once = shop.driver.encode(noise(shop.panel), shop.known())

    assert once == shop.driver.encode(noise(shop.panel), shop.known())
    assert once.format
    assert once.sha256 == hashlib.sha256(once.data).hexdigest()
    assert once.data != shop.driver.encode(noise(shop.panel, 2), shop.known()).data


def test_a_label_without_a_known_format_is_refused_in_words(shop: Shop) -> None:
    stone = replace(shop.known(), formats=("stone", "chalk"))
    with pytest.raises(ValueError, match="the label takes stone, chalk; this gateway makes "):
        shop.driver.encode(noise(shop.panel), stone)
