"""Readings of sensors that speak their makers' words: heard, read, committed like any other.

Bluetooth sensors say everything many times a second; their drivers know a repeat. What waits for
the database is bounded: over the air the newest is lost and counted, a message is left unread.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
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
from gateway.intake import shelves, taking
from gateway.intake.shelves import News, Watched
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
        self,
        name: str,
        driver: SensorDriver,
        *,
        every_s: float,
        place: str | None = None,
        watched: Watched | None = None,
    ) -> None:
        self.name = name
        self.driver = driver
        self.pace = Pace(every_s)
        self.place = place
        self.watched = watched
        self.trouble = ""
        self.told_at = -_QUIET_S


@dataclass(frozen=True, slots=True)
class _Waiting:
    """What is for the database, and whom to tell that it is there."""

    arrival: Arrival | None
    news: News | None
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
        today: Callable[[], date],
    ) -> None:
        self.counters = Counters()
        self._database = database
        self._clock = clock
        self._origin = origin
        self._today = today
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
                if self._waiting.full():
                    # Unread, so that what the sensor says next is still news.
                    self._lose()
                    continue
                said = self._read(sensor, Packet(payload=payload, at=advert.at), _nobody)
                if said is not None:
                    self._waiting.put_nowait(said)

    def _lose(self) -> None:
        self.counters.lost += 1
        if self.counters.lost == 1:
            log.error("readings of sensors are lost: the database takes none")

    async def _receive(self, messages: AsyncIterator[Message]) -> None:
        async for message in messages:
            now = asyncio.get_running_loop().time()
            packet = Packet(payload=message.payload, at=now, topic=message.topic)
            # What the broker kept was measured nobody knows when.
            sensors = () if message.retained else self._on_topic.get(message.topic, ())
            acks = [*(_nobody for _ in sensors[1:]), message.ack]
            read = [self._read(one, packet, ack) for one, ack in zip(sensors, acks, strict=False)]
            for said in read:
                if said is not None:
                    await self._waiting.put(said)
            # Taken in order: when the last is stored, so are those before it.
            if not read or read[-1] is None:
                message.ack()

    def _read(self, sensor: Sensor, packet: Packet, ack: Callable[[], None]) -> _Waiting | None:
        """What a packet has to store, if anything; what is wrong is counted and told."""
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
        news = None
        if sensor.watched is not None:
            news = sensor.watched.hear(values, packet.at, self._today())
        arrival = None
        if sensor.pace.is_due(values, packet.at):
            told = {name: f"{value:f}" for name, value in values.items()}
            reading = Reading(values=told, place=sensor.place)
            arrival = Arrival(device=sensor.name, content=reading, at=self._time_of(sample))
        else:
            self.counters.between += 1
        return None if arrival is None and news is None else _Waiting(arrival, news, ack)

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
            taken = 0
            for one in group:
                if one.arrival is not None:
                    taken += taking.take(connection, self._origin, one.arrival, now).new
                if one.news is not None:
                    shelves.store(connection, one.news, self._origin, now)
            return taken

        # The telemetry lane makes room for itself.
        self.counters.taken += await self._database.write_patiently(transaction)
        for one in group:
            one.ack()


def _nobody() -> None:
    """Over the air nobody waits for an answer."""
