"""What a shopper or a label is told about stock."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from enum import Enum

from gateway.domain.catalogue import StockLevel
from gateway.domain.observed import Observed

LAST_PIECES = 1
"""At or below this many the article is said to be the last one: counts are never that exact."""


class Availability(Enum):
    """The bands shown instead of raw counts."""

    IN_STOCK = "in_stock"
    LAST = "last"
    NONE = "none"
    UNKNOWN = "unknown"


def available(level: StockLevel | None, observed: Observed | None = None) -> Decimal | None:
    """Pieces available; None is unknown, negative counts as 0.

    What was looked for in vain is not there, whatever the source says, until it says another
    number. Pieces that are taken are not there for anybody else.
    """
    pieces = None if level is None else level.available
    if observed is not None:
        if observed.not_found_at is not None and pieces == observed.not_found_of:
            return Decimal(0)
        if pieces is not None:
            pieces -= observed.taken
    return None if pieces is None else max(pieces, Decimal(0))


def availability(level: StockLevel | None, observed: Observed | None = None) -> Availability:
    """The band of one stock level, with what the shop itself knows."""
    pieces = available(level, observed)
    if pieces is None:
        return Availability.UNKNOWN
    if pieces <= 0:
        return Availability.NONE
    return Availability.LAST if pieces <= LAST_PIECES else Availability.IN_STOCK


def best(bands: Iterable[Availability]) -> Availability:
    """The most hopeful of several bands; ``UNKNOWN`` when there are none."""
    order = (Availability.IN_STOCK, Availability.LAST, Availability.UNKNOWN, Availability.NONE)
    return min(bands, key=order.index, default=Availability.UNKNOWN)
