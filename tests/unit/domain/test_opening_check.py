from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.domain import opening, opening_check
from gateway.domain.opening import ShopHours
from gateway.domain.opening_check import Due, Known, Place, Verdict

MADRID = ZoneInfo("Europe/Madrid")
WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat"]


def hours(*lines: tuple[list[str], str, str]) -> ShopHours:
    made = opening.hours_from(
        [{"days": days, "open": opens, "close": closes} for days, opens, closes in lines], []
    )
    return ShopHours(hours=made, zone=MADRID)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=MADRID).astimezone(UTC)


SHOP = hours((WEEKDAYS, "10:00", "14:00"), (WEEKDAYS, "17:00", "21:00"))
ALWAYS = hours(([*WEEKDAYS, "sun"], "00:00", "24:00"))
LATE = hours((["fri"], "20:00", "02:30"))

KNOWN = Known(bound=True, has_picture=True, shown="a", wished="a", state="shown")
VERDICTS = {
    "right": ({}, Verdict.RIGHT),
    "no article, shows its code": ({"bound": False}, None),
    "no article, nothing of ours": ({"bound": False, "shown": None, "wished": "b"}, None),
    "no article any more, the price still there": (
        {"bound": False, "wished": "b", "state": "queued"},
        Verdict.QUEUED,
    ),
    "foreign": ({"shown": None}, Verdict.FOREIGN),
    "never drawn": ({"state": None, "wished": None, "has_picture": False}, Verdict.NONE),
    "another": ({"shown": "b"}, Verdict.OTHER),
    "right until somebody looks again": ({"stale": True}, Verdict.QUEUED),
    "on test": ({"on_test": True}, Verdict.TEST),
    "test card received": ({"on_test": True, "state": "transferred"}, Verdict.TEST),
    "failed": ({"state": "failed"}, Verdict.FAILED),
    "failed and stopped": ({"state": "failed", "hold": "cancelled"}, Verdict.DIFFERS),
    "paused": ({"state": "queued", "hold": "paused"}, Verdict.PAUSED),
    "somebody else writes": ({"state": "failed", "hold": "foreign"}, Verdict.FAILED),
    "late": ({"state": "transferred", "late": True}, Verdict.SILENT),
    "late in the queue": ({"state": "queued", "late": True}, Verdict.SILENT),
    "received": ({"state": "transferred"}, Verdict.TRANSFERRED),
    "received by who never says": (
        {"state": "transferred", "is_last_word": True},
        Verdict.RECEIVED,
    ),
    "received, and stale": (
        {"state": "transferred", "is_last_word": True, "stale": True},
        Verdict.TRANSFERRED,
    ),
    "waits": ({"state": "queued"}, Verdict.QUEUED),
}


@pytest.mark.parametrize(("given_", "wanted"), VERDICTS.values(), ids=VERDICTS)
def test_only_a_confirmed_picture_is_right(
    given_: dict[str, object], wanted: Verdict | None
) -> None:
    known = {name: getattr(KNOWN, name) for name in Known.__slots__} | given_
    assert opening_check.verdict(Known(**known)) is wanted


@given(
    st.builds(
        Known,
        bound=st.booleans(),
        has_picture=st.booleans(),
        shown=st.sampled_from([None, "a", "b"]),
        wished=st.sampled_from([None, "a", "b"]),
        state=st.sampled_from([None, "queued", "transferred", "shown", "failed"]),
        hold=st.sampled_from([None, "paused", "cancelled", "foreign"]),
        stale=st.booleans(),
        on_test=st.booleans(),
        late=st.booleans(),
        is_last_word=st.booleans(),
    )
)
def test_right_is_never_said_without_the_labels_own_word(known: Known) -> None:
    if opening_check.verdict(known) is Verdict.RIGHT:
        assert known.state == "shown"
        assert known.shown == known.wished is not None
        assert not known.stale
        assert known.bound


def test_walking_goes_by_zone_and_bay_as_people_count() -> None:
    wanted = ["A2", "A2/1", "A2/2", "A2/10", "a3/Final", "A10/1", "Cajas", "", None]
    mixed = random.Random(7).sample(wanted, len(wanted))
    by = sorted(
        mixed, key=lambda zone: opening_check.walking(opening_check.place(zone), repr(zone))
    )
    assert [one or None for one in by[:2]] == ["A2/1", "A2/2"]
    assert by[2:8] == ["A2/10", "A2", "a3/Final", "A10/1", "Cajas", ""]
    assert opening_check.place(" A3 / 12/b ") == Place(zone="A3", bay="12/b")


