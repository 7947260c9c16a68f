"""When everything is read again."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


def next_reading(last: datetime, at: str, zone: ZoneInfo) -> datetime:
    """The first time after ``last`` that the clock in the shop shows ``at`` (``HH:MM``), in UTC.

    A time that a change of the clock leaves out comes an hour later that day; one that it repeats
    counts once.
    """
    wanted = time.fromisoformat(at)
    day = last.astimezone(zone).date()
    while True:
        due = datetime.combine(day, wanted, zone).astimezone(UTC)
        if due > last:
            return due
        day += timedelta(days=1)


def version_ends(version: str) -> datetime:
    """When Shopify may stop serving a release: a year after it came out.

    https://shopify.dev/docs/api/usage/versioning
    """
    year, month = (int(part) for part in version.split("-"))
    return datetime(year + 1, month, 1, tzinfo=UTC)
