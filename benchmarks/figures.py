"""One measured figure: what is printed for programs and for people. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Better = Literal["higher", "lower"]
"""Rates are better when higher, times and bytes when lower."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """Ours and, where there is one, the peer's, both in ``unit``.

    With a peer, ``goal`` is what the ratio should reach; without one, what ``ours`` should reach.
    A name that ends in ``_share`` compares a rate with that of a bare loop: 1 is the loop itself.
    """

    name: str
    unit: str
    ours: float
    peer: float | None = None
    peer_name: str | None = None
    goal: float | None = None
    better: Better = "higher"

    def __post_init__(self) -> None:
        if (self.peer is None) != (self.peer_name is None):
            raise ValueError(f"{self.name}: a peer has a name and a figure")
        if self.name.endswith("_share") and (self.peer is None or self.better == "lower"):
            raise ValueError(f"{self.name}: a share is a rate beside a bare loop's")

    @property
    def ratio(self) -> float | None:
        """How many times better than the peer, or than the goal; None without either."""
        beside = self.goal if self.peer is None else self.peer
        if beside is None:
            return None
        over, under = (self.ours, beside) if self.better == "higher" else (beside, self.ours)
        return over / under if under else float("inf")

    @property
    def reached(self) -> bool | None:
        """Whether the goal is reached; None without a goal."""
        if self.goal is None or self.ratio is None:
            return None
        return self.ratio >= (1.0 if self.peer is None else self.goal)

    def to_json(self) -> str:
        """The figure as one line of JSON."""
        ratio = self.ratio
        return json.dumps(
            {
                "name": self.name,
                "unit": self.unit,
                "ours": _rounded(self.ours),
                "peer": None if self.peer is None else _rounded(self.peer),
                "peer_name": self.peer_name,
                "ratio": None if ratio is None else _rounded(ratio),
                "goal": self.goal,
            }
        )


def table(figures: Sequence[Figure]) -> str:
    """The figures in columns, for people."""
    head = ("figure", "ours", "peer", "unit", "ratio", "goal", "beside")
    rows = [head, *(_row(figure) for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if 1 <= column <= 2 or 4 <= column <= 5 else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def _row(figure: Figure) -> tuple[str, ...]:
    goal = "" if figure.goal is None else f"{_number(figure.goal)} {_mark(figure)}"
    return (
        figure.name,
        _number(figure.ours),
        _number(figure.peer),
        figure.unit,
        _number(figure.ratio),
        goal,
        figure.peer_name or "",
    )


def _mark(figure: Figure) -> str:
    return "ok" if figure.reached else "not yet"


def _number(value: float | None) -> str:
    if value is None:
        return ""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def _rounded(value: float) -> float:
    return float(f"{value:.4g}")
