"""A shop with one adapter in memory, one family's driver, and labels within reach."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from device_drivers.api.drivers import Described, Outcome
from device_drivers.api.panels import Frame, Panel
from device_drivers.labels.over_ble import BleFamily, BleLabelDriver
from device_drivers.simulated.air import AirFaults
from device_drivers.simulated.gatt import GattDevice
from device_drivers.simulated.radio import SimulatedRadio
from tests.support.label_shop import LabelShop

SHORT = 3.0
"""Seconds in which every label is heard."""


class BluetoothShop(LabelShop):
    """``opened`` runs everything."""

    driver: BleLabelDriver

    def __init__(self, family: BleFamily) -> None:
        self.radio = SimulatedRadio()
        super().__init__(BleLabelDriver(family, [self.radio]))

    def add(self, device: GattDevice, faults: AirFaults | None = None) -> None:
        self.radio.add(device, faults=faults)

    async def deliver(self, frame: Frame, known: Described) -> Outcome:
        return await self.driver.deliver(known, "w", self.driver.encode(frame, known))

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as group:
            works = (self.listen(), self.driver.run(), self.radio.run())
            tasks = [group.create_task(work) for work in works]
            await asyncio.sleep(SHORT)
            yield
            for task in tasks:
                task.cancel()


def noise(panel: Panel, seed: int = 1) -> Frame:
    """Every pixel by chance: no mirror, shift or swap of inks goes unseen."""
    inks = range(len(panel.inks))
    pixels = bytes(random.Random(seed).choices(inks, k=panel.width * panel.height))
    return Frame(width=panel.width, height=panel.height, inks=panel.inks, pixels=pixels)


def drawn(panel: Panel) -> Frame:
    """Mostly paper, with bars, a box and a diagonal in every ink: as compressible as a label is."""
    width, height, inks = panel.width, panel.height, len(panel.inks)
    pixels = bytearray(width * height)
    for y in range(height):
        pixels[y * width + y * (width - 1) // height] = 1
    for ink in range(1, inks):
        for y in range(ink * height // (inks + 1), ink * height // (inks + 1) + 5):
            pixels[y * width + 3 : y * width + width // (ink + 1)] = bytes((ink,)) * (
                width // (ink + 1) - 3
            )
    return Frame(width=width, height=height, inks=panel.inks, pixels=bytes(pixels))
