"""What a picture says of the price, as text in rows of wishes."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from gateway.domain.labels import LabelState
from gateway.domain.money import Money
from gateway.domain.ranking import Told


def text(told: Told | None) -> str:
    """As the database keeps it; '' for None."""
    if told is None:
        return ""
    price = told.price
    value: dict[str, Any] = {"state": told.state.value, "kind": told.kind, "terms": told.terms}
    if price is not None:
        value |= {"amount": str(price.amount), "currency": price.currency}
    if told.members is not None:
        value["members"] = str(told.members)
    return json.dumps(value)


def read(text: str) -> Told | None:
    """What was kept as ``text``."""
    if not text:
        return None
    value: dict[str, Any] = json.loads(text)
    price = None
    if "amount" in value:
        price = Money(amount=Decimal(value["amount"]), currency=value["currency"])
    return Told(
        state=LabelState(value["state"]),
        kind=value["kind"],
        price=price,
        members=Decimal(value["members"]) if "members" in value else None,
        terms=value["terms"],
    )
