"""Every Bluetooth family over the real bleak API, on virtual controllers and in real time."""

from __future__ import annotations

import asyncio

import pytest

from device_drivers.api.drivers import Announced, Shown, Transferred, Unidentified
from device_drivers.labels.over_ble import BleLabelDriver
from device_drivers.links.ble import BleakRadio
from device_drivers.links.virtual import VirtualAir
from device_drivers.simulated.peripheral import Peripheral
from tests.support.bluetooth_rigs import RIGS, Rig
from tests.support.bluetooth_shop import noise
from tests.support.running import one_turn

ADDRESSES = ("FF:FF:10:20:30:40", "FF:FF:10:20:30:41")
PATIENCE_S = 60.0
REFRESH_S = 0.5


@pytest.mark.parametrize("rig", list(RIGS.values()), ids=list(RIGS))
async def test_pictures_arrive_over_the_real_interface(rig: Rig) -> None:
    air = VirtualAir()
    await air.plug_in("hci0")
    radio = BleakRadio("hci0", stack=air.stack)
    driver = BleLabelDriver(rig.labels, [radio])
    devices = [rig.make(address, rig.model) for address in ADDRESSES]
    panel = {model.id: model.panel for model in rig.labels.family.models}[rig.model]
    frames = [noise(panel, seed) for seed in (1, 2)]
    outcomes: dict[str, object] = {}

    async def deliver(number: int) -> None:
        known = rig.known(devices[number])
        picture = driver.encode(frames[number], known)
        outcomes[known.label] = await driver.deliver(known, "w", picture)

    async with asyncio.TaskGroup() as group:
        works = [radio.run(), driver.run(), *(Peripheral(air.link, one).run() for one in devices)]
        running = [group.create_task(work) for work in works]
        for one in devices:
            one.refresh_s = REFRESH_S
        async with asyncio.timeout(PATIENCE_S):
            heard = set[str]()
            async for one_heard in driver.heard():
                one_heard.ack()
                if isinstance(one_heard.sighting, Announced | Unidentified):
                    heard.add(one_heard.sighting.label)
                if len(heard) == len(devices):
                    break
            async with asyncio.TaskGroup() as deliveries:
                for number in range(2):
                    deliveries.create_task(deliver(number))
            while [one.showing for one in devices] != frames:
                await one_turn()
        for task in running:
            task.cancel()

    confirms = rig.labels.family.capabilities.confirms_shown
    assert set(outcomes.values()) == {Shown() if confirms else Transferred()}
    assert radio.connected == 0
