"""What takes in scans and readings beside the site: our own words over MQTT, and sensors."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial

from device_drivers import registry
from device_drivers.api.sensors import Picked, SensorAsked
from device_drivers.links.radio import Radio
from gateway.broker.links import Links
from gateway.clock import Clock
from gateway.domain.events import Origin
from gateway.intake.over_mqtt import MqttIntake
from gateway.intake.sensing import Sensing, Sensor
from gateway.intake.shelves import Watched
from gateway.lifecycle import Service
from gateway.settings import Settings
from gateway.settings.sensors import SensorSection, read_key
from gateway.store import observations
from gateway.store.database import Connection, Database


async def build(
    settings: Settings,
    database: Database,
    clock: Clock,
    origin: Origin,
    links: Links,
    radios: Sequence[Radio],
) -> list[Service]:
    """The services; sensors only where the settings name some.

    Raises ``OSError`` and ``ValueError`` for a key that cannot be used.
    """
    services: list[Service] = [MqttIntake(links.intake, database, clock, origin=origin)]

    def today() -> date:
        return clock.now().astimezone(settings.shop.zone).date()

    watched, others = await database.read(partial(_watched, settings=settings, today=today()))
    if others:
        # Also without sensors: those that were there before leave nothing behind.
        await database.write_patiently(partial(observations.keep_only, sensors=watched.keys()))
    if settings.sensors:
        sensors = await asyncio.to_thread(_sensors, settings, watched)
        to = (database, clock)
        services.append(Sensing(sensors, radios, links.sensors, *to, origin=origin, today=today))
    return services


def _sensors(settings: Settings, watched: Mapping[str, Watched]) -> list[Sensor]:
    return [
        Sensor(
            name,
            registry.SENSORS[section.family].build(asked(section)),
            every_s=section.pace_s,
            place=section.place,
            watched=watched.get(name),
        )
        for name, section in settings.sensors.items()
    ]


def _watched(
    connection: Connection, settings: Settings, today: date
) -> tuple[dict[str, Watched], bool]:
    """The shelves of the settings with what was known of them, and whether others are known."""
    shelves = {name: one.shelf for name, one in settings.sensors.items() if one.shelf is not None}
    known = observations.every(connection)
    day = {name: observations.day_of(connection, name, today) for name in shelves}
    watched = {
        name: Watched(
            name,
            shelf.limits,
            place=settings.sensors[name].place,
            product=shelf.product,
            known=known.get(name),
            today=None if (one := day[name]) is None else (today, one),
        )
        for name, shelf in shelves.items()
    }
    return watched, not known.keys() <= shelves.keys()


def asked(section: SensorSection) -> SensorAsked:
    """The sensor as its driver wants it; reads its key."""
    return SensorAsked(
        address=section.address or "",
        topic=section.topic or "",
        key=None if section.key_file is None else read_key(section.key_file),
        values={
            name: Picked(path=one.path, times=one.times, plus=one.plus, word=one.word)
            for name, one in section.values.items()
        },
    )
