"""The one table of families: what labels and sensors there are, and how drivers are built.

Other distributions add families of labels by an entry point of the group ``anaquel.labels`` that
names a ``LabelFamily`` (docs/drivers.md).
"""

from __future__ import annotations

import re
from collections import ChainMap, Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from importlib.metadata import EntryPoint, entry_points
from types import MappingProxyType
from typing import Any, Final

from device_drivers.api.drivers import AccessPoint, Capabilities, Family, Hardware, LabelDriver
from device_drivers.api.sensors import SensorAsked, SensorDriver
from device_drivers.labels.atc_ble_oepl import driver as atc_ble_oepl
from device_drivers.labels.gicisky import driver as gicisky
from device_drivers.labels.hanshow import server as hanshow
from device_drivers.labels.hanshow.driver import FAMILY as HANSHOW
from device_drivers.labels.hanshow.driver import HanshowDriver
from device_drivers.labels.mqtt import driver as mqtt
from device_drivers.labels.opendisplay import driver as opendisplay
from device_drivers.labels.openepaperlink import access_point as openepaperlink
from device_drivers.labels.openepaperlink.driver import FAMILY as OPENEPAPERLINK
from device_drivers.labels.openepaperlink.driver import OpenEPaperLinkDriver
from device_drivers.labels.over_ble import BleFamily, BleLabelDriver
from device_drivers.labels.zhsunyco_easytag import driver as zhsunyco_easytag
from device_drivers.labels.zhsunyco_wolink import driver as zhsunyco_wolink
from device_drivers.links.callbacks import Callbacks
from device_drivers.links.http import HttpPoint
from device_drivers.links.messages import MessagePort
from device_drivers.links.offers import Offers
from device_drivers.links.radio import Radio
from device_drivers.links.standing import Told, untold
from device_drivers.sensors.bthome import BTHome
from device_drivers.sensors.mapping import Mapped
from device_drivers.sensors.ruuvi import Ruuvi
from device_drivers.sensors.shelly import Shelly
from device_drivers.sensors.zigbee2mqtt import Zigbee2Mqtt


def _no_key(_label: str) -> bytes | None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """The ways to devices that there are, and the keys of labels that have one.

    Labels that fetch their pictures find them in ``offers``. Servers call back through the doors
    that drivers open in ``callbacks``. ``told`` hears which access points answer and which do not.
    """

    messages: MessagePort | None = None
    radios: Sequence[Radio] = ()
    access_points: Sequence[AccessPoint] = ()
    offers: Offers | None = None
    callbacks: Callbacks = field(default_factory=Callbacks)
    key_of: Callable[[str], bytes | None] = _no_key
    told: Told = untold

    def points(self, family: str) -> tuple[AccessPoint, ...]:
        """The access points of a family."""
        return tuple(point for point in self.access_points if point.family == family)


class Over(Enum):
    """The kind of way that leads to labels of a family."""

    MESSAGES = "messages"
    RADIO = "radio"
    ACCESS_POINT = "access_point"


