"""What is wrong with a label, and which of it needs a person: told when it begins, not each time.

A trouble ends at another value than it begins, so that one on the edge does not come and go. Many
labels behind one way that is dead are one thing to do, and so are many with the same trouble.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

from gateway.domain.retrying import ASK_AFTER

BATTERY_LOW_MV: Final = 2_500
BATTERY_GOOD_MV: Final = 2_600
WEAK_DBM: Final = -90
STRONG_DBM: Final = -85
AWAY_FOR: Final = timedelta(minutes=15)
"""A label that says goodbye may be back within minutes: a broker or access point was restarted."""
MANY_MOVES: Final = 4
"""Changes of the way within an hour: it hangs between two, and each change costs its battery."""
LEFT_ALONE_FOR: Final = timedelta(days=1)
"""So long after it showed ours again, nobody else writes to a label any more."""
ONE_BY_ONE: Final = 10
"""Labels with the same trouble that are told one by one."""
_WAY_LEAST: Final = 5
_WAY_SHARE: Final = 0.5


class Trouble(Enum):
    """What may be wrong with a label."""

    BATTERY = "battery"
    WEAK = "weak"
    SILENT = "silent"
    """It is not heard although it should be."""
    LATE = "late"
    """It has a picture and does not confirm it."""
    FAILING = "failing"
    """The same fails again and again, with all that may help tried."""
    MOVING = "moving"
    FOREIGN = "foreign"
    """Somebody else writes to it."""


TOLD: Final = frozenset(Trouble) - {Trouble.LATE}
"""Troubles that are tasks; pages count late labels by themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What is known of a label and its delivery.

    ``should_talk`` where labels of the family are heard by themselves now and then, or where this
    one was asked and had time to answer. ``owed_since`` is since when a confirmation is owed; None
    when none is.
    """

    last_heard: datetime
    should_talk: bool = False
    away_since: datetime | None = None
    battery_mv: int | None = None
    rssi_dbm: int | None = None
    moves: int = 0
    foreign_since: datetime | None = None
    shown: bool = False
    same: int = 0
    owed_since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """When a label is silent and a confirmation late."""

    silent_after: timedelta
    late_after: timedelta


def troubles(
    seen: Seen, before: AbstractSet[Trouble], now: datetime, limits: Limits
) -> frozenset[Trouble]:
    """What is wrong with a label that had the troubles ``before``."""
    found = {
        Trouble.BATTERY: _below(
            seen.battery_mv, BATTERY_LOW_MV, BATTERY_GOOD_MV, was=Trouble.BATTERY in before
        ),
        Trouble.WEAK: _below(seen.rssi_dbm, WEAK_DBM, STRONG_DBM, was=Trouble.WEAK in before),
        Trouble.SILENT: _is_silent(seen, now, limits),
        Trouble.LATE: _is_late(seen, now, limits),
        Trouble.FAILING: seen.same >= ASK_AFTER,
        Trouble.MOVING: seen.moves >= (MANY_MOVES if Trouble.MOVING not in before else 2),
        Trouble.FOREIGN: seen.foreign_since is not None
        and not (seen.shown and now - seen.foreign_since > LEFT_ALONE_FOR),
    }
    return frozenset(trouble for trouble, holds in found.items() if holds)


def _below(value: int | None, begins: int, ends: int, *, was: bool) -> bool:
    return value is not None and value < (ends if was else begins)


def _is_silent(seen: Seen, now: datetime, limits: Limits) -> bool:
    if seen.away_since is not None and now - seen.away_since > AWAY_FOR:
        return True
    asked = seen.should_talk or _is_late(seen, now, limits)
    return asked and now - seen.last_heard > limits.silent_after


def _is_late(seen: Seen, now: datetime, limits: Limits) -> bool:
    return seen.owed_since is not None and now - seen.owed_since > limits.late_after


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """Something for a person: ``key`` is a label, a way, or '' for many labels at once."""

    kind: str
    key: str


@dataclass(slots=True)
class Survey:
    """The troubles of all labels, added one by one."""

    labels_by_way: dict[str, int]
    by_trouble: dict[Trouble, list[tuple[str, str]]]

    @classmethod
    def new(cls) -> Survey:
        """Nothing seen yet."""
        return cls({}, {trouble: [] for trouble in TOLD})

    def add(self, label: str, way: str, found: Iterable[Trouble]) -> None:
        """A label that is reached over ``way``, and what is wrong with it."""
        self.labels_by_way[way] = self.labels_by_way.get(way, 0) + 1
        for trouble in found:
            if trouble in TOLD:
                self.by_trouble[trouble].append((label, way))


def alerts(survey: Survey, before: AbstractSet[Alert]) -> Mapping[Alert, tuple[str, ...]]:
    """What is to be told now, each with its labels; ``before`` is what is told already."""
    told: dict[Alert, tuple[str, ...]] = {}
    for trouble, found in survey.by_trouble.items():
        left = found
        if trouble is Trouble.SILENT:
            dead = _dead_ways(survey, found, before)
            for way in dead:
                labels = tuple(label for label, one in found if one == way)
                told[Alert(kind="way_silent", key=way)] = labels
            left = [(label, way) for label, way in found if way not in dead]
        kind = f"label_{trouble.value}"
        together = Alert(kind=kind, key="")
        most = ONE_BY_ONE // 2 if together in before else ONE_BY_ONE
        if len(left) > most:
            told[together] = tuple(label for label, _ in left)
        else:
            told |= {Alert(kind=kind, key=label): (label,) for label, _ in left}
    return told


def _dead_ways(
    survey: Survey, silent: Iterable[tuple[str, str]], before: AbstractSet[Alert]
) -> set[str]:
    counts: dict[str, int] = {}
    for _, way in silent:
        counts[way] = counts.get(way, 0) + 1
    return {
        way
        for way, count in counts.items()
        if count >= _WAY_LEAST
        and count
        >= survey.labels_by_way[way]
        * (_WAY_SHARE / 2 if Alert(kind="way_silent", key=way) in before else _WAY_SHARE)
    }
