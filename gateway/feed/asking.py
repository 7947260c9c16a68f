"""One request at a time: what is outstanding, when it is repeated, and how patience grows."""

from __future__ import annotations

import random
import uuid
from dataclasses import dataclass

from gateway.feed.messages import Place, Request, Want

_RANKS: dict[Want, int] = {"rows": 0, "buckets": 0, "deltas": 1, "manifest": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long to wait, in seconds: for a gap to close, for an answer, and at most."""

    gap_s: float = 2.0
    answer_s: float = 10.0
    answer_max_s: float = 300.0


@dataclass(slots=True)
class Asking:
    """The outstanding request (None: nothing is asked) and when it is repeated.

    ``attempts`` counts what was asked in vain since the last progress.
    """

    patience: Patience
    rng: random.Random
    request: Request | None = None
    again_at: float = 0.0
    attempts: int = 0

    @property
    def mends(self) -> bool:
        """Whether the outstanding request is one of a repair."""
        return self.request is not None and _RANKS[self.request.want] == 0

    def may_ask(self, want: Want) -> bool:
        """Whether this matters more than what is outstanding."""
        return self.request is None or _RANKS[self.request.want] < _RANKS[want]

    def ask(
        self,
        want: Want,
        now: float,
        *,
        epoch: int,
        after_seq: int | None = None,
        bucket: int | None = None,
        after: Place | None = None,
    ) -> Request | None:
        """Make this the outstanding request; returns it when it is to be published at once.

        What was asked before without any progress waits until it is due; not so what takes the
        place of a request that matters less.
        """
        hurried = self.attempts == 0 or self.request is not None
        self.request = Request(
            id=uuid.UUID(int=self.rng.getrandbits(128), version=4).hex,
            epoch=epoch,
            want=want,
            after_seq=after_seq,
            bucket=bucket,
            after=after,
        )
        self.back_off(now)
        return self.request if hurried else None

    def back_off(self, now: float) -> None:
        """Wait for an answer, longer each time until there is progress."""
        self.attempts += 1
        self.again_at = now + self.jitter(self.patience.answer_s, self.attempts - 1)

    def end(self) -> None:
        """Nothing is outstanding any more."""
        self.request = None

    def progress(self) -> None:
        """Something came of it: patience begins anew."""
        self.attempts = 0

    def jitter(self, first: float, attempts: int) -> float:
        """Full jitter that doubles, in seconds: many shops must not ask in step."""
        most = min(first * 2 ** min(attempts, 16), self.patience.answer_max_s)
        return first if most <= first else self.rng.uniform(first, most)
