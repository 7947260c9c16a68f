"""Files as a source: a product export becomes the shop's catalogue."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial

from gateway.clock import Clock
from gateway.domain.rows import Row
from gateway.errors import AnaquelError
from gateway.feed import local
from gateway.feed.local import Replaced
from gateway.feed.sources import shopify_csv
from gateway.feed.sources.shopify_csv import CsvError, Export
from gateway.settings import Settings, Source
from gateway.store import replica
from gateway.store.database import Database

SOURCE: Source = "files"
MAX_SHRINKING = 0.2
"""The share of articles that may go without a word: more is mostly half a file."""


class FileRefusedError(AnaquelError):
    """The file as a whole cannot be used; nothing was changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What the file held and what became of it."""

    export: Export
    replaced: Replaced
    removed: int


async def import_products(
    database: Database, settings: Settings, data: bytes, clock: Clock, *, replace: bool = False
) -> Imported:
    """Let a product export in Shopify's CSV format be the shop's catalogue from now on.

    Articles that the file lacks go; a file that lacks more than a fifth of them is refused unless
    ``replace`` says that it is meant. Lines that cannot be used are left out and listed. Raises
    ``FileRefusedError``, and ``NotOwnerError`` when the shop's catalogue comes from elsewhere.
    """
    shop, now = settings.shop, clock.now()
    read = partial(
        shopify_csv.read,
        data,
        currency=shop.currency,
        language=shop.language,
        location=shop.store,
        at=now,
    )
    try:
        export = await asyncio.to_thread(read)
    except CsvError as error:
        raise FileRefusedError(str(error)) from error
    if export.counts.products == 0:
        raise FileRefusedError(
            "there is no article in the file; the catalogue stays as it is. "
            "Export all products again and import that file"
        )
    gone = await _missing(database, export, settings)
    if not replace and gone.lacking > gone.known * MAX_SHRINKING:
        raise FileRefusedError(
            f"{gone.lacking} of {gone.known} articles are not in this file and would be removed; "
            "the catalogue stays as it is. Export all products, or say --replace if that is meant"
        )
    # The export says nothing about places; without ours its stock would be nowhere.
    place = Row(
        kind="location", key=shop.store, value={"name": shop.name or shop.store, "kind": "shop"}
    )
    replaced = await local.replace(database, settings, SOURCE, (place, *export.rows), at=now)
    return Imported(export=export, replaced=replaced, removed=gone.lacking)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Missing:
    """How many articles are known, and how many of them the file lacks."""

    known: int
    lacking: int


async def _missing(database: Database, export: Export, settings: Settings) -> _Missing:
    if settings.source_of("product") != SOURCE:
        return _Missing(known=0, lacking=0)
    known = await database.read(partial(replica.keys, source=SOURCE, kind="product"))
    kept = {row.key for row in export.rows if row.kind == "product"}
    return _Missing(known=len(known), lacking=len(known - kept))
