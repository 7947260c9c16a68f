"""Radios and the air around them: the simulated one, and bleak on virtual controllers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol

from device_drivers.links.ble import BleakRadio, Pace
from device_drivers.links.radio import Radio
from device_drivers.links.virtual import VirtualAir
from device_drivers.simulated.peripheral import Peripheral
from device_drivers.simulated.radio import SimulatedRadio
from tests.support.running import one_turn
from tests.support.talking_device import TalkingDevice


class Rig(Protocol):
    """A radio and a way to put devices into its air."""

    radio: Radio

    @asynccontextmanager
    def opened(self, *devices: TalkingDevice) -> AsyncIterator[None]: ...
    async def off(self) -> None: ...
    async def on(self) -> None: ...
    async def turn(self) -> None:
        """Let others go on, for conditions that nothing announces."""

    @property
    def connected(self) -> int: ...


class InMemory:
    """The simulated radio."""

    def __init__(self) -> None:
        self.radio = SimulatedRadio("hci0")

    @property
    def connected(self) -> int:
        return self.radio.connected

    @asynccontextmanager
    async def opened(self, *devices: TalkingDevice) -> AsyncIterator[None]:
        for device in devices:
            self.radio.add(device)
        async with asyncio.TaskGroup() as group:
            running = group.create_task(self.radio.run())
            yield
            running.cancel()

    async def off(self) -> None:
        self.radio.switch_off()

    async def on(self) -> None:
        await self.radio.switch_on()

    async def turn(self) -> None:
        await asyncio.sleep(0.01)


class OnBumble:
    """Bleak on virtual controllers."""

    def __init__(self) -> None:
        self.air = VirtualAir()
        pace = Pace(silence=0.3, first_wait=0.02, longest_wait=0.05)
        self.radio = BleakRadio("hci0", stack=self.air.stack, pace=pace)

    @property
    def connected(self) -> int:
        return self.radio.connected

    @asynccontextmanager
    async def opened(self, *devices: TalkingDevice) -> AsyncIterator[None]:
        await self.air.plug_in("hci0")
        async with asyncio.TaskGroup() as group:
            running = [group.create_task(self.radio.run())]
            running += [
                group.create_task(Peripheral(self.air.link, device).run()) for device in devices
            ]
            yield
            for task in running:
                task.cancel()

    async def off(self) -> None:
        await self.air.switch_off("hci0")

    async def on(self) -> None:
        self.air.switch_on("hci0")

    async def turn(self) -> None:
        await one_turn()
