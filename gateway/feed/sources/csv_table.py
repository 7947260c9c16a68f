"""Bytes of a CSV file as lines of known columns, whichever program saved it.

Spreadsheets save the same table in three encodings and with three separators; this module finds
out which, and knows columns by name whatever their case, spaces and order.
"""

from __future__ import annotations

import codecs
import csv
import io
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from gateway.feed.sources.file_faults import CsvError, Fault

MAX_BYTES = 64 * 1024 * 1024
MAX_LINES = 500_000
_ENCODINGS = {
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "cp1252": "Windows-1252",
}
_SEPARATORS = (",", ";", "\t")
# Stands behind the last line: a file that ends inside quotation marks swallows it.
_END = "\0"
_SPREADSHEET = b"PK\x03\x04"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One record: the number of its first line in the file and its cells that are not empty."""

    number: int
    cells: Mapping[str, str]

    def get(self, column: str) -> str:
        """The cell without surrounding space; empty if there is none."""
        return self.cells.get(column, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """``headings`` holds, by our name of the column, what the file calls it.

    ``others`` are the headings of columns that have no name of ours; ``encoding`` is what the text
    was read as.
    """

    headings: Mapping[str, str]
    others: tuple[str, ...]
    lines: tuple[Line, ...]
    encoding: str


def headings(data: bytes, known: Iterable[str]) -> frozenset[str]:
    """The headings in the first line of ``data``, as ``squeezed`` writes them.

    ``known`` are names that may stand there: they tell which separator it is. Raises ``CsvError``.
    """
    text, _ = decode(data)
    ours = {squeezed(name): name for name in known}
    separator = max(_SEPARATORS, key=lambda mark: _known(_header(text, mark), ours))
    return frozenset(filter(None, map(squeezed, _header(text, separator))))


def parse(
    data: bytes,
    *,
    names: Mapping[str, tuple[str, ...]],
    required: tuple[str, ...],
    keep_others: bool = False,
) -> Table:
    """The lines of ``data`` in the columns of ``names`` (our name to the names in use).

    Columns not in ``names`` are left out unless ``keep_others`` keeps them under their own heading;
    lines without any cell are left out. Raises ``CsvError``.
    """
    text, encoding = decode(data)
    ours = {squeezed(alias): column for column, aliases in names.items() for alias in aliases}
    # The file is bounded already, so a limit on one cell would only lose long descriptions.
    csv.field_size_limit(MAX_BYTES)
    separator = max(_SEPARATORS, key=lambda mark: _known(_header(text, mark), ours))
    records = _records(text, separator)
    _, header = next(records, (0, []))
    places = _places(header, ours)
    missing = [names[column][-1] for column in required if column not in places]
    if missing:
        raise CsvError(
            f"the first line must name the columns, and these are missing: {', '.join(missing)}; "
            "export the products again without removing columns",
            Fault.MISSING_COLUMNS,
            columns=", ".join(missing),
        )
    taken = {column: header[place].strip() for column, place in places.items()}
    others = {
        name: place
        for place, cell in enumerate(header)
        if place not in places.values() and (name := cell.strip())
    }
    return Table(
        headings=taken,
        others=tuple(others),
        lines=tuple(_lines(records, (others | places) if keep_others else places)),
        encoding=encoding,
    )


def decode(data: bytes) -> tuple[str, str]:
    """The text in ``data`` and how it was written: UTF-8, UTF-16 or Windows-1252.

    Windows-1252 is what remains when the bytes are neither of the others; nothing in such a file
    can prove it. Raises ``CsvError``.
    """
    if len(data) > MAX_BYTES:
        most = MAX_BYTES // 2**20
        raise CsvError(
            f"the file is larger than {most} MiB; export it in parts",
            Fault.TOO_LARGE,
            most=str(most),
        )
    if data.startswith(_SPREADSHEET):
        raise CsvError(
            "this is a spreadsheet, not CSV; save it as 'CSV UTF-8' and import that",
            Fault.SPREADSHEET,
        )
    for encoding in _encodings(data):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _END not in text:
            return text, _ENCODINGS[encoding]
    raise CsvError(
        "the file is not readable text; save it as 'CSV UTF-8' and import that", Fault.NOT_TEXT
    )


def _encodings(data: bytes) -> tuple[str, ...]:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ("utf-16",)
    if b"\0" in data[:2]:
        return ("utf-16-le",) if data[1:2] == b"\0" else ("utf-16-be",)
    return ("utf-8-sig", "cp1252")


def _header(text: str, separator: str) -> list[str]:
    records = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    return next((cells for cells in records if any(cells)), [])


def _known(header: list[str], ours: Mapping[str, str]) -> int:
    return sum(squeezed(cell) in ours for cell in header)


def _records(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """The records that have a cell, each with the number of its first line."""
    reader = csv.reader(chain(io.StringIO(text, newline=""), [_END]), delimiter=separator)
    number, last = 1, 1
    for cells in reader:
        number, last = last, reader.line_num + 1
        if cells == [_END]:
            return
        if cells and cells[-1].endswith(_END):
            raise CsvError(
                f"line {number}: a quotation mark is opened and never closed, so the file may be "
                "cut off; export it again",
                Fault.CUT_OFF,
                line=str(number),
            )
        if any(cell.strip() for cell in cells):
            yield number, cells


def _places(header: list[str], ours: Mapping[str, str]) -> dict[str, int]:
    places: dict[str, int] = {}
    for place, cell in enumerate(header):
        column = ours.get(squeezed(cell))
        if column is not None:
            places.setdefault(column, place)
    return places


def _lines(records: Iterator[tuple[int, list[str]]], places: Mapping[str, int]) -> Iterator[Line]:
    for count, (number, record) in enumerate(records, 1):
        if count > MAX_LINES:
            raise CsvError(
                f"the file has more than {MAX_LINES} lines; export it in parts",
                Fault.TOO_MANY_LINES,
                most=str(MAX_LINES),
            )
        cells = {
            column: cell
            for column, place in places.items()
            if place < len(record) and (cell := record[place].strip())
        }
        yield Line(number=number, cells=cells)


def squeezed(name: str) -> str:
    """A heading without what people vary: case, accents, spaces and punctuation."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in plain if letter.isalnum())
