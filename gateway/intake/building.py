"""What takes in scans and readings beside the site: our own words over MQTT, and sensors."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from device_drivers import registry
from device_drivers.api.sensors import Picked, SensorAsked
from device_drivers.links.radio import Radio
from gateway.broker.links import Links
from gateway.clock import Clock
from gateway.domain.events import Origin
from gateway.intake.over_mqtt import MqttIntake
from gateway.intake.sensing import Sensing, Sensor
from gateway.lifecycle import Service
from gateway.settings import Settings
from gateway.settings.sensors import SensorSection, read_key
from gateway.store.database import Database


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
    if settings.sensors:
        sensors = await asyncio.to_thread(_sensors, settings)
        services.append(Sensing(sensors, radios, links.sensors, database, clock, origin=origin))
    return services


def _sensors(settings: Settings) -> list[Sensor]:
    return [
        Sensor(
            name,
            registry.SENSORS[section.family].build(asked(section)),
            every_s=section.pace_s,
            place=section.place,
        )
        for name, section in settings.sensors.items()
    ]


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
