"""How much of a long work fits into one turn of the one writer, so that scans and labels go on.

A row of stock takes a hundredth of what a row takes whose labels must be looked at; so what rows of
each kind took is learnt on the way.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Final, TypeVar

T = TypeVar("T")

MOST: Final = 500
"""Rows in one turn, however little they take."""
_TURN_S: Final = 0.01
"""Half of what a turn may take: with the disk's part, and what was not foreseen, it is all."""
_FIRST_S: Final = _TURN_S / 50
"""So long a row takes of whose kind nothing is known."""


class Pace:
    """Fills turns of the writer with rows; one for each long work.

    ``now`` is a steady clock, in seconds.
    """

    def __init__(self, most: int = MOST, *, now: Callable[[], float] = time.perf_counter) -> None:
        self._most = most
        self._now = now
        self._takes: dict[str, float] = {}

    def fill(self, rows: Iterable[T], kind: Callable[[T], str]) -> tuple[list[T], bool]:
        """The first of ``rows`` that fit into one turn, one at least, and whether it is full."""
        taken: list[T] = []
        left = _TURN_S
        for row in rows:
            taken.append(row)
            left -= self._takes.get(kind(row), _FIRST_S)
            if left <= 0 or len(taken) == self._most:
                return taken, True
        return taken, False

    @contextmanager
    def turn(self, kinds: Iterable[str]) -> Iterator[None]:
        """Learn from the writing inside, of rows of these ``kinds``.

        What takes longer counts at once; what takes less no more than doubles the next turn.
        """
        takes = {
            kind: (count, self._takes.get(kind, _FIRST_S)) for kind, count in Counter(kinds).items()
        }
        foreseen = sum(count * each for count, each in takes.values())
        began = self._now()
        yield
        if takes:
            by = max((self._now() - began) / foreseen, 0.5)
            self._takes.update((kind, each * by) for kind, (_, each) in takes.items())
