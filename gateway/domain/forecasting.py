"""How long deliveries will take, from what was measured.

Ways work side by side, each at its own pace.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_GUESSED_S: Final = 20.0
"""What a delivery takes where nothing was measured: a radio label with a slow panel."""
_ENOUGH: Final = 20
"""Labels of a wave after which its own speed says something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """The labels that one way serves, ``parallel`` at a time.

    ``place_s`` is how long one delivery holds a place there, ``answer_s`` how long until the label
    confirms; None where it was not measured.
    """

    way: str
    labels: int
    parallel: int
    place_s: float | None = None
    answer_s: float | None = None

    @property
    def seconds(self) -> float:
        """Until the last of them confirmed."""
        if not self.labels:
            return 0.0
        place_s = self.place_s
        if place_s is None:
            place_s = self.answer_s if self.answer_s is not None else _GUESSED_S
        rounds = -(-self.labels // max(self.parallel, 1))
        tail = max((self.answer_s or 0.0) - place_s, 0.0)
        return rounds * place_s + tail


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """How long it takes; ``slowest`` is the way that takes longest, '' when drawing does.

    ``measured`` is False where some of it is a guess.
    """

    labels: int
    seconds: float
    slowest: str
    measured: bool

    def fits(self, window_s: float) -> bool:
        """Whether it is done within so many seconds."""
        return self.seconds <= window_s


def forecast(loads: Sequence[Load], *, draw_s: float = 0.0) -> Forecast:
    """How long these deliveries take together; ``draw_s`` is the time to draw one picture."""
    labels = sum(load.labels for load in loads)
    slowest, seconds = "", draw_s * labels
    for load in loads:
        if load.seconds > seconds:
            slowest, seconds = load.way, load.seconds
    return Forecast(
        labels=labels,
        seconds=seconds,
        slowest=slowest,
        measured=all(load.place_s is not None for load in loads if load.labels),
    )


def remaining_s(expected: Forecast, done: int, took_s: float) -> float:
    """How long the rest of a running wave takes: by its own speed once that says something.

    ``done`` labels took ``took_s`` seconds. Never less than what was measured before.
    """
    if done < _ENOUGH or took_s <= 0:
        return expected.seconds
    return max(expected.seconds, expected.labels * took_s / done)
