"""The one table of label families: what there is, and how a driver of each is built."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import Final

from device_drivers.api.drivers import AccessPoint, Family, LabelDriver
from device_drivers.labels.atc_ble_oepl import driver as atc_ble_oepl
from device_drivers.labels.gicisky import driver as gicisky
from device_drivers.labels.hanshow.driver import FAMILY as HANSHOW
from device_drivers.labels.hanshow.driver import HanshowDriver
from device_drivers.labels.mqtt import driver as mqtt
from device_drivers.labels.opendisplay import driver as opendisplay
from device_drivers.labels.openepaperlink.driver import FAMILY as OPENEPAPERLINK
from device_drivers.labels.openepaperlink.driver import OpenEPaperLinkDriver
from device_drivers.labels.over_ble import BleFamily, BleLabelDriver
from device_drivers.labels.zhsunyco_easytag import driver as zhsunyco_easytag
from device_drivers.labels.zhsunyco_wolink import driver as zhsunyco_wolink
from device_drivers.links.callbacks import Callbacks
from device_drivers.links.messages import MessagePort
from device_drivers.links.radio import Radio


def _no_key(_label: str) -> bytes | None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """The ways to devices that there are, and the keys of labels that have one.

    Servers call back through the doors that drivers open in ``callbacks``.
    """

    messages: MessagePort | None = None
    radios: Sequence[Radio] = ()
    access_points: Sequence[AccessPoint] = ()
    callbacks: Callbacks = field(default_factory=Callbacks)
    key_of: Callable[[str], bytes | None] = _no_key

    def points(self, family: str) -> tuple[AccessPoint, ...]:
        """The access points of a family."""
        return tuple(point for point in self.access_points if point.family == family)


class Over(Enum):
    """The kind of way that leads to labels of a family."""

    MESSAGES = "messages"
    RADIO = "radio"
    ACCESS_POINT = "access_point"


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelFamily:
    """A family of labels and the builder of its driver."""

    family: Family
    over: Over
    build: Callable[[Ways], LabelDriver]


def _mqtt(ways: Ways) -> LabelDriver:
    if ways.messages is None:
        raise ValueError("labels that speak over the shop's broker need a link to it")
    return mqtt.MqttLabelDriver(ways.messages, key_of=ways.key_of)


def _opendisplay(ways: Ways) -> LabelDriver:
    return BleLabelDriver(opendisplay.OpenDisplayLabels(ways.key_of), ways.radios)


def _over_radio(labels: BleFamily) -> LabelFamily:
    return LabelFamily(
        family=labels.family,
        over=Over.RADIO,
        build=lambda ways: BleLabelDriver(labels, ways.radios),
    )


def _openepaperlink(ways: Ways) -> LabelDriver:
    return OpenEPaperLinkDriver(ways.points(OPENEPAPERLINK.name))


def _hanshow(ways: Ways) -> LabelDriver:
    return HanshowDriver(ways.points(HANSHOW.name), ways.callbacks)


_ENTRIES = (
    LabelFamily(family=mqtt.FAMILY, over=Over.MESSAGES, build=_mqtt),
    _over_radio(gicisky.GiciskyLabels()),
    _over_radio(zhsunyco_easytag.EasyTagLabels()),
    _over_radio(zhsunyco_wolink.WoLinkLabels()),
    LabelFamily(family=opendisplay.FAMILY, over=Over.RADIO, build=_opendisplay),
    LabelFamily(family=OPENEPAPERLINK, over=Over.ACCESS_POINT, build=_openepaperlink),
    _over_radio(atc_ble_oepl.AtcLabels()),
    LabelFamily(family=HANSHOW, over=Over.ACCESS_POINT, build=_hanshow),
)

LABELS: Final[Mapping[str, LabelFamily]] = MappingProxyType(
    {entry.family.name: entry for entry in _ENTRIES}
)


def label_driver(name: str, ways: Ways) -> LabelDriver:
    """A new driver of the family ``name``; ``ValueError`` names the families there are."""
    entry = LABELS.get(name)
    if entry is None:
        raise ValueError(f"no label family is called {name!r}; there are: {', '.join(LABELS)}")
    return entry.build(ways)


def label_drivers(ways: Ways) -> dict[str, LabelDriver]:
    """A new driver of every family that one of the ways leads to."""
    families = {point.family for point in ways.access_points}

    def is_reachable(name: str, entry: LabelFamily) -> bool:
        match entry.over:
            case Over.MESSAGES:
                return ways.messages is not None
            case Over.RADIO:
                return bool(ways.radios)
            case Over.ACCESS_POINT:
                return name in families

    return {name: entry.build(ways) for name, entry in LABELS.items() if is_reachable(name, entry)}
