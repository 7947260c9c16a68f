"""The opening check: which labels are right before the shop opens, and in which order to walk.

Pure: what is known of a label, hours and an instant decide. A label is right when it speaks for an
article and said that it shows what it should; nothing else is.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from enum import Enum
from typing import Final

from gateway.domain.events import Event, Origin, rfc3339
from gateway.domain.opening import ShopHours

OPENING_CHECK: Final = "io.anaquel.opening_check.v1"
BEFORE: Final = timedelta(hours=1)
"""So long before it opens a shop is checked that asks for no other time."""
NEVER: Final = "no"
"""The setting of a shop that is checked only when somebody asks."""
NAMED: Final = 100
"""Labels that an event names at most."""
_PARTS = re.compile(r"[0-9]+|[^0-9]+")

Key = tuple[object, ...]


class Verdict(Enum):
    """How a label stands: right, received by one that never says more, or why it is wrong.

    The names of what is wrong are those of ``staff.explaining``.
    """

    RIGHT = "right"
    RECEIVED = "received"
    FOREIGN = "foreign"
    NONE = "none"
    PAUSED = "paused"
    DIFFERS = "differs"
    OTHER = "other"
    TEST = "test"
    FAILED = "failed"
    SILENT = "silent"
    TRANSFERRED = "transferred"
    QUEUED = "queued"

    @property
    def is_wrong(self) -> bool:
        """Whether a person must walk to the label."""
        return self not in {Verdict.RIGHT, Verdict.RECEIVED}


_STOPS: Final[Mapping[str, Verdict]] = {"paused": Verdict.PAUSED, "cancelled": Verdict.DIFFERS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of a label. ``shown`` and ``wished`` are fingerprints of frames.

    ``has_picture`` without ``shown``: it shows a picture that is not ours. ``state`` None: nothing
    was ever to be delivered. ``is_last_word``: nothing more will come of the delivery, as its
    family never says that it shows something. ``late`` is whether its answer is overdue.
    """

    bound: bool
    has_picture: bool
    shown: str | None
    wished: str | None
    state: str | None
    hold: str | None = None
    stale: bool = False
    on_test: bool = False
    late: bool = False
    is_last_word: bool = False


def verdict(known: Known) -> Verdict | None:
    """How the label stands; None for one that does not count, as it speaks for no article.

    One that should not speak any more, and still shows a picture of ours, counts.
    """
    if not known.bound and (known.shown is None or known.shown == known.wished):
        return None
    if known.has_picture and known.shown is None:
        return Verdict.FOREIGN
    if known.state is None or known.wished is None:
        return Verdict.NONE
    stop = _STOPS.get(known.hold or "")
    return stop or _by_delivery(known)


def _by_delivery(known: Known) -> Verdict:
    match known.state:
        case "shown" if known.shown != known.wished:
            return Verdict.OTHER
        case "shown" if known.stale:
            return Verdict.QUEUED
        case "shown":
            return Verdict.TEST if known.on_test else Verdict.RIGHT
        case "failed":
            return Verdict.FAILED
        case _ if known.late:
            return Verdict.SILENT
        case "transferred":
            return _by_what_it_got(known)
        case _:
            return Verdict.QUEUED


def _by_what_it_got(known: Known) -> Verdict:
    if known.stale:
        return Verdict.TRANSFERRED
    if known.on_test:
        return Verdict.TEST
    return Verdict.RECEIVED if known.is_last_word else Verdict.TRANSFERRED


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a label hangs, as its zone is written: ``zone/bay``, or the zone alone."""

    zone: str = ""
    bay: str = ""


def place(written: str | None) -> Place:
    """The place that a zone names."""
    zone, _, bay = (written or "").partition("/")
    return Place(zone=zone.strip(), bay=bay.strip())


def walking(where: Place, label: str) -> Key:
    """What to sort by: zone, bay, label; numbers count as numbers, no zone comes last."""
    return (not where.zone, _natural(where.zone), not where.bay, _natural(where.bay), label)


def _natural(text: str) -> Key:
    return tuple(
        (0, int(part), "") if part[0] in "0123456789" else (1, 0, part)
        for part in _PARTS.findall(text.casefold())
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many labels stand how. ``total`` ought to be right."""

    right: int = 0
    received: int = 0
    wrong: Mapping[Verdict, int]

    @property
    def total(self) -> int:
        """All that count."""
        return self.right + self.received + self.wrong_total

    @property
    def wrong_total(self) -> int:
        """All that are wrong."""
        return sum(self.wrong.values())


def count(verdicts: Iterable[Verdict]) -> Count:
    """How many there are of each."""
    found = Counter(verdicts)
    return Count(
        right=found[Verdict.RIGHT],
        received=found[Verdict.RECEIVED],
        wrong={one: found[one] for one in Verdict if one.is_wrong and found[one]},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A check that the shop asked for, and when it ``opens`` after it, if that is known."""

    at: datetime
    opens: datetime | None


def due(
    now: datetime,
    hours: ShopHours | None,
    asked: str | None,
    zone: tzinfo,
    last: datetime | None,
) -> Due | None:
    """The check whose time has come; None while there is none.

    ``asked`` is a local ``HH:MM``, ``NEVER``, or None for an hour before the first opening of each
    day. ``last`` is the time of the latest one that was made. One that was missed is made up for
    until the shop opens, or for an hour.
    """
    if asked == NEVER:
        return None
    today = now.astimezone(zone).date()
    for day in (today + timedelta(days=1), today, today - timedelta(days=1)):
        opens = hours.opens_on(day) if hours is not None else None
        if asked is not None:
            local = datetime.combine(day, time.fromisoformat(asked), tzinfo=zone)
            at = local.astimezone(now.tzinfo)
            if hours is not None and not hours.is_open_on(day):
                continue
        elif opens is not None:
            at = opens - BEFORE
        else:
            continue
        until = at + BEFORE if opens is None else max(opens, at + BEFORE)
        if at <= now < until:
            is_new = last is None or last < at
            later = opens if opens is not None and opens > at else None
            return Due(at=at, opens=later) if is_new else None
    return None


def checked(
    origin: Origin,
    *,
    event_id: str,
    check: int,
    due: Due | None,
    counted: Count,
    labels: Sequence[str],
    time: datetime,
) -> Event:
    """The event of a check; ``labels`` are the wrong ones in walking order.

    Without ``due`` somebody asked for it.
    """
    data = {
        "check": check,
        "cause": "asked" if due is None else "scheduled",
        "opens": None if due is None or due.opens is None else rfc3339(due.opens),
        "labels": counted.total,
        "right": counted.right,
        "received": counted.received,
        "wrong": {one.value: number for one, number in counted.wrong.items()},
        "first": list(labels[:NAMED]),
    }
    return Event(
        id=event_id,
        source=origin.source,
        type=OPENING_CHECK,
        subject=f"opening_check/{check}",
        time=time,
        recorded=time,
        data=data,
    )
