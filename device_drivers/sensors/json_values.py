"""JSON that sensors publish, read without ever trusting its size, depth or numbers."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final, NoReturn

from device_drivers.api.sensors import Picked, SensorError, Wrong
from device_drivers.sensors import values

LARGEST: Final = 16 * 1024
_NUMBER: Final = re.compile(r"-?\d{1,15}(\.\d{1,15})?", re.ASCII)
_EARLIEST_S: Final = 1_577_836_800
"""2020: a sensor that counts from its start, or from 1970, does not know the time."""
_LATEST_S: Final = 4_102_444_800
"""2100."""
ACTIONS: Final[Mapping[str, int]] = {"single": 1, "double": 2, "triple": 3, "long": 4, "hold": 4}
"""What was done to a button, counted as BTHome does."""


def loaded(payload: bytes) -> Any:
    """The JSON value, its fractions as ``Decimal``. Raises ``SensorError``."""
    if len(payload) > LARGEST:
        raise SensorError(Wrong.MALFORMED, f"{len(payload)} bytes: at most {LARGEST} are taken")
    try:
        return json.loads(payload, parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise SensorError(Wrong.MALFORMED, "it is not JSON in UTF-8") from error


def members(payload: bytes) -> Mapping[str, Any]:
    """The members of a JSON object. Raises ``SensorError``."""
    found = loaded(payload)
    if not isinstance(found, dict):
        raise SensorError(Wrong.MALFORMED, "a JSON object is needed")
    return found


def inner(within: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The object that is the member; empty where it is missing or null."""
    found = within.get(name)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise SensorError(Wrong.MALFORMED, f"{name[:64]!r}: an object is needed")
    return found


def numbered(value: object, where: str) -> Decimal:
    """A number, true or false, or a number as text. Raises ``SensorError``."""
    match value:
        case bool() | int() | Decimal():
            return values.number(Decimal(value), where)
        case str() if _NUMBER.fullmatch(value):
            return values.number(Decimal(value), where)
        case _:
            raise SensorError(Wrong.MALFORMED, f"{where[:64]}: a number is needed")


def picked(value: object, how: Picked) -> Decimal:
    """The number that the settings make of what stands at a path. Raises ``SensorError``."""
    if how.word is not None and isinstance(value, str):
        return Decimal(value == how.word)
    return values.number(numbered(value, how.path) * how.times + how.plus, how.path)


def truth(value: object, where: str) -> bool:
    """True or false. Raises ``SensorError``."""
    if not isinstance(value, bool):
        raise SensorError(Wrong.MALFORMED, f"{where[:64]}: true or false is needed")
    return value


def moment(value: object, *, milliseconds: bool = False) -> datetime | None:
    """When a sensor says it was: RFC 3339, or seconds since 1970; None where it cannot know."""
    if isinstance(value, str):
        try:
            found = datetime.fromisoformat(value)
        except ValueError:
            return None
        return found if found.tzinfo is not None else None
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    seconds = Decimal(value) / 1000 if milliseconds else Decimal(value)
    if not _EARLIEST_S <= seconds < _LATEST_S:
        return None
    return datetime.fromtimestamp(float(seconds), UTC)


def _no_number(text: str) -> NoReturn:
    raise ValueError(text)
