"""When our own shop is open: what its location row says, else what its settings say."""

from __future__ import annotations

import json
from functools import lru_cache
from zoneinfo import ZoneInfo

from gateway.domain import opening
from gateway.domain.opening import ShopHours
from gateway.store.database import Connection


def of_shop(connection: Connection, store: str, own: str | None, zone: str) -> ShopHours | None:
    """The hours of the shop ``store``; ``own`` are those of its settings. None: nobody says."""
    row = connection.execute(
        "SELECT json_extract(value, '$.hours'), json_extract(value, '$.exceptions') FROM in_force "
        "WHERE kind = 'location' AND key = ?",
        (store,),
    ).fetchone()
    hours, exceptions = row or (None, None)
    return _read(hours or "[]", exceptions or "[]", own or "", zone)


@lru_cache(maxsize=4)
def _read(hours: str, exceptions: str, own: str, zone: str) -> ShopHours | None:
    weekly, special = json.loads(hours), json.loads(exceptions)
    if not weekly and not special and own:
        weekly = opening.written(own)
    found = opening.hours_from(weekly, special)
    return ShopHours(hours=found, zone=ZoneInfo(zone)) if found else None
