from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.sampling import Pace, possible


def values(**given_: float) -> Mapping[str, Decimal]:
    return {name: Decimal(str(value)) for name, value in given_.items()}


def test_a_measured_value_is_told_once_in_a_while() -> None:
    pace = Pace(60)
    due = [pace.is_due(values(temperature_c=at / 10), at) for at in range(0, 200, 20)]

    assert due == [True, False, False, True, False, False, True, False, False, True]


@pytest.mark.parametrize("name", ["open", "count", "open_2", "occupied"])
def test_a_state_that_changed_is_told_at_once(name: str) -> None:
    pace = Pace(60)
    states = (0, 0, 1, 1, 0)
    due = [
        pace.is_due(values(**{name: state, "battery_pct": 90}), at)
        for at, state in enumerate(states)
    ]

    assert due == [True, False, True, False, True]


def test_every_press_of_a_button_is_told() -> None:
    pace = Pace(60)

    assert [pace.is_due(values(button=1), at) for at in range(3)] == [True, True, True]


def test_a_sensor_that_tells_its_values_in_turn_is_told_whole() -> None:
    pace = Pace(60)
    turns = [values(temperature_c=4), values(battery_pct=90)] * 3

    assert [pace.is_due(turn, at) for at, turn in enumerate(turns)] == [
        *(True, True, False, False, False, False)
    ]


def test_without_a_pace_everything_is_told() -> None:
    pace = Pace(0)

    assert all(pace.is_due(values(temperature_c=4), at) for at in (0, 0, 1))


def test_what_cannot_be_is_left_out_and_named() -> None:
    given_ = values(temperature_c=327.67, humidity_pct_2=163.8, battery_pct=97, mass_g=-20)

    assert possible(given_) == (
        values(battery_pct=97, mass_g=-20),
        ("temperature_c", "humidity_pct_2"),
    )


@given(
    st.lists(
        st.tuples(
            st.floats(0, 5),
            st.dictionaries(
                st.sampled_from(("temperature_c", "mass_g", "open", "count_2")),
                st.integers(0, 3).map(Decimal),
                min_size=1,
            ),
        ),
        max_size=60,
    )
)
def test_no_change_of_a_state_is_missed_and_no_value_is_older_than_the_pace(
    said: list[tuple[float, dict[str, Decimal]]],
) -> None:
    pace, now = Pace(10), 0.0
    told: dict[str, tuple[Decimal, float]] = {}
    for pause, sample in said:
        now += pause
        if pace.is_due(sample, now):
            told |= {name: (value, now) for name, value in sample.items()}
        for name, value in sample.items():
            last, at = told[name]
            assert now - at < 10
            assert name in {"temperature_c", "mass_g"} or last == value
