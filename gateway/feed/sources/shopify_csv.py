"""A product export in Shopify's CSV format as feed rows.

Both generations of headings are read (``Handle``, ``Variant Price``, ... and ``URL handle``,
``Price``, ...). One bad line never stops the rest: it becomes a problem that says what to write.
Columns: https://help.shopify.com/en/manual/products/import-export/using-csv
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway.domain.rows import Row
from gateway.feed.sources import article_keys, csv_table, plain_text, shopify_cells
from gateway.feed.sources.catalogue_file import MAX_PROBLEMS, CatalogueFile, Problem
from gateway.feed.sources.csv_table import Line, Table
from gateway.feed.sources.file_faults import CsvError
from gateway.feed.sources.shopify_cells import Option

__all__ = ["MAX_PROBLEMS", "Counts", "CsvError", "Export", "Problem", "read"]

FORMAT = "Shopify products"
_KINDS = ("group", "product", "offers", "stock")
NAMES: dict[str, tuple[str, ...]] = {
    "handle": ("Handle", "URL handle"),
    "title": ("Title",),
    "description": ("Body (HTML)", "Body HTML", "Description"),
    "vendor": ("Vendor",),
    "category": ("Product category", "Standardized Product Type"),
    "type": ("Type", "Custom Product Type"),
    "published": ("Published", "Published on online store"),
    "status": ("Status",),
    "sku": ("Variant SKU", "SKU"),
    "barcode": ("Variant Barcode", "Barcodes", "Barcode"),
    "price": ("Variant Price", "Price"),
    "compare_at": ("Variant Compare At Price", "Compare-at price"),
    "tracker": ("Variant Inventory Tracker", "Inventory tracker"),
    "quantity": ("Variant Inventory Qty", "Inventory quantity"),
    "image": ("Image Src", "Product image URL"),
    "variant_image": ("Variant Image", "Variant image URL"),
} | {
    f"option{n}_{part}": (f"Option{n} {part}",)
    for n in shopify_cells.OPTION_NUMBERS
    for part in ("name", "value")
}
REQUIRED = ("handle", "title", "price")
_OF_A_VARIANT = ("price", "sku", "barcode", "option1_value", "option2_value", "option3_value")
_LEFT_OUT = frozenset({"draft", "archived"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What the file held.

    ``lines`` without the heading; ``images_only`` lines carry nothing but a further picture;
    ``drafts`` and ``archived`` are articles left out; ``problems`` counts all, also those beyond
    the ones listed.
    """

    lines: int = 0
    groups: int = 0
    products: int = 0
    images_only: int = 0
    drafts: int = 0
    archived: int = 0
    problems: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """The rows of a file in feed order, and what was wrong in it (the first 1,000 problems).

    ``bad_lines``, ``unread``, ``stocked`` and ``encoding`` are those of a ``CatalogueFile``.
    """

    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]
    counts: Counts
    bad_lines: int
    unread: frozenset[tuple[str, str]]
    stocked: bool
    encoding: str

    def as_file(self) -> CatalogueFile:
        """The same as what every format gives."""
        return CatalogueFile(
            format=FORMAT,
            rows=self.rows,
            problems=self.problems,
            problem_count=self.counts.problems,
            lines=self.counts.lines,
            bad_lines=self.bad_lines,
            unread=self.unread,
            whole=True,
            stocked=self.stocked,
            encoding=self.encoding,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Article:
    """One handle: its first line with the shared texts, the lines of its variants, a picture."""

    head: Line
    variants: tuple[Line, ...]
    image: str
    options: tuple[Option, ...]

    @property
    def handle(self) -> str:
        return self.head.get("handle")


def read(data: bytes, *, currency: str, language: str, location: str, at: datetime) -> Export:
    """The catalogue in ``data``, its texts in ``language`` and its stock at ``location``.

    ``currency`` is an ISO 4217 code, ``at`` (aware) is when the stock was counted. An article
    becomes a group, which holds its brand and description, with one product per variant; one
    without options is a group of one. Raises ``CsvError`` when the file as a whole cannot be read.
    """
    table = csv_table.parse(data, names=NAMES, required=REQUIRED)
    reader = _Reader(table, currency=currency, language=language, location=location, at=at)
    return reader.read(table.lines)


class _Reader:
    """Walks through one file once, gathering rows and problems."""

    def __init__(
        self,
        table: Table,
        *,
        currency: str,
        language: str,
        location: str,
        at: datetime,
    ) -> None:
        self._headings: Mapping[str, str] = table.headings
        self._encoding = table.encoding
        self._currency = currency
        self._language = language
        self._location = location
        self._as_of = at.isoformat()
        self._rows: dict[str, list[Row]] = {kind: [] for kind in _KINDS}
        self._problems: list[Problem] = []
        self._counted: Counter[str] = Counter()
        self._skus: Counter[str] = Counter()
        self._keys: set[str] = set()
        self._barcodes: dict[str, int] = {}
        self._bad: set[int] = set()
        self._unread: set[tuple[str, str]] = set()

    def read(self, lines: tuple[Line, ...]) -> Export:
        articles = self._articles(lines)
        self._skus.update(
            shopify_cells.sku(line) for article in articles for line in article.variants
        )
        for article in articles:
            self._article(article)
        counts = Counts(
            lines=len(lines),
            groups=len(self._rows["group"]),
            products=len(self._rows["product"]),
            images_only=self._counted["images_only"],
            drafts=self._counted["draft"],
            archived=self._counted["archived"],
            problems=self._counted["problems"],
        )
        rows = tuple(row for kind in _KINDS for row in self._rows[kind])
        return Export(
            rows=rows,
            problems=tuple(self._problems),
            counts=counts,
            bad_lines=len(self._bad),
            unread=frozenset(self._unread),
            stocked="quantity" in self._headings,
            encoding=self._encoding,
        )

    def _articles(self, lines: Iterable[Line]) -> list[_Article]:
        by_handle: dict[str, list[Line]] = {}
        for line in lines:
            handle = line.get("handle")
            if not handle:
                self._problem(
                    line, "handle", "write the handle of the article on this line", bad=True
                )
                continue
            by_handle.setdefault(handle, []).append(line)
        found = (self._gathered(own) for own in by_handle.values())
        return [article for article in found if article is not None]

    def _gathered(self, lines: list[Line]) -> _Article | None:
        head = next((line for line in lines if plain_text.tidy(line.get("title"))), None)
        if head is None:
            self._problem(lines[0], "title", "write a title; the article was left out", bad=True)
            return None
        variants = tuple(line for line in lines if line is head or _is_variant(line))
        self._counted["images_only"] += len(lines) - len(variants)
        status = head.get("status").lower()
        if status in _LEFT_OUT:
            self._counted[status] += 1
            return None
        if status not in {"", "active", "unlisted"}:
            self._problem(head, "status", "write active, draft or archived; it counts as active")
        return _Article(
            head=head,
            variants=variants,
            image=next(filter(None, map(shopify_cells.image_url, lines)), ""),
            options=shopify_cells.options(head, variants, language=self._language),
        )

    def _article(self, article: _Article) -> None:
        group = article_keys.key(article.handle)
        seen: dict[tuple[str, ...], int] = {}
        for line in article.variants:
            values = tuple(line.get(option.column) for option in article.options)
            first = seen.setdefault(values, line.number)
            if first != line.number:
                self._problem(
                    line,
                    "option1_value",
                    f"the same options as line {first}; write other values or delete this line",
                    bad=True,
                )
                continue
            self._variant(article, line, group)
        self._add("group", group, self._group(article))

    def _group(self, article: _Article) -> dict[str, Any]:
        head = article.head
        value: dict[str, Any] = {"name": self._texts(head.get("title"))}
        if vendor := plain_text.tidy(head.get("vendor")):
            value["brand"] = vendor
        if description := plain_text.from_html(head.get("description")):
            value["description"] = self._texts(description)
        value["axes"] = [option.axis for option in article.options]
        if article.image:
            value["image"] = {"url": article.image}
        return value

    def _variant(self, article: _Article, line: Line, group: str) -> None:
        key = self._key(article, line)
        self._add("product", key, self._product(article, line, group))
        offers = self._offers(line)
        if offers:
            self._add("offers", key, {"currency": self._currency, "offers": offers})
        else:
            self._unread.add(("offers", key))
        stock = {"available": self._available(line), "as_of": self._as_of}
        self._add("stock", f"{self._location}/{key}", stock)

    def _key(self, article: _Article, line: Line) -> str:
        """The SKU, or the handle with the option values when there is none or several share it."""
        described = (article.handle, *(line.get(option.column) for option in article.options))
        sku = shopify_cells.sku(line)
        candidates = [article_keys.key(*described), article_keys.marked_key(*described)]
        if sku and self._skus[sku] == 1:
            candidates.insert(0, article_keys.key(sku))
        elif sku:
            self._problem(line, "sku", f"{sku[:64]} is used more than once; write one SKU each")
        key = next((name for name in candidates if name not in self._keys), None)
        key = key or article_keys.marked_key(*described, str(line.number))
        self._keys.add(key)
        return key

    def _product(self, article: _Article, line: Line, group: str) -> dict[str, Any]:
        head = article.head
        gtins, codes = self._barcode(line)
        value: dict[str, Any] = {"group": group, "gtins": gtins}
        if codes:
            value["codes"] = codes
        if sku := plain_text.tidy(shopify_cells.sku(line)):
            value["sku"] = sku
        value["name"] = self._texts(head.get("title"))
        value["options"] = self._options(article, line)
        if color := value["options"].get("color"):
            value["color"] = {"name": self._texts(color)}
        if category := plain_text.tidy(head.get("type") or head.get("category")):
            value["category"] = category
        value["status"] = "active"
        value["ranged"] = self._ranged(head)
        if image := shopify_cells.variant_image_url(line) or article.image:
            value["image"] = {"url": image}
        return value

    def _ranged(self, head: Line) -> bool:
        """Whether the shop carries it.

        ``Published`` speaks of the web shop; it hides an article only in files that are too old
        to have a status.
        """
        return "status" in self._headings or head.get("published").lower() != "false"

    def _options(self, article: _Article, line: Line) -> dict[str, str]:
        chosen = {}
        for option in article.options:
            value = plain_text.tidy(line.get(option.column))
            if value:
                chosen[option.axis["axis"]] = value
            else:
                self._problem(line, option.column, f"write a value for {option.name}")
        return chosen

    def _barcode(self, line: Line) -> tuple[list[str], list[str]]:
        found = shopify_cells.barcodes(line.get("barcode"))
        for message in found.problems:
            self._problem(line, "barcode", message)
        for code in (*found.gtins, *found.codes):
            first = self._barcodes.setdefault(code, line.number)
            if first != line.number:
                message = f"{code} is also on line {first}; give each variant its own barcode"
                self._problem(line, "barcode", message)
        return list(found.gtins), list(found.codes)

    def _offers(self, line: Line) -> list[dict[str, Any]]:
        price = self._amount(line, "price", "the price stays as it was")
        if price is None:
            return []
        before = self._amount(line, "compare_at", "no earlier price is shown")
        return shopify_cells.offers(price, before)

    def _amount(self, line: Line, column: str, consequence: str) -> str | None:
        cell = line.get(column)
        amount = shopify_cells.amount(cell)
        if amount is None and (cell or column == "price"):
            advice = f"write an amount like 1299.00, digits only; {consequence}"
            self._problem(line, column, advice, bad=column == "price")
        return amount

    def _available(self, line: Line) -> int | None:
        cell = line.get("quantity")
        untracked = "tracker" in self._headings and not line.get("tracker")
        if untracked or not cell:
            return None
        quantity = shopify_cells.quantity(cell)
        if quantity is None:
            self._problem(line, "quantity", "write a whole number; the stock is unknown now")
        return quantity

    def _texts(self, text: str) -> dict[str, str]:
        return {self._language: plain_text.tidy(text)}

    def _add(self, kind: str, key: str, value: dict[str, Any]) -> None:
        self._rows[kind].append(Row(kind=kind, key=key, value=value))

    def _problem(self, line: Line, column: str, message: str, *, bad: bool = False) -> None:
        """Note a problem; ``bad`` when something on the line is not used because of it."""
        self._counted["problems"] += 1
        if bad:
            self._bad.add(line.number)
        if len(self._problems) < MAX_PROBLEMS:
            heading = self._headings.get(column, column)
            self._problems.append(Problem(line=line.number, column=heading, message=message))


def _is_variant(line: Line) -> bool:
    return any(line.get(column) for column in _OF_A_VARIANT)
