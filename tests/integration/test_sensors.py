"""Sensors that publish on topics of their own, over a real broker, up to the outbox."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

from device_drivers.links.messages import MessagePort
from gateway.broker.link import Link
from gateway.broker.links import build_links
from gateway.clock import SystemClock
from gateway.domain.events import Lane, Origin
from gateway.intake import building
from gateway.intake.sensing import Sensing
from gateway.store import outbox
from gateway.store.database import Database
from tests.support import settings as test_settings
from tests.support.mosquitto import Mosquitto

CLOCK = SystemClock()
SENSORS = {
    "cold": {"family": "zigbee2mqtt", "topic": "zigbee2mqtt/cold room", "place": "cold-room"},
    "ht": {"family": "shelly", "topic": "shellyht-1"},
    "scale": {
        "family": "json",
        "topic": "scales/7",
        "values": {"mass_g": {"path": "kg", "times": 1000}},
    },
}


async def heard(database: Database, most: int) -> list[dict[str, Any]]:
    """The readings, once there are so many."""
    news = database.changes.subscribe("outbox")
    while True:
        batch = await database.read(
            lambda c: outbox.batch(c, Lane.TELEMETRY, limit=100, max_bytes=10**6)
        )
        events = [] if batch is None else [json.loads(one.event) for one in batch.events]
        if len(events) >= most:
            database.changes.unsubscribe(news)
            return events
        await news.next()


async def publish(port: MessagePort, topic: str, said: object, *, retain: bool = False) -> None:
    payload = said if isinstance(said, bytes) else json.dumps(said).encode()
    await port.publish(topic, payload, retain=retain)


async def test_their_words_become_readings_and_nonsense_stops_nobody(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    chosen = test_settings.make(tmp_path, mosquitto.broker, sensors=SENSORS)
    links = build_links(chosen, CLOCK, "1")
    assert links.sensors is not None
    device = Link("device", mosquitto.broker, prefix="", client_id="device")
    async with Database(tmp_path / "anaquel.db") as database:
        limits = dict.fromkeys(Lane, 10_000_000)
        await database.write(lambda c: outbox.prepare(c, limits, CLOCK.now(), uplink=False))
        origin = Origin(store="s042", gateway="gw-1")
        services = await building.build(chosen, database, CLOCK, origin, links, ())
        sensing = services[-1]
        assert isinstance(sensing, Sensing)
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(device.run())]
            await device.connected.wait()
            await publish(device, "zigbee2mqtt/cold room", {"temperature": 99}, retain=True)
            tasks += [group.create_task(one.run()) for one in (sensing, links.sensors)]
            await links.sensors.connected.wait()
            for topic, said in (
                ("zigbee2mqtt/cold room", b"\xff not json"),
                ("zigbee2mqtt/other", {"temperature": 1}),
                ("zigbee2mqtt/cold room", {"temperature": 4.5, "contact": False}),
                ("shellyht-1/events/rpc", {"method": "NotifyStatus", "params": {"ts": 1, "x": 1}}),
                (
                    "shellyht-1/events/rpc",
                    {
                        "method": "NotifyStatus",
                        "params": {"ts": 1700000000, "temperature:0": {"tC": 5}},
                    },
                ),
                ("scales/7", {"kg": 1.24}),
            ):
                await publish(device, topic, said)
            events = await heard(database, 3)
            for task in tasks:
                task.cancel()

    assert [event["data"] for event in events] == [
        {
            "device": "cold",
            "place": "cold-room",
            "values": {"temperature_c": "4.5", "open": "1"},
        },
        {"device": "ht", "values": {"temperature_c": "5"}},
        {"device": "scale", "values": {"mass_g": "1240"}},
    ]
    assert events[1]["time"] == "2023-11-14T22:13:20.000Z"
    assert sensing.counters.refused == {"malformed": 1}
