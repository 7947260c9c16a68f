"""What Bluetooth families promise beyond what every family does; simulated, in virtual time."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace

import pytest

from device_drivers import registry
from device_drivers.api.drivers import (
    Announced,
    Later,
    Measured,
    Outcome,
    Reason,
    Refused,
    Shown,
    Transferred,
    Unidentified,
)
from device_drivers.api.panels import Frame, Ink
from device_drivers.simulated.gatt import Advertising
from tests.support.bluetooth_rigs import RIGS, Device, Rig
from tests.support.bluetooth_shop import BluetoothShop, drawn, noise

pytestmark = pytest.mark.looptime

ADDRESS = "FF:FF:10:20:30:40"
AFTERWARDS = 60.0
"""Seconds after which a label that has a picture shows it."""
FORGOTTEN = 400.0
"""Seconds after which no label minds a broken connection any more."""


@pytest.fixture
def rig(bluetooth_rig: Rig) -> Rig:
    return bluetooth_rig


class Shop(BluetoothShop):
    """A shop with one label of the rig's model."""

    def __init__(self, rig: Rig) -> None:
        super().__init__(rig.labels)
        self.rig = rig
        self.label = self.another(ADDRESS)
        panel = {model.id: model.panel for model in rig.labels.family.models}[rig.model]
        self.frames = [drawn(panel), noise(panel, 1), noise(panel, 2)]

    def another(self, address: str) -> Device:
        made = self.rig.make(address, self.rig.model)
        self.add(made)
        return made

    async def send(self, frame: Frame, device: Device | None = None) -> Outcome:
        return await self.deliver(frame, self.rig.known(device or self.label))

    @property
    def success(self) -> Outcome:
        confirms = self.driver.family.capabilities.confirms_shown
        return Shown() if confirms else Transferred()


@pytest.fixture
def shop(rig: Rig) -> Shop:
    return Shop(rig)


def test_every_family_over_radio_is_tried() -> None:
    over_radio = {
        name for name, entry in registry.OURS.items() if entry.over is registry.Over.RADIO
    }
    assert over_radio == set(RIGS)


def test_models_are_told_apart_and_have_paper(rig: Rig) -> None:
    models = rig.labels.family.models

    assert len({model.id for model in models}) == len(models) > 0
    for model in models:
        assert model.panel.inks[:2] == (Ink.WHITE, Ink.BLACK)


async def test_a_label_is_heard_once_as_what_it_is(shop: Shop) -> None:
    async with shop.opened():
        await asyncio.sleep(AFTERWARDS)

    announced, unidentified = shop.heard(Announced), shop.heard(Unidentified)
    assert bool(announced) is shop.rig.tells_model
    (said,) = announced or unidentified
    assert said.label == ADDRESS.replace(":", "")
    assert said.via == "hci0"
    assert said.telemetry.rssi_dbm == -60
    if isinstance(said, Announced):
        assert said.panel.name == shop.rig.model


async def test_a_delivery_ends_as_the_family_says_it_can(shop: Shop) -> None:
    async with shop.opened():
        outcome = await shop.send(shop.frames[0])
        if outcome == Shown():
            assert shop.label.showing == shop.frames[0]
        assert outcome == shop.success
        await asyncio.sleep(AFTERWARDS)
        assert shop.label.showing == shop.frames[0]
        assert shop.radio.connected == 0


async def test_every_picture_is_drawn_once(shop: Shop) -> None:
    async with shop.opened():
        for frame in shop.frames:
            assert await shop.send(frame) == shop.success
            await asyncio.sleep(AFTERWARDS)
        assert shop.label.showing == shop.frames[-1]
        assert shop.label.refreshes == len(shop.frames)


async def test_two_labels_get_their_pictures_at_once(shop: Shop) -> None:
    other = shop.another("FF:FF:10:20:30:41")
    async with shop.opened(), asyncio.TaskGroup() as group:
        first = group.create_task(shop.send(shop.frames[1]))
        second = group.create_task(shop.send(shop.frames[2], other))
        assert (await first, await second) == (shop.success, shop.success)
        await asyncio.sleep(AFTERWARDS)
        assert (shop.label.showing, other.showing) == (shop.frames[1], shop.frames[2])


