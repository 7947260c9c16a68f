"""The labels room put together: planner, courier, and one listener for each family."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time

from device_drivers.api.drivers import LabelDriver
from gateway.broker.link import Link
from gateway.clock import Clock
from gateway.domain.events import Origin
from gateway.domain.quiet_hours import QuietHours
from gateway.labels import keeping
from gateway.labels.courier import Courier
from gateway.labels.health import Health
from gateway.labels.listening import Listener
from gateway.labels.outages import Outages
from gateway.labels.planning import Planner, Renderer
from gateway.labels.reports import Reports
from gateway.labels.turns import Turns
from gateway.lifecycle import Service
from gateway.settings import Settings
from gateway.store.database import Database


def build(
    settings: Settings,
    database: Database,
    clock: Clock,
    to_labels: tuple[Link, Mapping[str, LabelDriver], Outages],
    origin: Origin,
    renderer: Renderer,
) -> list[Service]:
    """Every service between a stale label and its confirmed picture.

    ``to_labels`` is the link to the shop's broker, the drivers by family, and the other ways.
    """
    link, drivers, outages = to_labels
    reports = Reports(
        database,
        origin,
        clock,
        settings.labels,
        silent_on_shown=frozenset(
            family
            for family, driver in drivers.items()
            if not driver.family.capabilities.confirms_shown
        ),
    )
    turns = Turns()
    return [
        Planner(database, renderer, clock, lambda: settings.shop, origin),
        Courier(
            *(database, drivers, reports, turns, clock, settings.labels),
            quiet=lambda: quiet_hours(settings),
        ),
        *(Listener(driver, reports, turns, clock) for driver in drivers.values()),
        Health(database, drivers, clock, settings.labels, origin),
        *keeping.services(database, clock, settings, origin, (link, outages)),
    ]


def quiet_hours(settings: Settings) -> QuietHours | None:
    """The hours in which labels are left alone; None where there are none."""
    asked = settings.shop.quiet_hours
    if asked is None:
        return None
    begins, _, ends = asked.partition("-")
    return QuietHours(
        begins=time.fromisoformat(begins),
        ends=time.fromisoformat(ends),
        zone=settings.shop.zone,
    )
