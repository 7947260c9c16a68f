"""What single cells of a Shopify export mean: options, amounts, barcodes, quantities, pictures."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from gateway.domain import gtin, money
from gateway.feed.sources import article_keys, plain_text
from gateway.feed.sources.csv_table import Line

OPTION_NUMBERS = (1, 2, 3)
MAX_BARCODES = 10
_MAX_AXIS_VALUES = 200
# What the platform writes for an article without options.
_NO_OPTION_NAME = "title"
_NO_OPTION_VALUE = "default title"
_AXES = {
    "size": (
        "size", "sizes", "shoe size", "talla", "tallas", "número", "numero", "tamaño", "tamanho",
        "taille", "pointure", "größe", "schuhgröße", "taglia",
    ),
    "color": ("color", "colour", "colors", "colours", "colores", "cor", "couleur", "farbe"),
    "material": ("material", "materials", "materiales", "matière", "materiale"),
}  # fmt: skip
_AXIS_OF = {name: axis for axis, names in _AXES.items() for name in names}
_DECIMAL_COMMA = re.compile(r"\d{1,9},\d{1,2}", re.ASCII)
_QUANTITY = re.compile(r"-?\d{1,9}", re.ASCII)
_URL = re.compile(r"https?://[!-~]+", re.ASCII)
_GTIN_LENGTHS = (8, 12, 13, 14)


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One option of an article: our name of its value column, its name, and its feed axis."""

    column: str
    name: str
    axis: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Barcodes:
    """The numbers in a barcode cell; ``problems`` say why some were left out."""

    gtins: tuple[str, ...]
    codes: tuple[str, ...]
    problems: tuple[str, ...]


def options(head: Line, variants: Iterable[Line], *, language: str) -> tuple[Option, ...]:
    """The options in which the variants of an article differ; none for an article without.

    Axis values stand in order of appearance; those beyond 200 are left to the page to order.
    """
    lines = tuple(variants)
    found: list[Option] = []
    for number in OPTION_NUMBERS:
        column = f"option{number}_value"
        texts = (plain_text.tidy(line.get(column)) for line in lines)
        values = list(dict.fromkeys(filter(None, texts)))[:_MAX_AXIS_VALUES]
        name = plain_text.tidy(head.get(f"option{number}_name"), limit=64)
        if not values or _stands_for_none(name, values):
            continue
        name = name or f"Option {number}"
        taken = {option.axis["axis"] for option in found}
        axis = {"axis": axis_word(name, number, taken), "name": {language: name}, "values": values}
        found.append(Option(column=column, name=name, axis=axis))
    return tuple(found)


def sku(line: Line) -> str:
    """The retailer's own number, without the apostrophe that keeps spreadsheets from rounding."""
    return line.get("sku").removeprefix("'").strip()


def barcodes(cell: str) -> Barcodes:
    """The article numbers in a cell: GTINs with 14 digits, and other codes as they are."""
    words = list(dict.fromkeys(re.split(r"[\s,;|]+", cell.removeprefix("'"))))
    gtins: dict[str, None] = {}
    codes: list[str] = []
    problems: list[str] = []
    for word in filter(None, words[:MAX_BARCODES]):
        if word.isascii() and word.isdigit() and len(word) in _GTIN_LENGTHS:
            try:
                gtins[gtin.normalise(word)] = None
            except gtin.GtinError as error:
                problems.append(f"{error}; write the number under the bars; left out until then")
        elif article_keys.is_id(word):
            codes.append(word)
        else:
            advice = "write the number under the bars, digits only; left out until then"
            problems.append(f"{plain_text.tidy(word, limit=40)} is not a barcode; {advice}")
    if len(words) > MAX_BARCODES:
        problems.append(f"write at most {MAX_BARCODES} barcodes; the rest was left out")
    return Barcodes(gtins=tuple(gtins), codes=tuple(codes), problems=tuple(problems))


def amount(cell: str) -> str | None:
    """An amount of money as the feed writes it; None if the cell holds none."""
    text = cell.replace(",", ".") if _DECIMAL_COMMA.fullmatch(cell) else cell
    return text if money.AMOUNT.fullmatch(text) else None


def offers(price: str, before: str | None) -> list[dict[str, Any]]:
    """The offers of a variant: a sale beside the list price when the price before was higher.

    The price before is what the platform calls it, not the prior price that a law asks for.
    """
    if before is None or Decimal(before) <= Decimal(price):
        return [{"kind": "list", "amount": price}]
    return [{"kind": "list", "amount": before}, {"kind": "sale", "amount": price}]


def quantity(cell: str) -> int | None:
    """The pieces in a quantity cell, below zero when oversold; None if it is no whole number."""
    return int(cell) if _QUANTITY.fullmatch(cell) else None


def image_url(line: Line) -> str:
    """The picture of the article on this line, empty if there is no usable address."""
    return _url(line.get("image"))


def variant_image_url(line: Line) -> str:
    """The picture of this very variant, empty if there is no usable address."""
    return _url(line.get("variant_image"))


def _stands_for_none(name: str, values: list[str]) -> bool:
    named = name.casefold() in {"", _NO_OPTION_NAME}
    return named and all(value.casefold() == _NO_OPTION_VALUE for value in values)


def axis_word(name: str, number: int, taken: set[str]) -> str:
    """Our word for an option called ``name``, unlike those ``taken``; ``number`` from 1."""
    word = article_keys.slug(name)
    known = _AXIS_OF.get(name.casefold())
    choices = (known, word.replace(".", "-")[:32].strip("-"), f"option{number}")
    return next(axis for axis in choices if axis and axis not in taken)


def _url(cell: str) -> str:
    return cell if len(cell) <= plain_text.MAX_LENGTH and _URL.fullmatch(cell) else ""
