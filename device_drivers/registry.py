"""The one table of label families: what there is, and how a driver of each is built."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from device_drivers.api.drivers import Family, LabelDriver
from device_drivers.labels.mqtt import driver as mqtt
from device_drivers.links.messages import MessagePort


def _no_key(_label: str) -> bytes | None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """The ways to devices that the gateway offers, and the keys of labels that have one."""

    messages: MessagePort
    key_of: Callable[[str], bytes | None] = _no_key


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelFamily:
    """A family of labels and the builder of its driver."""

    family: Family
    build: Callable[[Ways], LabelDriver]


def _mqtt(ways: Ways) -> LabelDriver:
    return mqtt.MqttLabelDriver(ways.messages, key_of=ways.key_of)


LABELS: Final[Mapping[str, LabelFamily]] = MappingProxyType(
    {entry.family.name: entry for entry in (LabelFamily(family=mqtt.FAMILY, build=_mqtt),)}
)


def label_driver(name: str, ways: Ways) -> LabelDriver:
    """A new driver of the family ``name``; ``ValueError`` names the families there are."""
    entry = LABELS.get(name)
    if entry is None:
        raise ValueError(f"no label family is called {name!r}; there are: {', '.join(LABELS)}")
    return entry.build(ways)
