from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway import clock
from gateway.clock import ShiftedClock, SystemClock


def test_the_machine_s_clock_is_aware_and_rises() -> None:
    machine = SystemClock()
    assert machine.now().utcoffset() == timedelta()
    assert machine.monotonic() <= machine.monotonic()


def test_a_shifted_clock_moves_its_wall_and_not_its_seconds() -> None:
    machine = SystemClock()
    shifted = ShiftedClock(machine)
    shifted.advance(timedelta(hours=1))
    shifted.advance(timedelta(minutes=-30))
    ahead = shifted.now() - machine.now()
    assert timedelta(minutes=29) < ahead <= timedelta(minutes=30)
    assert abs(shifted.monotonic() - machine.monotonic()) < 60


@pytest.mark.parametrize(
    ("instant", "milliseconds"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1969-12-31T23:59:59.999Z", -1),
        ("2026-11-22T10:00:00-06:00", 1_795_363_200_000),
        ("2026-11-22T16:00:00.0004Z", 1_795_363_200_000),
    ],
)
def test_times_as_the_database_keeps_them(instant: str, milliseconds: int) -> None:
    assert clock.to_ms(datetime.fromisoformat(instant)) == milliseconds


@example(datetime(2528, 1, 1, 0, 0, 0, 12501), 0)  # noqa: DTZ001 - the test adds the zone
@given(
    st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1)),  # noqa: DTZ001 - hypothesis adds zones
    st.integers(-14 * 60, 14 * 60),
)
def test_a_stored_time_comes_back_to_the_millisecond(naive: datetime, minutes: int) -> None:
    instant = naive.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    again = clock.from_ms(clock.to_ms(instant))
    assert again.tzinfo is UTC
    assert abs(again - instant) <= timedelta(microseconds=500)
