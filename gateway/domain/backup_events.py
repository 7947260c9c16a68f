"""What central hears of backups that left the shop by hand."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from gateway.domain.events import Event, Origin

DOWNLOADED: Final = "io.anaquel.backup.downloaded.v1"


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
