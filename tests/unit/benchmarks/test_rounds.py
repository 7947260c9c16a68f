from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import rounds


async def test_everybody_runs_in_every_round_and_the_middle_counts() -> None:
    ran: list[str] = []
    values = {"ours": iter([3.0, 1.0, 2.0]), "peer": iter([30.0, 10.0, 20.0])}

    async def measure(name: str) -> float:
        ran.append(name)
        return next(values[name])

    found = await rounds.medians(lambda: measure("ours"), lambda: measure("peer"))

    assert found == [2.0, 20.0]
    assert ran == ["ours", "peer", "peer", "ours", "ours", "peer"]


@pytest.mark.parametrize(("share", "value"), [(0.5, 5.0), (0.99, 10.0), (0.9, 9.0), (0.0, 1.0)])
def test_a_percentile_is_one_of_the_values(share: float, value: float) -> None:
    assert rounds.percentile([float(n) for n in range(10, 0, -1)], share) == value


def test_nothing_measured_has_no_percentile() -> None:
    with pytest.raises(ValueError, match="no values"):
        rounds.percentile([], 0.5)


@given(st.lists(st.floats(0, 1e6), min_size=1), st.floats(0, 1))
def test_at_least_that_share_is_not_above_the_percentile(values: list[float], share: float) -> None:
    found = rounds.percentile(values, share)

    assert sum(value <= found for value in values) >= share * len(values) - 1e-6