def test_frames_that_do_not_fit_are_refused_in_words(shop: Shop) -> None:
    small = Frame(width=8, height=8, inks=(Ink.WHITE, Ink.BLACK), pixels=bytes(64))
    with pytest.raises(ValueError, match="the frame has 8x8 pixels"):
        shop.driver.encode(small, shop.rig.known(shop.label))
    with pytest.raises(ValueError, match="is called 'nothing'"):
        shop.driver.encode(shop.frames[0], shop.rig.known(shop.label, "nothing"))


@pytest.mark.parametrize("part", [0.0, 0.1, 0.25, 0.6, 0.9, 1.1, 1.25, 1.4])
async def test_a_cancelled_delivery_leaves_nothing_behind(shop: Shop, part: float) -> None:
    async with shop.opened():
        await shop.send(shop.frames[1])
        await asyncio.sleep(AFTERWARDS)
        before = asyncio.all_tasks()
        delivery = asyncio.timeout(part * shop.rig.midway_s)
        with suppress(TimeoutError):
            async with delivery:
                await shop.send(shop.frames[2])
        assert delivery.expired()
        assert shop.radio.connected == 0
        await asyncio.sleep(FORGOTTEN)
        assert asyncio.all_tasks() == before
        if part < 1:
            assert shop.label.showing == shop.frames[1]
        # Later a quick label may have got all of it.
        assert shop.label.showing in {shop.frames[1], shop.frames[2]}
        assert await shop.send(shop.frames[0]) == shop.success
        await asyncio.sleep(AFTERWARDS)
        assert shop.label.showing == shop.frames[0]


async def test_an_adapter_that_goes_off_in_between_claims_nothing(shop: Shop) -> None:
    async with shop.opened(), asyncio.TaskGroup() as group:
        delivery = group.create_task(shop.send(shop.frames[1]))
        await asyncio.sleep(shop.rig.midway_s)
        shop.radio.switch_off()
        assert await delivery in {
            Later(reason=Reason.DISCONNECTED), Later(reason=Reason.LINK_DOWN),
        }  # fmt: skip
        await asyncio.sleep(FORGOTTEN)
        assert shop.label.showing is None


async def test_voltage_is_told_where_the_label_tells_it(shop: Shop) -> None:
    shop.label.battery_mv = 2700
    async with shop.opened():
        await shop.send(shop.frames[0])
        await asyncio.sleep(AFTERWARDS)

    said = [one.telemetry.battery_mv for one in shop.heard(Announced)]
    said += [one.telemetry.battery_mv for one in shop.heard(Unidentified)]
    said += [one.telemetry.battery_mv for one in shop.heard(Measured)]
    assert 2700 in said


class Liar:
    """A device whose advertisement has the family's marks and nonsense behind them."""

    def __init__(self, like: Device) -> None:
        self.like = like
        self.said = 0

    def advertising(self) -> Advertising | None:
        told = self.like._advertisement()
        self.said += 1
        nonsense = bytes(range(self.said % 27))
        return replace(told, manufacturer=dict.fromkeys(told.manufacturer, nonsense))


async def test_nonsense_on_the_air_is_refused_and_blocks_nobody(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    liar = shop.another("FF:FF:10:20:30:66")
    monkeypatch.setattr(liar, "advertising", Liar(liar).advertising)
    async with shop.opened():
        await asyncio.sleep(AFTERWARDS)
        assert await shop.send(shop.frames[0]) == shop.success

    if liar._advertisement().manufacturer:
        assert shop.driver.sightings.refusals > 10
        assert {one.label for one in shop.heard(Refused)} == {"FFFF10203066"}
        assert len(shop.heard(Refused)) <= 3, "a complaint a minute is enough"
