"""What central hears of shelves: what was learned there, and what is wrong."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Final

from gateway.domain.events import Event, Origin
from gateway.domain.shelf_readings import Trouble

SHELF_CHANGED: Final = "io.anaquel.shelf.changed.v1"


def changed(
    origin: Origin,
    *,
    event_id: str,
    sensor: str,
    place: str | None,
    product: str | None,
    pieces: int | None,
    before: AbstractSet[Trouble],
    found: AbstractSet[Trouble],
    time: datetime,
) -> Event:
    """The event of a shelf that has another number of pieces, or other troubles.

    ``pieces`` is what its scale or sensor counts, None where nothing does: an observation beside
    the stock that was sent to us.
    """
    data = {
        "sensor": sensor,
        "place": place,
        "product": product,
        "pieces": pieces,
        "began": sorted(one.value for one in found - before),
        "ended": sorted(one.value for one in before - found),
        "troubles": sorted(one.value for one in found),
    }
    return Event(
        id=event_id,
        source=origin.source,
        type=SHELF_CHANGED,
        subject=f"sensor/{sensor}",
        time=time,
        recorded=time,
        data={name: value for name, value in data.items() if value is not None},
    )
