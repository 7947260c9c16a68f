"""Lists of labels that another system drives: our own CSV, its CSV export, or its JSON answer.

An access point of OpenEPaperLink lists its tags as JSON (``/get_db``): the address, the kind of tag
and the name that people gave it, which counts as its article. Lists of a Hanshow server name
``esl_id`` or ``eslId`` with ``sku`` or ``ean``. Columns are known by name, in any order.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from gateway.domain.takeover import Claim, TakeoverError
from gateway.feed.sources import csv_table, written_numbers
from gateway.feed.sources.csv_table import Line
from gateway.feed.sources.file_faults import CsvError

MOST_LABELS: Final = 60_000
_LONGEST: Final = {"label": 64, "alias": 64, "zone": 64, "options": 500}
_LONGEST_ELSE: Final = 200
_MOST_TOLD: Final = 20
_MOST_KINDS: Final = 0xFFFF
"""Kinds of tags that an access point can name."""
_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "label": ("label id", "label"),
    "alias": ("alias", "mac", "esl id", "eslid", "esl", "tag"),
    "article": ("article", "product", "article id", "product id", "sku", "item"),
    "gtin": ("gtin", "ean", "barcode", "upc"),
    "options": ("options",),
    "template": ("template",),
    "zone": ("zone",),
    "model": ("model",),
    "price": ("price", "price1"),
    "currency": ("currency",),
    "shown_at": ("shown at", "shown_at"),
}
COLUMNS: Final = (
    *("label", "alias", "article", "gtin", "options", "template", "zone"),
    *("model", "price", "currency", "shown_at"),
)
"""The columns of our own list, in the order in which it is written."""


def read(data: bytes, *, zone: str = "") -> tuple[Claim, ...]:
    """The labels of a list; ``zone`` is for lines that name none. Raises ``TakeoverError``.

    Its ``problems`` name each line that cannot be used, and then none is.
    """
    cells = list(_cells(data))
    if len(cells) > MOST_LABELS:
        raise TakeoverError(f"the list names {len(cells)} labels; at most {MOST_LABELS} are read")
    mark = written_numbers.decimal_mark(line.get("price") for line in cells)
    claims: list[Claim] = []
    problems: list[str] = []
    keys: dict[str, int] = {}
    for line in cells:
        problem = _problem(line, zone)
        claim = None if problem else _claim(line, zone, mark)
        if claim is not None and claim.key in keys:
            problem = f"{claim.key} stands on line {keys[claim.key]} already"
        if claim is None or problem:
            problems.append(f"line {line.number}: {problem}")
            continue
        keys[claim.key] = line.number
        claims.append(claim)
    if problems:
        rest = len(problems) - _MOST_TOLD
        more = (f"... and {rest} more",) if rest > 0 else ()
        raise TakeoverError("the list cannot be used", (*problems[:_MOST_TOLD], *more))
    return tuple(claims)


def prices(data: bytes) -> dict[str, str]:
    """What the other system shows, by label, alias or article. Raises ``TakeoverError``."""
    cells = list(_cells(data, ("price",)))
    mark = written_numbers.decimal_mark(line.get("price") for line in cells)
    found: dict[str, str] = {}
    unread: list[str] = []
    for line in cells:
        amount = written_numbers.amount(line.get("price"), mark)
        names = [line.get(name) for name in ("label", "alias", "article", "gtin")]
        if amount is None or not any(names):
            unread.append(f"line {line.number}: no price, or no label or article")
        for name in filter(None, names):
            if amount is not None:
                # A label's own price counts before one that its article has elsewhere.
                found.setdefault(name, amount)
    if unread and len(unread) == len(cells):
        raise TakeoverError("no price could be read", tuple(unread[:_MOST_TOLD]))
    return found


def write(claims: Iterable[Claim], gtins: Mapping[str, str]) -> bytes:
    """Our own list of these labels, as ``read`` reads it; ``gtins`` by article."""
    text = io.StringIO(newline="")
    out = csv.writer(text)
    out.writerow(COLUMNS)
    out.writerows(_row(one, gtins) for one in claims)
    return text.getvalue().encode()


def _row(one: Claim, gtins: Mapping[str, str]) -> tuple[str, ...]:
    shown_at = one.shown_at.isoformat(timespec="seconds") if one.shown_at is not None else ""
    options = "; ".join(f"{name}={value}" for name, value in sorted(one.options.items()))
    gtin = gtins.get(one.article, "")
    return (
        *(one.label, one.alias, one.article, gtin, options, one.template, one.zone),
        *(one.model, one.price, one.currency, shown_at),
    )


def _cells(data: bytes, required: tuple[str, ...] = ()) -> Iterator[Line]:
    try:
        if data.lstrip()[:1] in {b"{", b"["}:
            yield from _of_json(data)
            return
        yield from csv_table.parse(data, names=_NAMES, required=required).lines
    except CsvError as error:
        raise TakeoverError(str(error)) from error


def _of_json(data: bytes) -> Iterator[Line]:
    if len(data) > csv_table.MAX_BYTES:
        raise TakeoverError("the file is too large; export it in parts")
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise TakeoverError(f"the JSON cannot be read: {error}") from error
    ours = {csv_table.squeezed(one): name for name, known in _NAMES.items() for one in known}
    for number, one in enumerate(_objects(value), start=1):
        cells = {
            ours[key]: str(said).strip()
            for name, said in one.items()
            if (key := csv_table.squeezed(str(name))) in ours
            and isinstance(said, str | int)
            and str(said).strip()
        }
        if "mac" in one:
            cells = {"alias": str(one["mac"]), "article": str(one.get("alias") or "").strip()}
            if type(kind := one.get("hwType")) is int and 0 <= kind <= _MOST_KINDS:
                cells["model"] = f"oepl-{kind:02x}"
        yield Line(number=number, cells={name: cell for name, cell in cells.items() if cell})


def _objects(value: Any) -> list[dict[str, Any]]:
    """The first list of objects in the answer, at most two levels down."""
    for _ in range(3):
        if isinstance(value, list) and all(isinstance(one, dict) for one in value):
            return value
        if not isinstance(value, dict):
            break
        inner = [one for one in value.values() if isinstance(one, list | dict)]
        value = next((one for one in inner if isinstance(one, list)), inner[0] if inner else None)
    raise TakeoverError("the JSON holds no list of labels")


def _problem(line: Line, zone: str) -> str | None:
    for name, cell in line.cells.items():
        most = _LONGEST.get(name, _LONGEST_ELSE)
        if len(cell) > most or not cell.isprintable():
            return f"{name} has more than {most} characters, or some that cannot be printed"
    if not (line.get("label") or line.get("alias")):
        return "neither a label nor an alias"
    if not (line.get("zone") or zone):
        return "no zone; add the column, or say --zone"
    if any("=" not in part for part in _parts(line.get("options"))):
        return "options are written as color=navy; size=26"
    return None


def _claim(line: Line, zone: str, mark: written_numbers.Mark | None) -> Claim:
    options = dict(part.split("=", 1) for part in _parts(line.get("options")))
    return Claim(
        zone=line.get("zone") or zone,
        label=line.get("label"),
        alias=line.get("alias"),
        article=line.get("article") or line.get("gtin"),
        options={name.strip(): value.strip() for name, value in options.items()},
        template=line.get("template"),
        model=line.get("model"),
        price=written_numbers.amount(line.get("price"), mark) or "",
        currency=line.get("currency"),
        shown_at=_instant(line.get("shown_at")),
    )


def _parts(text: str) -> list[str]:
    return [part for part in text.split(";") if part.strip()]


def _instant(text: str) -> datetime | None:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    return instant if instant.tzinfo is not None else None
