"""The ways to labels (an adapter, an access point, a broker), and the room on each.

Every way has its own places, so that one that is slow or dead takes nobody else's. One that is down
is closed for a while; then one delivery at a time tries it, until one gets through.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

Room = Callable[[str], int]


@dataclass(slots=True)
class _Way:
    busy: int = 0
    closed_at: datetime | None = None
    closed_until: datetime | None = None

    def is_closed(self, at: datetime) -> bool:
        """Not to be tried at ``at``; a clock that was set back keeps nothing closed."""
        if self.closed_at is None or self.closed_until is None:
            return False
        return self.closed_at <= at < self.closed_until


class Ways:
    """What goes on over each way, by ``family/via``; ``places`` says how much one takes at once."""

    def __init__(self, places: Callable[[str], int]) -> None:
        self._places = places
        self._ways: dict[str, _Way] = {}

    def room(self, at: datetime) -> Room:
        """How many deliveries may begin at ``at`` over a way, as things stand now."""
        free = {way: self._free(way, state, at) for way, state in self._ways.items()}
        return lambda way: free[way] if way in free else self._places(way)

    def next_opening(self, after: datetime) -> datetime | None:
        """When the next closed way may be tried; one that is being tried now has its turn."""
        closed = (one.closed_until for one in self._ways.values() if one.is_closed(after))
        return min((at for at in closed if at is not None), default=None)

    def began(self, way: str) -> None:
        """A delivery takes a place."""
        self._ways.setdefault(way, _Way()).busy += 1

    def ended(self, way: str) -> None:
        """A delivery leaves its place."""
        state = self._ways[way]
        state.busy -= 1
        if not state.busy and state.closed_until is None:
            del self._ways[way]

    def close(self, way: str, at: datetime, until: datetime) -> None:
        """Nothing gets through at ``at``; not to be tried before ``until``."""
        state = self._ways.setdefault(way, _Way())
        state.closed_at, state.closed_until = at, until

    def worked(self, way: str) -> None:
        """Something got through."""
        state = self._ways.get(way)
        if state is not None:
            state.closed_until = None

    def open(self, family: str, via: str) -> None:
        """``via`` is up again, with what nobody heard yet; without, all ways of ``family``."""
        own = {f"{family}/{via}", f"{family}/"}
        for way in [way for way in self._ways if way.startswith(f"{family}/")]:
            if via and way not in own:
                continue
            self._ways[way].closed_until = None
            if not self._ways[way].busy:
                del self._ways[way]

    def _free(self, way: str, state: _Way, at: datetime) -> int:
        places = self._places(way)
        if state.closed_until is not None:
            places = 0 if state.is_closed(at) else 1
        return max(places - state.busy, 0)
