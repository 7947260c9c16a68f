"""The driver of all Bluetooth families, with a small family of the tests' own."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeVar

import pytest

from device_drivers.api.drivers import (
    Announced,
    Described,
    Failed,
    Flash,
    Later,
    Measured,
    Outcome,
    Presence,
    Reason,
    Refused,
    Shown,
    Sighting,
    Transferred,
    Unidentified,
)
from device_drivers.api.panels import Frame
from device_drivers.labels.over_ble import BleLabelDriver
from device_drivers.labels.sightings import address_of, label_of
from device_drivers.simulated.air import AirFaults
from device_drivers.simulated.radio import SimulatedRadio
from tests.support.example_ble import COMMAND, DATA, MODELS, ExampleDevice, ExampleFamily

pytestmark = pytest.mark.looptime

SHORT = 5.0

Said = TypeVar("Said")


class Shop:
    """A driver with two adapters, and what it said."""

    def __init__(self) -> None:
        self.near = SimulatedRadio("near")
        self.far = SimulatedRadio("far")
        self.driver = BleLabelDriver(ExampleFamily(), [self.far, self.near])
        self.said: list[Sighting] = []
        self.acknowledges = True
        self.ups = 0
        self.driver.on_connected(self._up)

    def label(
        self, number: int = 1, *, model: int = 0, faults: AirFaults | None = None
    ) -> ExampleDevice:
        device = ExampleDevice(address=f"AA:BB:CC:DD:EE:{number:02X}", model=model)
        self.near.add(device, faults=faults, rssi_dbm=-50)
        return device

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(work)
                for work in (self._listen(), self.driver.run(), self.near.run(), self.far.run())
            ]
            await asyncio.sleep(SHORT)
            yield
            for task in tasks:
                task.cancel()

    async def deliver(self, frame: Frame, number: int = 1, *, model: int = 0) -> Outcome:
        known = described(number, model)
        return await self.driver.deliver(known, "w", self.driver.encode(frame, known))

    def heard(self, kind: type[Said]) -> list[Said]:
        return [sighting for sighting in self.said if isinstance(sighting, kind)]

    async def _listen(self) -> None:
        async for heard in self.driver.heard():
            self.said.append(heard.sighting)
            if self.acknowledges:
                heard.ack()

    async def _up(self) -> None:
        self.ups += 1


def described(number: int = 1, model: int = 0) -> Described:
    return Described(label=f"AABBCCDDEE{number:02X}", model=MODELS[model].id)


def noise(model: int = 0, seed: int = 1) -> Frame:
    panel = MODELS[model].panel
    pixels = bytes(
        random.Random(seed).choices(range(len(panel.inks)), k=panel.width * panel.height)
    )
    return Frame(width=panel.width, height=panel.height, inks=panel.inks, pixels=pixels)


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.mark.parametrize("mtu", [23, 100, 517])
async def test_a_picture_arrives_whatever_the_mtu(shop: Shop, mtu: int) -> None:
    device = shop.label(model=1, faults=AirFaults(mtu=mtu))
    async with shop.opened():
        assert await shop.deliver(noise(1), model=1) == Shown()

    assert device.showing == noise(1)
    assert not device.is_connected


async def test_a_label_is_introduced_once_and_measured_once_a_minute(shop: Shop) -> None:
    shop.label()
    async with shop.opened():
        await asyncio.sleep(600)

    (introduced,) = shop.heard(Announced)
    assert introduced.label == "AABBCCDDEE01"
    assert introduced.panel == MODELS[0].panel
    assert introduced.via == "near"
    assert introduced.telemetry.battery_mv == 3000
    assert introduced.telemetry.rssi_dbm == -50
    assert 9 <= len(shop.heard(Measured)) <= 11


async def test_an_introduction_that_was_not_stored_is_said_again(shop: Shop) -> None:
    shop.label()
    shop.acknowledges = False
    async with shop.opened():
        await asyncio.sleep(70)
        assert len(shop.heard(Announced)) == 2
        shop.acknowledges = True
        await asyncio.sleep(600)
        assert len(shop.heard(Announced)) == 3


async def test_a_label_that_tells_no_model_waits_for_a_person(shop: Shop) -> None:
    shop.label(model=7)
    async with shop.opened():
        pass

    (unknown,) = shop.heard(Unidentified)
    assert unknown.label == "AABBCCDDEE01"
    assert not shop.heard(Announced)


async def test_a_label_that_changes_its_model_is_told_counted_and_gets_no_wrong_picture(
    shop: Shop,
) -> None:
    device = shop.label()
    shop.label(2)
    async with shop.opened():
        device.model = 1
        await asyncio.sleep(120)
        outcome = await shop.deliver(noise())
        assert isinstance(outcome, Failed)
        assert outcome.reason is Reason.UNKNOWN_MODEL
        assert device.connections == 0
        assert await shop.deliver(noise(), 2) == Shown()

    models = [one.panel.name for one in shop.heard(Announced) if one.label.endswith("01")]
    assert models == ["small", "large"]
    assert shop.driver.sightings.changes > 0


async def test_a_label_that_cannot_decide_what_it_is_floods_nobody(shop: Shop) -> None:
    device = shop.label()
    async with shop.opened():
        for second in range(600):
            device.model = second % 2
            await asyncio.sleep(1)

    assert len(shop.said) <= 30
    assert shop.driver.sightings.changes > 100


async def test_what_breaks_the_format_is_refused_and_blocks_nobody(shop: Shop) -> None:
    shop.label(2).advertised = bytes([1, 0, 30, 4])
    shop.label()
    async with shop.opened():
        await asyncio.sleep(100)
        assert await shop.deliver(noise()) == Shown()

    refused = shop.heard(Refused)
    assert 1 <= len(refused) <= 2, "once a minute at most"
    assert refused[0] == Refused(
        label="AABBCCDDEE02", problem="4 bytes of manufacturer data instead of 3"
    )
    assert shop.driver.sightings.refusals > 90


async def test_a_label_asleep_is_told_to_be_online_when_it_is_heard(shop: Shop) -> None:
    device = shop.label()
    async with shop.opened():
        device.asleep = True
        await asyncio.sleep(300)
        assert await shop.deliver(noise()) == Later(reason=Reason.ASLEEP)
        assert not shop.heard(Presence)
        device.asleep = False
        await asyncio.sleep(SHORT)
        assert shop.heard(Presence) == [Presence(label="AABBCCDDEE01", online=True)]
        assert await shop.deliver(noise()) == Shown()
        await asyncio.sleep(300)

    assert len(shop.heard(Presence)) == 1


async def test_the_adapter_that_hears_a_label_best_reaches_it(shop: Shop) -> None:
    device = ExampleDevice(address="AA:BB:CC:DD:EE:01")
    shop.near.add(device, rssi_dbm=-50)
    shop.far.add(device, rssi_dbm=-80, faults=AirFaults(refuses=1))
    async with shop.opened():
        assert await shop.deliver(noise()) == Shown()
        shop.near.switch_off()
        assert await shop.deliver(noise()) == Later(reason=Reason.OUT_OF_REACH)
        shop.far.switch_off()
        assert await shop.deliver(noise()) == Later(reason=Reason.LINK_DOWN)
        ups = shop.ups
        await shop.near.switch_on()
        assert shop.ups == ups + 1
        await asyncio.sleep(SHORT)
        assert await shop.deliver(noise()) == Shown()


@pytest.mark.parametrize("missing", [COMMAND, DATA])
async def test_stale_characteristics_are_looked_up_again_once(shop: Shop, missing: str) -> None:
    device = shop.label(faults=AirFaults(stale=frozenset({missing})))
    async with shop.opened():
        assert await shop.deliver(noise()) == Shown()

    assert device.connections == 2


@pytest.mark.parametrize("after", range(1, 6))
async def test_a_connection_that_breaks_is_told_and_the_next_try_works(
    shop: Shop, after: int
) -> None:
    device = shop.label(model=1, faults=AirFaults(breaks_after=after))
    async with shop.opened():
        assert await shop.deliver(noise(1), model=1) == Later(reason=Reason.DISCONNECTED)
        assert device.showing is None
        await asyncio.sleep(SHORT)
        assert await shop.deliver(noise(1), model=1) == Shown()


async def test_a_lost_confirmation_is_no_success_and_a_doubled_one_no_trouble(shop: Shop) -> None:
    device = shop.label(faults=AirFaults(lost={1}, doubled={2}))
    async with shop.opened():
        assert await shop.deliver(noise()) == Later(reason=Reason.NO_ANSWER)
        assert await shop.deliver(noise()) == Shown()

    assert device.refreshes == 2


async def test_one_label_refreshes_while_the_next_connects(shop: Shop) -> None:
    devices = [shop.label(number) for number in range(1, 5)]
    for device in devices:
        device.refresh_s = 20
    async with shop.opened():
        begun = asyncio.get_running_loop().time()
        async with asyncio.TaskGroup() as group:
            for number in range(1, 5):
                group.create_task(shop.deliver(noise(), number))
        took = asyncio.get_running_loop().time() - begun

    assert all(device.showing == noise() for device in devices)
    assert 40 < took < 45, "two by two"


async def test_a_label_has_one_connection_at_a_time(shop: Shop) -> None:
    shop.label().refresh_s = 10
    outcomes: list[Outcome] = []

    async def deliver() -> None:
        outcomes.append(await shop.deliver(noise()))

    async with shop.opened(), asyncio.TaskGroup() as group:
        group.create_task(deliver())
        group.create_task(deliver())

    assert outcomes == [Later(reason=Reason.BUSY), Shown()]


async def test_a_label_blinks(shop: Shop) -> None:
    device = shop.label()
    async with shop.opened():
        assert await shop.driver.flash(described(), Flash(seconds=9)) == Transferred()

    assert device.flashes == [9]


async def test_an_id_that_is_no_address_is_no_label(shop: Shop) -> None:
    picture = shop.driver.encode(noise(), described())
    outcome = await shop.driver.deliver(Described(label="shelf-7", model="small"), "w", picture)
    assert isinstance(outcome, Failed)


@pytest.mark.parametrize("ticks", [0, 1, 2, 3])
@pytest.mark.parametrize("after_s", [0.01 * step for step in range(60)])
async def test_cancelled_at_any_await_nothing_stays_behind(
    shop: Shop, after_s: float, ticks: int
) -> None:
    device = shop.label()
    async with shop.opened():
        before = asyncio.all_tasks()
        async with asyncio.TaskGroup() as group:
            delivery = group.create_task(shop.deliver(noise()))
            await asyncio.sleep(after_s)
            for _ in range(ticks):
                await asyncio.sleep(0)
            delivery.cancel()
        assert asyncio.all_tasks() == before
        assert shop.near.connected == 0
        assert not device.is_connected
        assert device.showing in {None, noise()}
        await asyncio.sleep(SHORT)
        assert await shop.deliver(noise(seed=2)) == Shown()
        assert device.showing == noise(seed=2)


def test_ids_and_addresses() -> None:
    assert label_of("AA:BB:CC:00:11:22") == "AABBCC001122"
    assert address_of("AABBCC001122") == "AA:BB:CC:00:11:22"
    assert address_of("aabbcc001122") is None
    with pytest.raises(ValueError, match="no Bluetooth address"):
        label_of("AABBCC001122")
