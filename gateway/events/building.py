"""The events room put together: the outbox prepared, what clears it, what carries it up."""

from __future__ import annotations

from gateway.broker import signing
from gateway.broker.link import Link
from gateway.clock import Clock
from gateway.domain.events import Lane
from gateway.events.housekeeping import Housekeeping
from gateway.events.service import UplinkService
from gateway.lifecycle import Service
from gateway.settings import Settings
from gateway.store import outbox
from gateway.store.database import Database


async def build(
    settings: Settings, database: Database, clock: Clock, central: Link | None
) -> list[Service]:
    """Every service behind a stored event; without ``central`` nothing is carried up."""
    limits = {lane: getattr(settings.events, lane.value).max_bytes for lane in Lane}
    uplink = central is not None
    if not await database.read(lambda rows: outbox.is_prepared(rows, limits, uplink=uplink)):
        await database.write(
            lambda connection: outbox.prepare(connection, limits, clock.now(), uplink=uplink)
        )
    services: list[Service] = [Housekeeping(database, clock)]
    if central is not None:
        services.append(
            UplinkService(
                central,
                database,
                clock,
                gateway=settings.shop.gateway,
                settings=settings.events,
                opener=signing.opener_of(settings),
            )
        )
    return services
