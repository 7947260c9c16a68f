"""Our own catalogue file: one line per article with its price and stock, headings in plain words.

``docs/csv.md`` describes the columns. One bad line never stops the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from gateway.domain import money
from gateway.domain.rows import Row
from gateway.feed.sources import article_keys, csv_table, plain_text, shopify_cells, written_numbers
from gateway.feed.sources.catalogue_file import CatalogueFile, Findings
from gateway.feed.sources.csv_table import Line, Table

FORMAT = "Anaquel CSV"
NAMES: dict[str, tuple[str, ...]] = {
    "id": ("artículo", "clave", "article", "id"),
    "name": ("nombre", "name"),
    "price": ("precio", "price"),
    "currency": ("moneda", "currency"),
    "gtin": ("gtin", "ean", "upc", "código de barras", "barcode"),
    "code": ("plu", "código", "code"),
    "sku": ("sku",),
    "group": ("grupo", "modelo", "estilo", "model", "style", "group"),
    "size": ("talla", "número", "size"),
    "color": ("colour", "color"),
    "color_hex": ("color hex",),
    "brand": ("marca", "brand"),
    "description": ("descripción", "description"),
    "category": ("categoría", "category"),
    "stock": ("existencias", "inventario", "quantity", "stock"),
    "sale_price": ("precio de oferta", "oferta", "sale price"),
    "sale_from": ("oferta desde", "sale from"),
    "sale_until": ("oferta hasta", "sale until"),
    "unit_price": ("precio por unidad", "unit price"),
    "unit": ("unidad", "unit"),
    "deposit": ("depósito", "deposit"),
    "image": ("imagen", "foto", "picture", "image"),
    "url": ("enlace", "link", "url"),
    "status": ("estado", "status"),
}
REQUIRED = ("id", "name", "price")
_AMOUNTS = ("price", "sale_price", "unit_price", "deposit")
_STATUS = {
    "": "active",
    "active": "active",
    "activo": "active",
    "blocked": "blocked",
    "bloqueado": "blocked",
    "recalled": "recalled",
    "retirado": "recalled",
    "discontinued": "discontinued",
    "descatalogado": "discontinued",
}
_KINDS = ("group", "product", "offers", "stock")
_AXES = {
    "size": {"es": "Talla", "en": "Size"},
    "color": {"es": "Color", "en": "Color"},
}
_HEX = re.compile(r"#?([0-9A-Fa-f]{6})", re.ASCII)
_UNIT = re.compile(r"(?:(?=[0.,]*[1-9])(\d{1,6}(?:[.,]\d{1,3})?)\s*)?([^\W\d_]{1,12}[²³]?)")
_ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", re.ASCII)
_URL = re.compile(r"https?://[!-~]{1,490}", re.ASCII)
_EXAMPLES = {"price": "1299.00", "sale_price": "899.00", "unit_price": "42.50", "deposit": "2.00"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the file leaves to the shop; ``at`` (aware) is when its stock was counted.

    ``language`` is that of the texts; in Spanish a date like 03/04/2026 is the third of April.
    """

    currency: str
    language: str
    location: str
    zone: ZoneInfo
    at: datetime


class _NoTimeError(Exception):
    """A cell holds no time."""


def read(data: bytes, facts: Facts) -> CatalogueFile:
    """The catalogue in ``data``. Raises ``CsvError`` when the file as a whole cannot be read."""
    table = csv_table.parse(data, names=NAMES, required=REQUIRED)
    return _Reader(table, facts).read()