Recognise = Callable[[HttpPoint], Awaitable[None]]
"""Raises ``HttpError`` where nobody answers, ``ProtocolError`` where it is something else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelFamily:
    """A family of labels and the builder of its driver.

    ``recognise`` asks whether an access point of the family is at an address; it changes nothing.
    """

    family: Family
    over: Over
    build: Callable[[Ways], LabelDriver]
    recognise: Recognise | None = None


def _mqtt(ways: Ways) -> LabelDriver:
    if ways.messages is None:
        raise ValueError("labels that speak over the shop's broker need a link to it")
    return mqtt.MqttLabelDriver(ways.messages, key_of=ways.key_of, offers=ways.offers)


def _opendisplay(ways: Ways) -> LabelDriver:
    return BleLabelDriver(opendisplay.OpenDisplayLabels(ways.key_of), ways.radios)


def over_radio(labels: BleFamily) -> LabelFamily:
    """The family of these labels, driven over every adapter of the shop."""
    return LabelFamily(
        family=labels.family,
        over=Over.RADIO,
        build=lambda ways: BleLabelDriver(labels, ways.radios),
    )


def _openepaperlink(ways: Ways) -> LabelDriver:
    return OpenEPaperLinkDriver(ways.points(OPENEPAPERLINK.name), told=ways.told)


def _hanshow(ways: Ways) -> LabelDriver:
    return HanshowDriver(ways.points(HANSHOW.name), ways.callbacks, told=ways.told)


_ENTRIES = (
    LabelFamily(family=mqtt.FAMILY, over=Over.MESSAGES, build=_mqtt),
    over_radio(gicisky.GiciskyLabels()),
    over_radio(zhsunyco_easytag.EasyTagLabels()),
    over_radio(zhsunyco_wolink.WoLinkLabels()),
    LabelFamily(family=opendisplay.FAMILY, over=Over.RADIO, build=_opendisplay),
    LabelFamily(
        family=OPENEPAPERLINK,
        over=Over.ACCESS_POINT,
        build=_openepaperlink,
        recognise=openepaperlink.recognise,
    ),
    over_radio(atc_ble_oepl.AtcLabels()),
    LabelFamily(
        family=HANSHOW, over=Over.ACCESS_POINT, build=_hanshow, recognise=hanshow.recognise
    ),
)

GROUP: Final = "anaquel.labels"
"""The group of entry points by which other distributions add families."""

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{1,31}")

OURS: Final[Mapping[str, LabelFamily]] = MappingProxyType(
    {entry.family.name: entry for entry in _ENTRIES}
)
_others: Final[dict[str, LabelFamily]] = {}
LABELS: Final[Mapping[str, LabelFamily]] = MappingProxyType(ChainMap(_others, dict(OURS)))
"""Every family by its name: ours, and after ``load_others`` those of other distributions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A family of another distribution that is not driven, and what is wrong with it."""

    family: str
    distribution: str
    problem: str


Tell = Callable[[LeftOut], None]


def load_others(tell: Tell) -> None:
    """Add the families of other installed distributions; those that cannot be added are told.

    Imports what they name, so it may take a while and reads files. Nothing that they do is raised.
    Called again, it looks again.
    """
    found = entry_points(group=GROUP)
    times = Counter(point.name for point in found)
    _others.clear()
    for point in found:
        if point.name in OURS:
            _leave_out(tell, point, "Anaquel has a family of this name itself")
        elif times[point.name] > 1:
            _leave_out(tell, point, "several distributions have a family of this name")
        else:
            loaded = _loaded(point)
            if isinstance(loaded, LabelFamily):
                _others[point.name] = loaded
            else:
                _leave_out(tell, point, loaded)


def _loaded(point: EntryPoint) -> LabelFamily | str:
    """The family that an entry point names, or what is wrong with it."""
    if _NAME.fullmatch(point.name) is None:
        return "a family's name is 2 to 32 of a-z, 0-9 and _, a letter first"
    try:
        named: Any = point.load()
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a stranger's module does
        return f"{point.value} cannot be loaded: {_said(error)}"
    if not isinstance(named, LabelFamily):
        return f"{point.value} is a {type(named).__name__}; a LabelFamily is needed"
    if not _has(named, family=Family, over=Over, build=Callable):
        return f"{point.value}: it needs a Family, an Over, and a build that can be called"
    if not _has(named.family, capabilities=Capabilities, hardware=Hardware):
        return f"{point.value}: its family needs Capabilities and Hardware"
    if named.family.name != point.name:
        return f"{point.value} calls itself {named.family.name!r}"
    return named


def _has(what: object, **kinds: Any) -> bool:
    """Whether these members are what their types say; nothing checked that when it was made."""
    return all(isinstance(getattr(what, name, None), kind) for name, kind in kinds.items())


def _leave_out(tell: Tell, point: EntryPoint, problem: str) -> None:
    distribution = point.dist.name if point.dist is not None else ""
    tell(LeftOut(family=point.name, distribution=distribution, problem=problem))


def _said(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:500]


def label_driver(name: str, ways: Ways) -> LabelDriver:
    """A new driver of the family ``name``; ``ValueError`` names the families there are."""
    entry = LABELS.get(name)
    if entry is None:
        raise ValueError(f"no label family is called {name!r}; there are: {', '.join(LABELS)}")
    return entry.build(ways)


def label_drivers(ways: Ways, tell: Tell) -> dict[str, LabelDriver]:
    """A new driver of every family that one of the ways leads to.

    A family of another distribution whose driver cannot be built is told and left out; so is one
    that access points are named for and that is not there.
    """
    families = {point.family for point in ways.access_points}
    for name in sorted(families - LABELS.keys()):
        problem = "the settings name access points of it, and no such family is installed"
        tell(LeftOut(family=name, distribution="", problem=problem))

    def is_reachable(name: str, entry: LabelFamily) -> bool:
        match entry.over:
            case Over.MESSAGES:
                return ways.messages is not None
            case Over.RADIO:
                return bool(ways.radios)
            case Over.ACCESS_POINT:
                return name in families

    drivers: dict[str, LabelDriver] = {}
    for name, entry in LABELS.items():
        if not is_reachable(name, entry):
            continue
        try:
            drivers[name] = entry.build(ways)
        except Exception as error:
            if name in OURS:
                raise
            tell(LeftOut(family=name, distribution="", problem=f"no driver: {_said(error)}"))
    return drivers


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorFamily:
    """A family of sensors and the builder of the driver of one of them."""

    name: str
    title: str
    over: Over
    build: Callable[[SensorAsked], SensorDriver]
    hardware: Hardware = field(default_factory=Hardware)


_SENSORS = (
    SensorFamily(name="bthome", title="BTHome 2", over=Over.RADIO, build=BTHome),
    SensorFamily(name="ruuvi", title="RuuviTag", over=Over.RADIO, build=Ruuvi),
    SensorFamily(name="zigbee2mqtt", title="Zigbee2MQTT", over=Over.MESSAGES, build=Zigbee2Mqtt),
    SensorFamily(name="shelly", title="Shelly Gen2+", over=Over.MESSAGES, build=Shelly),
    SensorFamily(name="json", title="JSON", over=Over.MESSAGES, build=Mapped),
)
SENSORS: Final[Mapping[str, SensorFamily]] = MappingProxyType({one.name: one for one in _SENSORS})
"""Every family of sensors by its name."""
