"""What an answer to a notice means: delivered, again later, never again, or no longer wanted."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from gateway.domain.retrying import Backoff

ATTEMPTS: Final = 20
"""With the shortest of these waits the last one is more than a day after the first."""
BACKOFF: Final = Backoff(first_s=10.0, max_s=6 * 3600.0)
_ASKED_MOST_S: Final = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one attempt came to; ``trouble`` is a short code without anything secret, None if good.

    ``later_s`` is how long the receiver asks us to wait, ``final`` when it will never take this
    one, ``gone`` when it wants nothing more, ever.
    """

    trouble: str | None = None
    later_s: float | None = None
    final: bool = False
    gone: bool = False


def of_http(status: int, later_s: float | None = None) -> Answer:
    """The answer to a webhook.

    A redirect is no delivery and is never followed: it could lead into the shop's own network.
    """
    if 200 <= status < 300:
        return Answer()
    asked = later_s if status in {429, 503} else None
    return Answer(trouble=f"http_{status}", later_s=asked, gone=status == 410)


def of_smtp(code: int) -> Answer:
    """The answer of a mail server that did not take a message."""
    return Answer(trouble=f"smtp_{code}", final=500 <= code < 600)


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


@dataclass(frozen=True, slots=True)
class Disable:
    """The receiver is gone and wants nothing more, ever."""


Verdict: TypeAlias = Delivered | Later | GiveUp | Disable


def judge(answer: Answer, attempts: int, now: datetime, rng: random.Random) -> Verdict:
    """What to do after ``attempts`` tries (1 is the first), the last with this answer."""
    if answer.trouble is None:
        return Delivered()
    if answer.gone:
        return Disable()
    if answer.final or attempts >= ATTEMPTS:
        return GiveUp()
    wait = BACKOFF.wait(attempts, rng)
    if answer.later_s is not None:
        wait = max(wait, timedelta(seconds=min(answer.later_s, _ASKED_MOST_S)))
    return Later(now + wait)