class _Reader:
    """Walks through one file once, gathering rows and problems."""

    def __init__(self, table: Table, facts: Facts) -> None:
        self._table = table
        self._facts = facts
        self._found = Findings()
        self._rows: dict[str, list[Row]] = {kind: [] for kind in _KINDS}
        self._keys: dict[str, int] = {}
        self._cells: dict[tuple[str, str, str], int] = {}
        self._barcodes: dict[str, int] = {}
        cells = (line.get(column) for line in table.lines for column in _AMOUNTS)
        self._mark = written_numbers.decimal_mark(cells)

    def read(self) -> CatalogueFile:
        groups: dict[str, list[Line]] = {}
        for line in self._table.lines:
            if self._article(line) and line.get("group"):
                groups.setdefault(line.get("group"), []).append(line)
        for name, lines in groups.items():
            self._add("group", article_keys.key(name), self._group(name, lines))
        return CatalogueFile(
            format=FORMAT,
            rows=tuple(row for kind in _KINDS for row in self._rows[kind]),
            problems=tuple(self._found.problems),
            problem_count=self._found.count,
            lines=len(self._table.lines),
            bad_lines=self._found.bad_lines,
            unread=frozenset(self._found.unread),
            whole=True,
            stocked="stock" in self._table.headings,
            encoding=self._table.encoding,
        )

    def _article(self, line: Line) -> bool:
        """Add the rows of one line; False when the article is left out."""
        given = line.get("id")
        if not given:
            self._problem(line, "id", "write the article's own number on this line", bad=True)
            return False
        key = article_keys.key(given)
        first = self._keys.setdefault(key, line.number)
        if first != line.number:
            self._problem(
                line, "id", f"{given[:64]} is also on line {first}; one line each", bad=True
            )
            return False
        if not (self._is_named(line) and self._has_status(line) and self._is_single(line)):
            self._found.unread.update((kind, key) for kind in ("product", "offers"))
            self._found.unread.add(("stock", f"{self._facts.location}/{key}"))
            return False
        self._add("product", key, self._product(line, key))
        offers = self._offers(line)
        if offers is None:
            self._found.unread.add(("offers", key))
        else:
            self._add("offers", key, offers)
        if "stock" in self._table.headings:
            self._stock(line, key)
        return True

    def _is_named(self, line: Line) -> bool:
        if plain_text.tidy(line.get("name")):
            return True
        self._problem(line, "name", "write a name; the article stays as it was", bad=True)
        return False

    def _has_status(self, line: Line) -> bool:
        if line.get("status").casefold() in _STATUS:
            return True
        advice = "write active, blocked, recalled or discontinued; the article stays as it was"
        self._problem(line, "status", advice, bad=True)
        return False

    def _is_single(self, line: Line) -> bool:
        """Whether no line above has the same size and colour of the same group."""
        if not line.get("group"):
            return True
        place = (line.get("group"), line.get("size"), line.get("color"))
        first = self._cells.setdefault(place, line.number)
        if first == line.number:
            return True
        self._problem(
            line,
            "size",
            f"the same group, size and color as line {first}; write others or delete this line",
            bad=True,
        )
        return False

    def _product(self, line: Line, key: str) -> dict[str, Any]:
        value: dict[str, Any] = {"group": None, "name": self._texts(line.get("name"))}
        if line.get("group"):
            value["group"] = article_keys.key(line.get("group"))
        gtins, codes = self._numbers(line)
        value["gtins"] = gtins
        if codes:
            value["codes"] = codes
        sku = plain_text.tidy(line.get("sku")) or (line.get("id") if line.get("id") != key else "")
        if sku:
            value["sku"] = plain_text.tidy(sku)
        value["options"] = {
            axis: plain_text.tidy(line.get(axis)) for axis in _AXES if line.get(axis)
        }
        if color := plain_text.tidy(line.get("color")):
            value["color"] = {"name": self._texts(color)} | self._hex(line)
        if category := plain_text.tidy(line.get("category")):
            value["category"] = category
        if value["group"] is None and (brand := plain_text.tidy(line.get("brand"))):
            value["attributes"] = {"brand": brand}
        value["status"] = _STATUS[line.get("status").casefold()]
        value |= self._links(line)
        return value

    def _links(self, line: Line) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for column in ("image", "url"):
            address = line.get(column)
            if address and not _URL.fullmatch(address):
                self._problem(line, column, "write a web address like https://example.com/a.jpg")
            elif address:
                found[column] = {"url": address} if column == "image" else address
        return found

    def _numbers(self, line: Line) -> tuple[list[str], list[str]]:
        found = shopify_cells.barcodes(line.get("gtin"))
        for message in found.problems:
            self._problem(line, "gtin", message)
        codes = list(found.codes)
        if code := plain_text.tidy(line.get("code"), limit=64):
            codes.append(code)
        for number in (*found.gtins, *codes):
            first = self._barcodes.setdefault(number, line.number)
            if first != line.number:
                message = f"{number} is also on line {first}; give each article its own"
                self._problem(line, "gtin" if number in found.gtins else "code", message)
        return list(found.gtins), codes

    def _hex(self, line: Line) -> dict[str, str]:
        cell = line.get("color_hex")
        found = _HEX.fullmatch(cell)
        if cell and found is None:
            self._problem(line, "color_hex", "write six digits like #1F2A44")
        return {} if found is None else {"hex": f"#{found[1]}"}

    def _offers(self, line: Line) -> dict[str, Any] | None:
        price = self._amount(line, "price")
        currency = line.get("currency").upper() or self._facts.currency
        if currency not in money.MINOR_UNITS:
            self._problem(
                line, "currency", "write an ISO 4217 code like MXN; price as it was", bad=True
            )
            return None
        if price is None:
            return None
        offers: list[dict[str, Any]] = [{"kind": "list", "amount": price}]
        value: dict[str, Any] = {"currency": currency, "offers": offers}
        if line.get("sale_price"):
            sale = self._sale(line)
            if sale is None:
                return None
            offers.append(sale)
        if line.get("unit_price"):
            value |= self._unit_price(line)
        if line.get("deposit"):
            deposit = self._amount(line, "deposit")
            if deposit is None:
                return None
            value["deposit"] = deposit
        return value

    def _sale(self, line: Line) -> dict[str, Any] | None:
        amount = self._amount(line, "sale_price")
        try:
            begin, end = self._instant(line, "sale_from"), self._instant(line, "sale_until")
        except _NoTimeError:
            return None
        if amount is None:
            return None
        if begin and end and begin >= end:
            self._problem(line, "sale_until", "ends before it begins; price as it was", bad=True)
            return None
        sale: dict[str, Any] = {"kind": "sale", "amount": amount}
        if begin:
            sale["valid_from"] = begin.isoformat()
        if end:
            sale["valid_until"] = end.isoformat()
        return sale

    def _instant(self, line: Line, column: str) -> datetime | None:
        """The moment in a cell, None if it is empty.

        A day alone is all of it: an offer until the 24th ends when the 24th is over. Raises
        ``_NoTimeError`` after noting the problem.
        """
        cell = line.get(column)
        if not cell:
            return None
        day = self._day(cell)
        if day is not None:
            if column == "sale_until":
                if day == date.max:
                    return None  # 9999-12-31, as many systems write "without end"
                day += timedelta(days=1)
            return datetime.combine(day, time(), self._facts.zone)
        try:
            moment = datetime.fromisoformat(cell)
        except ValueError as error:
            advice = "write a day like 2026-12-24 or a time like 2026-12-24 18:00; price as it was"
            self._problem(line, column, advice, bad=True)
            raise _NoTimeError from error
        return moment if moment.tzinfo is not None else moment.replace(tzinfo=self._facts.zone)

    def _day(self, cell: str) -> date | None:
        day_first = _DAY_FIRST.fullmatch(cell) if self._facts.language == "es" else None
        try:
            if day_first is not None:
                return date(int(day_first[3]), int(day_first[2]), int(day_first[1]))
            return date.fromisoformat(cell) if _ISO_DATE.fullmatch(cell) else None
        except ValueError:
            return None

    def _unit_price(self, line: Line) -> dict[str, Any]:
        amount = self._amount(line, "unit_price", consequence="not shown until then")
        unit = _UNIT.fullmatch(line.get("unit"))
        if unit is None:
            self._problem(line, "unit", "write what the unit price is for, like kg or 100 g")
        if amount is None or unit is None:
            return {}
        per = {"value": (unit[1] or "1").replace(",", "."), "unit": unit[2]}
        return {"unit_price": {"amount": amount, "per": per}}

    def _stock(self, line: Line, key: str) -> None:
        cell = line.get("stock")
        available = written_numbers.quantity(cell, self._mark) if cell else None
        if cell and available is None:
            self._problem(line, "stock", "write a number like 3; the stock is unknown now")
        value = {"available": available, "as_of": self._facts.at.isoformat()}
        self._add("stock", f"{self._facts.location}/{key}", value)

    def _amount(self, line: Line, column: str, consequence: str = "price as it was") -> str | None:
        cell = line.get(column)
        amount = written_numbers.amount(cell, self._mark) if cell else None
        if amount is not None and money.AMOUNT.fullmatch(amount):
            return amount
        bad = column != "unit_price"
        if not cell:
            message = f"write a price; {consequence}"
        else:
            message = (
                f"{plain_text.tidy(cell, limit=40)} is no amount beyond doubt; write it like "
                f"{_EXAMPLES[column]}; {consequence}"
            )
        self._problem(line, column, message, bad=bad)
        return None

    def _group(self, name: str, lines: Iterable[Line]) -> dict[str, Any]:
        own = list(lines)
        titles = {plain_text.tidy(line.get("name")) for line in own}
        title = titles.pop() if len(titles) == 1 else name
        value: dict[str, Any] = {"name": self._texts(title)}
        if brand := next(filter(None, (plain_text.tidy(line.get("brand")) for line in own)), ""):
            value["brand"] = brand
        texts = (plain_text.from_html(line.get("description")) for line in own)
        if description := next(filter(None, texts), ""):
            value["description"] = self._texts(description)
        value["axes"] = [axis for axis in (self._axis(name, own) for name in _AXES) if axis]
        image = next((line.get("image") for line in own if _URL.fullmatch(line.get("image"))), "")
        if image:
            value["image"] = {"url": image}
        return value

    def _axis(self, axis: str, lines: Iterable[Line]) -> dict[str, Any] | None:
        values = list(
            dict.fromkeys(filter(None, (plain_text.tidy(line.get(axis)) for line in lines)))
        )
        if not values:
            return None
        numbers = [written_numbers.amount(value, ".") for value in values]
        if all(numbers):
            values.sort(key=lambda value: float(value.replace(",", ".")))
        return {"axis": axis, "name": _AXES[axis], "values": values[:200]}

    def _texts(self, text: str) -> dict[str, str]:
        return {self._facts.language: plain_text.tidy(text)}

    def _add(self, kind: str, key: str, value: dict[str, Any]) -> None:
        self._rows[kind].append(Row(kind=kind, key=key, value=value))

    def _problem(self, line: Line, column: str, message: str, *, bad: bool = False) -> None:
        heading = self._table.headings.get(column, column)
        self._found.add(line.number, heading, message, bad=bad)
