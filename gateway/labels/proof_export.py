"""The record for people outside: lines of a table, and the pictures that belong to them."""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import partial
from pathlib import Path
from typing import Any, Final, TextIO

from device_drivers import pictures
from gateway.domain.proof import Entry
from gateway.store import frames, proof
from gateway.store.database import Connection, Database
from gateway.store.proof import Row

COLUMNS: Final = (
    "label",
    "row",
    "at",
    "clock",
    "what",
    "wish",
    "pixels_sha256",
    "picture_sha256",
    "template",
    "state",
    "products",
    "offers_seqs",
    "price",
    "currency",
    "from",
    "kind",
    "unit_price",
    "unit",
    "regular_price",
    "prior_price",
    "percent",
    "loyalty_price",
    "deposit",
    "campaign",
    "valid_until",
    "detail",
    "hash",
)
_PRICES: Final = {
    "state": "state",
    "price": "price",
    "currency": "currency",
    "kind": "kind",
    "unit_price": "unit_price",
    "unit": "unit",
    "regular_price": "regular",
    "prior_price": "prior",
    "percent": "percent",
    "loyalty_price": "loyalty",
    "deposit": "deposit",
    "campaign": "campaign",
    "valid_until": "valid_until",
}
_PAGE: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A picture of the record: ``png`` None when it is not kept any more.

    ``matches``: its pixels, hashed again, give the hash in the record. ``as_sent``: the PNG is,
    byte for byte, what went to the label.
    """

    png: bytes | None
    matches: bool = False
    as_sent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """How many rows and pictures were written, and how many pictures are not kept any more."""

    rows: int
    pictures: int
    missing: int


def picture(connection: Connection, entry: Entry) -> Kept:
    """The picture that the entry speaks of."""
    frame = frames.get(connection, entry.fingerprint) if entry.fingerprint is not None else None
    if frame is None:
        return Kept(png=None)
    png = pictures.encode(frame, "png")
    return Kept(
        png=png,
        matches=frame.fingerprint == entry.fingerprint,
        as_sent=hashlib.sha256(png).hexdigest() == entry.picture,
    )


def line(row: Row, zone: tzinfo) -> dict[str, Any]:
    """One row of the table; times are the shop's, with their offset. Names of people stay out."""
    entry, prices = row.entry, row.entry.prices
    offers = prices.get("offers") or {}
    count = prices.get("products") or len(offers)
    more = f" and {count - len(offers)} more" if count > len(offers) else ""
    return {
        "label": entry.label,
        "row": row.number,
        "at": entry.at.astimezone(zone).isoformat(timespec="milliseconds"),
        "clock": "doubted" if entry.doubted else "trusted",
        "what": entry.what,
        "wish": entry.wish,
        "pixels_sha256": entry.fingerprint,
        "picture_sha256": entry.picture,
        "template": entry.template,
        "products": " ".join(offers) + more,
        "offers_seqs": " ".join("" if seq is None else str(seq) for seq in offers.values()),
        "from": "yes" if prices.get("from") else None,
        "detail": entry.detail,
        "hash": row.hash.hex(),
    } | {column: prices.get(name) for column, name in _PRICES.items()}


def table(file: TextIO) -> csv.DictWriter[str]:
    """A table with its headings written; ``file`` is open with ``newline=""``."""
    writer = csv.DictWriter(file, COLUMNS)
    writer.writeheader()
    return writer


async def export(
    database: Database,
    folder: Path,
    zone: tzinfo,
    *,
    since: datetime,
    until: datetime,
    label: str | None = None,
) -> Exported:
    """Write ``proof.csv`` and ``pictures/HASH.png`` into ``folder``: rows of ``[since, until)``.

    Raises ``OSError``.
    """
    (folder / "pictures").mkdir(parents=True, exist_ok=True)
    seen: set[str] = set()
    rows = written = 0
    with (folder / "proof.csv").open("w", encoding="utf-8", newline="") as file:
        out = table(file)
        after = 0
        while True:
            page = await database.read(
                partial(proof.page, after=after, since=since, until=until, label=label, limit=_PAGE)
            )
            for row in page:
                entry = row.entry
                out.writerow(line(row, zone))
                after, rows = row.id, rows + 1
                if entry.fingerprint is not None and entry.fingerprint not in seen:
                    seen.add(entry.fingerprint)
                    kept = await database.read(partial(picture, entry=entry))
                    written += _write(folder / "pictures", entry.fingerprint, kept)
            if len(page) < _PAGE:
                return Exported(rows=rows, pictures=written, missing=len(seen) - written)


def _write(folder: Path, fingerprint: str, kept: Kept) -> int:
    if kept.png is None or not kept.matches:
        return 0
    (folder / f"{fingerprint}.png").write_bytes(kept.png)
    return 1
