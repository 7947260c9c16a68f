"""For each family of labels its driver and simulated labels, so that one suite can try them all."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from enum import Enum
from typing import Final, Protocol

from device_drivers import registry
from device_drivers.api.drivers import Described, LabelDriver, Wakes
from device_drivers.api.panels import Frame, Ink, Panel
from device_drivers.simulated.air import AirFaults
from device_drivers.simulated.messages import InMemoryBroker
from device_drivers.simulated.mqtt_label import Faults, LabelModel, SimulatedLabels
from device_drivers.simulated.radio import SimulatedRadio
from tests.support import bluetooth_rigs
from tests.support.bluetooth_rigs import RIGS as BLUETOOTH
from tests.support.bluetooth_shop import noise

W, K, R, Y, B, G = Ink.WHITE, Ink.BLACK, Ink.RED, Ink.YELLOW, Ink.BLUE, Ink.GREEN
PANELS: Final = (
    Panel(name="2.9 three inks", width=296, height=128, inks=(W, K, R), dpi=112),
    Panel(name="2.13 two inks", width=250, height=122, inks=(W, K), dpi=130),
    Panel(name="4.2 four inks", width=400, height=300, inks=(W, K, R, Y), dpi=119),
    Panel(name="six inks, upright", width=122, height=250, inks=(W, K, R, Y, B, G), dpi=130),
    Panel(name="black paper", width=33, height=9, inks=(K, W), dpi=100),
    Panel(name="one pixel", width=1, height=1, inks=(W, K, Y), dpi=100),
)


_IN_PAIRS: Final = frozenset({"gicisky-00a0"})
"""Panels that cannot show each pixel for itself."""


def frame(panel: Panel) -> Frame:
    """A picture in which no mirror, shift or swap of inks goes unseen, as fine as the panel is."""
    fine = noise(panel)
    if panel.name not in _IN_PAIRS:
        return fine
    width = panel.width
    pixels = bytes(
        fine.pixels[y // 2 * 2 * width + x // 2 * 2]
        for y in range(panel.height)
        for x in range(width)
    )
    return replace(fine, pixels=pixels)


class Fault(Enum):
    """What is wrong with a label."""

    NEVER_ANSWERS = "never_answers"
    LOSES_ONE = "loses_one"
    """The first picture does not arrive whole, the next does."""
    GARBAGE = "garbage"
    """What it says makes no sense."""
    ASLEEP = "asleep"


class ShelfLabel(Protocol):
    """A simulated label as the suite needs it."""

    @property
    def showing(self) -> Frame | None: ...
    @property
    def refreshes(self) -> int: ...


class Rig(Protocol):
    """A driver and labels of its family, joined by something that can be cut."""

    driver: LabelDriver

    @property
    def panels(self) -> Sequence[Panel]:
        """Those to be tried; the first stands for all."""

    @property
    def formats(self) -> tuple[str, ...]:
        """What labels of the family say that they take; empty where they say nothing."""

    @property
    def faults(self) -> frozenset[Fault]:
        """Those that labels of this family can have."""

    def name(self, number: int) -> str:
        """The id of a label."""

    def add(self, number: int, panel: Panel, fault: Fault | None = None) -> ShelfLabel:
        """One more label."""

    def wake(self, number: int) -> None:
        """A label that was asleep is so no more."""

    async def run(self) -> None:
        """The labels, and the way to them."""

    async def connect(self) -> None:
        """The way works."""

    def cut(self) -> None:
        """The way breaks."""


class MqttRig:
    """MQTT labels on a broker in memory; the gateway's link is the one that is cut."""

    panels: Sequence[Panel] = PANELS
    formats: tuple[str, ...] = ("png", "planes")
    faults = frozenset({Fault.NEVER_ANSWERS, Fault.LOSES_ONE, Fault.GARBAGE})

    def __init__(self) -> None:
        self.broker = InMemoryBroker(latency_s=0.01)
        self.gateway = self.broker.port("gateway")
        self.shelf = self.broker.port("shelf")
        self.driver = registry.label_driver("mqtt", registry.Ways(messages=self.gateway))
        self.labels = SimulatedLabels(self.shelf)

    def name(self, number: int) -> str:
        return f"l{number}"

    def add(self, number: int, panel: Panel, fault: Fault | None = None) -> ShelfLabel:
        faults = Faults(
            never=fault is Fault.NEVER_ANSWERS,
            garbage=fault is Fault.GARBAGE,
            drop_wish_once=fault is Fault.LOSES_ONE,
        )
        model = LabelModel(panel=panel, formats=self.formats, refresh_s=3.0, can=("flash",))
        return self.labels.add(self.name(number), model, faults=faults)

    def wake(self, number: int) -> None:
        raise NotImplementedError("MQTT labels are not heard while they sleep")

    async def run(self) -> None:
        await self.labels.run()

    async def connect(self) -> None:
        await self.shelf.connect()
        await self.gateway.connect()

    def cut(self) -> None:
        self.gateway.cut()


