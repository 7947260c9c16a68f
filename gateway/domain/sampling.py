"""Which of the many samples of a sensor become a reading, and which values cannot be.

A name without a unit is a state (``open``), a count or a happening (``button``): its change is told
at once. What has a unit moves all the time, and is told now and then.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

_POSSIBLE: Final = {
    "temperature_c": (Decimal(-100), Decimal(200)),
    "dew_point_c": (Decimal(-100), Decimal(200)),
    "humidity_pct": (Decimal(0), Decimal(100)),
    "moisture_pct": (Decimal(0), Decimal(100)),
    "battery_pct": (Decimal(0), Decimal(100)),
    "pressure_pa": (Decimal(30_000), Decimal(120_000)),
    "illuminance_lx": (Decimal(0), Decimal(200_000)),
    "battery_mv": (Decimal(0), Decimal(60_000)),
    "distance_mm": (Decimal(0), Decimal(10_000_000)),
    "mass_g": (Decimal(-10_000_000), Decimal(10_000_000)),
    "count": (Decimal(-(2**31)), Decimal(2**32)),
}
"""What a sensor in a shop can measure, ends included. A scale below zero has lost its tare."""
_STATES: Final = frozenset(
    {
        *("on", "power_on", "open", "battery_low", "charging", "carbon_monoxide", "cold"),
        *("connected", "gas", "hot", "light", "unlocked", "wet", "motion", "moving", "occupied"),
        *("plugged_in", "present", "problem", "running", "safe", "smoke", "sound", "tampered"),
        *("vibration", "count", "button"),
    }
)
_HAPPENS: Final = "button"
_MOST_NAMES: Final = 64
_NTH: Final = re.compile(r"_\d{1,3}\Z")


def possible(values: Mapping[str, Decimal]) -> tuple[dict[str, Decimal], tuple[str, ...]]:
    """The values that can be, and the names of those that cannot."""
    kept: dict[str, Decimal] = {}
    wrong: list[str] = []
    for name, value in values.items():
        low, high = _POSSIBLE.get(_kind(name), (value, value))
        if low <= value <= high:
            kept[name] = value
        else:
            wrong.append(name)
    return kept, tuple(wrong)


class Pace:
    """When a sensor's sample is a reading: a state changed, or a value was not told for long.

    ``every_s`` is how long; with 0 every sample is one. Times are those of a monotonic clock.
    """

    def __init__(self, every_s: float) -> None:
        self._every_s = every_s
        self._told: dict[str, tuple[Decimal, float]] = {}

    def is_due(self, values: Mapping[str, Decimal], now: float) -> bool:
        """Whether the sample is a reading; if so it counts as told."""
        if not any(self._is_news(name, value, now) for name, value in values.items()):
            return False
        if len(self._told.keys() | values.keys()) > _MOST_NAMES:
            self._told.clear()
        self._told.update({name: (value, now) for name, value in values.items()})
        return True

    def _is_news(self, name: str, value: Decimal, now: float) -> bool:
        last = self._told.get(name)
        if last is None or now - last[1] >= self._every_s:
            return True
        kind = _kind(name)
        return kind == _HAPPENS or (kind in _STATES and value != last[0])


def _kind(name: str) -> str:
    """The name without the number of the channel."""
    return _NTH.sub("", name)
