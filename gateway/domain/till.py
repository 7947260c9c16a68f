"""Shelf against till: what labels say an article costs, and what the till asks for it.

Pure: prices decide. The till is not ours; its prices are what somebody took from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from gateway.domain.money import Money


class Finding(Enum):
    """What comparing an article gave."""

    MATCH = "match"
    MORE = "more"
    """The till asks more than the shelf says."""
    LESS = "less"
    NO_PRICE = "no_price"
    """The shelf says no price."""
    OTHER_CURRENCY = "other_currency"

    @property
    def is_compared(self) -> bool:
        """Whether there were two prices in one currency."""
        return self in {Finding.MATCH, Finding.MORE, Finding.LESS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """An article's two prices. ``labels`` of it say ``shelf``, the price that differs most.

    Without any label ``shelf`` is the price in force: what a label would say.
    """

    finding: Finding
    till: Money
    shelf: Money | None
    labels: int = 0

    @property
    def gap(self) -> Decimal:
        """How much more the till asks; 0 where the two cannot be compared."""
        if self.shelf is None or not self.finding.is_compared:
            return Decimal(0)
        return self.till.amount - self.shelf.amount


def compare(till: Money, in_force: Money | None, shown: Mapping[Money, int]) -> Compared:
    """The till's price beside those that labels show (with how many of them), the worst of them.

    Amounts are compared as a shopper pays them. ``in_force`` counts where no label shows any.
    """
    shelf = shown or ({in_force: 0} if in_force is not None else {})
    each = [_compare(till.rounded(), price.rounded(), labels) for price, labels in shelf.items()]
    if not each:
        return Compared(finding=Finding.NO_PRICE, till=till, shelf=None)
    return max(each, key=lambda one: (one.finding is Finding.OTHER_CURRENCY, *_badness(one)))


def _compare(till: Money, shelf: Money, labels: int) -> Compared:
    if till.currency != shelf.currency:
        finding = Finding.OTHER_CURRENCY
    elif till.amount == shelf.amount:
        finding = Finding.MATCH
    else:
        finding = Finding.MORE if till.amount > shelf.amount else Finding.LESS
    return Compared(finding=finding, till=till, shelf=shelf, labels=labels)


def _badness(one: Compared) -> tuple[Decimal, bool]:
    """The more money, the worse; of the same the one that a shopper loses by."""
    return abs(one.gap), one.gap > 0


def worst_first(one: Compared, product: str) -> tuple[Decimal, bool, str]:
    """What to sort by so that the worst difference comes first."""
    size, loses = _badness(one)
    return -size, not loses, product


def percent(matches: int, compared: int) -> Decimal:
    """The share of matches in percent, to a tenth and rounded down: 100 only if all match."""
    if not compared:
        return Decimal(0)
    return Decimal(1000 * matches // compared) / 10
