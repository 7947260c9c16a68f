"""Hours of the night in which labels are left alone, on the shop's own clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """From ``begins`` until ``ends``, every day; over midnight where it ends before it begins."""

    begins: time
    ends: time
    zone: tzinfo

    def ends_at(self, at: datetime) -> datetime | None:
        """When the quiet hours that ``at`` lies in are over; None outside of them."""
        local = at.astimezone(self.zone)
        # Without the zone: a clock that is set forward or back must not make it the day before.
        clock = local.replace(tzinfo=None)
        for day in (clock.date(), clock.date() - timedelta(days=1)):
            begins = datetime.combine(day, self.begins)
            ends = datetime.combine(day, self.ends)
            if ends <= begins:
                ends += timedelta(days=1)
            if begins <= clock < ends:
                return self._next(ends, at)
        return None

    def _next(self, clock: datetime, after: datetime) -> datetime:
        """When the shop's clock next says this; in autumn it says some times twice."""
        each = (clock.replace(tzinfo=self.zone, fold=fold).astimezone(UTC) for fold in (0, 1))
        return next((one for one in each if one > after), after).astimezone(after.tzinfo)
