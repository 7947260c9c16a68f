"""When something that stands is told, when it is told again, and when that it is over.

What passes before it has settled is never told, so that nobody is called for a restart. What was
told is told again only when it has become much more, and once when it is over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta, tzinfo
from enum import Enum
from typing import Any, Final

TASK: Final = "task"
OUTAGE: Final = "outage"
BOX: Final = "outage.box"
WEEKLY: Final = "summary.weekly"
_AT_ONCE: Final = frozenset({f"{TASK}.request_late"})
"""A shopper stands there and waits: it has stood long enough before it became a task."""
_MUCH_MORE: Final = 2
_MORE_LEAST: Final = 5


class State(Enum):
    """What is said of it."""

    BEGAN = "began"
    MORE = "more"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Something that holds since ``since``, seen first at ``seen_at``; ``count`` of it.

    ``told`` is the count that was told, None while none was; ``gone_at`` since when it is no more.
    """

    subject: str
    seen_at: datetime
    since: datetime
    count: int
    told: int | None = None
    gone_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Something that holds now: so many, since then."""

    count: int
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """Something to tell."""

    subject: str
    state: State
    count: int
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing that a receiver will be told: its subject, when it was decided on, its facts."""

    subject: str
    at: datetime
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long it takes until something that needs a person, or that is away, is told."""

    task: timedelta
    outage: timedelta

    def of(self, subject: str) -> timedelta:
        """How long ``subject`` has to stand, or to be gone."""
        if subject in _AT_ONCE:
            return timedelta(0)
        return self.outage if subject.partition(".")[0] == OUTAGE else self.task


def step(
    before: Mapping[str, Standing], facts: Mapping[str, Fact], now: datetime, patience: Patience
) -> tuple[Mapping[str, Standing], tuple[News, ...]]:
    """What stands now, after ``before``, and what of it is news."""
    after: dict[str, Standing] = {}
    news: list[News] = []
    for subject in sorted(before.keys() | facts.keys()):
        old, fact, settles = before.get(subject), facts.get(subject), patience.of(subject)
        found = (
            _gone(old, now, settles) if fact is None else _there(subject, old, fact, now, settles)
        )
        stands, said = found
        if stands is not None:
            after[subject] = stands
        if said is not None:
            news.append(said)
    return after, tuple(news)


def _there(
    subject: str, old: Standing | None, fact: Fact, now: datetime, settles: timedelta
) -> tuple[Standing, News | None]:
    if old is None:
        old = Standing(subject=subject, seen_at=now, since=fact.since, count=fact.count)
    stands = replace(old, count=fact.count, gone_at=None)
    if stands.told is None:
        if now - stands.seen_at < settles:
            return stands, None
        state = State.BEGAN
    elif fact.count >= max(stands.told * _MUCH_MORE, stands.told + _MORE_LEAST):
        state = State.MORE
    else:
        return stands, None
    news = News(subject=subject, state=state, count=fact.count, since=stands.since)
    return replace(stands, told=fact.count), news


def _gone(
    old: Standing | None, now: datetime, settles: timedelta
) -> tuple[Standing | None, News | None]:
    if old is None or old.told is None:
        return None, None
    gone_at = old.gone_at or now
    if now - gone_at < settles:
        return replace(old, gone_at=gone_at), None
    return None, News(subject=old.subject, state=State.ENDED, count=old.told, since=old.since)


def last_due(now: datetime, day: int, at: time, zone: tzinfo) -> datetime:
    """When the weekly summary was due last: on ``day`` (Monday is 0) at ``at`` in ``zone``."""
    local = now.astimezone(zone)
    date = local.date() - timedelta(days=(local.weekday() - day) % 7)
    due = datetime.combine(date, at, zone)
    if due > local:
        due = datetime.combine(date - timedelta(days=7), at, zone)
    return due
