"""Deltas from the future, kept until the ones before them are there."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from itertools import count

from gateway.feed.messages import Delta

MAX_BYTES = 16 * 2**20
MAX_DELTAS = 20_000


@dataclass(slots=True)
class Buffer:
    """Deltas in the order of their positions, bounded in number and bytes."""

    _heap: list[tuple[int, int, int, int, int, Delta]] = field(default_factory=list)
    _bytes: int = 0
    _numbers: count[int] = field(default_factory=count)

    def put(self, delta: Delta, size: int) -> None:
        """Keep the delta if there is room; what is not kept is asked for later."""
        if len(self._heap) < MAX_DELTAS and self._bytes + size <= MAX_BYTES:
            self.put_anyway(delta, size)

    def put_anyway(self, delta: Delta, size: int) -> None:
        """Keep a delta that can be applied at once, so it does not stay."""
        # Of two that begin together the longer one says more, so it comes first.
        place = (delta.epoch, delta.prev_seq, -delta.seq, next(self._numbers), size, delta)
        heapq.heappush(self._heap, place)
        self._bytes += size

    def newest(self, epoch: int) -> int:
        """The highest seq that is kept of this epoch, 0 without any; looks at all of them."""
        return max((one[-1].seq for one in self._heap if one[0] == epoch), default=0)

    def next_after(self, epoch: int, seq: int) -> Delta | None:
        """Take the delta that continues this position; older ones are forgotten on the way."""
        while self._heap:
            delta = self._heap[0][-1]
            if delta.epoch > epoch or (delta.epoch == epoch and delta.prev_seq > seq):
                return None
            self._bytes -= heapq.heappop(self._heap)[-2]
            if delta.epoch == epoch and delta.seq > seq:
                return delta
        return None
