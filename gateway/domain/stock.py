"""What a shopper or a label is told about stock."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from enum import Enum

from gateway.domain.catalogue import StockLevel

LAST_PIECES = 1
"""At or below this many the article is said to be the last one: counts are never that exact."""


class Availability(Enum):
    """The bands shown instead of raw counts."""

    IN_STOCK = "in_stock"
    LAST = "last"
    NONE = "none"
    UNKNOWN = "unknown"


def available(level: StockLevel | None) -> Decimal | None:
    """Pieces available; None is unknown, negative counts as 0."""
    if level is None or level.available is None:
        return None
    return max(level.available, Decimal(0))


def availability(level: StockLevel | None) -> Availability:
    """The band of one stock level."""
    pieces = available(level)
    if pieces is None:
        return Availability.UNKNOWN
    if pieces <= 0:
        return Availability.NONE
    return Availability.LAST if pieces <= LAST_PIECES else Availability.IN_STOCK


def best(bands: Iterable[Availability]) -> Availability:
    """The most hopeful of several bands; ``UNKNOWN`` when there are none."""
    order = (Availability.IN_STOCK, Availability.LAST, Availability.UNKNOWN, Availability.NONE)
    return min(bands, key=order.index, default=Availability.UNKNOWN)
