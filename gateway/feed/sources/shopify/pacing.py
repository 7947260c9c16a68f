"""How long to wait so that Shopify never has to refuse a question for being too much.

Each question costs points from a bucket that fills at a steady rate; every answer says how full it
is (https://shopify.dev/docs/api/usage/limits). Times are seconds of a monotonic clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_UNKNOWN_COST = 300.0
_LONGEST_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """At most ``size`` points, ``level`` of them at ``at``, ``rate`` more each second."""

    size: float
    level: float
    rate: float
    at: float


class Pace:
    """Remembers the bucket and what each kind of question costs."""

    def __init__(self) -> None:
        self.bucket: Bucket | None = None
        self._costs: dict[str, float] = {}

    def answered(self, name: str, extensions: Any, now: float) -> None:
        """Take note of what an answer says about costs; anything unreadable is passed over."""
        cost = extensions.get("cost") if isinstance(extensions, Mapping) else None
        if not isinstance(cost, Mapping):
            return
        requested = cost.get("requestedQueryCost")
        if isinstance(requested, int | float):
            self._costs[name] = float(requested)
        status = cost.get("throttleStatus")
        if isinstance(status, Mapping):
            numbers = [
                status.get(key) for key in ("maximumAvailable", "currentlyAvailable", "restoreRate")
            ]
            if all(isinstance(number, int | float) and number >= 0 for number in numbers):
                size, level, rate = (float(number or 0) for number in numbers)
                self.bucket = Bucket(size=size, level=level, rate=rate, at=now)

    def wait_s(self, name: str, now: float) -> float:
        """Seconds until the bucket holds what a question of this name cost last time."""
        bucket = self.bucket
        if bucket is None or bucket.rate <= 0:
            return 0.0
        needed = min(self._costs.get(name, _UNKNOWN_COST), bucket.size)
        level = min(bucket.size, bucket.level + (now - bucket.at) * bucket.rate)
        return min(max(0.0, (needed - level) / bucket.rate), _LONGEST_S)
