"""What a test writes into the database of a gateway that runs as its own process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from gateway.clock import SystemClock
from gateway.domain.labels import Target
from gateway.domain.rows import Row
from gateway.feed import checking
from gateway.labels import adopting, binding
from gateway.labels.living import Doer
from gateway.settings import Settings
from gateway.store import deliveries, discovered, replica
from gateway.store.database import Connection, Database
from tests.support.running import PATIENCE_S, one_turn
from tests.support.shelving import ORIGIN


def state(rows: Connection, label: str) -> str:
    delivery = deliveries.get(rows, label)
    return "" if delivery is None else delivery.state


async def until(database: Database, true: Callable[[Connection], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not await database.read(true):
            await one_turn()


async def write(database: Database, settings: Settings, *rows: Row) -> None:
    owner = checking.owner_in(settings, "central")
    now = SystemClock().now()
    checked = [checking.row("central", row.kind, row.key, row.value, owner) for row in rows]
    await database.write(
        lambda connection: replica.apply(connection, "central", checked, seq=1, at=now)
    )


async def adopt(database: Database, label: str) -> None:
    """A person takes the label in as soon as it was heard."""
    await until(database, lambda rows: discovered.get(rows, label) is not None)
    doer = Doer(origin=ORIGIN, by="test", at=SystemClock().now())
    await database.write(lambda connection: adopting.adopt(connection, label, {}, doer))


async def bind(database: Database, label: str, target: Target) -> None:
    now = SystemClock().now()
    await database.write(
        lambda connection: binding.bind(connection, label, target, origin=ORIGIN, by="test", at=now)
    )
