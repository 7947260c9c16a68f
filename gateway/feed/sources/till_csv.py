"""A till's price list as CSV: a column that says which article, a column with its price."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from gateway.domain.money import AMOUNT, MINOR_UNITS
from gateway.feed.sources import csv_table, written_numbers
from gateway.feed.sources.csv_table import Line
from gateway.feed.sources.file_faults import CsvError, Fault

MOST: Final = 100_000
"""Articles in one list."""
_NAMED: Final = 20
_LONGEST: Final = 64
_NAMES: Final = {
    "article": (
        *("gtin", "ean", "upc", "barcode", "código de barras", "código", "code", "plu", "sku"),
        *("id", "clave", "article", "artículo"),
    ),
    "price": ("pvp", "importe", "amount", "precio de caja", "till price", "precio", "price"),
    "currency": ("moneda", "currency"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TillPrice:
    """What the till asks for one article, by the number it knows it by."""

    article: str
    amount: str
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TillList:
    """A list; ``unread`` lines hold no article with a price, the first of them by number."""

    prices: tuple[TillPrice, ...]
    unread: int
    where: tuple[int, ...]


def read(data: bytes, currency: str) -> TillList:
    """The prices in ``data``; those without a currency of their own are in ``currency``.

    Of two lines for one article the last counts. Raises ``CsvError``.
    """
    table = csv_table.parse(data, names=_NAMES, required=("article", "price"))
    if len(table.lines) > MOST:
        raise CsvError(
            f"the list has more than {MOST} lines; export it in parts",
            Fault.TOO_MANY_LINES,
            most=str(MOST),
        )
    mark = written_numbers.decimal_mark(line.get("price") for line in table.lines)
    prices: dict[str, TillPrice] = {}
    where: list[int] = []
    for line in table.lines:
        price = _price(line, mark, currency)
        if price is None:
            where.append(line.number)
        else:
            prices[price.article] = price
    if not prices:
        raise CsvError("there is no article with a price in it", Fault.NO_ARTICLE)
    return TillList(prices=tuple(prices.values()), unread=len(where), where=tuple(where[:_NAMED]))


def _price(line: Line, mark: written_numbers.Mark | None, currency: str) -> TillPrice | None:
    article = line.get("article")
    amount = written_numbers.amount(line.get("price"), mark)
    own = (line.get("currency") or currency).upper()
    if not article or len(article) > _LONGEST or amount is None or own not in MINOR_UNITS:
        return None
    if AMOUNT.fullmatch(amount) is None:
        return None
    return TillPrice(article=article, amount=amount, currency=own)
