"""Advertisements are sent many times over, and more than one adapter hears them."""

from __future__ import annotations

from typing import Final

BURST_S: Final = 4.0
"""What comes again within so long is a repeat; later it is news (BTHome: the packet id)."""


class Numbers:
    """Packets numbered from 0 to below ``modulus``; a step back within a burst is a late repeat."""

    def __init__(self, modulus: int) -> None:
        self._modulus = modulus
        self._last: int | None = None
        self._at = 0.0

    def is_new(self, number: int, at: float) -> bool:
        """Whether the packet is news at ``at`` (seconds); if so it is remembered."""
        if self._last is not None and at - self._at < BURST_S:
            ahead = (number - self._last) % self._modulus
            if not 0 < ahead < self._modulus // 4:
                return False
        self._last, self._at = number, at
        return True


class Payloads:
    """Packets without a number: the same bytes within a burst are a repeat."""

    def __init__(self) -> None:
        self._last: bytes | None = None
        self._at = 0.0

    def is_new(self, payload: bytes, at: float) -> bool:
        """Whether the packet is news at ``at`` (seconds); if so it is remembered."""
        if payload == self._last and at - self._at < BURST_S:
            return False
        self._last, self._at = payload, at
        return True
