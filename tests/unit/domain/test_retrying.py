from __future__ import annotations

import random
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typing_extensions import override

from device_drivers.api.drivers import Reason
from gateway.domain import retrying
from gateway.domain.retrying import Backoff, Remedy

BACKOFF = Backoff(first_s=5, max_s=60)


class Longest(random.Random):
    @override
    def uniform(self, a: float, b: float) -> float:
        assert a == b / 2
        return b


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(-1, 5), (0, 5), (1, 5), (2, 10), (3, 20), (4, 40), (5, 60), (99, 60)]
)
def test_waits_double_up_to_the_longest(attempts: int, seconds: float) -> None:
    assert BACKOFF.wait(attempts, Longest()) == timedelta(seconds=seconds)


@given(st.integers(0, 10**9), st.integers())
def test_any_number_of_tries_waits_between_half_a_step_and_the_longest(
    attempts: int, seed: int
) -> None:
    wait = BACKOFF.wait(attempts, random.Random(seed)).total_seconds()
    assert 2.5 <= wait <= 60


def test_waits_are_spread() -> None:
    rng = random.Random(7)
    assert len({BACKOFF.wait(1, rng) for _ in range(100)}) > 90


@given(st.sampled_from(Reason), st.integers(1, 99), st.floats(0, 5_000))
def test_every_reason_has_a_wait_with_a_cap(
    reason: Reason, attempts: int, at_least_s: float
) -> None:
    wait = retrying.pause(
        reason.value, attempts, random.Random(7), first_s=5, max_s=1_800, at_least_s=at_least_s
    ).total_seconds()
    assert at_least_s - 1e-6 <= wait <= max(at_least_s, 4 * 1_800)


def test_what_passes_by_itself_is_tried_sooner_than_what_needs_a_person() -> None:
    def longest(reason: Reason, attempts: int) -> float:
        wait = retrying.pause(reason.value, attempts, Longest(), first_s=5, max_s=1_800)
        return wait.total_seconds()

    first = [Reason.BUSY, Reason.DISCONNECTED, Reason.OUT_OF_REACH, Reason.REFUSED]
    assert [longest(reason, 1) for reason in first] == [2.5, 5, 10, 60]
    assert longest(Reason.BUSY, 50) == 60
    assert longest(Reason.NOT_LET_IN, 1) == 300
    assert longest(Reason.NOT_LET_IN, 50) == 7_200


def test_what_helps_is_tried_now_and_then_not_each_time() -> None:
    tried = [retrying.remedy("no_answer", times) for times in range(7)]
    assert [n for n, what in enumerate(tried) if what is Remedy.FORGET_WAY] == [3, 6]
    assert retrying.remedy("awaiting_label", 9) is None
    assert retrying.remedy("frame_missing", 1) is Remedy.DRAW_AGAIN


def test_formats_are_offered_one_after_the_other_where_the_best_cannot_be_read() -> None:
    both = ("png", "planes")
    offered = [retrying.offered(both, "image_unreadable", times) for times in range(7)]
    one, other = ("png",), ("planes",)
    assert offered == [both, both, other, other, one, one, other]
    assert retrying.offered(both, "no_answer", 6) == both
    assert retrying.offered(one, "image_unreadable", 6) == one
