from __future__ import annotations

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from gateway.domain.quiet_hours import QuietHours

MADRID = ZoneInfo("Europe/Madrid")
NIGHT = QuietHours(begins=time(22), ends=time(6, 30), zone=MADRID)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "ends"),
    [
        ("2026-11-22T21:59:59+01:00", None),
        ("2026-11-22T22:00:00+01:00", "2026-11-23T06:30:00+01:00"),
        ("2026-11-23T00:00:00+01:00", "2026-11-23T06:30:00+01:00"),
        ("2026-11-23T06:29:59+01:00", "2026-11-23T06:30:00+01:00"),
        ("2026-11-23T06:30:00+01:00", None),
        ("2026-10-24T23:00:00+02:00", "2026-10-25T06:30:00+01:00"),
        ("2027-03-27T23:00:00+01:00", "2027-03-28T06:30:00+02:00"),
    ],
)
def test_the_night_on_the_shop_s_clock(now: str, ends: str | None) -> None:
    assert NIGHT.ends_at(at(now)) == (None if ends is None else at(ends))


@pytest.mark.parametrize(
    ("now", "ends"),
    [
        ("2026-10-25T02:10:00+02:00", "2026-10-25T02:30:00+02:00"),
        ("2026-10-25T02:40:00+02:00", None),
        ("2026-10-25T02:10:00+01:00", "2026-10-25T02:30:00+01:00"),
        ("2026-10-25T02:30:00+01:00", None),
    ],
)
def test_an_end_in_the_hour_that_comes_twice(now: str, ends: str | None) -> None:
    night = QuietHours(begins=time(22), ends=time(2, 30), zone=MADRID)
    assert night.ends_at(at(now)) == (None if ends is None else at(ends))
    found = night.ends_at(at(now).astimezone(MADRID))
    assert (found and found.astimezone(UTC)) == (None if ends is None else at(ends))


def test_hours_of_one_day() -> None:
    siesta = QuietHours(begins=time(14), ends=time(16), zone=MADRID)
    assert siesta.ends_at(at("2026-11-22T15:00:00+01:00")) == at("2026-11-22T16:00:00+01:00")
    assert siesta.ends_at(at("2026-11-22T13:00:00+01:00")) is None
