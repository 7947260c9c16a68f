"""Made-up facts to look at a template with: ``label_templates/<name>/sample.toml``.

``[facts]`` holds what all samples share, ``[sample.<name>]`` what one of them changes.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from gateway.domain import multibuy, prior_price
from gateway.domain.labels import LabelFacts, LabelState, SizeFact
from gateway.domain.money import Money
from gateway.domain.pricing import PriceTag
from gateway.domain.stock import Availability
from gateway.render.template import TemplateError

_BANDS = {
    "here": Availability.IN_STOCK,
    "last": Availability.LAST,
    "none": Availability.NONE,
    "unknown": Availability.UNKNOWN,
}
_PLAIN = (
    "code",
    "link",
    "language",
    "title",
    "brand",
    "variant",
    "color",
    "size",
    "reference",
    "price_from",
)


def load(path: Path) -> Mapping[str, LabelFacts]:
    """The samples in ``path`` by name. Raises ``TemplateError``."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        shared = raw["facts"]
        return {name: _facts({**shared, **own}) for name, own in raw["sample"].items()}
    except (OSError, ValueError, KeyError, TypeError, ArithmeticError) as error:
        raise TemplateError(f"{path}: no samples can be read: {error}") from error


def _facts(raw: Mapping[str, Any]) -> LabelFacts:
    plain = {name: raw[name] for name in _PLAIN if name in raw}
    sizes = tuple(
        SizeFact(size=size, availability=_BANDS[band]) for size, band in raw.get("sizes", [])
    )
    deposit = raw.get("deposit")
    return LabelFacts(
        **plain,
        state=LabelState(raw["state"]),
        tag=_tag(raw),
        deposit=Money(amount=Decimal(deposit), currency=raw["currency"]) if deposit else None,
        sizes=sizes,
        year=raw.get("year"),
    )


def _tag(raw: Mapping[str, Any]) -> PriceTag | None:
    if "price" not in raw or raw["state"] == LabelState.NO_PRICE.value:
        return None

    def amount(name: str) -> Money | None:
        text = raw.get(name)
        return Money(amount=Decimal(text), currency=raw["currency"]) if text else None

    price = amount("price")
    if price is None:
        return None
    kind = raw["state"] if raw["state"] in {"sale", "clearance"} else "list"
    prior = amount("prior")
    return PriceTag(
        price=price,
        kind=kind,
        regular=amount("regular"),
        multibuy=multibuy.multibuy_from(raw["multibuy"]) if "multibuy" in raw else None,
        valid_until=raw.get("valid_until"),
        prior=prior,
        percent=None if prior is None else prior_price.percent(prior, price),
    )
