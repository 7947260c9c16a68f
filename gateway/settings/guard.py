"""Settings of the guard: who decides about what it holds, and what prices are usual."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from gateway.domain.money import AMOUNT
from gateway.settings.shapes import Currency, Section


def _price_range(pair: tuple[str, str]) -> tuple[str, str]:
    usable = all(AMOUNT.fullmatch(amount) for amount in pair)
    if not usable or Decimal(pair[0]) > Decimal(pair[1]):
        raise ValueError('write the least and the highest price, like ["0.50", "2000"]')
    return pair


PriceRange = Annotated[tuple[str, str], AfterValidator(_price_range)]


class Guard(Section):
    """Who decides about changes that are too large or odd, and what prices are usual."""

    decides: Literal["manager", "central"] = "manager"
    ranges: dict[Currency, PriceRange] = Field(default_factory=dict)

    @property
    def price_ranges(self) -> dict[str, tuple[Decimal, Decimal]]:
        """The usual prices by currency, where the shop has its own."""
        return {code: (Decimal(low), Decimal(high)) for code, (low, high) in self.ranges.items()}
