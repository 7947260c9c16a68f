"""Measuring in turns: on a machine with neighbours only what ran side by side compares."""

from __future__ import annotations

import statistics
from collections.abc import Awaitable, Callable, Sequence

ROUNDS = 3

Measure = Callable[[], Awaitable[float]]


async def medians(*measures: Measure, rounds: int = ROUNDS) -> list[float]:
    """The median of each measure; in every round each of them runs once, in turn.

    The order turns around from round to round, so that nobody always runs first.
    """
    found: list[list[float]] = [[] for _ in measures]
    for number in range(rounds):
        order = range(len(measures))
        for place in order if number % 2 == 0 else reversed(order):
            found[place].append(await measures[place]())
    return [statistics.median(values) for values in found]


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest of ``values`` that ``share`` of them do not exceed. Raises ``ValueError``."""
    if not values:
        raise ValueError("no values were measured")
    ordered = sorted(values)
    place = max(0, -(-len(ordered) * share // 1) - 1)
    return ordered[min(int(place), len(ordered) - 1)]