@given(st.lists(st.text(max_size=500), max_size=6))
def test_any_zone_has_its_place_in_the_walk(zones: list[str]) -> None:
    keys = [opening_check.walking(opening_check.place(zone), "l") for zone in zones]
    assert len(sorted(keys)) == len(zones)


def test_counting() -> None:
    each = [Verdict.RIGHT] * 3 + [Verdict.SILENT, Verdict.RECEIVED, Verdict.SILENT]
    counted = opening_check.count(each)
    assert (counted.right, counted.received, counted.total) == (3, 1, 6)
    assert counted.wrong == {Verdict.SILENT: 2}


MONDAY_9 = local("2026-11-23T09:00")
CASES = {
    "not yet": (SHOP, None, "2026-11-23T08:59:59", None, None),
    "an hour before": (SHOP, None, "2026-11-23T09:00", None, "09:00 10:00"),
    "missed, and still closed": (SHOP, None, "2026-11-23T09:59", None, "09:00 10:00"),
    "missed, and open": (SHOP, None, "2026-11-23T10:00", None, None),
    "made": (SHOP, None, "2026-11-23T09:30", MONDAY_9, None),
    "made the day before": (SHOP, None, "2026-11-24T09:30", MONDAY_9, "09:00 10:00"),
    "not after lunch": (SHOP, None, "2026-11-23T16:00", MONDAY_9, None),
    "not on Sunday": (SHOP, None, "2026-11-22T09:30", None, None),
    "no hours known": (None, None, "2026-11-23T09:30", None, None),
    "round the clock it never opens": (ALWAYS, None, "2026-11-23T09:30", None, None),
    "at the time asked for": (SHOP, "08:15", "2026-11-23T08:15", None, "08:15 10:00"),
    "asked for while open": (SHOP, "12:00", "2026-11-23T12:30", None, "12:00 -"),
    "not on a day it is closed": (SHOP, "08:15", "2026-11-22T08:20", None, None),
    "round the clock by time": (ALWAYS, "08:15", "2026-11-22T08:20", None, "08:15 -"),
    "by time without hours": (None, "08:15", "2026-11-22T09:14", None, "08:15 -"),
    "by time, too late": (None, "08:15", "2026-11-22T09:15", None, None),
    "never": (SHOP, "no", "2026-11-23T09:30", None, None),
    "of an evening": (LATE, None, "2026-11-27T19:00", None, "19:00 20:00"),
    "not past midnight": (LATE, None, "2026-11-28T01:00", None, None),
}


@pytest.mark.parametrize(("open_", "asked", "now", "last", "wanted"), CASES.values(), ids=CASES)
def test_when_a_check_is_due(
    open_: ShopHours | None, asked: str | None, now: str, last: datetime | None, wanted: str | None
) -> None:
    due = opening_check.due(local(now), open_, asked, MADRID, last)
    assert _clock(due) == wanted


def _clock(due: Due | None) -> str | None:
    if due is None:
        return None
    each = (one and f"{one.astimezone(MADRID):%H:%M}" for one in (due.at, due.opens))
    return " ".join(one or "-" for one in each)


def test_a_shop_that_opens_at_midnight_is_checked_the_evening_before() -> None:
    night = hours((["tue"], "00:00", "06:00"))
    due = opening_check.due(local("2026-11-23T23:10"), night, None, MADRID, None)
    assert _clock(due) == "23:00 00:00"


@settings(max_examples=8)
@given(
    st.integers(0, 235 * 24 * 60),
    st.one_of(st.none(), st.from_regex(r"([01][0-9]|2[0-3]):[0-5][0-9]", fullmatch=True)),
)
def test_looking_every_half_minute_makes_one_check_a_day(minutes: int, asked: str | None) -> None:
    now, last = local("2026-03-20T00:00") + timedelta(minutes=minutes), None
    made = []
    for _ in range(3 * 24 * 3):
        now += timedelta(minutes=20)
        due = opening_check.due(now, SHOP, asked, MADRID, last)
        if due is not None:
            last = due.at
            made.append(due.at.astimezone(MADRID).date())
    assert len(set(made)) == len(made)
    assert 2 <= len(made) <= 4
