"""Which backups stay, when the next one is due, whether the last copy elsewhere is too old."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

AHEAD: Final = timedelta(days=1)
"""A backup later than this from now was taken while the clock was wrong."""
OFF_BOX_WITHIN: Final = timedelta(days=7)
"""A disk dies without a word before: a copy elsewhere is at most this old."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """How many backups stay: the last of each of so many days, weeks and months."""

    daily: int
    weekly: int
    monthly: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A backup in a folder, by the name of its file; ``sealed`` is encrypted."""

    name: str
    taken_at: datetime
    bytes: int
    sealed: bool


def latest(now: datetime, *, trusted: bool) -> datetime:
    """How late something may have been and be of the past; anything while nobody knows the time."""
    return now + AHEAD if trusted else datetime.max.replace(tzinfo=UTC)


def is_within(since: datetime | None, span: timedelta, now: datetime) -> bool:
    """Whether it is ``span`` or less since then; False where the clock was set back before it."""
    return since is not None and timedelta() <= now - since < span


def to_keep(
    taken: Iterable[datetime], kept: Kept, zone: tzinfo, newest: datetime | None = None
) -> frozenset[datetime]:
    """Which of the backups taken at these times stay; the newest always does.

    ``newest`` is that one, where a clock that was wrong took later ones. Those are counted on
    their own, so that they cost no other backup its place.
    """
    all_ = frozenset(taken)
    ahead = frozenset(one for one in all_ if newest is not None and one > newest)
    return _to_keep(all_ - ahead, kept, zone) | _to_keep(ahead, kept, zone)


def _to_keep(taken: frozenset[datetime], kept: Kept, zone: tzinfo) -> frozenset[datetime]:
    """Which stay of those of one clock.

    Days, weeks (Monday to Sunday) and months are the shop's. Of each the last backup stays, of the
    newest days, weeks and months that have one: a box that was off for a year keeps what it has.
    """
    newest_first = sorted(taken, reverse=True)
    stay = set(newest_first[:1])
    for name, count in (("%Y-%m-%d", kept.daily), ("%G-%V", kept.weekly), ("%Y-%m", kept.monthly)):
        last: dict[str, datetime] = {}
        for one in newest_first:
            last.setdefault(one.astimezone(zone).strftime(name), one)
        stay.update(list(last.values())[:count])
    return frozenset(stay)


def next_due(after: datetime, at: time, zone: tzinfo) -> datetime:
    """The first time later than ``after`` that the shop's clock shows ``at``, in UTC.

    A time that a change of the clock leaves out comes an hour later that day; one that it repeats
    counts once.
    """
    day = after.astimezone(zone).date()
    while (due := _on(day, at, zone)) <= after:
        day += timedelta(days=1)
    return due


def _on(day: date, at: time, zone: tzinfo) -> datetime:
    return datetime.combine(day, at, zone).astimezone(UTC)


def is_overdue(last_off_box: datetime | None, since: datetime, now: datetime) -> bool:
    """Whether somebody must see to a copy off the box.

    ``last_off_box`` is when the backup was taken of which a whole copy was last brought elsewhere,
    ``since`` when this box began to hold data: a new one has as much time as an old one.
    """
    return now - (last_off_box or since) > OFF_BOX_WITHIN
