from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.shelf_readings import (
    BACK_C,
    LONGEST_GAP_S,
    STILL_S,
    Day,
    Limits,
    Scale,
    Shelf,
    Trouble,
    Weighing,
    judged,
    of_day,
    weighed,
)

SCALE = Scale(piece_g=Decimal(250), tare_g=Decimal(1_200))
NOISE = st.decimals(-20, 20, places=1)
"""Within the tenth of a piece either way, as a scale has."""


def on(scale: Scale, pieces: int, creep: Decimal | float = 0) -> Decimal:
    return scale.tare_g + pieces * scale.piece_g + Decimal(str(creep))


def after(samples: Iterable[tuple[float, Decimal]], before: Weighing | None = None) -> Weighing:
    state = before or Weighing()
    for at, mass in samples:
        state = weighed(SCALE, state, mass, at)
    return state


@given(pieces=st.integers(0, 200), noise=st.lists(NOISE, min_size=5, max_size=20))
def test_what_lies_still_is_counted(pieces: int, noise: list[Decimal]) -> None:
    samples = [(float(at), on(SCALE, pieces, one)) for at, one in enumerate(noise)]

    assert after(samples).pieces == pieces


@given(
    pieces=st.integers(1, 50),
    masses=st.lists(st.decimals(0, 20_000, places=0), max_size=30),
    step=st.floats(0.01, 0.2),
)
def test_a_hand_on_the_shelf_changes_no_count_until_it_is_gone(
    pieces: int, masses: list[Decimal], step: float
) -> None:
    rest = after((float(at), on(SCALE, pieces)) for at in range(6))
    moving = [(10 + nth * step, mass) for nth, mass in enumerate(masses)]
    state = rest
    began = 10.0
    for at, mass in moving:
        state = weighed(SCALE, state, mass, at)
        if state.since == at:
            began = at
        if at - began < STILL_S:
            assert state.pieces == pieces

    end = 10 + len(masses) * step
    assert after(((end + at, on(SCALE, 3)) for at in range(9)), state).pieces == 3


@given(
    changes=st.lists(st.integers(0, 40), min_size=1, max_size=12),
    creep_g_h=st.floats(-20, 20),
)
def test_slow_creep_is_followed_while_things_are_taken_and_put(
    changes: list[int], creep_g_h: float
) -> None:
    state, at = Weighing(), 0.0
    for pieces in changes:
        for _ in range(30):
            at += 60
            state = weighed(SCALE, state, on(SCALE, pieces, creep_g_h * at / 3600), at)
        assert state.pieces == pieces


def test_a_weight_between_two_numbers_is_no_count() -> None:
    rest = after((float(at), on(SCALE, 4)) for at in range(6))
    foreign = after(((10.0 + at, on(SCALE, 4, 120)) for at in range(60)), rest)
    below = after(((100.0 + at, on(SCALE, -2)) for at in range(6)), foreign)

    assert rest.pieces == foreign.pieces == below.pieces == 4


def test_creep_is_followed_to_its_limit_alone() -> None:
    state, at = Weighing(), 0.0
    for hour in range(200):
        at += 3600
        for second in range(6):
            state = weighed(SCALE, state, on(SCALE, 10, hour * 20), at + second)

    assert state.creep_g <= 2 * SCALE.piece_g


def judge(
    limits: Limits, samples: Iterable[tuple[float, dict[str, str]]]
) -> list[frozenset[Trouble]]:
    shelf, found = Shelf(), []
    for at, values in samples:
        shelf = judged(limits, shelf, {name: Decimal(one) for name, one in values.items()}, at)
        found.append(shelf.troubles)
    return found


COLD = Limits(least_c=Decimal(0), most_c=Decimal(5), out_for_s=600)
NONE: frozenset[Trouble] = frozenset()


def test_a_cold_room_is_in_trouble_once_it_was_warm_for_long() -> None:
    said = ("4", "6", "6", "5", "6", "6", "6", "4.8", "4.4")
    found = judge(COLD, ((at * 300.0, {"temperature_c": one}) for at, one in enumerate(said)))

    warm = frozenset({Trouble.TOO_WARM})
    assert found == [NONE, NONE, NONE, NONE, NONE, NONE, warm, warm, NONE]


@given(
    st.lists(st.tuples(st.floats(1, 900), st.decimals(-10, 15, places=1)), min_size=1, max_size=60)
)
def test_no_trouble_without_its_duration_and_none_inside_the_limits(
    said: list[tuple[float, Decimal]],
) -> None:
    at, shelf, warm_since = 0.0, Shelf(), None
    for gap, celsius in said:
        at += gap
        before = shelf.troubles
        shelf = judged(COLD, shelf, {"temperature_c": celsius}, at)
        warm_since = (at if warm_since is None else warm_since) if celsius > 5 else None
        if Trouble.TOO_WARM in shelf.troubles - before:
            assert warm_since is not None
            assert at - warm_since >= 600
        if warm_since is not None and at - warm_since >= 600:
            assert Trouble.TOO_WARM in shelf.troubles
        if BACK_C <= celsius <= 5 - BACK_C:
            assert not shelf.troubles
        assert not {Trouble.TOO_WARM, Trouble.TOO_COLD} <= shelf.troubles


def test_a_door_that_stays_open_is_one_and_one_that_is_used_is_not() -> None:
    limits = Limits(open_for_s=120)
    used = judge(limits, ((at * 50.0, {"open": str(at % 2)}) for at in range(20)))
    left = judge(
        limits, [(0.0, {"open": "1"}), (60.0, {"temperature_c": "9"}), (130.0, {"open": "1"})]
    )

    assert not any(used)
    assert left == [NONE, NONE, frozenset({Trouble.LEFT_OPEN})]


@pytest.mark.parametrize(
    ("pieces", "found"),
    [(0, {Trouble.EMPTY}), (1, {Trouble.NEARLY_EMPTY}), (3, {Trouble.NEARLY_EMPTY}), (4, set())],
)
def test_a_shelf_is_empty_or_nearly_or_neither(pieces: int, found: set[Trouble]) -> None:
    counting = Limits(few=3)
    weighing = Limits(few=3, scale=SCALE)
    by_count = judge(counting, ((at, {"count": str(pieces)}) for at in (0.0, 60.0)))
    by_weight = judge(
        weighing, ((float(at), {"mass_g": str(on(SCALE, pieces))}) for at in range(70))
    )

    assert by_count[-1] == by_weight[-1] == found


def test_where_nothing_is_present_the_shelf_is_empty() -> None:
    samples = [(0.0, {"present": "0"}), (60.0, {"present": "0"}), (61.0, {"present": "1"})]

    assert judge(Limits(), samples) == [NONE, frozenset({Trouble.EMPTY}), NONE]


@given(
    st.lists(
        st.tuples(st.decimals(-40, 40, places=2), st.booleans(), st.floats(0, 2000)), min_size=1
    )
)
def test_a_day_has_its_least_most_mean_and_how_long_it_was_out(
    said: list[tuple[Decimal, bool, float]],
) -> None:
    day: Day | None = None
    for celsius, is_out, gap_s in said:
        day = of_day(day, celsius, is_out=is_out, gap_s=gap_s)
    assert day is not None
    all_of_them = [one[0] for one in said]

    assert (day.least, day.most, day.samples) == (min(all_of_them), max(all_of_them), len(said))
    assert day.total == sum(all_of_them)
    assert day.least <= day.mean.quantize(Decimal("0.000001")) <= day.most
    assert day.out_s == pytest.approx(
        sum(min(gap, LONGEST_GAP_S) for _, is_out, gap in said[1:] if is_out)
    )
