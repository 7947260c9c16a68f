"""What the samples of a shelf's sensors mean: pieces on a scale, and troubles that last.

A scale is loaded and unloaded by hands: its weight counts once it has been still for a while. It
creeps with warmth and age, slower than anybody takes things: what is left over while the number of
pieces stays is taken as creep, up to a limit. A weight between two numbers is no count.

A trouble begins when its condition held for some time, and ends at another value than it began.
Times are seconds of a monotonic clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum
from typing import Final

STILL_S: Final = 3.0
"""A hand that takes or puts something is off the shelf after so long."""
STILL_SHARE: Final = Decimal("0.2")
"""Of a piece: within so much a weight is still."""
CLEAR_SHARE: Final = Decimal("0.3")
"""Of a piece: a weight further from whole pieces than this is no count."""
CREEP_SHARE_PER_H: Final = Decimal("0.1")
"""Of a piece: so much creep is followed in an hour."""
MOST_CREEP_SHARE: Final = Decimal(2)
"""Of a piece: a scale that is off by more has another trouble."""
BACK_C: Final = Decimal("0.5")
"""So far inside its limits a temperature is right again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """What lies on a scale: the weight of the empty shelf, and of one piece (above 0), in g."""

    piece_g: Decimal
    tare_g: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighing:
    """What is known of a scale: the pieces at its last clear rest, and its creep in g.

    ``low`` and ``high`` bound the weights since ``since``; ``counted_at`` is the last clear rest.
    """

    pieces: int | None = None
    creep_g: Decimal = Decimal(0)
    low: Decimal = Decimal(0)
    high: Decimal = Decimal(0)
    since: float | None = None
    counted_at: float | None = None


def weighed(scale: Scale, before: Weighing, mass_g: Decimal, at: float) -> Weighing:
    """What is known after another weight."""
    low, high = min(before.low, mass_g), max(before.high, mass_g)
    if before.since is None or high - low > STILL_SHARE * scale.piece_g:
        return replace(before, low=mass_g, high=mass_g, since=at)
    if at - before.since < STILL_S:
        return replace(before, low=low, high=high)
    # The band begins anew at each count, so that creep never leaves it.
    return _counted(scale, replace(before, low=mass_g, high=mass_g), (low + high) / 2, at)


def _counted(scale: Scale, before: Weighing, mass_g: Decimal, at: float) -> Weighing:
    net = mass_g - scale.tare_g - before.creep_g
    pieces = int((net / scale.piece_g).to_integral_value(ROUND_HALF_UP))
    left_over = net - pieces * scale.piece_g
    if abs(left_over) > CLEAR_SHARE * scale.piece_g or pieces < 0:
        return before
    creep = before.creep_g
    if pieces == before.pieces and before.counted_at is not None:
        hours = Decimal(str(max(at - before.counted_at, 0.0))) / 3600
        step = CREEP_SHARE_PER_H * scale.piece_g * hours
        most = MOST_CREEP_SHARE * scale.piece_g
        creep = max(-most, min(most, creep + max(-step, min(step, left_over))))
    return replace(before, pieces=pieces, creep_g=creep, counted_at=at)


class Trouble(Enum):
    """What may be wrong at a shelf; each is one task."""

    NEARLY_EMPTY = "nearly_empty"
    EMPTY = "empty"
    TOO_WARM = "too_warm"
    TOO_COLD = "too_cold"
    LEFT_OPEN = "left_open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """When something is a trouble; None is never. ``..._for_s`` is how long it has to last.

    ``few`` pieces or fewer are nearly none. Temperatures are in °C, the limits themselves are fine.
    """

    scale: Scale | None = None
    few: int | None = None
    least_c: Decimal | None = None
    most_c: Decimal | None = None
    out_for_s: float = 900.0
    open_for_s: float | None = None
    empty_for_s: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """What is known of one sensor's shelf; ``since`` is when a condition began that still holds."""

    weighing: Weighing = Weighing()
    troubles: frozenset[Trouble] = frozenset()
    since: Mapping[Trouble, float] = field(default_factory=dict)


