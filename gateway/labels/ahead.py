"""Pictures drawn before they are due, so that when a price changes only delivery remains.

A picture drawn ahead counts only for exactly the facts it was drawn from: whatever changes
meanwhile makes other facts, and the label is drawn as ever. Pictures are in the database by
fingerprint; what is remembered here is forgotten with the process.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from device_drivers.api.panels import Panel
from gateway.domain.labels import LabelFacts

AHEAD: Final = timedelta(minutes=15)
"""So long before a change its pictures are begun: time for 20,000 on a small box."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drawn:
    instant: datetime
    key: bytes
    fingerprint: str | None


class DrawnAhead:
    """What was drawn ahead, by label: the next change of each at most."""

    def __init__(self) -> None:
        self._drawn: dict[str, _Drawn] = {}

    def knows(self, label: str, instant: datetime) -> bool:
        """Whether the picture of this change is drawn, or cannot be."""
        drawn = self._drawn.get(label)
        return drawn is not None and drawn.instant == instant

    def note(self, label: str, instant: datetime, key: bytes, fingerprint: str | None) -> None:
        """Remember what was drawn; None where nothing could be."""
        self._drawn[label] = _Drawn(instant=instant, key=key, fingerprint=fingerprint)

    def take(self, label: str, key: bytes) -> str | None:
        """The fingerprint drawn from exactly this; what there was for the label is forgotten."""
        drawn = self._drawn.pop(label, None)
        return drawn.fingerprint if drawn is not None and drawn.key == key else None


def key(template: str | None, panel: Panel, facts: LabelFacts) -> bytes:
    """The same for all that gives the same picture, as long as the process lives."""
    return hashlib.sha256(repr((template, panel, facts)).encode()).digest()
