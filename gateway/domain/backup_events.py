"""What central hears of backups: one that left the shop by hand, one that became its data."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from gateway.domain.events import Event, Origin, rfc3339

DOWNLOADED: Final = "io.anaquel.backup.downloaded.v1"
RESTORED: Final = "io.anaquel.backup.restored.v1"


def downloaded(
    origin: Origin, *, event_id: str, name: str, size: int, by: str, time: datetime
) -> Event:
    """The event of somebody who took all the shop's data along; ``size`` in bytes.

    ``by`` is a pseudonym.
    """
    return Event(
        id=event_id,
        source=origin.source,
        type=DOWNLOADED,
        subject=f"backup/{name}",
        time=time,
        recorded=time,
        data={"name": name, "bytes": size, "by": by},
    )


def restored(
    origin: Origin, *, event_id: str, taken_at: datetime, of: str, by: str | None, time: datetime
) -> Event:
    """The event of a backup that is the shop's data now; ``of`` is the gateway it was made by.

    What changed here after ``taken_at`` is not known here any more. ``by`` is a pseudonym, None for
    who sat at the box itself.
    """
    return Event(
        id=event_id,
        source=origin.source,
        type=RESTORED,
        subject=f"gateway/{origin.gateway}",
        time=time,
        recorded=time,
        data={"taken_at": rfc3339(taken_at), "of": of, "by": by},
    )
