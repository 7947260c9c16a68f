"""GS1 element strings, as scanners send them: application identifiers and their data in one row.

GS1 General Specifications, sections 3 and 7.8. Some identifiers have data of a fixed length (figure
7.8.5-2); what follows any other is parted from it by FNC1, which arrives as the character GS.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from gateway.domain.gtin import GtinError, normalise

GS: Final = "\x1d"
LONGEST: Final = 500

_FIXED: Final[Mapping[str, int]] = {
    "00": 18,
    "01": 14,
    "02": 14,
    "03": 14,
    "04": 16,
    "20": 2,
    **dict.fromkeys(map(str, range(11, 20)), 6),
    **dict.fromkeys(map(str, range(31, 37)), 6),
    "41": 13,
}
"""Digits of data by the first two digits of the identifier."""
_LONG_NAMES: Final[Mapping[str, int]] = {
    **dict.fromkeys(("23", "24", "25", "40", "41", "42", "71"), 3),
    **dict.fromkeys(map(str, range(31, 37)), 4),
    **dict.fromkeys(("39", "43", "70", "72", "80", "81", "82"), 4),
}
"""Digits of the identifier by its first two, where they are more than these two."""
_SHORT_NAMES: Final = frozenset(
    {*("00", "01", "02", "03", "04", "30", "37"), *map(str, (*range(10, 23), *range(90, 100)))}
)
_MOST: Final[Mapping[str, int]] = {"10": 20, "21": 20, "22": 20, "30": 8, "37": 8}
_MOST_OTHERWISE: Final = 90
_CSET_82: Final = re.compile(r"[!-\"%-?A-Z_a-z]+")
_GTINS: Final = frozenset({"01", "02", "03"})
_DATES: Final = frozenset(map(str, (11, 12, 13, 15, 16, 17)))


class ElementStringError(ValueError):
    """The text is no element string; the message says where and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Elements:
    """What an element string says: data by its identifier, in the order of the code."""

    data: Mapping[str, str]

    @property
    def gtin(self) -> str | None:
        """The GTIN of the article (01), or of what is inside (02), 14 digits."""
        return self.data.get("01") or self.data.get("02")

    @property
    def batch(self) -> str | None:
        """The batch or lot (10)."""
        return self.data.get("10")

    @property
    def serial(self) -> str | None:
        """The serial number (21)."""
        return self.data.get("21")

    @property
    def net_weight_g(self) -> Decimal | None:
        """The net weight in grams (310n)."""
        for name, value in self.data.items():
            if name.startswith("310"):
                return Decimal(value).scaleb(3 - int(name[3]))
        return None

    @property
    def count(self) -> int | None:
        """How many pieces (30), or units inside (37)."""
        text = self.data.get("30") or self.data.get("37")
        return None if text is None else int(text)

    def expires(self, today: date) -> date | None:
        """The expiration date (17), else the best-before date (15); ``today`` tells the century."""
        text = self.data.get("17") or self.data.get("15")
        return None if text is None else day_of(text, today)


def parse(text: str) -> Elements:
    """The elements of a code, its symbology identifier left out. Raises ``ElementStringError``."""
    if len(text) > LONGEST:
        raise ElementStringError(f"{len(text)} characters: at most {LONGEST} are read")
    found: dict[str, str] = {}
    for name, value in _split(text.lstrip(GS)):
        if found.setdefault(name, value) != value:
            raise ElementStringError(f"({name}) comes twice with different data")
    if not found:
        raise ElementStringError("it is empty")
    return Elements(data=found)


def day_of(text: str, today: date) -> date:
    """The date in ``YYMMDD``; day 00 is the last of the month (General Specifications, 7.12).

    A year that would be 51 or more ahead is of the century before, one 50 or more ago of the next.
    """
    year = today.year - today.year % 100 + int(text[:2])
    if year - today.year >= 51:
        year -= 100
    elif year - today.year <= -50:
        year += 100
    month, day = int(text[2:4]), int(text[4:])
    last = calendar.monthrange(year, month)[1]
    return date(year, month, min(day or last, last))


def _split(text: str) -> Iterator[tuple[str, str]]:
    rest = text
    while rest:
        name = _name(rest)
        rest = rest[len(name) :]
        fixed = _FIXED.get(name[:2])
        if fixed is not None:
            value, rest = rest[:fixed], rest[fixed:].removeprefix(GS)
        else:
            value, _, rest = rest.partition(GS)
        _check(name, value, fixed)
        yield name, value


def _name(rest: str) -> str:
    start = rest[:2]
    if start in _SHORT_NAMES:
        return start
    name = rest[: _LONG_NAMES.get(start, 0)]
    if len(name) < 3 or not (name.isascii() and name.isdigit()):
        raise ElementStringError(f"{rest[:4]!r} begins no application identifier")
    return name


def _check(name: str, value: str, fixed: int | None) -> None:
    if fixed is not None:
        if len(value) != fixed or not (value.isascii() and value.isdigit()):
            raise ElementStringError(f"({name}) has {fixed} digits, not {value[:40]!r}")
    elif len(value) > _MOST.get(name, _MOST_OTHERWISE) or _CSET_82.fullmatch(value) is None:
        raise ElementStringError(f"({name}) has data that it must not have: {value[:40]!r}")
    if name in {"30", "37"} and not (value.isascii() and value.isdigit()):
        raise ElementStringError(f"({name}) is a number, not {value!r}")
    if name in _GTINS:
        try:
            normalise(value)
        except GtinError as error:
            raise ElementStringError(f"({name}): {error}") from error
    if name in _DATES:
        _check_date(name, value)


def _check_date(name: str, value: str) -> None:
    # In a leap year, as its century is told only when it is asked for.
    month, day = int(value[2:4]), int(value[4:])
    leap = int(value[:2]) % 4 == 0
    if not 1 <= month <= 12 or day > calendar.monthrange(2000 if leap else 2001, month)[1]:
        raise ElementStringError(f"({name}) is a date YYMMDD, not {value}")
