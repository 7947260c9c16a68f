"""Shelly devices of the second generation and later, after shelly-api-docs.shelly.cloud.

They publish notifications as JSON-RPC on ``{prefix}/events/rpc``. A ``NotifyStatus`` tells only the
components that changed, so a sample has only these. What Bluetooth sensors behind a Shelly gateway
measure is told by a number that means something to that gateway alone: the settings name it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from device_drivers.api.sensors import OverMessages, Packet, Sample, SensorAsked
from device_drivers.sensors import json_values, values

_COMPONENT: Final = re.compile(r"([a-z][a-z0-9_]{0,31}):(\d{1,3})", re.ASCII)
_NUMBERS: Final = {
    "temperature": ("tC", "temperature_c", 1),
    "humidity": ("rh", "humidity_pct", 1),
    "illuminance": ("lux", "illuminance_lx", 1),
    "voltmeter": ("voltage", "voltage_mv", 1000),
    "devicepower": ("percent", "battery_pct", 1),
    "bthomedevice": ("battery", "battery_pct", 1),
}
"""The member of a component's status, what it is called here, and how often it goes into that."""
_STATES: Final = {
    "input": ("state", "on"),
    "flood": ("alarm", "wet"),
    "smoke": ("alarm", "smoke"),
}
_PUSH: Final = re.compile(r"(single|double|triple|long)_push")


class Shelly:
    """One device by the prefix of its topics (a ``SensorDriver``)."""

    def __init__(self, asked: SensorAsked) -> None:
        self._topic = f"{asked.topic}/events/rpc"
        self._named = {picked.path: (name, picked) for name, picked in asked.values.items()}

    @property
    def listens(self) -> OverMessages:
        """See ``SensorDriver``."""
        return OverMessages(topic=self._topic)

    def read(self, packet: Packet) -> Sample | None:
        """See ``SensorDriver``."""
        said = json_values.members(packet.payload)
        told = json_values.inner(said, "params")
        found: dict[str, Decimal] = {}
        match said.get("method"):
            case "NotifyStatus" | "NotifyFullStatus":
                for name, value in self._of_status(told):
                    values.add(found, name, value)
            case "NotifyEvent":
                for name, value in _of_events(told.get("events")):
                    values.add(found, name, value)
            case _:
                return None
        return Sample(values=found, at=json_values.moment(told.get("ts"))) if found else None

    def _of_status(self, told: Mapping[str, Any]) -> Iterator[tuple[str, Decimal]]:
        for component in told:
            if (match := _COMPONENT.fullmatch(component)) is None:
                continue
            state = json_values.inner(told, component)
            if component in self._named and state.get("value") is not None:
                called, picked = self._named[component]
                yield called, json_values.picked(state["value"], picked)
            else:
                yield from _of_component(match[1], int(match[2]), state)


def _of_component(kind: str, nth: int, state: Mapping[str, Any]) -> Iterator[tuple[str, Decimal]]:
    if kind == "devicepower":
        state = json_values.inner(state, "battery")
    if kind in _NUMBERS:
        member, called, times = _NUMBERS[kind]
        if state.get(member) is not None:
            value = json_values.numbered(state[member], kind) * times
            yield _called(called, nth), values.number(value, kind)
    elif kind in _STATES:
        member, called = _STATES[kind]
        if state.get(member) is not None:
            yield _called(called, nth), Decimal(json_values.truth(state[member], kind))


def _of_events(events: object) -> Iterator[tuple[str, Decimal]]:
    if not isinstance(events, list):
        return
    for event in events:
        if not isinstance(event, dict):
            continue
        component = _COMPONENT.fullmatch(str(event.get("component")))
        push = _PUSH.fullmatch(str(event.get("event")))
        if component is not None and push is not None:
            yield _called("button", int(component[2])), Decimal(json_values.ACTIONS[push[1]])


def _called(name: str, nth: int) -> str:
    """The first of its kind has the bare name, the others their number."""
    return name if nth == 0 else f"{name}_{nth}"
