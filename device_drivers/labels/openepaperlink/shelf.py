"""All tags of all access points: who hears which, what is said of each, and how often.

Pure: no input or output, times are the caller's monotonic seconds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from device_drivers.api.drivers import (
    Announced,
    Heard,
    Measured,
    Presence,
    Refused,
    Sighting,
)
from device_drivers.api.panels import Panel
from device_drivers.labels.openepaperlink.packing import FORMAT
from device_drivers.labels.openepaperlink.protocol import NEVER, REMOVED, Clock, Said, Tag
from device_drivers.labels.openepaperlink.tracking import Deliveries

EVERY_S: Final = 60.0
"""A tag is measured, complained of and introduced anew at most once in this time."""
OVERDUE_S: Final = 600
"""A tag that is so much later than it said is out of reach."""
MOST: Final = 20_000
"""Tags that are kept in mind; more are refused."""


@dataclass(slots=True)
class Known:
    """One tag: its records by access point, and what was said of it."""

    deliveries: Deliveries
    records: dict[str, Tag] = field(default_factory=dict)
    via: str = ""
    panel: Panel | None = None
    said: tuple[Panel, int] | None = None
    introduced_at: float = float("-inf")
    stored: bool = False
    measured_at: float = float("-inf")
    refused_at: float = float("-inf")
    described_via: str = ""
    online: bool = True
    awaited: bool = False

    @property
    def tag(self) -> Tag | None:
        """The record at the access point that hears it."""
        return self.records.get(self.via)

    @property
    def is_shared(self) -> bool:
        """Whether several access points know it: none sees what another let it show since."""
        return len(self.records) > 1


class Shelf:
    """What the driver knows; every method returns what is to be told."""

    def __init__(self) -> None:
        self.refusals = 0
        self._tags: dict[str, Known] = {}
        self._same: set[str] = set()
        self._checked_at: dict[str, float] = {}

    def get(self, label: str) -> Known | None:
        """The tag, if an access point of ours hears it."""
        known = self._tags.get(label)
        return known if known is not None and known.tag is not None else None

    def await_label(self, label: str) -> None:
        """Say when this tag is heard again."""
        known = self._tags.get(label)
        if known is not None:
            known.awaited = True
        elif len(self._tags) < MOST:
            self._tags[label] = Known(Deliveries(label), awaited=True)

    def record(
        self, tag: Tag, via: str, panel: Panel, now: float, *, heard_all: bool = True
    ) -> list[Heard]:
        """An access point told its record of a tag that shows pictures on ``panel``."""
        known = self._tags.get(tag.mac)
        if known is None:
            if len(self._tags) >= MOST:
                self.refusals += 1
                return []
            known = self._tags.setdefault(tag.mac, Known(Deliveries(tag.mac)))
        if tag.mode == REMOVED:
            return self._removed(known, tag, via)
        came_by = self._placed(known, tag, via)
        said = known.deliveries.same(tag, via) if via in self._same else None
        if said is None:
            said = known.deliveries.record(tag, via, heard_all=heard_all)
        self._same.discard(via)
        heard = [] if known.via != via else self._described(known, tag, panel, now)
        if came_by and (known.awaited or not known.online):
            known.awaited, known.online = False, True
            said = [*said, Presence(label=tag.mac, online=True)]
        return [*heard, *map(_heard, said)]

    def accepted(self, label: str) -> list[Heard]:
        """The access point said that it has the label's picture."""
        known = self._tags.get(label)
        return [] if known is None else list(map(_heard, known.deliveries.accepted()))

    def said(self, event: Said, via: str) -> list[Heard]:
        """A line of an access point's log."""
        self._same.discard(via)
        if event.what == "same":
            self._same.add(via)
            return []
        known = self._tags.get(event.mac)
        if known is None:
            return []
        told = known.deliveries
        said = told.new_image(via) if event.what == "new_image" else told.timed_out(via)
        return list(map(_heard, said))

    def clock(self, told: Clock, via: str, now: float) -> list[Heard]:
        """An access point told its time: who is overdue is told."""
        if now - self._checked_at.get(via, float("-inf")) < EVERY_S:
            return []
        self._checked_at[via] = now
        silent: list[Sighting] = []
        for label, known in self._tags.items():
            tag = known.tag
            if known.via != via or tag is None or not known.online:
                continue
            if tag.next_check_in != NEVER and told.now > tag.next_check_in + OVERDUE_S:
                known.online = False
                silent.append(Presence(label=label, online=False))
        return list(map(_heard, silent))

    def started_anew(self, via: str) -> bool:
        """An access point lost what was pending; True when that was anything of ours."""
        self._same.discard(via)
        lost = [known.deliveries.started_anew(via) for known in self._tags.values()]
        return any(lost)

    def refused(self, label: str, problem: str, now: float) -> list[Heard]:
        """Something about a tag could not be taken."""
        self.refusals += 1
        known = self._tags.get(label)
        if known is not None:
            if now - known.refused_at < EVERY_S:
                return []
            known.refused_at = now
        return [_heard(Refused(label=label, problem=problem))]

    def _removed(self, known: Known, tag: Tag, via: str) -> list[Heard]:
        known.records.pop(via, None)
        if known.via != via:
            return []
        known.via, known.online = next(iter(known.records), ""), False
        return [_heard(Presence(label=tag.mac, online=False))]

    def _placed(self, known: Known, tag: Tag, via: str) -> bool:
        """Note who hears the tag; True when it was heard just now."""
        before = known.records.get(via)
        known.records[via] = tag
        came_by = before is not None and tag.last_seen > before.last_seen and not tag.external
        there = known.records.get(known.via)
        nearer = there is None or (
            not tag.external and (came_by or there.external or tag.last_seen > there.last_seen)
        )
        known.via = via if nearer else known.via
        return came_by or (before is None and known.awaited)

    def _described(self, known: Known, tag: Tag, panel: Panel, now: float) -> list[Heard]:
        """Its introduction when it is new or changed; else, now and then, how it is."""
        moved = known.described_via not in {"", known.via}
        known.panel, known.described_via = panel, known.via
        seen = (panel, tag.firmware)
        lost, known.deliveries.lost = known.deliveries.lost, False
        due = now - known.introduced_at >= EVERY_S
        if seen != known.said or lost or (not known.stored and due):
            known.said, known.introduced_at, known.measured_at = seen, now, now
            known.stored = False
            return [
                Heard(sighting=_introduction(tag, panel, known.via, lost=lost), ack=_stored(known))
            ]
        if not moved and now - known.measured_at < EVERY_S:
            return []
        known.measured_at = now
        return [_heard(Measured(label=tag.mac, telemetry=tag.telemetry, via=known.via))]


def _introduction(tag: Tag, panel: Panel, via: str, *, lost: bool) -> Announced:
    return Announced(
        label=tag.mac,
        panel=panel,
        formats=(FORMAT,),
        firmware=str(tag.firmware),
        showing=None,
        # That it lost its picture we know; else nobody says which of our pictures it shows.
        tells_showing=lost,
        via=via,
        telemetry=tag.telemetry,
    )


def _stored(known: Known) -> Callable[[], None]:
    def stored() -> None:
        known.stored = True

    return stored


def _heard(sighting: Sighting) -> Heard:
    return Heard(sighting=sighting, ack=lambda: None)
