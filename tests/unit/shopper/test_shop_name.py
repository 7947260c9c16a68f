"""The name at the head of the shoppers' pages."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.shopper.upkeep import ShopName
from gateway.store.database import Database
from tests.support import settings as make_settings
from tests.support import shop


@pytest.mark.parametrize("kind", ["mqtt", "none"])
async def test_what_is_set_counts_where_no_source_names_the_shop(tmp_path: Path, kind: str) -> None:
    settings = make_settings.make(tmp_path, central={"kind": kind})
    async with Database(tmp_path / "anaquel.db") as database:
        name = ShopName(settings)
        await name.refresh(database)
        assert name.current == "s042"
        settings.shop = settings.shop.model_copy(update={"name": "Alba"})
        await name.refresh(database)
        assert name.current == "Alba"
        await shop.fill(database)
        await name.refresh(database)
        assert (name.current == "Alba") == (kind == "none"), "central's row has the shop's name"
