"""What central hears of the life of labels; a ``binding`` row of the feed can say it all back."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Final

from gateway.domain import label_hardware
from gateway.domain.events import Event, Origin, about_label, rfc3339
from gateway.domain.health import TOLD, Trouble
from gateway.domain.label_hardware import Hardware

LABEL_ADOPTED: Final = "io.anaquel.label.adopted.v1"
LABEL_NAMED: Final = "io.anaquel.label.named.v1"
LABEL_PARKED: Final = "io.anaquel.label.parked.v1"
LABEL_RETIRED: Final = "io.anaquel.label.retired.v1"
LABEL_HEALTH: Final = "io.anaquel.label.health.v1"


def adopted(
    origin: Origin, *, event_id: str, label: str, hardware: Hardware, time: datetime
) -> Event:
    """The event of a label that is ours from now on, or of which more is known."""
    data = {"hardware": label_hardware.to_json(hardware)}
    return about_label(origin, LABEL_ADOPTED, event_id, label, time, data)


def named(origin: Origin, *, event_id: str, label: str, alias: str | None, time: datetime) -> Event:
    """The event of a label of which is known (or, None, no more) what stands on its case."""
    return about_label(origin, LABEL_NAMED, event_id, label, time, {"alias": alias})


def parked(
    origin: Origin, *, event_id: str, label: str, shows: str | None, time: datetime
) -> Event:
    """The event of a label that went into a drawer, or (None) was taken out of it."""
    return about_label(origin, LABEL_PARKED, event_id, label, time, {"shows": shows})


def retired(
    origin: Origin,
    *,
    event_id: str,
    label: str,
    alias: str | None,
    replaced_by: str | None,
    time: datetime,
) -> Event:
    """The event of a label that is out of use; ``replaced_by`` took its place."""
    data = {"alias": alias, "replaced_by": replaced_by}
    return about_label(origin, LABEL_RETIRED, event_id, label, time, data)


def health(
    origin: Origin,
    *,
    event_id: str,
    label: str,
    before: AbstractSet[Trouble],
    found: AbstractSet[Trouble],
    last_heard: datetime,
    time: datetime,
) -> Event | None:
    """The event that what is wrong with a label changed; None where that is for no person.

    Without ``found`` it is well again.
    """
    was, now = before & TOLD, found & TOLD
    if was == now:
        return None
    data = {
        "troubles": _named(now),
        "began": _named(now - was),
        "ended": _named(was - now),
        "last_heard": rfc3339(last_heard),
    }
    return about_label(origin, LABEL_HEALTH, event_id, label, time, data)


def _named(troubles: AbstractSet[Trouble]) -> list[str]:
    return sorted(trouble.value for trouble in troubles)
