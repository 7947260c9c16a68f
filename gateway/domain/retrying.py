"""How long to wait before trying again: one rule for everything that is tried again."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """Waits that double from ``first_s`` to ``max_s`` seconds, with jitter."""

    first_s: float
    max_s: float

    def wait(self, attempts: int, rng: random.Random) -> timedelta:
        """The wait after ``attempts`` tries (1 is the first): between half and all of the step."""
        step = min(self.first_s * 2 ** min(max(attempts - 1, 0), 32), self.max_s)
        return timedelta(seconds=rng.uniform(step / 2, step))
