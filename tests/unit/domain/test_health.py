from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain import health
from gateway.domain.health import Alert, Limits, Seen, Survey, Trouble

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LIMITS = Limits(silent_after=timedelta(hours=4), late_after=timedelta(minutes=2))
WELL = Seen(last_heard=AT)
NONE: frozenset[Trouble] = frozenset()


def judge(seen: Seen, before: frozenset[Trouble] = NONE) -> frozenset[Trouble]:
    return health.troubles(seen, before, AT, LIMITS)


@pytest.mark.parametrize(
    ("seen", "trouble"),
    [
        (replace(WELL, battery_mv=2_499), Trouble.BATTERY),
        (replace(WELL, rssi_dbm=-91), Trouble.WEAK),
        (replace(WELL, away_since=AT - timedelta(minutes=16)), Trouble.SILENT),
        (replace(WELL, last_heard=AT - timedelta(hours=5), should_talk=True), Trouble.SILENT),
        (replace(WELL, owed_since=AT - timedelta(minutes=3)), Trouble.LATE),
        (replace(WELL, same=5), Trouble.FAILING),
        (replace(WELL, moves=4), Trouble.MOVING),
        (replace(WELL, foreign_since=AT), Trouble.FOREIGN),
        (replace(WELL, foreign_since=AT - timedelta(days=2)), Trouble.FOREIGN),
    ],
)
def test_each_trouble_is_found(seen: Seen, trouble: Trouble) -> None:
    assert judge(seen) == {trouble}


@pytest.mark.parametrize(
    "seen",
    [
        WELL,
        replace(WELL, battery_mv=2_500, rssi_dbm=-90, moves=3, same=4),
        replace(WELL, away_since=AT - timedelta(minutes=14)),
        replace(WELL, last_heard=AT - timedelta(days=9)),
        replace(WELL, foreign_since=AT - timedelta(days=2), shown=True),
    ],
)
def test_what_is_no_trouble(seen: Seen) -> None:
    assert judge(seen) == NONE


@pytest.mark.parametrize(
    ("edge", "over", "trouble"),
    [
        (replace(WELL, battery_mv=2_550), replace(WELL, battery_mv=2_600), Trouble.BATTERY),
        (replace(WELL, rssi_dbm=-88), replace(WELL, rssi_dbm=-85), Trouble.WEAK),
        (replace(WELL, moves=2), replace(WELL, moves=1), Trouble.MOVING),
    ],
)
def test_what_is_on_the_edge_stays_as_it_is(edge: Seen, over: Seen, trouble: Trouble) -> None:
    assert judge(edge) == NONE
    assert judge(edge, frozenset({trouble})) == {trouble}
    assert judge(over, frozenset({trouble})) == NONE


def survey(*troubled: tuple[str, str, Trouble], well: int = 0, way: str = "f/ap1") -> Survey:
    made = Survey.new()
    for label, one, trouble in troubled:
        made.add(label, one, [trouble])
    for number in range(well):
        made.add(f"well{number}", way, ())
    return made


def silent(count: int, way: str = "f/ap1") -> list[tuple[str, str, Trouble]]:
    return [(f"{way}-{number:04}", way, Trouble.SILENT) for number in range(count)]


def test_a_thousand_labels_behind_one_dead_access_point_are_one_thing_to_do() -> None:
    other = ("far", "f/ap2", Trouble.SILENT)
    told = health.alerts(survey(*silent(1_000), other, well=200), frozenset())
    assert {alert: len(labels) for alert, labels in told.items()} == {
        Alert(kind="way_silent", key="f/ap1"): 1_000,
        Alert(kind="label_silent", key="far"): 1,
    }


def test_half_of_the_labels_of_a_way_are_enough_to_say_that_it_is_silent() -> None:
    told = health.alerts(survey(*silent(6), well=6), frozenset())
    assert list(told) == [Alert(kind="way_silent", key="f/ap1")]
    fewer = health.alerts(survey(*silent(6), well=7), frozenset())
    assert {alert.kind for alert in fewer} == {"label_silent"}


def test_some_silent_labels_of_a_way_that_lives_are_told_one_by_one_or_together() -> None:
    few = health.alerts(survey(*silent(10), well=100), frozenset())
    assert {alert.key for alert in few} == {f"f/ap1-{number:04}" for number in range(10)}
    many = health.alerts(survey(*silent(11), well=100), frozenset())
    (together,) = many
    assert together == Alert(kind="label_silent", key="")
    still = health.alerts(survey(*silent(6), well=100), many.keys())
    assert list(still) == [together], "it does not fall apart at the edge"
    assert len(health.alerts(survey(*silent(5), well=100), many.keys())) == 5


def test_late_labels_are_counted_by_pages_not_told() -> None:
    assert health.alerts(survey(("l", "f/", Trouble.LATE)), frozenset()) == {}


@given(
    st.lists(
        st.tuples(
            st.integers(0, 400), st.sampled_from(["f/a", "f/b", "g/"]), st.sampled_from(Trouble)
        ),
        max_size=300,
    ),
    st.integers(0, 50),
)
def test_alerts_are_few_and_settle(found: list[tuple[int, str, Trouble]], well: int) -> None:
    made = survey(*((str(label), way, trouble) for label, way, trouble in found), well=well)
    told = health.alerts(made, frozenset())
    assert len(told) <= len(health.TOLD) * health.ONE_BY_ONE + 3
    again = health.alerts(made, told.keys())
    assert health.alerts(made, again.keys()) == again
    labels = {str(label) for label, _, trouble in found if trouble is not Trouble.LATE}
    assert labels == {one for each in told.values() for one in each}