def looked_for(limits: Limits) -> frozenset[Trouble]:
    """The troubles that these limits can find."""
    asked = {
        Trouble.EMPTY: True,
        Trouble.NEARLY_EMPTY: limits.few is not None,
        Trouble.TOO_WARM: limits.most_c is not None,
        Trouble.TOO_COLD: limits.least_c is not None,
        Trouble.LEFT_OPEN: limits.open_for_s is not None,
    }
    return frozenset(trouble for trouble, is_asked in asked.items() if is_asked)


def is_inside(limits: Limits, celsius: Decimal) -> bool:
    """Whether a temperature is within the limits, ends included."""
    above = limits.least_c is None or celsius >= limits.least_c
    return above and (limits.most_c is None or celsius <= limits.most_c)


def judged(limits: Limits, before: Shelf, values: Mapping[str, Decimal], at: float) -> Shelf:
    """What is known after another sample; values that nobody asked about change nothing."""
    weighing = before.weighing
    if limits.scale is not None and (mass := values.get("mass_g")) is not None:
        weighing = weighed(limits.scale, weighing, mass, at)
    troubles, since = set(before.troubles), dict(before.since)
    for trouble, holds in _conditions(limits, weighing, values, before.troubles).items():
        if not holds:
            since.pop(trouble, None)
            troubles.discard(trouble)
        elif at - since.setdefault(trouble, at) >= _lasts_s(limits, trouble):
            troubles.add(trouble)
    return Shelf(weighing=weighing, troubles=frozenset(troubles), since=since)


def _conditions(
    limits: Limits,
    weighing: Weighing,
    values: Mapping[str, Decimal],
    now: AbstractSet[Trouble],
) -> dict[Trouble, bool]:
    """Which troubles the sample speaks of, and whether their condition holds."""
    found: dict[Trouble, bool] = {}
    celsius = values.get("temperature_c")
    if celsius is not None and limits.most_c is not None:
        back = BACK_C if Trouble.TOO_WARM in now else 0
        found[Trouble.TOO_WARM] = celsius > limits.most_c - back
    if celsius is not None and limits.least_c is not None:
        back = BACK_C if Trouble.TOO_COLD in now else 0
        found[Trouble.TOO_COLD] = celsius < limits.least_c + back
    if limits.open_for_s is not None and (is_open := values.get("open")) is not None:
        found[Trouble.LEFT_OPEN] = is_open != 0
    pieces = _pieces(limits, weighing, values)
    if pieces is not None:
        found[Trouble.EMPTY] = pieces == 0
        if limits.few is not None:
            found[Trouble.NEARLY_EMPTY] = 0 < pieces <= limits.few
    elif (present := values.get("present")) is not None:
        found[Trouble.EMPTY] = present == 0
    return found


def _pieces(limits: Limits, weighing: Weighing, values: Mapping[str, Decimal]) -> int | None:
    """How many there are, if the sample says so: on a scale, or as a sensor counts itself."""
    if limits.scale is not None:
        return weighing.pieces if "mass_g" in values else None
    count = values.get("count")
    return None if count is None else max(int(count), 0)


def _lasts_s(limits: Limits, trouble: Trouble) -> float:
    match trouble:
        case Trouble.TOO_WARM | Trouble.TOO_COLD:
            return limits.out_for_s
        case Trouble.LEFT_OPEN:
            return limits.open_for_s or 0.0
        case Trouble.EMPTY | Trouble.NEARLY_EMPTY:
            return limits.empty_for_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What one sensor measured in one day; ``out_s`` seconds of it were outside the limits.

    The time between two samples counts as the later one, at most ``LONGEST_GAP_S`` of it.
    """

    least: Decimal
    most: Decimal
    total: Decimal
    samples: int = 1
    out_s: float = 0.0

    @property
    def mean(self) -> Decimal:
        """The mean of the samples."""
        return self.total / self.samples


LONGEST_GAP_S: Final = 900.0
"""What was between two samples further apart is not known."""


def of_day(before: Day | None, celsius: Decimal, *, is_out: bool, gap_s: float) -> Day:
    """The day after another sample, ``gap_s`` seconds after the last."""
    if before is None:
        return Day(least=celsius, most=celsius, total=celsius)
    out_s = min(max(gap_s, 0.0), LONGEST_GAP_S) if is_out else 0.0
    return Day(
        least=min(before.least, celsius),
        most=max(before.most, celsius),
        total=before.total + celsius,
        samples=before.samples + 1,
        out_s=before.out_s + out_s,
    )
