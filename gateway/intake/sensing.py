"""Readings of sensors that speak their makers' words: heard, read, committed like any other.

Bluetooth sensors say everything many times a second; their drivers know a repeat. What waits for
the database is bounded: over the air the newest is lost and counted, a message is left unread.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, NoReturn

import structlog

from device_drivers.api.sensors import (
    OverAir,
    OverMessages,
    Packet,
    Sample,
    SensorDriver,
    SensorError,
)
from device_drivers.links.messages import Message, MessagePort
from device_drivers.links.radio import Advert, Radio
from gateway.clock import Clock
from gateway.domain import sampling
from gateway.domain.events import Origin, Reading
from gateway.domain.sampling import Pace
from gateway.intake import taking
from gateway.intake.taking import Arrival
from gateway.store.database import Connection, Database

_MAX_WAITING: Final = 1_000
_MAX_GROUP: Final = 200
_AHEAD: Final = timedelta(minutes=1)
"""A sensor's clock that is further ahead than this is wrong: our own time counts."""

_QUIET_S: Final = 600.0
"""Who speaks well and badly in turn must not fill the log."""

log = structlog.get_logger("sensors")


@dataclass(slots=True)
class Counters:
    """What became of the packets so far; ``refused`` by why, ``lost`` for want of room."""

    repeated: int = 0
    between: int = 0
    """News that was no reading yet: nothing but measured values, told a moment ago."""
    taken: int = 0
    lost: int = 0
    impossible: int = 0
    refused: Counter[str] = field(default_factory=Counter)


class Sensor:
    """One sensor: its driver, where it is, and how often it is told."""

    def __init__(
        self, name: str, driver: SensorDriver, *, every_s: float, place: str | None = None
    ) -> None:
        self.name = name
        self.driver = driver
        self.pace = Pace(every_s)
        self.place = place
        self.trouble = ""
        self.told_at = -_QUIET_S


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A reading for the database, and whom to tell that it is there."""

    arrival: Arrival
    ack: Callable[[], None]


class Sensing:
    """Takes in what the sensors of the settings say; build it before the port connects."""

    name = "sensing"

    def __init__(
        self,
        sensors: Sequence[Sensor],
        radios: Sequence[Radio],
        port: MessagePort | None,
        database: Database,
        clock: Clock,
        *,
        origin: Origin,
    ) -> None:
        self.counters = Counters()
        self._database = database
        self._clock = clock
        self._origin = origin
        self._waiting: asyncio.Queue[_Waiting] = asyncio.Queue(_MAX_WAITING)
        self._on_air: dict[str, list[tuple[Sensor, OverAir]]] = defaultdict(list)
        self._on_topic: dict[str, list[Sensor]] = defaultdict(list)
        companies: set[int] = set()
        services: set[str] = set()
        for sensor in sensors:
            match sensor.driver.listens:
                case OverAir() as where:
                    self._on_air[where.address].append((sensor, where))
                    companies |= set() if where.company is None else {where.company}
                    services |= set() if where.service is None else {where.service}
                case OverMessages(topic=topic):
                    self._on_topic[topic].append(sensor)
        self._adverts = [
            radio.adverts(manufacturers=companies, services=services)
            for radio in (radios if self._on_air else ())
        ]
        self._messages = None
        if port is not None and self._on_topic:
            self._messages = port.messages(*self._on_topic)

    async def run(self) -> NoReturn:
        """Work for ever."""
        async with asyncio.TaskGroup() as group:
            for nth, adverts in enumerate(self._adverts):
                group.create_task(self._hear(adverts), name=f"sensing-air-{nth}")
            if self._messages is not None:
                group.create_task(self._receive(self._messages), name="sensing-messages")
            await self._commit()
        raise AssertionError("the readings of sensors ended")

    async def _hear(self, adverts: AsyncIterator[Advert]) -> None:
        async for advert in adverts:
            for sensor, where in self._on_air.get(advert.address, ()):
                payload = None
                if where.company is not None:
                    payload = advert.manufacturer.get(where.company)
                elif where.service is not None:
                    payload = advert.service_data.get(where.service)
                if payload is None:
                    continue
                arrival = self._read(sensor, Packet(payload=payload, at=advert.at))
                if arrival is not None:
                    self._offer(_Waiting(arrival, _nobody))

    def _offer(self, reading: _Waiting) -> None:
        """Over the air nobody waits: without room it is lost."""
        if not self._waiting.full():
            self._waiting.put_nowait(reading)
            return
        self.counters.lost += 1
        if self.counters.lost == 1:
            log.error("readings of sensors are lost: the database takes none")

    async def _receive(self, messages: AsyncIterator[Message]) -> None:
        async for message in messages:
            now = asyncio.get_running_loop().time()
            packet = Packet(payload=message.payload, at=now, topic=message.topic)
            # What the broker kept was measured nobody knows when.
            sensors = () if message.retained else self._on_topic.get(message.topic, ())
            arrivals = [self._read(sensor, packet) for sensor in sensors]
            readings = [arrival for arrival in arrivals if arrival is not None]
            for arrival in readings[:-1]:
                await self._waiting.put(_Waiting(arrival, _nobody))
            if readings:
                # Taken in order: when the last is stored, so are those before it.
                await self._waiting.put(_Waiting(readings[-1], message.ack))
            else:
                message.ack()

    def _read(self, sensor: Sensor, packet: Packet) -> Arrival | None:
        """The reading in a packet, None where there is none; what is wrong is counted and told."""
        try:
            sample = sensor.driver.read(packet)
        except SensorError as error:
            self.counters.refused[error.wrong.value] += 1
            self._tell(sensor, packet.at, error.wrong.value, error.detail)
            return None
        if sample is None:
            self.counters.repeated += 1
            return None
        values, wrong = sampling.possible(sample.values)
        self.counters.impossible += len(wrong)
        self._tell(sensor, packet.at, "impossible" if wrong else "", ", ".join(wrong))
        if not values:
            return None
        if not sensor.pace.is_due(values, packet.at):
            self.counters.between += 1
            return None
        reading = Reading(
            values={name: f"{value:f}" for name, value in values.items()}, place=sensor.place
        )
        return Arrival(device=sensor.name, content=reading, at=self._time_of(sample))

    def _time_of(self, sample: Sample) -> datetime | None:
        at = sample.at
        return None if at is None or at > self._clock.now() + _AHEAD else at

    @staticmethod
    def _tell(sensor: Sensor, at: float, trouble: str, detail: str) -> None:
        """One line when a sensor's trouble begins, changes, or is over; at most one in a while."""
        if trouble == sensor.trouble or at - sensor.told_at < _QUIET_S:
            return
        sensor.trouble, sensor.told_at = trouble, at
        if trouble:
            log.warning(
                "sensor not understood", sensor=sensor.name, why=trouble, detail=detail[:300]
            )
        else:
            log.info("sensor understood again", sensor=sensor.name)

    async def _commit(self) -> NoReturn:
        while True:
            group = [await self._waiting.get()]
            while len(group) < _MAX_GROUP and not self._waiting.empty():
                group.append(self._waiting.get_nowait())
            await self._take(group)

    async def _take(self, group: Sequence[_Waiting]) -> None:
        now = self._clock.now()

        def transaction(connection: Connection) -> int:
            return sum(taking.take(connection, self._origin, one.arrival, now).new for one in group)

        # The telemetry lane makes room for itself.
        self.counters.taken += await self._database.write_patiently(transaction)
        for one in group:
            one.ack()


def _nobody() -> None:
    """Over the air nobody waits for an answer."""
