"""From a sensor's samples to what is known of its shelf: one observation, tasks, one event."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from gateway.domain import shelf_events, shelf_readings
from gateway.domain.events import Lane, Origin
from gateway.domain.shelf_readings import Day, Limits, Shelf, Weighing
from gateway.store import observations, outbox
from gateway.store.database import Connection
from gateway.store.observations import Observation

_DAY_EVERY_S: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What is to be stored of a shelf: an observation that changed, a day's temperatures so far."""

    observation: Observation | None = None
    sensor: str = ""
    day: tuple[date, Day] | None = None


class Watched:
    """The shelf of one sensor; ``known`` and ``today`` are what was stored of it before."""

    def __init__(
        self,
        sensor: str,
        limits: Limits,
        *,
        place: str | None = None,
        product: str | None = None,
        known: Observation | None = None,
        today: tuple[date, Day] | None = None,
    ) -> None:
        self._sensor = sensor
        self._limits = limits
        self._place = place
        self._product = product
        self._shelf = Shelf()
        self._told = Observation(sensor=sensor, place=place, product=product)
        if known is not None:
            scale = Weighing(pieces=known.pieces, creep_g=known.creep_g)
            troubles = known.troubles & shelf_readings.looked_for(limits)
            self._shelf = Shelf(weighing=scale, troubles=troubles)
            self._told = known
        self._today = today
        self._measured_at: float | None = None
        self._stored_at = float("-inf")

    def hear(self, values: Mapping[str, Decimal], at: float, today: date) -> News | None:
        """What another sample changes; ``at`` in seconds of a monotonic clock."""
        self._shelf = shelf_readings.judged(self._limits, self._shelf, values, at)
        weighing = self._shelf.weighing
        pieces = weighing.pieces
        if self._limits.scale is None:
            count = values.get("count")
            pieces = self._told.pieces if count is None else max(int(count), 0)
        found = Observation(
            sensor=self._sensor,
            place=self._place,
            product=self._product,
            pieces=pieces,
            creep_g=weighing.creep_g,
            troubles=self._shelf.troubles,
        )
        day = self._measured(values.get("temperature_c"), at, today)
        # Creep alone is no news; it is stored with the next that is.
        is_news = (pieces, found.troubles, self._place, self._product) != (
            *(self._told.pieces, self._told.troubles, self._told.place, self._told.product),
        )
        if is_news:
            self._told = found
        if not is_news and day is None:
            return None
        return News(
            observation=found if is_news else None,
            sensor=self._sensor,
            day=None if day is None else (today, day),
        )

    def _measured(self, celsius: Decimal | None, at: float, today: date) -> Day | None:
        """The day so far, where temperatures are kept and it is time to store it."""
        limits = self._limits
        if celsius is None or (limits.least_c is None and limits.most_c is None):
            return None
        gap_s = 0.0 if self._measured_at is None else at - self._measured_at
        self._measured_at = at
        before = None
        if self._today is not None and self._today[0] == today:
            before = self._today[1]
        is_out = not shelf_readings.is_inside(limits, celsius)
        day = shelf_readings.of_day(before, celsius, is_out=is_out, gap_s=gap_s)
        self._today = (today, day)
        if before is not None and at - self._stored_at < _DAY_EVERY_S:
            return None
        self._stored_at = at
        return day


def store(connection: Connection, news: News, origin: Origin, at: datetime) -> None:
    """Store it in the caller's transaction, with its tasks and the event for central."""
    if news.day is not None:
        observations.note_day(connection, news.sensor, *news.day)
    found = news.observation
    if found is None:
        return
    before = observations.note(connection, found, at)
    event = shelf_events.changed(
        origin,
        event_id=str(uuid.uuid4()),
        sensor=found.sensor,
        place=found.place,
        product=found.product,
        pieces=found.pieces,
        before=before,
        found=found.troubles,
        time=at,
    )
    outbox.append_or_gap(connection, Lane.KEEP, event, at)
