"""What scanners put before a code, short forms of codes, and the shop's own price and weight codes.

Symbology identifiers: ISO/IEC 15424 (AIM). UPC-E: GS1 General Specifications, 5.2.2.4.2. Codes that
carry a weight or a price mean something in the shop that printed them alone, so it says how they
are made.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final

from gateway.domain.gtin import check_digit

_AIM: Final = re.compile(r"\](?P<code>[A-Za-z])(?P<modifier>[0-9A-Za-z])")
_ELEMENTS: Final = frozenset({"C1", "e0", "d2", "Q3", "J1"})
_EAN: Final = frozenset({"E0", "E1", "E2", "E3", "E4"})
_ADD_ONS: Final = {"E3": (2, 5)}
_PATTERN: Final = re.compile(r"2\d{0,6}I+V?(W+|P+)C|02\d{0,5}I+V?(W+|P+)C", re.ASCII)
_RUNS: Final = re.compile(r"\d+|I+|V|W+|P+|C", re.ASCII)
_NAMES: Final = {"I": "item", "W": "weight", "P": "price"}


class Kind(Enum):
    """How the data of a code is to be read."""

    EAN = "ean"
    """EAN and UPC: digits."""
    ELEMENTS = "elements"
    """A GS1 element string."""
    ADD_ON = "add_on"
    """Two or five digits beside an EAN alone: no article."""
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identified:
    """A code without its symbology identifier; ``symbology`` is that, like ``E0``, or ''."""

    data: str
    kind: Kind = Kind.OTHER
    symbology: str = ""


def identified(text: str) -> Identified:
    """Take the symbology identifier off, if there is one; never raises.

    An add-on of two or five digits that came along with an EAN-13 is left out.
    """
    match = _AIM.match(text)
    if match is None:
        return Identified(data=text)
    symbology, data = match["code"] + match["modifier"], text[match.end() :]
    if symbology in {"E1", "E2"}:
        return Identified(data=data, kind=Kind.ADD_ON, symbology=symbology)
    if symbology in _EAN:
        if len(data) - 13 in _ADD_ONS.get(symbology, ()):
            data = data[:13]
        return Identified(data=data, kind=Kind.EAN, symbology=symbology)
    kind = Kind.ELEMENTS if symbology in _ELEMENTS else Kind.OTHER
    return Identified(data=data, kind=kind, symbology=symbology)


def from_upc_e(text: str) -> str | None:
    """The 12 digits of the UPC-A that eight digits of a UPC-E stand for; None for no UPC-E."""
    if len(text) != 8 or not (text.isascii() and text.isdigit()) or text[0] not in "01":
        return None
    system, body, last, check = text[0], text[1:6], text[6], text[7]
    match last:
        case "0" | "1" | "2":
            long = f"{system}{body[:2]}{last}0000{body[2:]}"
        case "3":
            long = f"{system}{body[:3]}00000{body[3:]}"
        case "4":
            long = f"{system}{body[:4]}00000{body[4]}"
        case _:
            long = f"{system}{body}0000{last}"
    return long + check if check_digit(long) == check else None


@dataclass(frozen=True, slots=True, kw_only=True)
class InStore:
    """What the shop's own code says: its item, and the weight or price in steps of the pattern."""

    item: str
    weight: int | None = None
    price: int | None = None


class PatternError(ValueError):
    """A pattern that no code can have; the message says what to write."""


class InStorePattern:
    """How the shop makes codes of 13 digits, like ``28IIIIIWWWWWC``.

    Digits stand for themselves, ``I`` for the item, ``W`` for the weight or ``P`` for the price,
    ``V`` for a price's own check digit (passed over), ``C`` for the check digit. Raises
    ``PatternError``.
    """

    def __init__(self, pattern: str) -> None:
        if len(pattern) != 13 or _PATTERN.fullmatch(pattern) is None:
            raise PatternError(
                "write 13 characters: 2 or 02 and more digits, I for the item, W for a weight or P "
                'for a price, and C, like "28IIIIIWWWWWC"'
            )
        shape = ""
        for run in _RUNS.findall(pattern):
            name, digits = _NAMES.get(run[0]), rf"\d{{{len(run)}}}"
            if run[0] in "VC":
                shape += digits
            else:
                shape += run if name is None else f"(?P<{name}>{digits})"
        self._shape = re.compile(shape, re.ASCII)

    def read(self, text: str) -> InStore | None:
        """What the code says; None where it is made otherwise, or its check digit is wrong."""
        match = self._shape.fullmatch(text)
        if match is None or check_digit(text[:-1]) != text[-1]:
            return None
        said = match.groupdict()
        return InStore(
            item=said["item"],
            weight=int(said["weight"]) if "weight" in said else None,
            price=int(said["price"]) if "price" in said else None,
        )
