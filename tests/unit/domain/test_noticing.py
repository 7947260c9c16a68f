"""What is news: after it has settled, when it is much more, and once when it is over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain import noticing
from gateway.domain.noticing import Fact, Patience, Standing, State

NOW = datetime(2026, 11, 26, 20, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
PATIENCE = Patience(task=2 * MINUTE, outage=10 * MINUTE)
SILENT, CENTRAL = "task.label_silent", "outage.central"


class Told:
    """A shop to which things happen, a minute after the other."""

    def __init__(self) -> None:
        self.now = NOW
        self.standings: Mapping[str, Standing] = {}
        self.said: list[tuple[str, State, int]] = []

    def minutes(self, many: int, **facts: int) -> list[tuple[str, State, int]]:
        """So long this stands: names with _ for the point."""
        before = len(self.said)
        for _ in range(many):
            self.now += MINUTE
            stands = {
                name.replace("__", "."): Fact(count=count, since=self.now)
                for name, count in facts.items()
            }
            after = noticing.step(self.standings, stands, self.now, PATIENCE)
            self.standings = after[0]
            self.said += [(one.subject, one.state, one.count) for one in after[1]]
        return self.said[before:]


def test_what_stands_is_told_once_and_once_that_it_is_over() -> None:
    told = Told()
    assert told.minutes(60, task__label_silent=12) == [(SILENT, State.BEGAN, 12)]
    assert told.minutes(60) == [(SILENT, State.ENDED, 12)]
    assert not told.standings


def test_what_passes_before_it_has_settled_is_not_told() -> None:
    told = Told()
    assert not told.minutes(2, task__label_silent=12)
    assert not told.minutes(5)
    assert not told.minutes(10, outage__central=1)
    assert not told.minutes(60)


def test_a_shopper_whom_nobody_has_seen_is_told_at_once() -> None:
    told = Told()
    late = "task.request_late"
    assert told.minutes(1, task__request_late=1) == [(late, State.BEGAN, 1)]
    assert told.minutes(1) == [(late, State.ENDED, 1)]
    assert told.minutes(3, task__request_late=1) == [(late, State.BEGAN, 1)]


def test_an_outage_is_told_later_than_a_task() -> None:
    assert len(Told().minutes(3, task__label_silent=1, outage__central=1)) == 1
    assert len(Told().minutes(11, task__label_silent=1, outage__central=1)) == 2


def test_a_short_absence_ends_nothing() -> None:
    told = Told()
    told.minutes(3, task__label_silent=12)
    for _ in range(20):
        assert not told.minutes(2)
        assert not told.minutes(1, task__label_silent=12)


def test_a_night_in_which_it_gets_worse_and_worse_is_a_handful_of_notices() -> None:
    told = Told()
    for labels in range(1, 501):
        told.minutes(1, task__label_silent=labels)
    assert [state for _, state, _ in told.said] == [State.BEGAN, *[State.MORE] * 6]
    assert told.said[-1][2] >= 250


def test_since_when_is_since_the_beginning() -> None:
    told = Told()
    told.minutes(1, outage__central=1)
    assert told.standings[CENTRAL].since == NOW + MINUTE
    told.minutes(30, outage__central=1)
    assert told.standings[CENTRAL].since == NOW + MINUTE


@given(st.lists(st.integers(min_value=0, max_value=30), max_size=200))
def test_whatever_happens_beginnings_and_ends_take_turns(counts: list[int]) -> None:
    told = Told()
    for count in counts:
        told.minutes(1, **({"task__hold": count} if count else {}))
    turns = [state for _, state, _ in told.said if state is not State.MORE]
    assert turns == [State.BEGAN, State.ENDED] * (len(turns) // 2) + [State.BEGAN] * (
        len(turns) % 2
    )


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-11-30T07:59", "2026-11-23T08:00"),
        ("2026-11-30T08:00", "2026-11-30T08:00"),
        ("2026-12-06T23:00", "2026-11-30T08:00"),
        ("2026-03-30T08:00", "2026-03-30T08:00"),
    ],
)
def test_the_week_begins_on_its_day_by_the_shops_clock(now: str, due: str) -> None:
    zone = ZoneInfo("Europe/Madrid")
    found = noticing.last_due(
        datetime.fromisoformat(now).replace(tzinfo=zone).astimezone(UTC), 0, time(8), zone
    )
    assert found == datetime.fromisoformat(due).replace(tzinfo=zone)
