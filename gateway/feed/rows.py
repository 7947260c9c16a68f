"""What a row must look like to be used; a row that breaks a rule is refused, never half used."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

import pydantic
from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from gateway.domain import multibuy
from gateway.feed import fields
from gateway.feed.fields import (
    Amount,
    ClosingTime,
    Currency,
    Day,
    Gtin14,
    Id,
    Instant,
    Measure,
    Percent,
    Quantity,
    Text,
    Texts,
    TimeOfDay,
    Url,
)
from gateway.feed.hardware_values import HardwareValue
from gateway.settings import KINDS

MAX_INTEGER = 2**53 - 1
_ID = fields.ID
_HALF_PAIR = re.compile("[\ud800-\udfff]")
_SAID = 200
_GIVEN = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a row is not used: a stable code, where in the value, and plain words.

    ``given`` is the beginning of what stands there; empty when nothing does, or a whole object.
    """

    code: str
    path: str
    message: str
    given: str = ""


class _Row(BaseModel):
    """Members that a later version may add are kept in the replica and have no effect here."""

    model_config = ConfigDict(extra="ignore", strict=True)


class _Image(_Row):
    url: Url
    sha256: str | None = None


class _Axis(_Row):
    axis: Id
    name: Texts = {}
    values: Annotated[list[Text], Field(max_length=200)] = []


class GroupRow(_Row):
    """A ``group`` row."""

    name: Annotated[Texts, Field(min_length=1)]
    brand: Text | None = None
    description: Texts = {}
    axes: Annotated[list[_Axis], Field(max_length=3)] = []
    siblings: Annotated[list[Id], Field(max_length=100)] = []
    image: _Image | None = None
    url: Url | None = None


class _Color(_Row):
    name: Texts = {}
    hex: Annotated[str, Field(pattern=r"^#[0-9A-Fa-f]{6}$")] | None = None


class ProductRow(_Row):
    """A ``product`` row."""

    group: Id | None = None
    gtins: Annotated[list[Gtin14], Field(max_length=20)] = []
    codes: Annotated[list[Text], Field(max_length=20)] = []
    sku: Text | None = None
    name: Texts = {}
    options: Annotated[dict[Id, Text], Field(max_length=3)] = {}
    color: _Color | None = None
    category: Text | None = None
    status: Literal["active", "blocked", "recalled", "discontinued"] = "active"
    ranged: bool = True
    zone: Text | None = None
    image: _Image | None = None
    url: Url | None = None


class _Per(_Row):
    value: Measure
    unit: Text


class _UnitPrice(_Row):
    amount: Amount
    per: _Per


class _MultiBuy(_Row):
    type: Literal["n_for_price", "buy_n_pay_m", "nth_percent"]
    n: Annotated[int, Field(ge=2, le=1_000)] | None = None
    m: Annotated[int, Field(ge=1, le=1_000)] | None = None
    amount: Amount | None = None
    percent: Percent | None = None
    limit: Annotated[int, Field(ge=1, le=1_000)] | None = None

    @model_validator(mode="after")
    def _whole_terms(self) -> _MultiBuy:
        fault = multibuy.fault(self.model_dump())
        if fault is not None:
            member, why = fault
            raise PydanticCustomError("bad_multibuy", "{what}", {"what": f"{member} {why}"})
        return self


class _Offer(_Row):
    kind: Literal["list", "sale", "clearance", "loyalty"]
    amount: Amount
    valid_from: Instant | None = None
    valid_until: Instant | None = None
    campaign: Text | None = None
    program: Text | None = None
    condition: Texts | None = None
    prior_amount: Amount | None = None
    multibuy: _MultiBuy | None = None

    @model_validator(mode="after")
    def _begins_before_it_ends(self) -> _Offer:
        if self.valid_from is None or self.valid_until is None:
            return self
        if datetime.fromisoformat(self.valid_from) >= datetime.fromisoformat(self.valid_until):
            raise PydanticCustomError("empty_time", "ends before it begins; correct its times")
        return self


class OffersRow(_Row):
    """An ``offers`` row."""

    currency: Currency
    tax_included: bool = True
    deposit: Amount | None = None
    unit_price: _UnitPrice | None = None
    offers: Annotated[list[_Offer], Field(max_length=100)]


class StockRow(_Row):
    """A ``stock`` row; negative quantities are legal and count as 0."""

    available: Quantity | None
    as_of: Instant


class _Span(_Row):
    open: TimeOfDay
    close: ClosingTime


_Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class _Hours(_Span):
    days: Annotated[list[_Day], Field(min_length=1, max_length=7)]


class _Exception(_Row):
    date: Day
    hours: Annotated[list[_Span], Field(max_length=10)] = []


class LocationRow(_Row):
    """A ``location`` row."""

    name: Text
    kind: Literal["shop", "warehouse", "online", "elsewhere", "zone"]
    address: Text | None = None
    hours: Annotated[list[_Hours], Field(max_length=50)] | None = None
    exceptions: Annotated[list[_Exception], Field(max_length=400)] | None = None
    phone: Text | None = None
    url: Url | None = None


class _Target(_Row):
    product: Id | None = None
    group: Id | None = None
    where: Annotated[dict[Id, Text], Field(max_length=3)] = {}

    @model_validator(mode="after")
    def _one_of_two(self) -> _Target:
        if (self.product is None) == (self.group is None) or (self.product and self.where):
            raise PydanticCustomError(
                "bad_target", "is a product, or a group with or without fixed options"
            )
        return self


