"""Taking something in: into the outbox once, inside the caller's transaction."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from gateway.domain import events
from gateway.domain.events import Event, Lane, Origin, Reading, Scan
from gateway.store import outbox, taken
from gateway.store.database import Connection

GIVEN_FOR: Final = timedelta(hours=24)
"""How long a device's own id is remembered."""
FINGERPRINT_FOR: Final = timedelta(minutes=10)
"""How long a message without an id is remembered, for repeats that the broker marks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What a device said.

    ``given`` is the device's own id for it. ``fingerprint`` stands for the bytes of a message
    without one; ``repeated`` says that its broker may have sent it before.
    """

    device: str
    content: Scan | Reading
    at: datetime | None = None
    given: str | None = None
    fingerprint: bytes | None = None
    repeated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """The event that stands for an arrival; ``new`` is False for a repeat, stored before.

    The id of a repeat without a given id is not known any more.
    """

    event_id: str | None
    new: bool


def take(connection: Connection, origin: Origin, arrival: Arrival, now: datetime) -> Taken:
    """Store the arrival, or recognise it as stored before.

    Raises ``LaneFullError`` before anything is written.
    """
    if arrival.given is not None:
        event_id = events.id_given(
            origin.store, arrival.device, _kind(arrival.content), arrival.given
        )
        key: bytes | None = uuid.UUID(event_id).bytes
        if key is not None and not taken.is_new(connection, key, now - GIVEN_FOR):
            return Taken(event_id=event_id, new=False)
    else:
        event_id, key = str(uuid.uuid4()), arrival.fingerprint
        if (
            key is not None
            and arrival.repeated
            and not taken.is_new(connection, key, now - FINGERPRINT_FOR)
        ):
            return Taken(event_id=None, new=False)
    lane, event = _event(origin, arrival, event_id, now)
    outbox.append(connection, lane, event, now)
    if key is not None:
        taken.note(connection, key, now)
    return Taken(event_id=event_id, new=True)


def _kind(content: Scan | Reading) -> str:
    return "scan" if isinstance(content, Scan) else "reading"


def _event(origin: Origin, arrival: Arrival, event_id: str, now: datetime) -> tuple[Lane, Event]:
    time = arrival.at or now
    content, device = arrival.content, arrival.device
    if isinstance(content, Scan):
        return Lane.SCAN, events.scanned(
            origin, content, event_id=event_id, device=device, time=time, recorded=now
        )
    return Lane.TELEMETRY, events.measured(
        origin, content, event_id=event_id, device=device, time=time, recorded=now
    )
