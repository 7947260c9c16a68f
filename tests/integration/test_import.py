"""Importing product exports: what stays, what goes, what is refused in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.clock import SystemClock
from gateway.feed.sources import files
from gateway.store import catalogue
from gateway.store.database import Database
from tests.support import settings as make_settings

HEAD = "Handle,Title,Variant Price,Variant SKU\n"


def export(count: int, first: int = 0) -> bytes:
    lines = (f"h{n},Tenis {n},{n + 1}.00,sku-{n}\n" for n in range(first, first + count))
    return (HEAD + "".join(lines)).encode()


async def test_a_file_that_lacks_most_articles_is_refused_until_it_is_meant(
    tmp_path: Path,
) -> None:
    settings = make_settings.make(tmp_path, central={"kind": "none"})
    clock = SystemClock()
    async with Database(tmp_path / "anaquel.db") as database:
        await files.import_products(database, settings, export(20), clock)
        with pytest.raises(files.FileRefusedError, match="17 of 20 articles are not in this file"):
            await files.import_products(database, settings, export(3), clock)
        assert await database.read(lambda c: catalogue.exists(c, "product", "sku-19"))
        smaller = await files.import_products(database, settings, export(18), clock)
        assert smaller.removed == 2
        meant = await files.import_products(database, settings, export(3), clock, replace=True)
        assert meant.removed == 15
        assert not await database.read(lambda c: catalogue.exists(c, "product", "sku-19"))


async def test_the_shop_has_the_name_of_its_settings(tmp_path: Path) -> None:
    settings = make_settings.make(
        tmp_path, central={"kind": "none"}, shop={"name": "Zapatería Centro"}
    )
    async with Database(tmp_path / "anaquel.db") as database:
        await files.import_products(database, settings, export(1), SystemClock())
        (place,) = await database.read(catalogue.locations)
        assert (place.id, place.name) == ("s042", "Zapatería Centro")
