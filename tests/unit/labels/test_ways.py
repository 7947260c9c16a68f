from __future__ import annotations

from datetime import UTC, datetime, timedelta

from gateway.labels.ways import Ways

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
BEFORE = AT - timedelta(hours=1)
LATER = AT + timedelta(minutes=1)


def test_a_way_has_so_many_places() -> None:
    ways = Ways(lambda _way: 2)
    ways.began("f/a")
    assert [ways.room(AT)(way) for way in ("f/a", "f/b")] == [1, 2]
    ways.began("f/a")
    assert ways.room(AT)("f/a") == 0
    ways.ended("f/a")
    ways.ended("f/a")
    assert ways.room(AT)("f/a") == 2


def test_a_closed_way_is_tried_by_one_and_opens_when_that_worked() -> None:
    ways = Ways(lambda _way: 2)
    ways.close("f/a", AT, LATER)
    assert (ways.room(AT)("f/a"), ways.next_opening(AT)) == (0, LATER)
    assert ways.room(LATER)("f/a") == 1
    ways.began("f/a")
    assert ways.room(LATER)("f/a") == 0
    ways.worked("f/a")
    assert ways.room(LATER)("f/a") == 1
    ways.ended("f/a")
    assert ways.room(LATER)("f/a") == 2


def test_nobody_waits_for_an_opening_that_is_past_while_one_tries() -> None:
    ways = Ways(lambda _way: 2)
    ways.close("f/a", BEFORE, AT)
    ways.began("f/a")
    assert ways.next_opening(AT) is None


def test_a_clock_that_is_set_back_keeps_no_way_closed() -> None:
    ways = Ways(lambda _way: 2)
    ways.close("f/a", AT, LATER)
    assert (ways.room(BEFORE)("f/a"), ways.next_opening(BEFORE)) == (1, None)


def test_all_ways_of_a_family_open_together() -> None:
    ways = Ways(lambda _way: 2)
    for way in ("f/a", "f/b", "g/"):
        ways.close(way, AT, LATER)
    ways.open("f", "")
    assert [ways.room(AT)(way) for way in ("f/a", "f/b", "g/")] == [2, 2, 0]


def test_a_way_that_is_up_again_opens_no_other() -> None:
    ways = Ways(lambda _way: 2)
    for way in ("f/a", "f/b", "f/", "g/a"):
        ways.close(way, AT, LATER)
    ways.open("f", "a")
    assert [ways.room(AT)(way) for way in ("f/a", "f/b", "f/", "g/a")] == [2, 0, 2, 0]
