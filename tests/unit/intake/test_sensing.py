"""Sensors on a simulated radio, in virtual time."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar

import pytest
from typing_extensions import override

from device_drivers import registry
from device_drivers.api.sensors import SensorAsked
from device_drivers.sensors import bthome, ruuvi
from device_drivers.simulated.beacon import SimulatedBeacon
from device_drivers.simulated.gatt import Advertising
from device_drivers.simulated.radio import SimulatedRadio
from gateway.clock import SystemClock
from gateway.domain.events import Lane, Origin
from gateway.intake.sensing import Sensing, Sensor
from gateway.store import outbox
from gateway.store.database import Connection
from tests.support.inline import InlineDatabase
from tests.support.sensor_rigs import ADDRESS, RIGS, RUUVI

pytestmark = pytest.mark.looptime

T = TypeVar("T")
ORIGIN = Origin(store="s042", gateway="gw1")
NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
PACKETS = {rig.family: rig.packet for rig in RIGS if rig.asked.key is None}


def door(address: str = ADDRESS) -> Sensor:
    driver = registry.SENSORS["bthome"].build(SensorAsked(address=address))
    return Sensor("door-1", driver, every_s=60, place="cold-room")


def thermometer(address: str = RUUVI, name: str = "ruuvi-1") -> Sensor:
    driver = registry.SENSORS["ruuvi"].build(SensorAsked(address=address))
    return Sensor(name, driver, every_s=60)


def saying(packets: Callable[[], bytes | None]) -> Callable[[], Advertising | None]:
    def say() -> Advertising | None:
        payload = packets()
        return None if payload is None else Advertising(service_data={bthome.SERVICE: payload})

    return say


@pytest.fixture
def database() -> InlineDatabase:
    return InlineDatabase()


@asynccontextmanager
async def running(
    database: InlineDatabase, sensors: Sequence[Sensor], *radios: SimulatedRadio
) -> AsyncIterator[Sensing]:
    limits = dict.fromkeys(Lane, 50_000_000)
    await database.write(lambda c: outbox.prepare(c, limits, NOW, uplink=False))
    sensing = Sensing(sensors, radios, None, database, SystemClock(), origin=ORIGIN, today=NOW.date)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(sensing.run(), name="sensing")
        yield sensing
        task.cancel()


async def readings(database: InlineDatabase) -> list[dict[str, Any]]:
    batch = await database.read(
        lambda c: outbox.batch(c, Lane.TELEMETRY, limit=100_000, max_bytes=10**9)
    )
    return [] if batch is None else [json.loads(one.event)["data"] for one in batch.events]


async def test_a_door_that_opens_is_told_at_once_and_once(database: InlineDatabase) -> None:
    packets = [bytes.fromhex(f"4000{nth:02x}1a{nth // 5 % 2:02x}") for nth in range(15)]
    waiting = iter(packets)
    radio = SimulatedRadio()
    radio.add(SimulatedBeacon(ADDRESS, saying(lambda: next(waiting, None))))
    async with running(database, [door()], radio) as sensing:
        for _ in packets:
            radio.hear()
            await asyncio.sleep(1)

    told = [{"open": "0"}, {"open": "1"}, {"open": "0"}]
    assert await readings(database) == [
        {"device": "door-1", "place": "cold-room", "values": values} for values in told
    ]
    assert (sensing.counters.taken, sensing.counters.between) == (3, 12)


async def test_what_two_radios_hear_many_times_counts_once(database: InlineDatabase) -> None:
    payload = PACKETS["bthome"](1)
    radios = [SimulatedRadio(name) for name in ("hci0", "hci1")]
    for radio in radios:
        radio.add(SimulatedBeacon(ADDRESS, saying(lambda: payload)))
    async with running(database, [door()], *radios) as sensing:
        for _ in range(10):
            for radio in radios:
                radio.hear()
            await asyncio.sleep(0.1)

    assert len(await readings(database)) == 1
    assert sensing.counters.repeated == 19


async def test_nonsense_is_counted_and_takes_nothing_along(database: InlineDatabase) -> None:
    waiting = iter([b"\x00", b"\x40\x02", PACKETS["bthome"](1), b"", b"\x40\x02\xff\x7f"])
    radio = SimulatedRadio()
    radio.add(SimulatedBeacon(ADDRESS, saying(lambda: next(waiting, None))))
    async with running(database, [door()], radio) as sensing:
        for _ in range(5):
            radio.hear()
            await asyncio.sleep(10)

    assert len(await readings(database)) == 1
    assert sensing.counters.refused == {"malformed": 3}
    assert sensing.counters.impossible == 1


async def test_1500_adverts_a_second_are_read_without_falling_behind(
    database: InlineDatabase,
) -> None:
    """A minute of a busy shop: 50 sensors of ours and 100 of others, ten times a second each."""
    radio = SimulatedRadio()
    beats = 0

    def tag(number: int) -> Callable[[], Advertising]:
        address = bytes.fromhex(f"cbb8334c{number:04x}")

        def say() -> Advertising:
            # Each packet goes out a dozen times, as a tag does that measures every 1.285 s.
            packet = PACKETS["ruuvi"](beats // 13)[:-6] + address
            return Advertising(manufacturer={ruuvi.COMPANY: packet})

        return say

    def address(number: int) -> str:
        return f"CB:B8:33:4C:{number >> 8:02X}:{number & 255:02X}"

    sensors = [thermometer(address(number), f"ruuvi-{number}") for number in range(50)]
    for number in range(150):
        radio.add(SimulatedBeacon(address(number), tag(number)))
    async with running(database, sensors, radio) as sensing:
        began = time.process_time()
        for beat in range(600):
            beats = beat
            radio.hear()
            await asyncio.sleep(0.1)
        used_s = time.process_time() - began

    counters = sensing.counters
    assert radio.dropped == counters.lost == 0
    assert not counters.refused
    assert counters.taken == len(await readings(database)) == 50
    assert counters.taken + counters.between + counters.repeated == 50 * 600
    assert used_s < 20, "a third of one core, simulated air included"


class StuckDatabase(InlineDatabase):
    """Takes nothing until it is freed, like one whose disk is full."""

    def __init__(self) -> None:
        super().__init__()
        self.free = asyncio.Event()

    @override
    async def write_patiently(self, transaction: Callable[[Connection], T]) -> T:
        await self.free.wait()
        return await super().write_patiently(transaction)


@pytest.fixture
def stuck() -> StuckDatabase:
    return StuckDatabase()


async def test_while_the_disk_is_full_the_newest_is_lost_and_then_news_again(
    stuck: StuckDatabase,
) -> None:
    presses = [bytes.fromhex(f"4000{nth % 256:02x}3a01") for nth in range(1_500)]
    waiting = iter([*presses, bytes.fromhex("400001" + "1a01")])
    radio = SimulatedRadio()
    radio.add(SimulatedBeacon(ADDRESS, saying(lambda: next(waiting, None))))
    async with running(stuck, [door()], radio) as sensing:
        for _ in presses:
            radio.hear()
            await asyncio.sleep(10)
        held = sensing.counters.lost
        stuck.free.set()
        await asyncio.sleep(1)
        radio.hear()
        await asyncio.sleep(1)

    told = await readings(stuck)
    assert 0 < held < 500
    assert len(told) == sensing.counters.taken == 1_500 - held + 1
    assert told[-1]["values"] == {"open": "1"}
