"""Any JSON over MQTT: the settings say where in a message each value stands."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from device_drivers.api.sensors import (
    OverMessages,
    Packet,
    Sample,
    SensorAsked,
    SensorError,
    Wrong,
)
from device_drivers.sensors import json_values, values


class Mapped:
    """One topic and what is picked from its messages (a ``SensorDriver``).

    A message may have some of the values; one that has none is refused, so that a wrong path does
    not pass for a sensor that measures nothing.
    """

    def __init__(self, asked: SensorAsked) -> None:
        self._topic = asked.topic
        self._values = dict(asked.values)

    @property
    def listens(self) -> OverMessages:
        """See ``SensorDriver``."""
        return OverMessages(topic=self._topic)

    def read(self, packet: Packet) -> Sample | None:
        """See ``SensorDriver``."""
        said = json_values.loaded(packet.payload)
        found: dict[str, Decimal] = {}
        for name, picked in self._values.items():
            value = _at(said, picked.path)
            if value is not None:
                values.add(found, name, json_values.picked(value, picked))
        if not found:
            paths = ", ".join(picked.path for picked in self._values.values())
            raise SensorError(Wrong.MALFORMED, f"nothing stands at any of: {paths[:200]}")
        return Sample(values=found)


def _at(said: Any, path: str) -> Any:
    """What stands at the path; None where nothing does."""
    found = said
    for part in path.split(".") if path != "." else ():
        if isinstance(found, dict):
            found = found.get(part)
        elif isinstance(found, list) and part.isdecimal() and int(part) < len(found):
            found = found[int(part)]
        else:
            return None
    return found
