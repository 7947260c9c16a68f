from __future__ import annotations

import random
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typing_extensions import override

from gateway.domain.retrying import Backoff

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
