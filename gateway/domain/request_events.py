"""What central hears of shoppers' requests: one event for every step, nobody's name."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from gateway.domain.events import Event, Origin, rfc3339
from gateway.domain.requests import ShopperRequest

REQUEST_CHANGED: Final = "io.anaquel.request.changed.v1"


def changed(
    origin: Origin, request: ShopperRequest, *, event_id: str, by: str | None, time: datetime
) -> Event:
    """The event of a request that is asked, or stands otherwise than before.

    ``by`` is the pseudonym of who of the shop takes care of it. ``awaits`` is until when central
    may confirm or refuse a hold.
    """
    data = {
        "request": request.ref,
        "kind": request.kind.value,
        "state": request.state.value,
        "product": request.product,
        "label": request.label,
        "place": request.place or None,
        "asked": rfc3339(request.asked_at),
        "until": rfc3339(request.until) if request.is_open else None,
        "awaits": None if request.central_until is None else rfc3339(request.central_until),
        "confirmed_by": request.confirmed_by,
        "code": request.code or None,
        "late": request.late,
        "aside": request.aside,
        "by": by,
    }
    return Event(
        id=event_id,
        source=origin.source,
        type=REQUEST_CHANGED,
        subject=f"request/{request.ref}",
        time=time,
        recorded=time,
        data={name: value for name, value in data.items() if value is not None},
    )
