from __future__ import annotations

from typing import Any

import pytest

from gateway.feed.sources.shopify.pacing import Pace


def said(available: float, *, cost: int = 400, rate: float = 100.0) -> dict[str, Any]:
    status = {"maximumAvailable": 2000.0, "currentlyAvailable": available, "restoreRate": rate}
    return {"cost": {"requestedQueryCost": cost, "throttleStatus": status}}


def test_the_first_question_waits_for_nothing() -> None:
    assert Pace().wait_s("articles", 0.0) == 0.0


@pytest.mark.parametrize(
    ("available", "later_s", "wait"),
    [(2000, 0.0, 0.0), (400, 0.0, 0.0), (300, 0.0, 1.0), (0, 0.0, 4.0), (0, 3.0, 1.0), (0, 9, 0)],
)
def test_a_question_waits_until_it_can_be_paid(
    available: float, later_s: float, wait: float
) -> None:
    pace = Pace()
    pace.answered("articles", said(available), now=10.0)

    assert pace.wait_s("articles", 10.0 + later_s) == wait


def test_an_unknown_question_is_taken_for_a_dear_one() -> None:
    pace = Pace()
    pace.answered("articles", said(100, cost=10), now=0.0)

    assert pace.wait_s("articles", 0.0) == 0.0
    assert pace.wait_s("stock", 0.0) == 2.0


@pytest.mark.parametrize(
    "extensions",
    [None, [], {}, {"cost": 3}, {"cost": {"throttleStatus": {"restoreRate": "fast"}}}],
)
def test_an_unreadable_word_about_costs_changes_nothing(extensions: Any) -> None:
    pace = Pace()
    pace.answered("articles", said(0), now=0.0)
    pace.answered("articles", extensions, now=0.0)

    assert pace.wait_s("articles", 0.0) == 4.0


def test_a_bucket_that_never_fills_is_not_waited_for() -> None:
    pace = Pace()
    pace.answered("articles", said(0, rate=0.0), now=0.0)

    assert pace.wait_s("articles", 0.0) == 0.0
