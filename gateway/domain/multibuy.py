"""Prices for several together: three for the price of two, two for 30, the second at half price.

What one article costs is always another price; a multi-buy stands beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, cast

Type = Literal["n_for_price", "buy_n_pay_m", "nth_percent"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MultiBuy:
    """The terms: ``n`` for ``amount``, ``n`` for the price of ``m``, or ``percent`` off the nth.

    ``limit`` is how many articles one shopper may buy at these terms.
    """

    type: Type
    n: int
    m: int | None = None
    amount: Decimal | None = None
    percent: Decimal | None = None
    limit: int | None = None


def fault(terms: Mapping[str, Any]) -> tuple[str, str] | None:
    """What is wrong with the terms as they were sent: the member, and what to write; or None.

    Members that the type does not use have no effect. The members' own shapes are checked before.
    """
    kind, n = terms["type"], terms.get("n")
    if n is None:
        return "n", "is missing; write how many articles the price is for"
    if kind == "n_for_price" and terms.get("amount") is None:
        return "amount", 'is missing; write what the articles cost together, like "30.00"'
    if kind == "buy_n_pay_m":
        m = terms.get("m")
        if m is None:
            return "m", "is missing; write how many of the articles are paid for"
        if m >= n:
            return "m", f"is {m}, and must be below n, which is {n}"
    if kind == "nth_percent" and terms.get("percent") is None:
        return "percent", "is missing; write how much less the nth costs, like 50"
    return None


def multibuy_from(terms: Mapping[str, Any]) -> MultiBuy:
    """The terms of a checked offer."""
    amount, percent = terms.get("amount"), terms.get("percent")
    return MultiBuy(
        type=cast("Type", terms["type"]),
        n=terms["n"],
        m=terms.get("m"),
        amount=None if amount is None else Decimal(amount),
        percent=None if percent is None else Decimal(str(percent)),
        limit=terms.get("limit"),
    )
