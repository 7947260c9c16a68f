from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from gateway.feed.sources.shopify import timetable

MADRID = ZoneInfo("Europe/Madrid")


@pytest.mark.parametrize(
    ("last", "at", "due"),
    [
        ("2026-11-25T10:00:00+01:00", "03:30", "2026-11-26T03:30:00+01:00"),
        ("2026-11-25T01:00:00+01:00", "03:30", "2026-11-25T03:30:00+01:00"),
        ("2026-11-25T03:30:00+01:00", "03:30", "2026-11-26T03:30:00+01:00"),
        # 02:30 does not exist on this night, and comes twice on the other.
        ("2026-03-28T12:00:00+01:00", "02:30", "2026-03-29T03:30:00+02:00"),
        ("2026-10-24T12:00:00+02:00", "02:30", "2026-10-25T02:30:00+02:00"),
        ("2026-10-25T02:30:00+02:00", "02:30", "2026-10-26T02:30:00+01:00"),
    ],
)
def test_once_each_day_by_the_clock_of_the_shop(last: str, at: str, due: str) -> None:
    found = timetable.next_reading(datetime.fromisoformat(last), at, MADRID)

    assert found == datetime.fromisoformat(due)


def test_a_release_ends_a_year_after_it_began() -> None:
    assert timetable.version_ends("2026-07") == datetime(2027, 7, 1, tzinfo=UTC)
