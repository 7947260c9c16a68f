"""One authority per kind, also after the configuration changed: who owned a kind goes out of force.

A shop that began with files and then got a central system must not show both. Run once at every
start, before anything reads the catalogue.
"""

from __future__ import annotations

import json
from datetime import datetime
from functools import partial

from gateway.feed import checking
from gateway.settings import KINDS, Settings
from gateway.store import replica
from gateway.store.database import Connection, Database

_SLICE = 200


async def settle(database: Database, settings: Settings, at: datetime) -> int:
    """Check again every row whose kind changed its owner; returns how many there were.

    Where nothing changed nothing is written: a start needs neither room nor the file to itself.
    """
    total = 0
    if not await database.read(partial(_unsettled, settings=settings, limit=1)):
        return total
    while count := await database.write(partial(_settle_some, settings=settings, at=at)):
        total += count
    return total


def _unsettled(
    connection: Connection, settings: Settings, limit: int
) -> list[tuple[str, str, str, str]]:
    owners: dict[str, str] = {kind: settings.source_of(kind) for kind in KINDS}
    return replica.misowned(connection, owners.get, limit)


def _settle_some(connection: Connection, settings: Settings, at: datetime) -> int:
    found = _unsettled(connection, settings, _SLICE)
    for kind, key, source, value in found:
        owner = checking.owner_in(settings, source)
        row = checking.row(source, kind, key, json.loads(value), owner)
        seq = replica.position(connection, source).seq
        replica.apply(connection, source, [row], seq=seq, at=at)
    return len(found)
