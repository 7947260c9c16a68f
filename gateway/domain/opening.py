"""When a shop is open: weekly hours and days that differ, in the shop's own local time.

A local time that occurs twice (clocks go back) opens at its first and closes at its second
occurrence; one that does not occur (clocks go forward) stands for as long after midnight as it
would on another day. So an opening is never shorter than the sign on the door says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DIAS = ("lun", "mar", "mié", "jue", "vie", "sáb", "dom")
_NAME = re.compile("|".join(DAYS))
_SPAN = re.compile(r"((?:[01]\d|2[0-3]):[0-5]\d)-((?:[01]\d|2[0-3]):[0-5]\d|24:00)", re.ASCII)
_LONGEST_DAYS = 8
"""An opening that has lasted, or will last, so many days has no end worth waiting for."""

_BEGINNING = datetime.min.replace(tzinfo=UTC)
_END = datetime.max.replace(tzinfo=UTC)

Spans = tuple[tuple[str, str], ...]
"""(open, close) as local ``HH:MM``; a close at or before its open is on the next day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningHours:
    """``weekly`` by weekday, Monday is 0; ``exceptions`` replace the hours of their day."""

    weekly: Mapping[int, Spans] = field(default_factory=dict)
    exceptions: Mapping[date, Spans] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether any hours are known."""
        return bool(self.weekly) or bool(self.exceptions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """One stretch of open time, ``[opens, closes)``."""

    opens: datetime
    closes: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopHours:
    """Opening hours where they apply.

    ``before`` are hours that were replaced, each with the instant until which it held, in order:
    whatever hours are told later, what was open then was open.
    """

    hours: OpeningHours
    zone: tzinfo
    before: tuple[tuple[datetime, OpeningHours], ...] = ()

    def opening(self, at: datetime) -> Opening | None:
        """The opening that ``at`` lies in; None while closed.

        Also None for a shop that is open round the clock: it never closes, so nothing can wait
        for that.
        """
        today = at.astimezone(self.zone).date()
        opens = closes = at
        found = False
        for one in self._around(today):
            if one.opens <= at < one.closes or (found and one.opens <= closes < one.closes):
                opens, closes, found = min(opens, one.opens), max(closes, one.closes), True
        if not found or closes - at > timedelta(days=_LONGEST_DAYS - 1):
            return None
        # Openings that touch are one: go back while another ends where this one begins.
        for one in reversed(list(self._around(today))):
            if one.opens < opens <= one.closes:
                opens = one.opens
        return Opening(opens=opens, closes=closes)

    def opens_on(self, day: date) -> datetime | None:
        """When the shop, closed until then, opens first on this local day; None if it does not."""
        around = list(self._around(day))
        found = (
            one.opens
            for one in around
            if one.opens.astimezone(self.zone).date() == day
            and not any(other.opens < one.opens <= other.closes for other in around)
        )
        return next(found, None)

    def is_open_on(self, day: date) -> bool:
        """Whether the shop is open at any time of this local day."""
        begins = self._instant(day, "00:00", second=False)
        ends = self._instant(day + timedelta(days=1), "00:00", second=False)
        return any(one.opens < ends and begins < one.closes for one in self._around(day))

    def is_open(self, at: datetime) -> bool:
        """Whether the shop is open, also where it never closes."""
        today = at.astimezone(self.zone).date()
        return any(one.opens <= at < one.closes for one in self._around(today))

    def opens_next(self, at: datetime) -> datetime | None:
        """When it opens, where it is closed ``at``; None while open, or for more than a week."""
        if self.is_open(at):
            return None
        today = at.astimezone(self.zone).date()
        return next((one.opens for one in self._around(today) if one.opens > at), None)

    def _around(self, today: date) -> Iterator[Opening]:
        """The openings of the days around ``today``, in order."""
        days = [today + timedelta(days=day) for day in range(-_LONGEST_DAYS, _LONGEST_DAYS + 1)]
        found: list[Opening] = []
        begins = _BEGINNING
        earliest = datetime.combine(days[0], time.min, tzinfo=self.zone)
        for ends, hours in (*self.before, (_END, self.hours)):
            if ends > earliest:
                found += self._openings(hours, days, begins, ends)
            begins = ends
        yield from sorted(found, key=lambda one: one.opens)

    def _openings(
        self, hours: OpeningHours, days: Iterable[date], begins: datetime, ends: datetime
    ) -> Iterator[Opening]:
        """What of ``[begins, ends)`` is open on these days by these hours."""
        for day in days:
            spans = hours.exceptions.get(day)
            if spans is None:
                spans = hours.weekly.get(day.weekday(), ())
            for span in spans:
                one = self._span(day, *span)
                opens, closes = max(one.opens, begins), min(one.closes, ends)
                if opens < closes:
                    yield Opening(opens=opens, closes=closes)

    def _span(self, day: date, opens: str, closes: str) -> Opening:
        last = day if closes > opens else day + timedelta(days=1)
        if closes == "24:00":
            last, closes = day + timedelta(days=1), "00:00"
        return Opening(
            opens=self._instant(day, opens, second=False),
            closes=self._instant(last, closes, second=True),
        )

    def _instant(self, day: date, clock: str, *, second: bool) -> datetime:
        local = datetime.combine(day, time.fromisoformat(clock), tzinfo=self.zone)
        first, other = (local.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
        # In the hour that is skipped fold 1 lies before fold 0, and names the hour before.
        return max(first, other) if second else first


def hours_from(
    hours: Iterable[Mapping[str, Any]], exceptions: Iterable[Mapping[str, Any]]
) -> OpeningHours:
    """The hours in a checked ``location`` row."""
    weekly: dict[int, Spans] = {}
    for line in hours:
        for name in line["days"]:
            day = DAYS.index(name)
            weekly[day] = (*weekly.get(day, ()), (line["open"], line["close"]))
    special = {
        date.fromisoformat(line["date"]): tuple(
            (span["open"], span["close"]) for span in line.get("hours") or ()
        )
        for line in exceptions
    }
    return OpeningHours(weekly=weekly, exceptions=special)


def written(hours: str) -> list[dict[str, Any]]:
    """The ``hours`` of a location row that ``mon-fri 09:00-20:00, sat 10:00-14:00`` says.

    Days are written in English or in Spanish. Raises ``ValueError`` for what is no hours.
    """
    return [_line(*part.split()) for part in hours.split(",")]


def in_spanish(hours: str) -> str:
    """Such hours with the days as they are written in Spanish."""
    return _NAME.sub(lambda found: _DIAS[DAYS.index(found[0])], hours)


def _line(*words: str) -> dict[str, Any]:
    if len(words) != 2:
        raise ValueError("days and hours are written as in mon-fri 09:00-20:00")
    first, _, last = words[0].partition("-")
    begins, ends = _day(first), _day(last or first)
    found = _SPAN.fullmatch(words[1])
    if found is None or found[1] == found[2]:
        raise ValueError("hours are written as in 09:00-20:00")
    # From Saturday to Monday goes over the end of the week.
    days = [DAYS[(begins + step) % 7] for step in range((ends - begins) % 7 + 1)]
    return {"days": days, "open": found[1], "close": found[2]}


def _day(name: str) -> int:
    plain = name.casefold()
    return DAYS.index(plain) if plain in DAYS else _DIAS.index(plain)


def tell_alike(one: OpeningHours, other: OpeningHours, until: date) -> bool:
    """Whether both say the same of every day through ``until``."""
    days = {day for day in (*one.exceptions, *other.exceptions) if day <= until}
    return one.weekly == other.weekly and all(
        one.exceptions.get(day) == other.exceptions.get(day) for day in days
    )
