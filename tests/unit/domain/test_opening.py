from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain import opening
from gateway.domain.opening import Opening, OpeningHours, ShopHours

MADRID = ZoneInfo("Europe/Madrid")
WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat"]
EVERY_DAY = [*WEEKDAYS, "sun"]


def hours(
    *lines: tuple[list[str], str, str], exceptions: list[dict[str, object]] | None = None
) -> ShopHours:
    made = opening.hours_from(
        [{"days": days, "open": opens, "close": closes} for days, opens, closes in lines],
        exceptions or [],
    )
    return ShopHours(hours=made, zone=MADRID)


def local(text: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=MADRID, fold=fold).astimezone(UTC)


SHOP = hours((WEEKDAYS, "10:00", "14:00"), (WEEKDAYS, "17:00", "21:00"))
LATE = hours((EVERY_DAY, "20:00", "02:30"))

CASES = {
    "before it opens": (SHOP, "2026-11-24T09:59:59", None),
    "from its first second": (SHOP, "2026-11-24T10:00", ("2026-11-24T10:00", "2026-11-24T14:00")),
    "not at its last": (SHOP, "2026-11-24T14:00", None),
    "over lunch": (SHOP, "2026-11-24T15:00", None),
    "in the afternoon": (SHOP, "2026-11-24T18:00", ("2026-11-24T17:00", "2026-11-24T21:00")),
    "on Sunday": (SHOP, "2026-11-22T12:00", None),
    "past midnight": (LATE, "2026-11-24T01:00", ("2026-11-23T20:00", "2026-11-24T02:30")),
    "stretches that touch are one": (
        hours((EVERY_DAY, "08:00", "12:00"), (EVERY_DAY, "12:00", "20:00")),
        "2026-11-24T13:00",
        ("2026-11-24T08:00", "2026-11-24T20:00"),
    ),
    "midnight as 24:00, and on from there": (
        hours((["mon"], "22:00", "24:00"), (["tue"], "00:00", "02:00")),
        "2026-11-24T01:00",
        ("2026-11-23T22:00", "2026-11-24T02:00"),
    ),
    "round the clock there is no closing to wait for": (
        hours((EVERY_DAY, "00:00", "24:00")),
        "2026-11-24T01:00",
        None,
    ),
    "round the clock but on Sundays": (
        hours((WEEKDAYS, "00:00", "24:00")),
        "2026-11-26T12:00",
        ("2026-11-23T00:00", "2026-11-29T00:00"),
    ),
    "without hours": (hours(), "2026-11-24T12:00", None),
    # Clocks go back at 03:00 on 25 October 2026 and forward at 02:00 on 29 March 2026.
    "the long night closes at the second 02:30": (
        LATE,
        "2026-10-25T01:00",
        ("2026-10-24T20:00", "2026-10-25T02:30+second"),
    ),
    "the short night closes as long after midnight as ever": (
        LATE,
        "2026-03-29T01:00",
        ("2026-03-28T20:00", "2026-03-29T03:30"),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_when_the_shop_is_open(name: str) -> None:
    shop, at, wanted = CASES[name]
    found = shop.opening(local(at))
    if wanted is None:
        assert found is None
        return
    closes, second = wanted[1].removesuffix("+second"), wanted[1].endswith("+second")
    assert found == Opening(opens=local(wanted[0]), closes=local(closes, int(second)))


def replaced(at: str, now: ShopHours, was: ShopHours = SHOP) -> ShopHours:
    return ShopHours(hours=now.hours, zone=MADRID, before=((local(at), was.hours),))


LATER = hours((WEEKDAYS, "12:00", "23:00"))


@pytest.mark.parametrize(
    ("at", "wanted"),
    [
        ("2026-11-23T18:00", ("2026-11-23T17:00", "2026-11-23T21:00")),
        ("2026-11-23T22:00", None),
        ("2026-11-24T11:00", ("2026-11-24T10:00", "2026-11-24T23:00")),
        ("2026-11-24T15:00", ("2026-11-24T10:00", "2026-11-24T23:00")),
        ("2026-11-25T11:00", None),
        ("2026-11-25T12:00", ("2026-11-25T12:00", "2026-11-25T23:00")),
    ],
)
def test_new_hours_leave_what_was_open_as_it_was(at: str, wanted: tuple[str, str] | None) -> None:
    found = replaced("2026-11-24T13:00", LATER).opening(local(at))
    assert found == (wanted and Opening(opens=local(wanted[0]), closes=local(wanted[1])))


def test_who_closes_by_new_hours_has_closed_when_they_were_told() -> None:
    early = replaced("2026-11-24T20:00", hours((WEEKDAYS, "09:00", "19:00")))
    found = early.opening(local("2026-11-24T19:30"))
    assert found == Opening(opens=local("2026-11-24T17:00"), closes=local("2026-11-24T20:00"))
    assert early.opening(local("2026-11-24T20:00")) is None


def test_hours_of_days_to_come_tell_nothing_of_the_past() -> None:
    until = date(2026, 11, 24)
    told = opening.hours_from([], [{"date": "2026-11-25", "hours": []}])
    assert opening.tell_alike(OpeningHours(), told, until)
    assert not opening.tell_alike(OpeningHours(), told, date(2026, 11, 25))
    assert not opening.tell_alike(SHOP.hours, OpeningHours(), until)


def test_the_long_night_is_an_hour_longer() -> None:
    found = LATE.opening(local("2026-10-25T01:00"))
    usual = LATE.opening(local("2026-10-18T01:00"))
    assert found is not None
    assert usual is not None
    assert (found.closes - found.opens) - (usual.closes - usual.opens) == timedelta(hours=1)


def test_an_exception_replaces_the_hours_of_its_day() -> None:
    shop = hours(
        (WEEKDAYS, "10:00", "21:00"),
        exceptions=[
            {"date": "2026-12-25", "hours": []},
            {"date": "2026-12-24", "hours": [{"open": "10:00", "close": "14:00"}]},
        ],
    )
    assert shop.opening(local("2026-12-25T12:00")) is None
    assert shop.opening(local("2026-12-24T15:00")) is None
    assert shop.opening(local("2026-12-23T15:00")) is not None
    assert not OpeningHours()
    assert OpeningHours(exceptions={date(2026, 12, 25): ()})


CLOCK = st.integers(0, 95).map(lambda n: f"{n // 4:02}:{n % 4 * 15:02}")
LINES = st.lists(st.tuples(st.sets(st.sampled_from(EVERY_DAY), min_size=1).map(list), CLOCK, CLOCK))


@given(LINES, st.integers(0, 2 * 365 * 24 * 4))
def test_every_instant_of_an_opening_has_the_same_opening(
    lines: list[tuple[list[str], str, str]], quarters: int
) -> None:
    shop = hours(*lines)
    at = local("2026-01-01T00:00") + quarters * timedelta(minutes=15)
    found = shop.opening(at)
    if found is None:
        return
    assert found.opens <= at < found.closes
    last = found.closes - timedelta(microseconds=1)
    assert shop.opening(found.opens) == found == shop.opening(last)
    after = shop.opening(found.closes)
    assert after is None or after.opens == found.closes


@pytest.mark.parametrize(
    ("said", "days"),
    [
        ("mon-fri 09:00-20:00", "mon tue wed thu fri"),
        ("lun-mié 09:00-20:00", "mon tue wed"),
        ("sat-mon 22:00-02:00", "sat sun mon"),
        ("DOM 09:00-24:00", "sun"),
    ],
)
def test_hours_are_written_by_days_in_either_language(said: str, days: str) -> None:
    (line,) = opening.written(said)
    assert line["days"] == days.split()
    assert f"{line['open']}-{line['close']}" in said


@pytest.mark.parametrize(
    "said", ["", ",", "mon", "09:00-20:00", "mon 9-20", "mon 24:00-02:00", "mon 09:00-25:00", "x 1"]
)
def test_what_is_no_hours_is_refused(said: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        opening.written(said)


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        ("2026-11-22T08:59", "2026-11-22T09:00"),
        ("2026-11-22T09:00", None),
        ("2026-11-22T14:59", None),
        ("2026-11-22T15:00", "2026-11-29T09:00"),
    ],
)
def test_when_a_shop_opens_next(at: str, opens: str | None) -> None:
    sundays = ShopHours(
        hours=opening.hours_from([{"days": ["sun"], "open": "09:00", "close": "15:00"}], []),
        zone=ZoneInfo("America/Mexico_City"),
    )
    instant = datetime.fromisoformat(at).replace(tzinfo=sundays.zone)
    wanted = None if opens is None else datetime.fromisoformat(opens).replace(tzinfo=sundays.zone)
    assert sundays.opens_next(instant) == wanted
    assert sundays.is_open(instant) is (opens is None)


def test_a_shop_that_never_closes_is_open() -> None:
    every = [{"days": list(opening.DAYS), "open": "00:00", "close": "24:00"}]
    always = ShopHours(hours=opening.hours_from(every, []), zone=ZoneInfo("Europe/Madrid"))
    at = datetime(2026, 11, 22, 23, 59, 59, tzinfo=always.zone)
    assert always.is_open(at)
    assert always.opens_next(at) is None
