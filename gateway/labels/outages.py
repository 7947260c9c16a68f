"""Which ways to labels (adapters, access points) do not work now, as they say themselves."""

from __future__ import annotations


class Outages:
    """Kept by name, for the record; nothing is known of a way that said nothing yet."""

    def __init__(self) -> None:
        self._works: dict[str, bool] = {}

    def note(self, name: str, *, works: bool) -> None:
        """The way says that it works, or that it does not."""
        self._works[name] = works

    @property
    def down(self) -> frozenset[str]:
        """The ways that do not work."""
        return frozenset(name for name, works in self._works.items() if not works)

    @property
    def up(self) -> frozenset[str]:
        """The ways that work."""
        return frozenset(name for name, works in self._works.items() if works)
