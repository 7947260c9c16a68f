from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from typing_extensions import override

from gateway.notices import judging
from gateway.notices.judging import ATTEMPTS, Delivered, Disable, GiveUp, Later, judge

NOW = datetime(2026, 11, 26, 20, 0, tzinfo=UTC)


def later(status: int | None, attempts: int, retry_after_s: float | None = None) -> timedelta:
    verdict = judge(status, attempts, NOW, random.Random(7), retry_after_s=retry_after_s)
    assert isinstance(verdict, Later)
    return verdict.at - NOW


@pytest.mark.parametrize("status", [200, 202, 204, 299])
def test_any_success_is_delivered(status: int) -> None:
    assert judge(status, ATTEMPTS, NOW, random.Random(7)) == Delivered()


def test_gone_disables_at_once() -> None:
    assert judge(410, 1, NOW, random.Random(7)) == Disable()


@pytest.mark.parametrize("status", [None, 100, 301, 307, 400, 404, 500, 599])
def test_everything_else_is_tried_again_up_to_a_limit(status: int | None) -> None:
    assert timedelta(seconds=5) <= later(status, 1) <= timedelta(seconds=10)
    reason = "no_answer" if status is None else f"http_{status}"
    assert judge(status, ATTEMPTS, NOW, random.Random(7)) == GiveUp(reason)


class Impatient(random.Random):
    @override
    def uniform(self, a: float, b: float) -> float:
        return min(a, b)


def test_the_attempts_reach_over_more_than_a_day() -> None:
    waits = [judging.BACKOFF.wait(tries, Impatient()) for tries in range(1, ATTEMPTS)]
    assert sum(waits, timedelta()) > timedelta(days=1)


@pytest.mark.parametrize(
    ("asked_s", "least", "most"), [(600, 600, 600), (-5, 5, 10), (1e9, 86400, 86400), (1, 5, 10)]
)
def test_a_busy_receiver_says_when_within_bounds(asked_s: float, least: int, most: int) -> None:
    assert timedelta(seconds=least) <= later(429, 1, asked_s) <= timedelta(seconds=most)


def test_others_do_not_say_when() -> None:
    assert later(500, 1, 600) <= timedelta(seconds=10)
