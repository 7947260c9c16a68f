"""Made-up facts to look at a template with: ``label_templates/<name>/sample.toml``.

``[facts]`` holds what all samples share, ``[sample.<name>]`` what one of them changes.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, ValidationError

from gateway.domain import multibuy, prior_price
from gateway.domain.labels import BESIDE, LabelFacts, LabelState, PictureFact, SecondTexts, SizeFact
from gateway.domain.money import Money
from gateway.domain.multibuy import MultiBuy
from gateway.domain.pricing import PriceTag
from gateway.domain.stock import Availability
from gateway.render import photographs
from gateway.render.elements import Strict
from gateway.render.explaining import Problem, explained_sample
from gateway.render.locating import Spots
from gateway.render.template import TemplateError, read
from gateway.wording import languages, money

_BANDS = {
    "here": Availability.IN_STOCK,
    "last": Availability.LAST,
    "none": Availability.NONE,
    "unknown": Availability.UNKNOWN,
}
_AMOUNT = re.compile(r"\d{1,9}(\.\d{1,4})?", re.ASCII)
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


def _language(value: object) -> object:
    if value not in languages.SUPPORTED:
        raise ValueError(f"write one of {', '.join(languages.SUPPORTED)}")
    return value


def _state(value: object) -> object:
    known = [one.value for one in LabelState if one not in BESIDE]
    if value not in known:
        raise ValueError(f"write one of {', '.join(known)}")
    return value


def _amount_written(value: object) -> object:
    # "" takes away what all share.
    if not isinstance(value, str) or (value and not _AMOUNT.fullmatch(value)):
        raise ValueError('write an amount in quotes, like "12.90"')
    return value


def _instant(value: object) -> object:
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise ValueError("write a time with its offset, like 2026-12-01T00:00:00-06:00")
    return value


def _terms(value: object) -> object:
    if not isinstance(value, dict) or value.get("type") not in get_args(multibuy.Type):
        kinds = ", ".join(get_args(multibuy.Type))
        raise ValueError(f'write {{ type = "…", n = 3, … }} with a type of {kinds}')
    if fault := multibuy.fault(value):
        raise ValueError(" ".join(fault))
    return value


def _size_run(value: object) -> object:
    good = isinstance(value, list) and all(
        isinstance(one, list) and len(one) == 2 and one[1] in _BANDS for one in value
    )
    if not good:
        raise ValueError(f'write [["25", "here"], …] with {", ".join(_BANDS)}')
    return value


Language = Annotated[Any, BeforeValidator(_language)]
State = Annotated[Any, BeforeValidator(_state)]
Amount = Annotated[Any, BeforeValidator(_amount_written)]
Instant = Annotated[Any, BeforeValidator(_instant)]
Terms = Annotated[Any, BeforeValidator(_terms)]
Sizes = Annotated[Any, BeforeValidator(_size_run)]


class _Sample(Strict):
    """What a sample may say."""

    code: str
    link: str
    language: Language
    state: State
    currency: str
    title: str = ""
    brand: str = ""
    variant: str = ""
    color: str = ""
    color_hex: str = ""
    size: str = ""
    reference: str = ""
    gtin: str | None = None
    picture: str = ""
    price: Amount | None = None
    price_from: bool = False
    prior: Amount | None = None
    regular: Amount | None = None
    loyalty: Amount | None = None
    program: str | None = None
    condition: dict[str, str] | None = None
    multibuy: Terms | None = None
    loyalty_multibuy: Terms | None = None
    valid_until: Instant | None = None
    unit_price: Amount | None = None
    unit: str | None = None
    unit_value: Amount | None = None
    deposit: Amount | None = None
    sizes: Sizes = ()
    choices: tuple[Literal["size", "color"], ...] = ()
    last: bool = False
    year: int | None = None
    coming: Instant | None = None
    until: Instant | None = None
    second: dict[str, str] | None = None


def load(path: Path, country: str = "MX") -> Mapping[str, LabelFacts]:
    """The samples in ``path`` by name. Raises ``TemplateError``.

    Amounts are in the currency of ``country`` (ISO 3166-1) unless the file names another.
    """
    spots = Spots()
    raw = read(path, spots)
    shared, named = raw.get("facts", {}), raw.get("sample", {})
    for table in (shared, named, *(named.values() if isinstance(named, dict) else ())):
        if not isinstance(table, dict):
            raise TemplateError(f"{path}: write tables, [facts] and [sample.<name>]")
    if not named:
        raise TemplateError(f"{path}: no samples; write at least one table, [sample.regular]")
    for key in raw.keys() - {"facts", "sample"}:
        what = "there is no such table; write [facts] and [sample.<name>]"
        raise TemplateError(f"{spots.of('', key) or path}: {key}: {what}")
    shared = {"currency": money.currency_of(country), **shared}
    found: dict[str, LabelFacts] = {}
    wrong: list[Problem] = []
    for name, own in named.items():
        said = {**shared, **own}
        try:
            _Sample.model_validate(said)
            found[name] = _facts(said, path.parent)
        except ValidationError as error:
            wrong += explained_sample(error, name, _Sample.model_fields, spots)
        except OSError as error:
            where = spots.of_either((f"sample.{name}", "facts"), "picture")
            what = f"sample {name!r}, picture: cannot be read ({error.strerror})"
            wrong.append(Problem(where, what))
        except (ValueError, KeyError, TypeError, ArithmeticError) as error:
            wrong.append(Problem(spots.of("sample", name), f"sample {name!r}: {error}"))
    if wrong:
        raise TemplateError("\n".join(f"{one.where or path}: {one.what}" for one in wrong))
    return found


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
