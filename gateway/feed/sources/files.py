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
from gateway.store.database import Database

SOURCE: Source = "files"


class FileRefusedError(AnaquelError):
    """The file as a whole cannot be used; nothing was changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What the file held and what became of it."""

    export: Export
    replaced: Replaced


async def import_products(
    database: Database, settings: Settings, data: bytes, clock: Clock
) -> Imported:
    """Let a product export in Shopify's CSV format be the shop's catalogue from now on.

    Lines that cannot be used are left out and listed. Raises ``FileRefusedError``, and
    ``NotOwnerError`` when the shop's catalogue comes from elsewhere.
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
    # The export says nothing about places; without ours its stock would be nowhere.
    place = Row(kind="location", key=shop.store, value={"name": shop.store, "kind": "shop"})
    replaced = await local.replace(database, settings, SOURCE, (place, *export.rows), at=now)
    return Imported(export=export, replaced=replaced)