class BindingRow(_Row):
    """A ``binding`` row; without a target the label is ours and stands for nothing."""

    label: Id
    target: _Target | None
    template: Id | None = None
    alias: Annotated[Text, Field(max_length=64)] | None = None
    zone: Text | None = None
    hardware: HardwareValue | None = None


class TaskRow(_Row):
    """A ``task`` row."""

    kind: Literal["pick", "return_to_shelf", "count", "relabel", "remove", "message"]


_MODELS: dict[str, type[_Row]] = {
    "location": LocationRow,
    "group": GroupRow,
    "product": ProductRow,
    "offers": OffersRow,
    "stock": StockRow,
    "binding": BindingRow,
    "task": TaskRow,
}
_RANKS: dict[str, int] = {kind: rank for rank, kind in enumerate(KINDS)}


def rank(kind: str) -> int:
    """The place of a kind in a snapshot, so that what is referred to comes first."""
    return _RANKS.get(kind, len(_RANKS))


def is_known(kind: str) -> bool:
    """Whether rows of this kind have an effect; others are kept raw and counted."""
    return kind in _MODELS


def check_key(kind: str, key: str) -> Refusal | None:
    """What is wrong with the key of a row of a known kind, or None."""
    parts = key.split("/") if kind == "stock" else [key]
    if len(parts) == (2 if kind == "stock" else 1) and all(map(_ID.fullmatch, parts)):
        return None
    wanted = "{location}/{product}" if kind == "stock" else "an id"
    return Refusal(
        code="bad_key",
        path="",
        given=_given(key),
        message=f"the key {key[:80]!r} is not {wanted} of A-Z a-z 0-9 . _ - (64 at most)",
    )


def check(kind: str, key: str, value: Any) -> Refusal | None:
    """The first rule that the row breaks, or None; unknown kinds break none."""
    model = _MODELS.get(kind)
    if model is None:
        return None
    wrong_key = check_key(kind, key)
    if wrong_key is not None:
        return wrong_key
    if kind == "binding" and isinstance(value, dict) and value.get("label") != key:
        given = _given(value.get("label"))
        return Refusal(
            code="bad_key", path="label", message="label: is not the row's key", given=given
        )
    if not _is_plain(value):
        broken = next(_unrepresentable(value, ""), None)
        if broken is not None:
            return _sayable(broken)
    try:
        model.model_validate(value)
    except pydantic.ValidationError as error:
        return _refusal(error)
    return None


def _refusal(error: pydantic.ValidationError) -> Refusal:
    problem = error.errors(include_url=False)[0]
    path = ".".join(str(part) for part in problem["loc"])
    said = "" if problem["type"] == "missing" else f"{str(problem['input'])[:_GIVEN]!r} "
    message = problem["msg"][:1].lower() + problem["msg"][1:]
    words = f"{path or 'value'}: {said}{message}"
    return Refusal(
        code=problem["type"],
        path=path[:_SAID],
        message=words[:_SAID],
        given="" if problem["type"] == "missing" else _given(problem["input"]),
    )


def _sayable(refusal: Refusal) -> Refusal:
    """The same, short, and in characters that can be told: names may be long and odd."""
    said = {
        name: text[:_SAID].encode("utf-8", "replace").decode()
        for name, text in asdict(refusal).items()
    }
    return Refusal(**said)


def _given(value: Any) -> str:
    match value:
        case str():
            return value[:_GIVEN].encode(errors="replace").decode()
        case dict() | list():
            return ""
        case _:
            return json.dumps(value, default=str)[:_GIVEN]


def _is_plain(value: Any) -> bool:
    """Whether nothing in the value is ``_unrepresentable``; quick, and may say no too often."""
    if isinstance(value, str):
        return value.isascii() or not _HALF_PAIR.search(value)
    if isinstance(value, dict):
        for name, member in value.items():
            if not name.isascii() or not _is_plain(member):
                return False
        return True
    if isinstance(value, list):
        return all(map(_is_plain, value))
    return value is None or (isinstance(value, int) and -MAX_INTEGER <= value <= MAX_INTEGER)


def _unrepresentable(value: Any, path: str) -> Iterator[Refusal]:
    """What the digest's canonical form cannot hold: fractions, huge numbers, odd names."""
    match value:
        case bool() | None:
            return
        case int() if abs(value) > MAX_INTEGER:
            yield Refusal(
                code="huge_number",
                path=path,
                message=f"{path}: beyond 2^53-1; send it as text",
                given=str(value)[:_GIVEN],
            )
        case float() | Decimal():
            yield Refusal(
                code="fraction",
                path=path,
                message=f'{path}: {value}; send it as text, like "1.5"',
                given=str(value)[:_GIVEN],
            )
        case str() if not value.isascii() and _HALF_PAIR.search(value):
            yield Refusal(code="bad_text", path=path, message=f"{path}: is not valid Unicode")
        case dict():
            for name, member in value.items():
                inner = f"{path}.{name}" if path else str(name)
                if not str(name).isascii():
                    yield Refusal(
                        code="member_name", path=inner, message=f"{inner}: names are ASCII only"
                    )
                yield from _unrepresentable(member, inner)
        case list():
            for place, member in enumerate(value):
                yield from _unrepresentable(member, f"{path}.{place}")
        case _:
            return
