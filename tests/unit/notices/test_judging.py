from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from typing_extensions import override

from gateway.notices import judging
from gateway.notices.judging import (
    ATTEMPTS,
    Answer,
    Delivered,
    Disable,
    GiveUp,
    Later,
    Verdict,
    judge,
    of_http,
    of_smtp,
)

NOW = datetime(2026, 11, 26, 20, 0, tzinfo=UTC)
SILENCE = Answer(trouble="no_answer")


def judged(answer: Answer, attempts: int = 1) -> Verdict:
    return judge(answer, attempts, NOW, random.Random(7))


def later(answer: Answer) -> timedelta:
    verdict = judged(answer)
    assert isinstance(verdict, Later)
    return verdict.at - NOW


@pytest.mark.parametrize("status", [200, 202, 204, 299])
def test_any_success_is_delivered(status: int) -> None:
    assert judged(of_http(status), ATTEMPTS) == Delivered()


def test_gone_disables_at_once() -> None:
    assert judged(of_http(410)) == Disable()


@pytest.mark.parametrize(
    "answer", [SILENCE, of_smtp(451), *map(of_http, [100, 301, 307, 400, 404, 500, 599])]
)
def test_everything_else_is_tried_again_up_to_a_limit(answer: Answer) -> None:
    assert timedelta(seconds=5) <= later(answer) <= timedelta(seconds=10)
    assert judged(answer, ATTEMPTS) == GiveUp()


def test_a_mail_server_that_says_no_for_good_is_not_asked_again() -> None:
    assert judged(of_smtp(550)) == GiveUp()


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
    waits = later(of_http(429, asked_s))
    assert timedelta(seconds=least) <= waits <= timedelta(seconds=most)


def test_others_do_not_say_when() -> None:
    assert later(of_http(500, 600)) <= timedelta(seconds=10)
