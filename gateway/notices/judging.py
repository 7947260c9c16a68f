"""What an answer to a webhook means: delivered, again later, never again, or no longer wanted."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from gateway.domain.retrying import Backoff

ATTEMPTS: Final = 20
"""With the shortest of these waits the last one is more than a day after the first."""
BACKOFF: Final = Backoff(first_s=10.0, max_s=6 * 3600.0)
_ASKED_MOST: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Delivered:
    """The receiver has it."""


@dataclass(frozen=True, slots=True)
class Later:
    """Try again then, with the same id."""

    at: datetime


@dataclass(frozen=True, slots=True)
class GiveUp:
    """The receiver will not take it; it may take the next one."""

    reason: str


@dataclass(frozen=True, slots=True)
class Disable:
    """The receiver is gone (410) and wants nothing more, ever."""


Verdict: TypeAlias = Delivered | Later | GiveUp | Disable


def judge(
    status: int | None,
    attempts: int,
    now: datetime,
    rng: random.Random,
    *,
    retry_after_s: float | None = None,
) -> Verdict:
    """What to do after ``attempts`` tries (1 is the first), the last answered with ``status``.

    None: there was no answer. A redirect is no delivery and is never followed: it could lead into
    the shop's own network.
    """
    if status is not None and 200 <= status < 300:
        return Delivered()
    if status == 410:
        return Disable()
    if attempts >= ATTEMPTS:
        return GiveUp("no_answer" if status is None else f"http_{status}")
    wait = BACKOFF.wait(attempts, rng)
    if status in {429, 503} and retry_after_s is not None:
        wait = max(wait, min(timedelta(seconds=max(0.0, retry_after_s)), _ASKED_MOST))
    return Later(now + wait)
