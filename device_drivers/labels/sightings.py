"""From advertisements to what a driver says of its labels: each thing once, and in bounds."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from device_drivers.api.drivers import (
    Announced,
    Heard,
    Measured,
    Presence,
    Refused,
    Sighting,
    Unidentified,
)
from device_drivers.api.panels import Panel
from device_drivers.labels.inquiries import Inquiries
from device_drivers.labels.recognised import Recognised
from device_drivers.links.radio import Advert

EVERY_S: Final = 60.0
"""A label is measured, complained of and introduced anew at most once in this time."""

_MOST_LABELS: Final = 60_000
_ADDRESS: Final = re.compile(r"[0-9A-F]{2}(:[0-9A-F]{2}){5}")
_LABEL: Final = re.compile(r"[0-9A-F]{12}")


def label_of(address: str) -> str:
    """The label's id: its address without colons."""
    if _ADDRESS.fullmatch(address) is None:
        raise ValueError(f"{address!r} is no Bluetooth address")
    return address.replace(":", "")


def address_of(label: str) -> str | None:
    """The address of a label by its id; None when the id is none of a Bluetooth label."""
    if _LABEL.fullmatch(label) is None:
        return None
    return ":".join(label[at : at + 2] for at in range(0, 12, 2))


@dataclass(slots=True)
class _Label:
    """What we know and said of one label; times are the loop's."""

    seen: tuple[Panel | None, tuple[str, ...], str] | None = None
    introduced_at: float = float("-inf")
    introduction_stored: bool = False
    measured_at: float = float("-inf")
    refused_at: float = float("-inf")


class Sightings:
    """Turns what is heard into sightings. ``changes`` and ``refusals`` count what was odd.

    Labels that have to be asked what they are wait in ``inquiries``, and are introduced when they
    have said it, or when asking them came to nothing.
    """

    def __init__(self, *, most: int = _MOST_LABELS) -> None:
        self.inquiries = Inquiries(most=most)
        self.changes = 0
        self.refusals = 0
        self._most = most
        self._labels: OrderedDict[str, _Label] = OrderedDict()
        self._awaited: OrderedDict[str, None] = OrderedDict()

    def await_label(self, label: str) -> None:
        """Say when this label is heard again."""
        self._awaited[label] = None
        if len(self._awaited) > self._most:
            self._awaited.popitem(last=False)

    def panel_of(self, label: str) -> Panel | None:
        """The panel that the label last said it has."""
        known = self._labels.get(label)
        return known.seen[0] if known is not None and known.seen is not None else None

    def heard(
        self, advert: Advert, recognise: Callable[[Advert], Recognised | None]
    ) -> list[Heard]:
        """What the advertisement tells that was not said lately."""
        try:
            label = label_of(advert.address)
        except ValueError:
            self.refusals += 1
            return []
        try:
            recognised = recognise(advert)
        except ValueError as error:
            return self._refused(label, str(error), advert.at)
        if recognised is None:
            return []
        completed = self.inquiries.completed(label, recognised, advert.at)
        said = [] if completed is None else self._introduced(label, completed, advert)
        if not said:
            said = self._measured(label, recognised, advert)
        if label in self._awaited:
            del self._awaited[label]
            said.append(_heard(Presence(label=label, online=True)))
        return said

    def _label(self, label: str) -> _Label:
        """Its record; the label heard longest ago makes room for a new one."""
        known = self._labels.setdefault(label, _Label())
        self._labels.move_to_end(label)
        if len(self._labels) > self._most:
            self._labels.popitem(last=False)
        return known

    def _refused(self, label: str, problem: str, now: float) -> list[Heard]:
        self.refusals += 1
        known = self._label(label)
        if now - known.refused_at < EVERY_S:
            return []
        known.refused_at = now
        return [_heard(Refused(label=label, problem=problem))]

    def _introduced(self, label: str, recognised: Recognised, advert: Advert) -> list[Heard]:
        """The label's introduction when it is new, changed, or its storing was never confirmed."""
        known = self._label(label)
        seen = (recognised.panel, recognised.formats, recognised.firmware)
        if seen != known.seen:
            self.changes += known.seen is not None
            lately = known.seen is not None and advert.at - known.introduced_at < EVERY_S
            if lately:
                return []
        elif known.introduction_stored or advert.at - known.introduced_at < EVERY_S:
            return []
        known.seen = seen
        known.introduced_at = known.measured_at = advert.at
        known.introduction_stored = False

        def stored() -> None:
            known.introduction_stored = True

        return [Heard(sighting=_introduction(label, recognised, advert), ack=stored)]

    def _measured(self, label: str, recognised: Recognised, advert: Advert) -> list[Heard]:
        known = self._label(label)
        if advert.at - known.measured_at < EVERY_S:
            return []
        known.measured_at = advert.at
        telemetry = replace(recognised.telemetry, rssi_dbm=advert.rssi_dbm)
        return [_heard(Measured(label=label, telemetry=telemetry, via=advert.adapter))]


def _introduction(label: str, recognised: Recognised, advert: Advert) -> Sighting:
    telemetry = replace(recognised.telemetry, rssi_dbm=advert.rssi_dbm)
    if recognised.panel is None:
        return Unidentified(
            label=label, firmware=recognised.firmware, via=advert.adapter, telemetry=telemetry
        )
    return Announced(
        label=label,
        panel=recognised.panel,
        formats=recognised.formats,
        firmware=recognised.firmware,
        showing=None,
        tells_showing=False,
        via=advert.adapter,
        telemetry=telemetry,
    )


def _heard(sighting: Sighting) -> Heard:
    return Heard(sighting=sighting, ack=lambda: None)
