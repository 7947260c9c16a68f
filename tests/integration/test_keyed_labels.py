"""Labels with keys, from the file of the settings to what they show; air and broker in memory."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from device_drivers import registry
from device_drivers.api.drivers import Described, Failed, LabelDriver, Later, Outcome, Reason, Shown
from device_drivers.labels.opendisplay.models import Layout
from device_drivers.registry import LeftOut, Ways
from device_drivers.simulated.messages import InMemoryBroker
from device_drivers.simulated.mqtt_label import LabelModel, SimulatedLabels
from device_drivers.simulated.opendisplay_label import SimulatedOpenDisplayLabel
from device_drivers.simulated.radio import SimulatedRadio
from gateway.labels import reaching
from gateway.labels.outages import Outages
from tests.support import settings
from tests.support.bluetooth_shop import SHORT, noise
from tests.support.label_rigs import PANELS

pytestmark = pytest.mark.looptime

ADDRESS = "A1:B2:C3:D4:E5:F6"
LAYOUT = Layout(scheme="bwr", width=122, height=250, rotation=90)
KEY, OTHER = bytes(range(16)), bytes(range(1, 17))
LONG = 60.0


def _left_out(one: LeftOut) -> None:
    pytest.fail(one.problem)


class Shop:
    """An MQTT and an OpenDisplay label that are locked with ``KEY``."""

    def __init__(self, folder: Path, *, key: bytes | None) -> None:
        chosen = settings.make(folder)
        if key is not None:
            file = folder / "keys.toml"
            file.write_text(f'"shelf.1" = "{key.hex()}"\nA1B2C3D4E5F6 = "{key.hex()}"\n')
            chosen = settings.make(folder, labels={"keys_file": file})
        broker = InMemoryBroker()
        self.gateway, self.shelf = broker.port("gateway"), broker.port("shelf")
        self.radio = SimulatedRadio()
        self.ways: Ways = reaching.ways(chosen, self.gateway, [self.radio], Outages())
        self.labels = SimulatedLabels(self.shelf)
        self.on_broker = self.labels.add("shelf.1", LabelModel(panel=PANELS[0]), key=KEY)
        self.on_air = SimulatedOpenDisplayLabel(ADDRESS, LAYOUT, key=KEY)
        self.radio.add(self.on_air)

    async def deliver(self) -> Outcome:
        """A picture for each; what became of that on the air."""
        drivers = registry.label_drivers(self.ways, _left_out)
        mqtt, opendisplay = drivers["mqtt"], drivers["opendisplay"]
        works = [self.labels.run(), self.radio.run(), mqtt.run(), opendisplay.run()]
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(work) for work in works]
            outcome = await self._delivered(mqtt, opendisplay)
            for task in tasks:
                task.cancel()
        return outcome

    async def _delivered(self, mqtt: LabelDriver, opendisplay: LabelDriver) -> Outcome:
        await self.shelf.connect()
        await self.gateway.connect()
        await asyncio.sleep(SHORT)
        known = Described(label="shelf.1", model=PANELS[0].name, formats=("png",))
        picture = mqtt.encode(noise(PANELS[0]), known)
        assert await mqtt.deliver(known, "w", picture) == Later(reason=Reason.AWAITING_LABEL)
        known = Described(label="A1B2C3D4E5F6", model=LAYOUT.model)
        picture = opendisplay.encode(noise(LAYOUT.panel(dpi=100)), known)
        outcome = await opendisplay.deliver(known, "w", picture)
        await asyncio.sleep(LONG)
        return outcome


@pytest.fixture
def with_keys(tmp_path: Path) -> Shop:
    return Shop(tmp_path, key=KEY)


@pytest.fixture(params=[None, OTHER])
def without(request: pytest.FixtureRequest, tmp_path: Path) -> Shop:
    return Shop(tmp_path, key=request.param)


async def test_locked_labels_show_what_a_gateway_with_their_keys_sends(with_keys: Shop) -> None:
    assert await with_keys.deliver() == Shown()
    assert with_keys.on_broker.showing == noise(PANELS[0])
    assert with_keys.on_air.showing == noise(LAYOUT.panel(dpi=100))


async def test_locked_labels_show_nothing_of_a_gateway_without_their_keys(without: Shop) -> None:
    outcome = await without.deliver()
    assert isinstance(outcome, Failed)
    assert outcome.reason is Reason.NOT_LET_IN
    assert without.on_broker.showing is without.on_air.showing is None
