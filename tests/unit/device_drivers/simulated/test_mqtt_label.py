"""The simulated label as a device: power, links, memory, and what it says on the air."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from device_drivers import pictures
from device_drivers.api.panels import Frame, Ink, Panel
from device_drivers.labels.mqtt import protocol
from device_drivers.labels.mqtt.protocol import Wish
from device_drivers.simulated.messages import InMemoryBroker
from device_drivers.simulated.mqtt_label import Faults, LabelModel, SimulatedLabels

pytestmark = pytest.mark.looptime

PANEL = Panel(name="diy", width=20, height=8, inks=(Ink.WHITE, Ink.BLACK), dpi=100)
MODEL = LabelModel(panel=PANEL, formats=("png", "planes"), firmware="7", refresh_s=4.0)


def frame(ink_columns: int) -> Frame:
    pixels = bytes(1 if x < ink_columns else 0 for _ in range(8) for x in range(20))
    return Frame(width=20, height=8, inks=PANEL.inks, pixels=pixels)


class Shelf:
    """Labels, their broker, and a hand that publishes as a gateway would."""

    def __init__(self) -> None:
        self.broker = InMemoryBroker(latency_s=0.01)
        self.port = self.broker.port("labels")
        self.hand = self.broker.port("hand")
        self.labels = SimulatedLabels(self.port)
        self.said: list[tuple[str, Any]] = []
        self._air = self.hand.messages("label/+/announce", "label/+/report", "label/+/presence")

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as work:
            lives = [work.create_task(self.labels.run()), work.create_task(self._listen())]
            await self.hand.connect()
            await self.port.connect()
            await asyncio.sleep(1)
            yield
            for life in lives:
                life.cancel()

    async def send(self, picture: Frame, name: str = "w", *, image: bool = True) -> str:
        data = pictures.encode(picture, "png")
        digest = hashlib.sha256(data).hexdigest()
        if image:
            await self.hand.publish("label/a/image", data, retain=True)
        wish = Wish(wish=name, sha256=digest, format="png", bytes=len(data))
        await self.hand.publish("label/a/wish", protocol.wish_payload(wish), retain=True)
        return digest

    def said_on(self, leaf: str) -> list[Any]:
        return [payload for topic, payload in self.said if topic == f"label/a/{leaf}"]

    def results(self) -> list[str]:
        return [report["result"] for report in self.said_on("report")]

    def retained(self, leaf: str) -> Any:
        return json.loads(self.broker.retained[f"label/a/{leaf}"])

    async def _listen(self) -> None:
        async for message in self._air:
            message.ack()
            self.said.append((message.topic, json.loads(message.payload)))


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


async def test_it_introduces_itself_once_and_for_those_who_come_later(shelf: Shelf) -> None:
    shelf.labels.add("a", MODEL)
    async with shelf.open():
        await asyncio.sleep(100)

    assert shelf.said_on("presence") == [{"online": True}]
    assert shelf.said_on("announce") == [
        {
            "protocol": 1,
            "model": "diy",
            "width": 20,
            "height": 8,
            "inks": ["white", "black"],
            "dpi": 100,
            "formats": ["png", "planes"],
            "firmware": "7",
            "showing": None,
        }
    ]
    assert shelf.retained("announce")["model"] == "diy"


async def test_a_refresh_takes_its_time(shelf: Shelf) -> None:
    label = shelf.labels.add("a", MODEL)
    async with shelf.open():
        await shelf.send(frame(3))
        await asyncio.sleep(3.5)
        assert label.showing is None
        assert shelf.results() == ["received"]
        await asyncio.sleep(1)
        assert label.showing == frame(3)
        assert shelf.results() == ["received", "shown"]
        assert label.showing_sha256 == shelf.retained("report")["sha256"]


async def test_the_introduction_tells_the_new_picture_before_the_report_does(shelf: Shelf) -> None:
    shelf.labels.add("a", MODEL)
    async with shelf.open():
        digest = await shelf.send(frame(3))
        await asyncio.sleep(10)

    last = [topic for topic, _ in shelf.said][-2:]
    assert last == ["label/a/announce", "label/a/report"]
    assert shelf.retained("announce")["showing"] == digest


async def test_a_missing_image_is_reported_after_a_minute(shelf: Shelf) -> None:
    label = shelf.labels.add("a", MODEL)
    async with shelf.open():
        await shelf.send(frame(3), image=False)
        await asyncio.sleep(59)
        assert shelf.said_on("report") == []
        await asyncio.sleep(2)
        assert [one["error"] for one in shelf.said_on("report")] == ["image_missing"]
        await shelf.send(frame(3))
        await asyncio.sleep(10)
        assert label.showing == frame(3)


async def test_the_picture_outlives_the_battery(shelf: Shelf) -> None:
    label = shelf.labels.add("a", MODEL)
    async with shelf.open():
        digest = await shelf.send(frame(3))
        await asyncio.sleep(10)
        label.power_off()
        await asyncio.sleep(1)
        assert shelf.retained("presence") == {"online": False}
        assert label.showing == frame(3)
        label.power_on()
        await asyncio.sleep(10)

    assert shelf.retained("presence") == {"online": True}
    assert shelf.said_on("announce")[-1]["showing"] == digest
    assert label.refreshes == 1
    assert shelf.retained("report")["result"] == "shown"


async def test_what_came_while_the_battery_was_out_is_shown_afterwards(shelf: Shelf) -> None:
    label = shelf.labels.add("a", MODEL)
    async with shelf.open():
        label.power_off()
        await asyncio.sleep(1)
        await shelf.send(frame(3))
        await asyncio.sleep(100)
        assert shelf.said_on("report") == []
        label.power_on()
        await asyncio.sleep(10)

    assert label.showing == frame(3)


async def test_a_battery_taken_out_during_a_refresh_confirms_nothing(shelf: Shelf) -> None:
    label = shelf.labels.add("a", MODEL)
    async with shelf.open():
        await shelf.send(frame(3))
        await asyncio.sleep(2)
        label.power_off()
        await asyncio.sleep(100)
        assert label.showing is None
        assert shelf.results() == ["received"]
        label.power_on()
        await asyncio.sleep(10)
        assert label.showing == frame(3)
        assert shelf.results()[-1] == "shown"


async def test_a_refresh_begun_before_the_power_cut_does_not_end_after_it(shelf: Shelf) -> None:
    label = shelf.labels.add("a", MODEL)
    async with shelf.open():
        await shelf.send(frame(3))
        await asyncio.sleep(2)
        label.power_off()
        await asyncio.sleep(0.5)
        label.power_on()
        await asyncio.sleep(2.5)
        assert label.showing is None, "the first refresh would have ended by now"
        assert "shown" not in shelf.results()
        await asyncio.sleep(10)
        assert label.showing == frame(3)
        assert label.refreshes == 1


async def test_a_failure_that_found_no_link_is_said_at_once_when_there_is_one(
    shelf: Shelf,
) -> None:
    shelf.labels.add("a", MODEL, faults=Faults(refuses="panel_timeout"))
    async with shelf.open():
        await shelf.send(frame(3))
        await asyncio.sleep(2)
        shelf.port.cut()
        await asyncio.sleep(100)
        await shelf.port.connect()
        await asyncio.sleep(1)
        assert shelf.results()[:2] == ["received", "failed"]


async def test_a_report_that_found_no_link_is_said_when_there_is_one(shelf: Shelf) -> None:
    label = shelf.labels.add("a", MODEL)
    async with shelf.open():
        await shelf.send(frame(3))
        await asyncio.sleep(2)
        shelf.port.cut()
        await asyncio.sleep(100)
        assert label.showing == frame(3)
        assert shelf.results() == ["received"]
        await shelf.port.connect()
        await asyncio.sleep(1)

    assert shelf.results()[1] == "shown"


async def test_labels_that_live_before_their_link_does_speak_when_it_comes(shelf: Shelf) -> None:
    shelf.labels.add("a", MODEL)
    async with asyncio.TaskGroup() as work:
        life = work.create_task(shelf.labels.run())
        await asyncio.sleep(60)
        await shelf.port.connect()
        await asyncio.sleep(1)
        life.cancel()

    assert shelf.retained("presence") == {"online": True}
    assert shelf.retained("announce")["showing"] is None


async def test_a_label_added_later_lives_too(shelf: Shelf) -> None:
    async with shelf.open():
        label = shelf.labels.add("a", MODEL)
        await shelf.send(frame(3))
        await asyncio.sleep(10)
        assert label.showing == frame(3)
    assert list(shelf.labels.labels) == ["a"]


async def test_faults_that_come_once_are_armed_again_by_setting_them(shelf: Shelf) -> None:
    label = shelf.labels.add("a", MODEL, faults=Faults(drop_wish_once=True))
    async with shelf.open():
        await shelf.send(frame(1), "w1")
        await asyncio.sleep(10)
        assert label.showing is None
        await shelf.send(frame(2), "w2")
        await asyncio.sleep(10)
        assert label.showing == frame(2)
        label.faults = Faults(drop_wish_once=True)
        await shelf.send(frame(3), "w3")
        await asyncio.sleep(10)
        assert label.showing == frame(2)


async def test_a_label_with_a_key_refuses_a_wish_without_its_mac(shelf: Shelf) -> None:
    label = shelf.labels.add("a", MODEL, key=b"secret")
    async with shelf.open():
        await shelf.send(frame(3))
        await asyncio.sleep(10)

    assert [one["error"] for one in shelf.said_on("report")] == ["wrong_mac"]
    assert label.showing is None


async def test_telemetry_is_believable_and_its_own(shelf: Shelf) -> None:
    one, other = shelf.labels.add("a", MODEL), shelf.labels.add("b", MODEL)

    for telemetry in (one.telemetry, other.telemetry):
        assert 2100 <= (telemetry.battery_mv or 0) <= 3100
        assert -90 <= (telemetry.rssi_dbm or 0) <= -40
        assert 10 <= (telemetry.temperature_c or 0) <= 30
    assert one.telemetry != other.telemetry
