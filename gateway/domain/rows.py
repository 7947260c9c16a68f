"""A row of the feed: the unit in which a catalogue travels, is stored and is compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Full state of one thing under ``(kind, key)``; ``value`` is the JSON object as sent."""

    kind: str
    key: str
    value: dict[str, Any]
