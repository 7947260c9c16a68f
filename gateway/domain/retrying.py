"""How long to wait before trying again, and what else to try: one rule for all that is retried."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from types import MappingProxyType
from typing import Final

from device_drivers.api.drivers import Reason

HEARD_ANYHOW: Final = timedelta(hours=6)
"""A label that is asleep is served when it is heard; so often it is tried without."""
ASK_AFTER: Final = 5
"""After so many failures of one kind in a row somebody should go and look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """Waits that double from ``first_s`` to ``max_s`` seconds, with jitter."""

    first_s: float
    max_s: float

    def wait(self, attempts: int, rng: random.Random) -> timedelta:
        """The wait after ``attempts`` tries (1 is the first): between half and all of the step."""
        step = min(self.first_s * 2 ** min(max(attempts - 1, 0), 32), self.max_s)
        return timedelta(seconds=rng.uniform(step / 2, step))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Patience:
    """Multiples of the shop's own first and longest wait."""

    first: float
    longest: float = 1.0


_QUICKLY = _Patience(first=0.5, longest=1 / 30)
_USUAL = _Patience(first=1)
_SLOWLY = _Patience(first=12)
_BY_A_PERSON = _Patience(first=60, longest=4)
"""Trying does not mend it; it is tried in case somebody did."""

_PATIENCE: Final[Mapping[str, _Patience]] = MappingProxyType(
    {
        Reason.BUSY.value: _QUICKLY,
        Reason.OUT_OF_REACH.value: _Patience(first=2),
        Reason.DISCONNECTED.value: _USUAL,
        Reason.NO_ANSWER.value: _Patience(first=2),
        Reason.REFUSED.value: _SLOWLY,
        Reason.NOT_LET_IN.value: _BY_A_PERSON,
        Reason.UNKNOWN_MODEL.value: _BY_A_PERSON,
        Reason.IMAGE_MISSING.value: _USUAL,
        Reason.IMAGE_UNREADABLE.value: _USUAL,
        Reason.WRONG_SIZE.value: _SLOWLY,
        Reason.LABEL_ERROR.value: _USUAL,
        "no_driver": _BY_A_PERSON,
    }
)
"""What passes by itself is tried soon, what costs a label its battery or needs a person rarely."""


def pause(
    reason: str,
    attempts: int,
    rng: random.Random,
    *,
    first_s: float,
    max_s: float,
    at_least_s: float | None = None,
) -> timedelta:
    """The wait after ``attempts`` tries of which the last ended with ``reason``.

    ``first_s`` and ``max_s`` are the shop's settings; never shorter than ``at_least_s``.
    """
    patience = _PATIENCE.get(reason, _USUAL)
    first = first_s * patience.first
    backoff = Backoff(first_s=first, max_s=max(first, max_s * patience.longest))
    return max(backoff.wait(attempts, rng), timedelta(seconds=at_least_s or 0.0))


class Remedy(Enum):
    """What may help where the same again does not."""

    OTHER_FORMAT = "other_format"
    FORGET_WAY = "forget_way"
    """Whichever adapter or access point hears the label next takes it."""
    DRAW_AGAIN = "draw_again"
    LOOK_AGAIN = "look_again"
    """The label may have another panel than the picture was drawn for."""


_REMEDIES: Final[Mapping[str, tuple[int, Remedy]]] = MappingProxyType(
    {
        Reason.IMAGE_UNREADABLE.value: (2, Remedy.OTHER_FORMAT),
        Reason.OUT_OF_REACH.value: (3, Remedy.FORGET_WAY),
        Reason.DISCONNECTED.value: (3, Remedy.FORGET_WAY),
        Reason.NO_ANSWER.value: (3, Remedy.FORGET_WAY),
        Reason.REFUSED.value: (3, Remedy.FORGET_WAY),
        Reason.WRONG_SIZE.value: (2, Remedy.LOOK_AGAIN),
        "frame_missing": (1, Remedy.DRAW_AGAIN),
    }
)


def remedy(reason: str, times: int) -> Remedy | None:
    """What to do beside waiting after ``times`` outcomes of this kind in a row; often nothing."""
    every, what = _REMEDIES.get(reason, (0, None))
    return what if every and times > 0 and times % every == 0 else None


def offered(formats: tuple[str, ...], reason: str | None, times: int) -> tuple[str, ...]:
    """The formats to choose from: one after the other where the label could not read the best."""
    every, what = _REMEDIES.get(reason or "", (0, None))
    if what is not Remedy.OTHER_FORMAT or times < every or len(formats) < every:
        return formats
    return (formats[times // every % len(formats)],)