class BluetoothRig:
    """Labels of one Bluetooth family in the air of an adapter, which is what is cut."""

    formats: tuple[str, ...] = ()

    def __init__(self, family: bluetooth_rigs.Rig) -> None:
        self._family = family
        self.radio = SimulatedRadio()
        self.radio.switch_off()
        ways = registry.Ways(messages=InMemoryBroker().port("gateway"), radios=[self.radio])
        self.driver = registry.label_driver(family.labels.family.name, ways)
        self._devices: dict[int, bluetooth_rigs.Device] = {}

    @property
    def panels(self) -> Sequence[Panel]:
        models = {model.id: model.panel for model in self._family.labels.family.models}
        first = models.pop(self._family.model)
        return (first, *models.values())

    @property
    def faults(self) -> frozenset[Fault]:
        return frozenset({Fault.NEVER_ANSWERS, Fault.LOSES_ONE, Fault.ASLEEP})

    def name(self, number: int) -> str:
        return f"FFFF1020{number:04X}"

    def add(self, number: int, panel: Panel, fault: Fault | None = None) -> ShelfLabel:
        name = self.name(number)
        address = ":".join(name[at : at + 2] for at in range(0, 12, 2))
        device = self._devices[number] = self._family.make(address, panel.name)
        device.silent = fault is Fault.ASLEEP
        air = AirFaults()
        if fault is Fault.NEVER_ANSWERS:
            device.faults = replace(device.faults, stalls_after=0)
        if fault is Fault.LOSES_ONE:
            # Where a label is asked first, that connection asks in less and stays whole.
            air = AirFaults(breaks_after=3, breaks=2 if self._family.is_asked else 1)
        self.radio.add(device, faults=air)
        return device

    def wake(self, number: int) -> None:
        self._devices[number].silent = False

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group, AsyncExitStack() as stack:
            for work in (self.radio.run(), self.driver.run()):
                stack.callback(group.create_task(work).cancel)
            await asyncio.get_running_loop().create_future()

    async def connect(self) -> None:
        if self.radio.trouble is not None:
            await self.radio.switch_on()
        await asyncio.sleep(3)

    def cut(self) -> None:
        self.radio.switch_off()


def over_bluetooth(family: bluetooth_rigs.Rig) -> Callable[[], Rig]:
    """Makes the rig of a Bluetooth family."""
    return lambda: BluetoothRig(family)


RIGS: Final[Mapping[str, Callable[[], Rig]]] = {
    "mqtt": MqttRig,
    **{name: over_bluetooth(family) for name, family in BLUETOOTH.items()},
}


def known(rig: Rig, number: int, panel: Panel) -> Described:
    """A label as the shop knows it."""
    return Described(label=rig.name(number), model=panel.name, formats=rig.formats)


def sleeps(rig: Rig) -> bool:
    """Whether labels of the family can be out of reach for a while."""
    return rig.driver.family.capabilities.wakes is Wakes.ADVERTISES
