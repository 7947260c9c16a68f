from __future__ import annotations

import pytest

from gateway.domain import forecasting
from gateway.domain.forecasting import Load


def radio(labels: int, way: str = "f/ap1", parallel: int = 2) -> Load:
    return Load(way=way, labels=labels, parallel=parallel, place_s=20.0, answer_s=20.0)


def test_one_adapter_needs_its_time_and_a_second_one_half_of_it() -> None:
    one = forecasting.forecast([radio(330)])
    assert (one.seconds, one.slowest, one.measured) == (3_300.0, "f/ap1", True)
    assert not one.fits(30 * 60)
    two = forecasting.forecast([radio(165), radio(165, "f/ap2")])
    assert two.seconds == 1_660.0
    assert two.fits(30 * 60)


def test_labels_that_answer_by_themselves_hold_no_place_meanwhile() -> None:
    load = Load(way="mqtt/", labels=1_000, parallel=50, place_s=0.01, answer_s=30.0)
    assert load.seconds == pytest.approx(0.2 + 29.99)


def test_drawing_may_take_longer_than_all_ways() -> None:
    load = Load(way="mqtt/", labels=1_000, parallel=50, place_s=0.01, answer_s=1.0)
    found = forecasting.forecast([load], draw_s=0.01)
    assert (found.seconds, found.slowest) == (10.0, "")


def test_what_was_not_measured_is_said_to_be_a_guess() -> None:
    found = forecasting.forecast([Load(way="f/", labels=3, parallel=1)])
    assert (found.seconds, found.measured) == (60.0, False)
    assert forecasting.forecast([]).measured
    assert forecasting.forecast([Load(way="f/", labels=0, parallel=1)]).seconds == 0


def test_a_wave_s_own_speed_counts_once_it_says_something() -> None:
    expected = forecasting.forecast([radio(100)])
    assert expected.seconds == 1_000
    assert forecasting.remaining_s(expected, 19, 999.0) == 1_000
    assert forecasting.remaining_s(expected, 100, 2_000.0) == 2_000
    assert forecasting.remaining_s(expected, 100, 10.0) == 1_000, "never better than measured"
