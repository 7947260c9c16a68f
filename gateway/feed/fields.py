"""The values that rows are made of, with what to write instead where one is wrong."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from gateway.domain import gtin, money

MAX_TEXT = 500
ID = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_PERCENT = re.compile(r"\d{1,3}(\.\d{1,2})?", re.ASCII)
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)
_COUNT = re.compile(r"-?\d{1,12}(\.\d{1,4})?", re.ASCII)


def _text(value: str) -> str:
    if len(value) > MAX_TEXT:
        raise PydanticCustomError(
            "too_long", "has {n} characters, at most 500 are allowed", {"n": len(value)}
        )
    if _CONTROL.search(value):
        raise PydanticCustomError("control_character", "has a control character; remove it")
    return value


def _id(value: str) -> str:
    if not ID.fullmatch(value):
        raise PydanticCustomError("bad_id", "is no id: write 1 to 64 of A-Z a-z 0-9 . _ -")
    return value


def _amount(value: str) -> str:
    if value.startswith("-"):
        raise PydanticCustomError("negative_amount", "is negative; an amount is 0 or more")
    if not money.AMOUNT.fullmatch(value):
        raise PydanticCustomError(
            "bad_amount", 'is no amount: write up to 9 digits and 4 decimals as text, like "19.90"'
        )
    return value


def _currency(value: str) -> str:
    if value not in money.MINOR_UNITS:
        raise PydanticCustomError(
            "unknown_currency", "is no ISO 4217 currency code, like MXN or EUR"
        )
    return value


def _gtin14(value: str) -> str:
    try:
        normal = gtin.normalise(value)
    except gtin.GtinError as error:
        raise PydanticCustomError("bad_gtin", "{why}", {"why": str(error)}) from error
    if normal != value:
        raise PydanticCustomError("bad_gtin", "has {n} digits; send all 14", {"n": len(value)})
    return value


def _instant(value: str) -> str:
    try:
        parsed = datetime.fromisoformat(value)
    except ValueError as error:
        raise PydanticCustomError(
            "bad_time", "is no RFC 3339 time, like 2026-11-22T10:00:00-06:00"
        ) from error
    if parsed.tzinfo is None:
        raise PydanticCustomError("bad_time", "has no offset; write for example -06:00 or Z")
    return value


def _percent(value: str) -> str:
    if not _PERCENT.fullmatch(value) or not 0 < Decimal(value) <= 100:
        raise PydanticCustomError(
            "bad_percent", 'is no percentage above 0 and up to 100, like "50"'
        )
    return value


def _clock(value: str) -> str:
    if not _CLOCK.fullmatch(value):
        raise PydanticCustomError("bad_hour", 'is no time of day, like "09:30"')
    return value


def _closing(value: str) -> str:
    return value if value == "24:00" else _clock(value)


def _date(value: str) -> str:
    try:
        date.fromisoformat(value)
    except ValueError as error:
        raise PydanticCustomError("bad_date", "is no date, like 2026-12-25") from error
    return value


def _count(value: str) -> str:
    if not _COUNT.fullmatch(value):
        raise PydanticCustomError("bad_quantity", 'is no quantity, like 3 or "1.250"')
    return value


def _measure(value: str | int) -> str | int:
    if Decimal(value) <= 0:
        raise PydanticCustomError("bad_quantity", 'is no measure, like 100 or "0.5"')
    return value


Text = Annotated[str, AfterValidator(_text)]
Id = Annotated[str, AfterValidator(_id)]
Amount = Annotated[str, AfterValidator(_amount)]
Instant = Annotated[str, AfterValidator(_instant)]
Language = Annotated[str, Field(pattern=r"^[a-z]{2}(-[A-Z]{2})?$")]
Texts = Annotated[dict[Language, Text], Field(max_length=40)]
Url = Annotated[str, Field(pattern=r"^https?://[^\s\x00-\x20\"<>]{1,2000}$")]
Quantity = Annotated[str, AfterValidator(_count)] | Annotated[int, Field(strict=True)]
Measure = Annotated[Quantity, AfterValidator(_measure)]
Currency = Annotated[str, AfterValidator(_currency)]
Gtin14 = Annotated[str, AfterValidator(_gtin14)]
Percent = Annotated[str, AfterValidator(_percent)] | Annotated[int, Field(ge=1, le=100)]
Day = Annotated[str, AfterValidator(_date)]
TimeOfDay = Annotated[str, AfterValidator(_clock)]
ClosingTime = Annotated[str, AfterValidator(_closing)]
