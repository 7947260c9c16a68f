"""The only place that reads the time."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)
_HALF_MS = timedelta(microseconds=500)
_SET = timedelta(seconds=5)
"""A machine's clock that differs from our count by more was set, not only adjusted."""


class Clock(Protocol):
    """Where everybody takes the time from."""

    def now(self) -> datetime:
        """The wall clock, aware, in UTC."""

    def monotonic(self) -> float:
        """Seconds that only ever rise; for durations."""

    def known(self) -> datetime:
        """The latest instant that has come for sure: what prices go by."""

    @property
    def trusted(self) -> bool:
        """Whether ``now`` is known to be right."""


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The wall clock, aware, in UTC."""
        return datetime.fromtimestamp(time.time(), UTC)  # noqa: TID251 - the one home of the time

    def monotonic(self) -> float:
        """Seconds that only ever rise; for durations."""
        return time.monotonic()

    def known(self) -> datetime:
        """The wall clock, taken as it is."""
        return self.now()

    @property
    def trusted(self) -> bool:
        """It is taken as it is."""
        return True


class CheckedClock:
    """A machine's clock that may be wrong, and the best guess there is of the time.

    Until somebody says ``trust`` it goes on from the latest time that has been. From then on it
    follows the machine's clock, and counts on by itself when that is set, until ``trust`` again.
    """

    def __init__(self, machine: Clock) -> None:
        self._machine = machine
        self._newest: datetime | None = None
        self._began = machine.monotonic()
        self._anchor: tuple[datetime, float] | None = None

    def begin(self, newest: datetime | None) -> None:
        """It cannot be earlier than ``newest``; None when nothing is known."""
        self._newest = newest
        self._began = self._machine.monotonic()

    def trust(self) -> None:
        """The machine's clock is right now."""
        self._anchor = (self._machine.now(), self._machine.monotonic())

    def machine(self) -> datetime:
        """What the machine's clock says, right or wrong."""
        return self._machine.now()

    def runs_true(self) -> bool:
        """Whether the machine's clock went on since ``trust`` and was not set."""
        counted = self._counted()
        return counted is not None and abs(self._machine.now() - counted) <= _SET

    def now(self) -> datetime:
        """The time as far as is known, in UTC; never before one that has been."""
        counted = self._counted()
        if counted is not None:
            machine = self._machine.now()
            return machine if abs(machine - counted) <= _SET else counted
        if self._newest is None:
            return self._machine.now()
        return self._newest + timedelta(seconds=self.monotonic() - self._began)

    def monotonic(self) -> float:
        """Seconds that only ever rise; for durations."""
        return self._machine.monotonic()

    def known(self) -> datetime:
        """``now`` while it is trusted; before, the latest time that has been for sure.

        In a shop where none has been there is nothing better than the machine's clock.
        """
        return self.now() if self.trusted or self._newest is None else self._newest

    @property
    def trusted(self) -> bool:
        """Whether somebody said ``trust``."""
        return self._anchor is not None

    def _counted(self) -> datetime | None:
        if self._anchor is None:
            return None
        then, seconds = self._anchor
        return then + timedelta(seconds=self.monotonic() - seconds)


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

    def known(self) -> datetime:
        """What the other clock knows, moved."""
        return self._base.known() + self._shift

    @property
    def trusted(self) -> bool:
        """As the other clock."""
        return self._base.trusted


def to_ms(instant: datetime) -> int:
    """Milliseconds since 1970, as the database keeps times."""
    # Whole numbers throughout: a float has no microseconds left in the year 2528.
    return (instant - _EPOCH + _HALF_MS) // _MS


def from_ms(milliseconds: int) -> datetime:
    """The instant of a database time, in UTC."""
    return _EPOCH + milliseconds * _MS
