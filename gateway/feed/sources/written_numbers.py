"""Amounts and quantities as spreadsheets write them, whichever mark stands before the decimals.

``1.299`` is one thousand in one country and one and a bit in another. The file itself says which,
by its other cells; where it does not, the cell is not read rather than guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

Mark = Literal[".", ","]

_CURRENCY = re.compile(r"^(?:[A-Z]{0,3}[$€£]|[A-Z]{3}\b)|(?:[€$£]|\b[A-Z]{3})$", re.ASCII)
_SPACES = re.compile(r"[\s\u00a0\u202f']+")
_PLAIN = re.compile(r"\d{1,12}", re.ASCII)
# Decimals that cannot be thousands: one, two or four digits behind the only mark, or both marks.
_DECIMALS: dict[Mark, re.Pattern[str]] = {
    ".": re.compile(
        r"\d+\.(?:\d{1,2}|\d{4})|\d{1,3}(?:,\d{3})+\.\d+|\d{1,3}(?:,\d{3}){2,}", re.ASCII
    ),
    ",": re.compile(
        r"\d+,(?:\d{1,2}|\d{4})|\d{1,3}(?:\.\d{3})+,\d+|\d{1,3}(?:\.\d{3}){2,}", re.ASCII
    ),
}
_NUMBER: dict[Mark, re.Pattern[str]] = {
    ".": re.compile(r"(\d{1,12}|\d{1,3}(?:,\d{3}){1,3})(?:\.(\d{1,4}))?", re.ASCII),
    ",": re.compile(r"(\d{1,12}|\d{1,3}(?:\.\d{3}){1,3})(?:,(\d{1,4}))?", re.ASCII),
}


def decimal_mark(cells: Iterable[str]) -> Mark | None:
    """The mark before decimals in these cells of one file; None when they do not agree on one."""
    texts = [_bare(cell) for cell in cells]
    found = {mark for mark, shape in _DECIMALS.items() if any(map(shape.fullmatch, texts))}
    return found.pop() if len(found) == 1 else None


def amount(cell: str, mark: Mark | None) -> str | None:
    """An amount as the feed writes it, or None if the cell holds none that is beyond doubt."""
    text = _bare(cell)
    if _PLAIN.fullmatch(text):
        return _short(text)
    readings = {
        one: f"{_short(whole)}.{decimals}" if decimals else _short(whole)
        for one, shape in _NUMBER.items()
        if (mark is None or one == mark) and (found := shape.fullmatch(text)) is not None
        for whole, decimals in [found.groups()]
    }
    return readings.popitem()[1] if len(set(readings.values())) == 1 else None


def quantity(cell: str, mark: Mark | None) -> int | str | None:
    """A quantity, below zero when oversold: pieces as an integer, weights as decimal text.

    None if the cell holds none that is beyond doubt.
    """
    text = cell.strip()
    sign = "-" if text.startswith(("-", "\u2212")) else ""
    size = amount(text.lstrip("-\u2212"), mark)
    if size is None:
        return None
    whole, _, decimals = size.partition(".")
    if decimals.strip("0"):
        return f"{sign}{whole}.{decimals}"
    return int(f"{sign}{whole}")


def _bare(cell: str) -> str:
    return _SPACES.sub("", _CURRENCY.sub("", _CURRENCY.sub("", cell.strip()).strip()))


def _short(whole: str) -> str:
    return whole.replace(",", "").replace(".", "").lstrip("0") or "0"
