"""Zigbee sensors over Zigbee2MQTT, after zigbee2mqtt.io, "MQTT topics and messages".

Each device has a topic with its state as JSON. Every message repeats all of it, so that what did
not change comes again; whoever stores readings leaves that out.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from device_drivers.api.sensors import OverMessages, Packet, Sample, SensorAsked
from device_drivers.sensors import json_values, values

_NUMBERS: Final = {
    "temperature": ("temperature_c", Decimal(1)),
    "humidity": ("humidity_pct", Decimal(1)),
    "pressure": ("pressure_pa", Decimal(100)),
    "battery": ("battery_pct", Decimal(1)),
    "illuminance": ("illuminance_lx", Decimal(1)),
    "illuminance_lux": ("illuminance_lx", Decimal(1)),
    "co2": ("co2_ppm", Decimal(1)),
    "soil_moisture": ("moisture_pct", Decimal(1)),
}
_STATES: Final = {
    "occupancy": "occupied",
    "presence": "present",
    "vibration": "vibration",
    "water_leak": "wet",
    "smoke": "smoke",
    "tamper": "tampered",
    "battery_low": "battery_low",
}


class Zigbee2Mqtt:
    """One device's topic, like ``zigbee2mqtt/cold room`` (a ``SensorDriver``)."""

    def __init__(self, asked: SensorAsked) -> None:
        self._topic = asked.topic

    @property
    def listens(self) -> OverMessages:
        """See ``SensorDriver``."""
        return OverMessages(topic=self._topic)

    def read(self, packet: Packet) -> Sample | None:
        """See ``SensorDriver``."""
        given = json_values.members(packet.payload)
        said = {name: value for name, value in given.items() if value is not None}
        found: dict[str, Decimal] = {}
        for member, (name, times) in _NUMBERS.items():
            if member in said and name not in found:
                value = json_values.numbered(said[member], member) * times
                values.add(found, name, values.number(value, member))
        if "voltage" in said and "battery" in said:
            # Of a plug it is the mains in volts, of what has a battery that in millivolts.
            values.add(found, "battery_mv", json_values.numbered(said["voltage"], "voltage"))
        for member, name in _STATES.items():
            if member in said:
                values.add(found, name, Decimal(json_values.truth(said[member], member)))
        if "contact" in said:
            # True is the magnet at the switch: closed.
            is_open = not json_values.truth(said["contact"], "contact")
            values.add(found, "open", Decimal(is_open))
        action = json_values.ACTIONS.get(str(said.get("action")))
        if action is not None:
            values.add(found, "button", Decimal(action))
        at = json_values.moment(said.get("last_seen"), milliseconds=True)
        return Sample(values=found, at=at) if found else None
