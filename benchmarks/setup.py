"""What every part of the benchmarks is given."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from benchmarks.figures import Figure

T = TypeVar("T")


class BenchmarkError(Exception):
    """A figure could not be measured; the message says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """``folder`` is empty and on a real disk; ``say`` tells people how far it is."""

    folder: Path
    quick: bool
    say: Callable[[str], None]

    def size(self, full: T, quick: T) -> T:
        """The count for a full or a quick run."""
        return quick if self.quick else full

    def room(self, name: str) -> Path:
        """A new folder for one part of the work."""
        number = len(list(self.folder.iterdir()))
        made = self.folder / f"{number:03d}-{name}"
        made.mkdir()
        return made


Part = Callable[[Setup], AsyncIterator[Figure]]
"""Measures and gives its figures one by one."""
