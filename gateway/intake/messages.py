"""What scanners and sensors send, over MQTT as over HTTP: JSON, checked member by member.

Unknown members have no effect, so that a device may say more than we understand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final

import pydantic
import pydantic_core
from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    WithJsonSchema,
)

from gateway.domain.events import Reading, Scan

MAX_MESSAGE: Final = 16 * 1024
MAX_AT_ONCE: Final = 500
_MAX_FAULTS = 20
_MAX_WHOLE = 2**53 - 1

_HINTS: Final = {
    "id": "use 1 to 64 of A-Z a-z 0-9 . _ -",
    "code": "use 1 to 500 characters, of control characters only the GS1 separator",
    "symbology": "use 1 to 32 letters, digits, spaces or . _ + -",
    "mode": "use one word in small letters, like count",
    "[key]": "name a value in small letters with its unit, like mass_g or temperature_c",
}

_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_DECIMAL = r"^-?\d{1,15}(\.\d{1,9})?$"
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong, and where in the message."""

    where: str
    what: str


class UnreadableError(ValueError):
    """A message that cannot be used; ``given_id`` is its id if at least that can be read."""

    def __init__(self, faults: list[Fault], given_id: str | None = None) -> None:
        super().__init__("; ".join(f"{fault.where}: {fault.what}" for fault in faults))
        self.faults = faults
        self.given_id = given_id


def _decimal(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        if abs(value) > _MAX_WHOLE:
            raise ValueError("the number is too large")
        return str(value)
    if isinstance(value, float):
        raise ValueError('write a number with a fraction as text in quotes, like "21.5"')  # noqa: TRY004 - pydantic reports ValueError only
    if isinstance(value, str) and re.fullmatch(_DECIMAL, value, re.ASCII):
        return value
    raise ValueError('write a whole number like 1240 or a decimal in quotes like "21.5"')


def _instant(value: Any) -> datetime:
    if not isinstance(value, str) or not _RFC3339.fullmatch(value):
        raise ValueError("write date, time and offset, like 2026-11-22T10:00:00-06:00")
    return datetime.fromisoformat(value)


Number = Annotated[
    str,
    BeforeValidator(_decimal),
    WithJsonSchema({"anyOf": [{"type": "integer"}, {"type": "string", "pattern": _DECIMAL}]}),
]
Instant = Annotated[AwareDatetime, BeforeValidator(_instant)]
Id = Annotated[str, Field(pattern=rf"^{_ID.pattern}$")]
ValueName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
# A barcode may hold the GS1 separator, and no other control character.
Code = Annotated[str, Field(pattern=r"^([^\x00-\x1f\x7f]|\x1d){1,500}$")]


class _Said(BaseModel):
    """What every device may add: an id for repeats, and when it happened."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)

    id: Annotated[
        Id | None, Field(description="Never used twice within 24 hours; repeats keep it.")
    ] = None
    at: Annotated[Instant | None, Field(description="When it happened; else when we got it.")] = (
        None
    )


class ScanMessage(_Said):
    """A code that a scanner read."""

    code: Annotated[Code, Field(description="As read, symbology identifier left out.")]
    symbology: Annotated[str, Field(pattern=r"^[A-Za-z0-9 ._+-]{1,32}$")] | None = None
    mode: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")] | None = None
    quantity: Number | None = None

    def content(self) -> Scan:
        """The scan."""
        return Scan(
            code=self.code, symbology=self.symbology, mode=self.mode, quantity=self.quantity
        )


class ReadingMessage(_Said):
    """What a sensor measured."""

    values: Annotated[
        dict[ValueName, Number],
        Field(min_length=1, max_length=32, description="Name with unit: number, as mass_g: 1240."),
    ]

    def content(self) -> Reading:
        """The reading."""
        return Reading(values=self.values)


DeviceMessage = ScanMessage | ReadingMessage
Kind = type[ScanMessage] | type[ReadingMessage]
_SCANS = TypeAdapter(Annotated[list[ScanMessage], Field(min_length=1, max_length=MAX_AT_ONCE)])
_READINGS = TypeAdapter(
    Annotated[list[ReadingMessage], Field(min_length=1, max_length=MAX_AT_ONCE)]
)


def read_one(kind: Kind, payload: bytes) -> DeviceMessage:
    """One message of at most ``MAX_MESSAGE`` bytes. Raises ``UnreadableError``."""
    if len(payload) > MAX_MESSAGE:
        what = f"{len(payload)} bytes are too many: at most {MAX_MESSAGE} are taken"
        raise UnreadableError([Fault(where="the message", what=what)])
    try:
        return kind.model_validate_json(payload)
    except pydantic.ValidationError as error:
        raise UnreadableError(_faults(error), _given_id(payload)) from error


def read_some(kind: Kind, body: bytes) -> Sequence[DeviceMessage]:
    """One message or a list of at most ``MAX_AT_ONCE``. Raises ``UnreadableError``."""
    try:
        if not body.lstrip().startswith(b"["):
            return [kind.model_validate_json(body)]
        return (_SCANS if kind is ScanMessage else _READINGS).validate_json(body)
    except pydantic.ValidationError as error:
        raise UnreadableError(_faults(error)) from error


def schema_of_some(kind: Kind) -> dict[str, Any]:
    """The JSON Schema of what ``read_some`` takes."""
    one = kind.model_json_schema()
    return {"anyOf": [one, {"type": "array", "items": one, "minItems": 1, "maxItems": MAX_AT_ONCE}]}


def _faults(error: pydantic.ValidationError) -> list[Fault]:
    problems = error.errors(include_url=False, include_input=False, include_context=False)
    return [
        Fault(
            where=".".join(str(part) for part in problem["loc"])[:200] or "the message",
            what=_what(problem),
        )
        for problem in problems[:_MAX_FAULTS]
    ]


def _what(problem: pydantic_core.ErrorDetails) -> str:
    if problem["type"] == "missing":
        return "it is missing"
    if problem["type"] == "string_pattern_mismatch":
        return _HINTS.get(str(problem["loc"][-1]), problem["msg"])[:300]
    return problem["msg"].removeprefix("Value error, ")[:300]


def _given_id(payload: bytes) -> str | None:
    try:
        value = json.loads(payload)
    except (ValueError, RecursionError):
        return None
    given = value.get("id") if isinstance(value, dict) else None
    return given if isinstance(given, str) and _ID.fullmatch(given) else None
