"""What central hears of settings of the shop that somebody changed."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from gateway.domain.events import Event, Origin

SETTING_CHANGED: Final = "io.anaquel.setting.changed.v1"


def setting_changed(
    origin: Origin,
    *,
    event_id: str,
    name: str,
    was: str | None,
    value: str | None,
    locked: bool,
    by: str | None,
    way: str,
    time: datetime,
) -> Event:
    """The event of a setting that is another now; None stands for its default.

    ``by`` is a pseudonym, None where central did it.
    """
    return Event(
        id=event_id,
        source=origin.source,
        type=SETTING_CHANGED,
        subject=f"setting/{name}",
        time=time,
        recorded=time,
        data={"setting": name, "was": was, "value": value, "locked": locked, "by": by, "way": way},
    )
