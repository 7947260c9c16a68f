"""The kinds of CSV files that we read, told apart by their headings."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from gateway.feed.sources import csv_table, shop_csv, shopify_csv, shopify_inventory
from gateway.feed.sources.catalogue_file import CatalogueFile
from gateway.feed.sources.shopify_inventory import Places
from gateway.settings import Shop


@dataclass(frozen=True, slots=True, kw_only=True)
class _Format:
    """A kind of file, by the headings that it may and must have."""

    name: str
    names: Mapping[str, tuple[str, ...]]
    required: tuple[str, ...]


_FORMATS = tuple(
    _Format(name=name, names=names, required=required)
    for name, names, required in (
        (shop_csv.FORMAT, shop_csv.NAMES, shop_csv.REQUIRED),
        (shopify_csv.FORMAT, shopify_csv.NAMES, shopify_csv.REQUIRED),
        (shopify_inventory.FORMAT, shopify_inventory.NAMES, shopify_inventory.REQUIRED),
    )
)


def read(
    data: bytes,
    shop: Shop,
    articles: Collection[str],
    places: Mapping[str, str],
    at: datetime,
) -> CatalogueFile:
    """The file in whichever format it is; blocks.

    ``articles`` are the known product ids and ``places`` location ids by name in small letters:
    an inventory file speaks of both without saying ours. Raises ``CsvError``.
    """
    readers: dict[str, Callable[[], CatalogueFile]] = {
        shop_csv.FORMAT: lambda: shop_csv.read(
            data,
            shop_csv.Facts(
                currency=shop.currency,
                language=shop.language,
                location=shop.store,
                zone=shop.zone,
                at=at,
            ),
        ),
        shopify_csv.FORMAT: lambda: shopify_csv.read(
            data,
            currency=shop.currency,
            language=shop.language,
            location=shop.store,
            at=at,
        ).as_file(),
        shopify_inventory.FORMAT: lambda: shopify_inventory.read(
            data, Places(own=shop.store, by_name=places), articles, at
        ),
    }
    return readers[_format(data).name]()


def _format(data: bytes) -> _Format:
    """The format that the headings speak of most; what it lacks, its reader says."""
    aliases = (alias for one in _FORMATS for names in one.names.values() for alias in names)
    header = csv_table.headings(data, aliases)

    def fit(one: _Format) -> tuple[float, int]:
        here = {
            column
            for column, names in one.names.items()
            if any(csv_table.squeezed(alias) in header for alias in names)
        }
        return sum(column in here for column in one.required) / len(one.required), len(here)

    return max(_FORMATS, key=fit)
