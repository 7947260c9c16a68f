"""What happened in the shop, as central hears of it: CloudEvents 1.0 in four lanes.

An event's id is made once, when the gateway takes it in, and never again: a repeat of the same
happening carries the same id wherever it turns up.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, Final

from gateway.domain.labels import Target

SCAN: Final = "io.anaquel.scan.v1"
READING: Final = "io.anaquel.reading.v1"
LABEL_SHOWN: Final = "io.anaquel.label.shown.v1"
LABEL_FAILED: Final = "io.anaquel.label.failed.v1"
LABEL_BOUND: Final = "io.anaquel.label.bound.v1"
HOLD_DECIDED: Final = "io.anaquel.hold.decided.v1"
LABEL_REFUSED: Final = "io.anaquel.label.refused.v1"

_REQUIRED = ("id", "source", "specversion", "type")
_MAX_ATTRIBUTE = 500


class Lane(Enum):
    """Events that travel together; the order here is the order in which lanes are served."""

    KEEP = "keep"
    SCAN = "scan"
    TELEMETRY = "telemetry"
    DEBUG = "debug"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """The gateway that makes the events."""

    store: str
    gateway: str

    @property
    def source(self) -> str:
        """The CloudEvents source, a URI reference."""
        return f"/{self.store}/{self.gateway}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One happening. ``time`` is when it happened, ``recorded`` when the gateway took it in.

    Without ``time_trusted`` the gateway did not know the time: events are in their true order, and
    were not earlier than they say.
    """

    id: str
    source: str
    type: str
    subject: str
    time: datetime
    recorded: datetime
    data: Mapping[str, Any]
    time_trusted: bool = True

    def to_json(self) -> str:
        """The CloudEvents JSON form, canonical: sorted names, no spaces, no fractions of numbers.

        The producer's own offset of ``time`` is kept. Raises ``ValueError`` for data that JSON
        has no word for.
        """
        value: dict[str, Any] = {
            "specversion": "1.0",
            "id": self.id,
            "source": self.source,
            "type": self.type,
            "subject": self.subject,
            "time": rfc3339(self.time),
            "recordedtime": rfc3339(self.recorded),
            "datacontenttype": "application/json",
            "data": self.data,
        }
        if not self.time_trusted:
            value["timetrusted"] = False
        return json.dumps(
            value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbered:
    """A stored event with its place in the lane; ``event`` is its JSON."""

    seq: int
    event: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Events that are lost for good, both ends included, and why."""

    from_seq: int
    to_seq: int
    count: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Neighbours of one lane: every seq from first to last is an event or in a gap."""

    epoch: int
    lane: Lane
    first_seq: int
    last_seq: int
    events: tuple[Numbered, ...]
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """An event that central will never take, and why."""

    seq: int
    code: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ack:
    """Central has everything of the lane up to ``through_seq``, except what it refused."""

    lane: Lane
    epoch: int
    through_seq: int
    refused: tuple[Refusal, ...] = ()


class Outcome(Enum):
    """What an ack changed."""

    PASSED = "passed"
    OLD = "old"
    OTHER_EPOCH = "other_epoch"
    NEW_EPOCH = "new_epoch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """A code that a scanner read; ``quantity`` is a decimal number as text."""

    code: str
    symbology: str | None = None
    mode: str | None = None
    quantity: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a sensor measured: name with unit to decimal number as text (``mass_g``: ``1240``).

    ``place`` is the shelf or room it is at, where the settings say so.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    place: str | None = None


def id_given(store: str, device: str, kind: str, given: str) -> str:
    """The event id of a message to which its device gave an id; the same one every time.

    ``kind`` keeps a device that counts its scans and its readings apart from losing any.
    """
    space = uuid.uuid5(uuid.NAMESPACE_URL, f"anaquel:{store}/device/{device}")
    return str(uuid.uuid5(space, f"{kind}/{given}"))


def scanned(
    origin: Origin, scan: Scan, *, event_id: str, device: str, time: datetime, recorded: datetime
) -> Event:
    """The event of a scan."""
    data = {
        "device": device,
        "code": scan.code,
        "symbology": scan.symbology,
        "mode": scan.mode,
        "quantity": scan.quantity,
    }
    return Event(
        id=event_id,
        source=origin.source,
        type=SCAN,
        subject=f"device/{device}",
        time=time,
        recorded=recorded,
        data=_without_none(data),
    )


def measured(
    origin: Origin,
    reading: Reading,
    *,
    event_id: str,
    device: str,
    time: datetime,
    recorded: datetime,
) -> Event:
    """The event of a sensor's reading."""
    return Event(
        id=event_id,
        source=origin.source,
        type=READING,
        subject=f"device/{device}",
        time=time,
        recorded=recorded,
        data=_without_none(
            {"device": device, "place": reading.place, "values": dict(reading.values)}
        ),
    )


def label_shown(
    origin: Origin,
    *,
    event_id: str,
    label: str,
    wish: str,
    fingerprint: str,
    proof: str,
    time: datetime,
) -> Event:
    """The event of a label that confirmed the frame of its current wish.

    ``proof`` is the hash of the label's record up to this, so that who has the event can tell
    whether the record was changed.
    """
    data = {"wish": wish, "fingerprint": fingerprint, "proof": proof}
    return about_label(origin, LABEL_SHOWN, event_id, label, time, data)


def label_failed(
    origin: Origin,
    *,
    event_id: str,
    label: str,
    wish: str,
    reason: str,
    detail: str | None,
    time: datetime,
) -> Event:
    """The event of a delivery that was given up; ``reason`` is a code, ``detail`` for people."""
    data = _without_none({"wish": wish, "reason": reason, "detail": detail})
    return about_label(origin, LABEL_FAILED, event_id, label, time, data)


def label_refused(
    origin: Origin,
    *,
    event_id: str,
    label: str,
    broken: Sequence[str],
    without_price: bool,
    time: datetime,
) -> Event:
    """The event of a picture that broke the shop's rules, so that a plainer one is shown.

    ``without_price``: the label sends people to the till, because no picture could show the price.
    """
    data = {"broken": list(broken), "without_price": without_price}
    return about_label(origin, LABEL_REFUSED, event_id, label, time, data)


def label_bound(
    origin: Origin,
    *,
    event_id: str,
    label: str,
    target: Target | None,
    time: datetime,
    template: str | None = None,
    replaces: str | None = None,
) -> Event:
    """The event of a label that stands for something else now, or (None) for nothing.

    ``replaces`` is the label whose place it took.
    """
    bound: dict[str, Any] | None = None
    if target is not None:
        where = dict(target.where) or None
        bound = _without_none({"product": target.product, "group": target.group, "where": where})
    data = {"target": bound, **_without_none({"template": template, "replaces": replaces})}
    return about_label(origin, LABEL_BOUND, event_id, label, time, data)


def hold_decided(
    origin: Origin,
    *,
    event_id: str,
    hold: int,
    facts: Mapping[str, Any],
    decision: str,
    by: str,
    time: datetime,
) -> Event:
    """The event of held rows that were accepted or refused, and by whom."""
    return Event(
        id=event_id,
        source=origin.source,
        type=HOLD_DECIDED,
        subject=f"hold/{hold}",
        time=time,
        recorded=time,
        data={"hold": hold, **facts, "decision": decision, "by": by},
    )


def fault(value: object) -> str | None:
    """What keeps a JSON value from being a CloudEvents 1.0 event, or None if nothing does."""
    if not isinstance(value, dict):
        return "the event is not an object"
    for name in _REQUIRED:
        given = value.get(name)
        if not isinstance(given, str) or not given:
            return f"{name} is missing or empty"
    if value["specversion"] != "1.0":
        return "specversion is not 1.0"
    for name, given in value.items():
        if name in {"data", "data_base64"}:
            continue
        if isinstance(given, str) and (len(given) > _MAX_ATTRIBUTE or not given.isprintable()):
            return f"{name} is too long or holds control characters"
        if isinstance(given, dict | list | float):
            return f"{name} is not an attribute's value"
    return _time_fault(value.get("time"))


def _time_fault(given: object) -> str | None:
    if given is None:
        return None
    try:
        time = datetime.fromisoformat(str(given))
    except ValueError:
        return "time is not RFC 3339"
    return "time has no offset" if time.tzinfo is None else None


def about_label(
    origin: Origin,
    event_type: str,
    event_id: str,
    label: str,
    time: datetime,
    data: Mapping[str, Any],
) -> Event:
    """An event about one label, recorded when it happened; its data names the label first."""
    return Event(
        id=event_id,
        source=origin.source,
        type=event_type,
        subject=f"label/{label}",
        time=time,
        recorded=time,
        data={"label": label, **data},
    )


def _without_none(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if value is not None}


def rfc3339(instant: datetime) -> str:
    """The instant as events write it, to the millisecond."""
    return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")
