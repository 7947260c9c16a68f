"""What the shop itself learned of its shelves, and what its thermometers measured day by day."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from gateway.clock import to_ms
from gateway.domain.shelf_readings import Day, Trouble
from gateway.store import tasks
from gateway.store.database import Connection

KEPT_DAYS: Final = 400
TASKS: Final = {trouble: f"shelf_{trouble.value}" for trouble in Trouble}


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What is known of one sensor's shelf; ``pieces`` is None where nothing counts them.

    ``creep_g`` is by how much its scale has crept.
    """

    sensor: str
    place: str | None = None
    product: str | None = None
    pieces: int | None = None
    creep_g: Decimal = Decimal(0)
    troubles: frozenset[Trouble] = frozenset()


def every(connection: Connection) -> Mapping[str, Observation]:
    """Every observation by its sensor."""
    rows = connection.execute(
        "SELECT sensor, place, product, pieces, creep_g, troubles FROM observation"
    )
    return {
        sensor: Observation(
            sensor=sensor,
            place=place,
            product=product,
            pieces=pieces,
            creep_g=Decimal(creep),
            troubles=_troubles((troubles,)),
        )
        for sensor, place, product, pieces, creep, troubles in rows
    }


def note(connection: Connection, found: Observation, at: datetime) -> frozenset[Trouble]:
    """Store it with a task for each of its troubles; returns those that it had before."""
    row = connection.execute("SELECT troubles FROM observation WHERE sensor = ?", (found.sensor,))
    before = _troubles(row.fetchone())
    connection.execute(
        "INSERT OR REPLACE INTO observation VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            found.sensor,
            found.place,
            found.product,
            found.pieces,
            str(found.creep_g),
            json.dumps(sorted(one.value for one in found.troubles)),
            to_ms(at),
        ),
    )
    connection.note("observation", found.sensor)
    detail = {"place": found.place, "product": found.product}
    for trouble, kind in TASKS.items():
        if trouble in found.troubles:
            tasks.open_(connection, kind, found.sensor, detail, at)
        else:
            tasks.close(connection, kind, found.sensor)
    return before


def _troubles(row: tuple[str] | None) -> frozenset[Trouble]:
    # A later version may have known more.
    known = {one.value: one for one in Trouble}
    given = () if row is None else json.loads(row[0])
    return frozenset(known[one] for one in given if one in known)


def keep_only(connection: Connection, sensors: Collection[str]) -> None:
    """Forget shelves, and their tasks, whose sensor is not among the settings any more."""
    for sensor in every(connection).keys() - set(sensors):
        connection.execute("DELETE FROM observation WHERE sensor = ?", (sensor,))
        connection.note("observation", sensor)
        for kind in TASKS.values():
            tasks.close(connection, kind, sensor)


def day_of(connection: Connection, sensor: str, day: date) -> Day | None:
    """What a sensor measured on one day so far."""
    return days(connection, sensor, day).get(day)


def days(connection: Connection, sensor: str, since: date = date.min) -> Mapping[date, Day]:
    """What a sensor measured, by the shop's own day, oldest first."""
    rows = connection.execute(
        "SELECT day, least, most, total, samples, out_s FROM sensor_day "
        "WHERE sensor = ? AND day >= ? ORDER BY day",
        (sensor, since.isoformat()),
    )
    return {
        date.fromisoformat(day): Day(
            least=Decimal(least),
            most=Decimal(most),
            total=Decimal(total),
            samples=samples,
            out_s=out_s,
        )
        for day, least, most, total, samples, out_s in rows
    }


def note_day(connection: Connection, sensor: str, day: date, found: Day) -> None:
    """Store what a sensor measured in one day so far; days older than ``KEPT_DAYS`` go."""
    connection.execute(
        "INSERT OR REPLACE INTO sensor_day VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            day.isoformat(),
            sensor,
            str(found.least),
            str(found.most),
            str(found.total),
            found.samples,
            found.out_s,
        ),
    )
    oldest = (day - timedelta(days=KEPT_DAYS)).isoformat()
    connection.execute("DELETE FROM sensor_day WHERE day < ? AND sensor = ?", (oldest, sensor))
