from __future__ import annotations

from dataclasses import dataclass, field
from itertools import repeat

import pytest

from gateway.store.pacing import MOST, Pace

TURN_S = 0.02
"""What DESIGN allows a turn of the writer."""


@dataclass(slots=True)
class Writer:
    """Takes so many seconds for a row of each kind."""

    takes: dict[str, float]
    at: float = 0.0
    turns: list[float] = field(default_factory=list)

    def write(self, pace: Pace, rows: list[str]) -> list[str]:
        """Write one turn; returns the rows that are left."""
        some, _ = pace.fill(rows, str)
        began = self.at
        with pace.turn(some):
            self.at += sum(self.takes[kind] for kind in some)
        self.turns.append(self.at - began)
        return rows[len(some) :]


@pytest.mark.parametrize(
    "rows",
    [
        ["stock"] * 5_000 + ["binding"] * 500,
        ["binding"] * 500 + ["stock"] * 5_000,
        ["binding", *["stock"] * 10] * 500,
    ],
)
def test_no_turn_is_too_long_whatever_the_rows_take(rows: list[str]) -> None:
    writer = Writer({"stock": 8e-6, "binding": 2e-4})
    pace = Pace(now=lambda: writer.at)
    left = rows
    while left:
        left = writer.write(pace, left)
    assert max(writer.turns) <= TURN_S
    assert len(writer.turns) <= 60, "and few are short: each has a commit of its own"


def test_a_turn_that_took_long_makes_the_next_one_short_at_once() -> None:
    writer = Writer({"offers": 1e-5})
    pace = Pace(now=lambda: writer.at)
    for _ in range(10):
        writer.write(pace, ["offers"] * MOST)
    writer.takes["offers"] = 1e-3
    for _ in range(2):
        writer.write(pace, ["offers"] * MOST)
    assert writer.turns[-1] == pytest.approx(0.01)


def test_a_turn_has_one_row_at_least_and_never_too_many() -> None:
    writer = Writer({"slow": 5.0, "quick": 0.0})
    pace = Pace(now=lambda: writer.at)
    writer.write(pace, ["slow"])
    assert pace.fill(["slow", "slow"], str) == (["slow"], True)
    for _ in range(100):
        writer.write(pace, ["quick"] * MOST)
    assert pace.fill(repeat("quick", 10 * MOST), str) == (["quick"] * MOST, True)
    assert pace.fill([], str) == ([], False)
