"""Whether an access point answers; each change is told once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

Told = Callable[[str, str | None], None]
"""Called with an access point's name and why it does not answer, or None when it does (again)."""


def untold(_name: str, _why: str | None) -> None:
    """Nobody wants to know."""


class Standing:
    """What is known of the access point ``name``; it is unknown at first."""

    def __init__(self, name: str, told: Told) -> None:
        self._name: Final = name
        self._told = told
        self._works: bool | None = None

    def works(self) -> None:
        """It answers."""
        if self._works is not True:
            self._works = True
            self._told(self._name, None)

    def gone(self, why: str) -> None:
        """It does not answer; ``why`` is for a log."""
        if self._works is not False:
            self._works = False
            self._told(self._name, why)
