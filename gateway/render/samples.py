"""Made-up facts to look at a template with: ``label_templates/<name>/sample.toml``.

``[facts]`` holds what all samples share, ``[sample.<name>]`` what one of them changes.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from gateway.domain import multibuy, prior_price
from gateway.domain.labels import LabelFacts, LabelState, PictureFact, SecondTexts, SizeFact
from gateway.domain.money import Money
from gateway.domain.multibuy import MultiBuy
from gateway.domain.pricing import PriceTag
from gateway.domain.stock import Availability
from gateway.render import photographs
from gateway.render.template import TemplateError
from gateway.wording import money

_BANDS = {
    "here": Availability.IN_STOCK,
    "last": Availability.LAST,
    "none": Availability.NONE,
    "unknown": Availability.UNKNOWN,
}
_WITHOUT_PRICE = frozenset({LabelState.NO_PRICE, LabelState.COMING, LabelState.WITHDRAWN})
_PLAIN = (
    "code",
    "color_hex",
    "link",
    "language",
    "title",
    "brand",
    "variant",
    "color",
    "size",
    "reference",
    "gtin",
    "unit",
    "price_from",
    "coming",
    "until",
    "year",
)


def load(path: Path, country: str = "MX") -> Mapping[str, LabelFacts]:
    """The samples in ``path`` by name. Raises ``TemplateError``.

    Amounts are in the currency of ``country`` (ISO 3166-1) unless the file names another.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        shared = {"currency": money.currency_of(country), **raw["facts"]}
        return {name: _facts({**shared, **own}, path.parent) for name, own in raw["sample"].items()}
    except (OSError, ValueError, KeyError, TypeError, ArithmeticError) as error:
        raise TemplateError(f"{path}: no samples can be read: {error}") from error


def _facts(raw: Mapping[str, Any], folder: Path) -> LabelFacts:
    plain = {name: raw[name] for name in _PLAIN if name in raw}
    sizes = tuple(
        SizeFact(size=size, availability=_BANDS[band]) for size, band in raw.get("sizes", [])
    )
    tag = _tag(raw)
    beside = {
        LabelState.LOYALTY: tag is not None
        and (tag.loyalty is not None or tag.loyalty_multibuy is not None),
        LabelState.LAST: raw.get("last", False),
    }
    unit_value = raw.get("unit_value")
    return LabelFacts(
        **plain,
        state=LabelState(raw["state"]),
        tag=tag,
        unit_price=_amount(raw, "unit_price"),
        unit_value=None if unit_value is None else Decimal(unit_value),
        deposit=_amount(raw, "deposit"),
        picture=_picture(raw, folder),
        sizes=sizes,
        choices=frozenset(raw.get("choices", ())),
        beside=frozenset(state for state, holds in beside.items() if holds),
        second=SecondTexts(**raw["second"]) if "second" in raw else None,
    )


def _amount(raw: Mapping[str, Any], name: str) -> Money | None:
    text = raw.get(name)
    return Money(amount=Decimal(text), currency=raw["currency"]) if text else None


def _picture(raw: Mapping[str, Any], folder: Path) -> PictureFact | None:
    """The WebP file beside the samples that ``picture`` names; "" is none."""
    if not raw.get("picture"):
        return None
    data = (folder / Path(raw["picture"]).name).read_bytes()
    return photographs.named(hashlib.sha256(data).hexdigest(), data)


def _several(raw: Mapping[str, Any], name: str) -> MultiBuy | None:
    return multibuy.multibuy_from(raw[name]) if name in raw else None


def _tag(raw: Mapping[str, Any]) -> PriceTag | None:
    price = _amount(raw, "price")
    if price is None or LabelState(raw["state"]) in _WITHOUT_PRICE:
        return None
    kind = raw["state"] if raw["state"] in {"sale", "clearance"} else "list"
    prior = _amount(raw, "prior")
    return PriceTag(
        price=price,
        kind=kind,
        regular=_amount(raw, "regular"),
        loyalty=_amount(raw, "loyalty"),
        program=raw.get("program"),
        condition=raw.get("condition"),
        multibuy=_several(raw, "multibuy"),
        loyalty_multibuy=_several(raw, "loyalty_multibuy"),
        valid_until=raw.get("valid_until"),
        prior=prior,
        percent=None if prior is None else prior_price.percent(prior, price),
    )
