"""An inventory export in Shopify's CSV format as stock rows: who has how many, place by place.

Two generations are read: a line for each article and place (``Location``, ``Available``), and one
line for each article with a column for each place.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from gateway.domain.rows import Row
from gateway.feed.sources import article_keys, csv_table, shopify_cells
from gateway.feed.sources.catalogue_file import CatalogueFile, Findings
from gateway.feed.sources.csv_table import Line, Table
from gateway.feed.sources.file_faults import CsvError, Fault

FORMAT = "Shopify inventory"
NAMES: dict[str, tuple[str, ...]] = {
    "handle": ("Handle",),
    "title": ("Title",),
    "sku": ("SKU",),
    "location": ("Location",),
    "available": ("Available (not editable)", "Available"),
    "on_hand": ("On hand (current)", "On hand"),
    "coo": ("COO",),
    "hs_code": ("HS Code",),
    "bin": ("Bin name",),
    "incoming": ("Incoming (not editable)", "Incoming"),
    "unavailable": ("Unavailable (not editable)", "Unavailable"),
    "committed": ("Committed (not editable)", "Committed"),
    "new": ("On hand (new)",),
} | {
    f"option{n}_{part}": (f"Option{n} {part}",)
    for n in shopify_cells.OPTION_NUMBERS
    for part in ("name", "value")
}
REQUIRED = ("handle", "sku", "option1_value")
_NOT_STOCKED = "not stocked"
_NO_OPTION = "default title"


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Which of our locations a place of the file is; ``by_name`` in small letters.

    ``own`` is this shop. Places without a name in ``by_name`` become locations of their own.
    """

    own: str
    by_name: Mapping[str, str]


def read(data: bytes, places: Places, articles: Collection[str], at: datetime) -> CatalogueFile:
    """The stock in ``data`` of the known ``articles``, counted ``at`` (aware).

    Raises ``CsvError`` when the file as a whole cannot be read, or when none of its places is this
    shop.
    """
    table = csv_table.parse(data, names=NAMES, required=REQUIRED, keep_others=True)
    return _Reader(table, places, articles, at).read()


class _Reader:
    """Walks through one file once."""

    def __init__(
        self, table: Table, places: Places, articles: Collection[str], at: datetime
    ) -> None:
        self._table = table
        self._articles = articles
        self._as_of = at.isoformat()
        self._found = Findings()
        self._stock: dict[str, Row] = {}
        self._wide = () if "location" in table.headings else table.others
        self._ids = _ids(self._names(), places)

    def read(self) -> CatalogueFile:
        if not self._names():
            raise CsvError(
                "there is no column Location and no column for a place; export the inventory again "
                "with all columns",
                Fault.NO_PLACES,
            )
        for line in self._table.lines:
            self._line(line)
        return CatalogueFile(
            format=FORMAT,
            rows=(*self._locations(), *self._stock.values()),
            problems=tuple(self._found.problems),
            problem_count=self._found.count,
            lines=len(self._table.lines),
            bad_lines=self._found.bad_lines,
            unread=frozenset(self._found.unread),
            whole=False,
            stocked=True,
            encoding=self._table.encoding,
        )

    def _names(self) -> list[str]:
        if self._wide:
            return list(self._wide)
        lines = self._table.lines
        return list(dict.fromkeys(filter(None, (line.get("location") for line in lines))))

    def _locations(self) -> list[Row]:
        """Rows of the places that nobody told us about, so that their stock is somewhere."""
        return [
            Row(kind="location", key=one, value={"name": name[:500], "kind": "shop"})
            for name, (one, is_new) in self._ids.items()
            if is_new
        ]

    def _line(self, line: Line) -> None:
        key = self._article(line)
        if key is None:
            self._problem(
                line,
                "sku",
                "no article of the catalogue; import the products first, with the same SKU",
            )
            return
        if self._wide:
            for name in self._wide:
                if line.get(name):
                    self._level(line, key, name, name)
            return
        name = line.get("location")
        if not name:
            self._problem(line, "location", "write the place on this line")
            return
        self._level(line, key, name, "available" if line.get("available") else "on_hand")

    def _level(self, line: Line, key: str, name: str, column: str) -> None:
        location, _ = self._ids[name]
        place = f"{location}/{key}"
        cell = line.get(column)
        if not cell:
            return
        quantity = 0 if cell.casefold() == _NOT_STOCKED else shopify_cells.quantity(cell)
        if quantity is None:
            self._problem(line, column, "write a whole number; the stock stays as it was")
            return
        value = {"available": quantity, "as_of": self._as_of}
        self._stock[place] = Row(kind="stock", key=place, value=value)

    def _article(self, line: Line) -> str | None:
        """The key that the product export gave this variant."""
        values = [line.get(f"option{n}_value") for n in shopify_cells.OPTION_NUMBERS]
        options = [value for value in values if value and value.casefold() != _NO_OPTION]
        described = (line.get("handle"), *options)
        sku = shopify_cells.sku(line)
        candidates = [article_keys.key(*described), article_keys.marked_key(*described)]
        if sku:
            candidates.insert(0, article_keys.key(sku))
        return next((key for key in candidates if key in self._articles), None)

    def _problem(self, line: Line, column: str, message: str) -> None:
        heading = self._table.headings.get(column, column)
        self._found.add(line.number, heading, message, bad=True)


def _ids(names: list[str], places: Places) -> dict[str, tuple[str, bool]]:
    """For each place of the file our location, and whether it is one that we did not know.

    Raises ``CsvError`` when none of several is this shop. One alone is this shop.
    """
    known = {name: places.by_name.get(name.casefold()) for name in names}
    if len(names) == 1 and known[names[0]] is None:
        return {names[0]: (places.own, False)}
    if names and places.own not in known.values():
        raise CsvError(
            f"none of the places in this file ({', '.join(names[:5])[:200]}) is this shop; say "
            f'which is under [files]: locations = ["{names[0]} = {places.own}"]',
            Fault.OTHER_PLACES,
            places=", ".join(names[:5])[:200],
        )
    return {
        name: (one, False) if one is not None else (article_keys.key(name), True)
        for name, one in known.items()
    }
