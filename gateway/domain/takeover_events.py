"""What central hears of zones that change hands."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from gateway.domain.events import Event, Origin

ZONE: Final = "io.anaquel.zone.takeover.v1"


def zone_changed(
    origin: Origin, *, event_id: str, zone: str, state: str, labels: int, time: datetime
) -> Event:
    """The event of a zone that was imported, switched, released or forgotten.

    ``labels`` is how many labels were named, taken over, or given back.
    """
    return Event(
        id=event_id,
        source=origin.source,
        type=ZONE,
        subject=f"zone/{zone}",
        time=time,
        recorded=time,
        data={"zone": zone, "state": state, "labels": labels},
    )
