from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.backups import OFF_BOX_WITHIN, Kept, is_overdue, next_due, to_keep

MEXICO = ZoneInfo("America/Mexico_City")
MADRID = ZoneInfo("Europe/Madrid")
NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)


def nights(count: int) -> list[datetime]:
    """A backup each night at 03:00 in Mexico, the last one before ``NOON``."""
    last = datetime(2026, 11, 26, 3, tzinfo=MEXICO)
    return [(last - timedelta(days=days)).astimezone(UTC) for days in range(count)]


def test_a_year_of_nights_leaves_days_weeks_and_months() -> None:
    stay = to_keep(nights(365), Kept(daily=7, weekly=4, monthly=3), MEXICO)

    days = sorted(one.astimezone(MEXICO).date().isoformat() for one in stay)
    assert days == [
        "2026-09-30",
        "2026-10-31",
        "2026-11-08",
        "2026-11-15",
        *(f"2026-11-{day}" for day in range(20, 27)),
    ]


def test_the_days_are_the_shop_s() -> None:
    evening = datetime(2026, 11, 25, 23, tzinfo=MEXICO)
    night = evening + timedelta(hours=4)

    assert to_keep([evening, night], Kept(daily=1, weekly=0, monthly=0), MEXICO) == {night}
    assert to_keep([evening, night], Kept(daily=2, weekly=0, monthly=0), MEXICO) == {evening, night}


def test_of_one_day_the_last_stays() -> None:
    three = [NOON, NOON + timedelta(minutes=1), NOON + timedelta(minutes=2)]

    assert to_keep(three, Kept(daily=7, weekly=4, monthly=3), MEXICO) == {three[-1]}


def test_a_box_that_was_off_for_years_keeps_what_it_has() -> None:
    old = [NOON - timedelta(days=2_000 + days) for days in range(3)]

    assert to_keep(old, Kept(daily=7, weekly=4, monthly=3), MEXICO) == set(old)


@given(
    taken=st.lists(
        st.datetimes(timezones=st.just(UTC)).filter(lambda one: one.year > 1), max_size=40
    ),
    daily=st.integers(1, 10),
    weekly=st.integers(0, 10),
    monthly=st.integers(0, 10),
)
def test_never_more_than_the_counts_and_always_the_newest(
    taken: list[datetime], daily: int, weekly: int, monthly: int
) -> None:
    stay = to_keep(taken, Kept(daily=daily, weekly=weekly, monthly=monthly), UTC)

    assert len(stay) <= daily + weekly + monthly
    assert stay <= set(taken)
    assert not taken or max(taken) in stay
    assert to_keep(stay, Kept(daily=daily, weekly=weekly, monthly=monthly), UTC) == stay


@pytest.mark.parametrize(
    ("after", "due"),
    [
        ("2026-11-26T02:59:00-06:00", "2026-11-26T03:00:00-06:00"),
        ("2026-11-26T03:00:00-06:00", "2026-11-27T03:00:00-06:00"),
        ("2026-11-26T20:00:00-06:00", "2026-11-27T03:00:00-06:00"),
    ],
)
def test_it_is_due_at_the_shop_s_hour(after: str, due: str) -> None:
    assert next_due(datetime.fromisoformat(after), time(3), MEXICO) == datetime.fromisoformat(due)


def test_a_clock_that_is_set_neither_skips_nor_repeats_a_night() -> None:
    due = [datetime(2026, 3, 27, 12, tzinfo=UTC)]
    while len(due) < 5:
        due.append(next_due(due[-1], time(2, 30), MADRID))

    told = [one.astimezone(MADRID).strftime("%d %H:%M") for one in due[1:]]
    assert told == ["28 02:30", "29 03:30", "30 02:30", "31 02:30"]

    autumn = next_due(datetime(2026, 10, 24, 12, tzinfo=UTC), time(2, 30), MADRID)
    again = next_due(autumn, time(2, 30), MADRID)
    assert again - autumn == timedelta(hours=25)


def test_backups_of_a_clock_that_was_ahead_take_no_place_of_others() -> None:
    ahead = [NOON + timedelta(days=2_000 + day) for day in range(9)]
    now = [NOON - timedelta(days=day) for day in range(9)]
    kept = Kept(daily=3, weekly=0, monthly=0)
    assert to_keep([*ahead, *now], kept, MEXICO, NOON) == {*now[:3], *ahead[-3:]}
    assert to_keep(now, kept, MEXICO, NOON) == to_keep(now, kept, MEXICO)


def test_a_copy_elsewhere_is_overdue_after_a_week_and_a_new_box_has_that_long_too() -> None:
    minute = timedelta(minutes=1)
    began = NOON - timedelta(days=90)

    assert not is_overdue(None, NOON - OFF_BOX_WITHIN, NOON)
    assert is_overdue(None, NOON - OFF_BOX_WITHIN - minute, NOON)
    assert not is_overdue(NOON - OFF_BOX_WITHIN, began, NOON)
    assert is_overdue(NOON - OFF_BOX_WITHIN - minute, began, NOON)
