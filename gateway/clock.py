"""The only place that reads the time."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Clock(Protocol):
    """Where everybody takes the time from."""

    def now(self) -> datetime:
        """The wall clock, aware, in UTC."""

    def monotonic(self) -> float:
        """Seconds that only ever rise; for durations."""


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The wall clock, aware, in UTC."""
        return datetime.fromtimestamp(time.time(), UTC)  # noqa: TID251 - the one home of the time

    def monotonic(self) -> float:
        """Seconds that only ever rise; for durations."""
        return time.monotonic()


class ShiftedClock:
    """Another clock moved by a set amount, so that a test can be an hour later at once."""

    def __init__(self, base: Clock) -> None:
        self._base = base
        self._shift = timedelta()

    def advance(self, by: timedelta) -> None:
        """Move the wall clock; the monotonic one stays as it is."""
        self._shift += by

    def now(self) -> datetime:
        """The wall clock, aware, in UTC."""
        return self._base.now() + self._shift

    def monotonic(self) -> float:
        """Seconds that only ever rise; for durations."""
        return self._base.monotonic()


def to_ms(instant: datetime) -> int:
    """Milliseconds since 1970, as the database keeps times."""
    # Whole numbers throughout: a float has no microseconds left in the year 2528.
    return (instant - _EPOCH + timedelta(microseconds=500)) // timedelta(milliseconds=1)


def from_ms(milliseconds: int) -> datetime:
    """The instant of a database time, in UTC."""
    return _EPOCH + timedelta(milliseconds=milliseconds)
