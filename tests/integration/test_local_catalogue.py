"""A catalogue of the shop's own, and what happens when its kinds change their owner."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gateway.domain.rows import Row
from gateway.feed import checking, local, ownership
from gateway.settings import Settings
from gateway.store import catalogue, replica
from gateway.store.database import Database
from tests.support import settings as make_settings
from tests.support.feeding import price, product

AT = datetime(2026, 11, 22, 10, tzinfo=UTC)


def alone(folder: Path) -> Settings:
    return make_settings.make(folder, central={"kind": "none"})


async def in_force(database: Database, kind: str) -> dict[str, Any]:
    rows = await database.read(
        lambda connection: connection.execute(
            "SELECT key, value FROM in_force WHERE kind = ?", (kind,)
        ).fetchall()
    )
    return {key: json.loads(value) for key, value in rows}


def articles(prefix: str, count: int) -> list[Row]:
    return [product(f"{prefix}{number}") for number in range(count)]


async def test_a_file_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    async with Database(tmp_path / "anaquel.db") as database:
        await local.replace(database, alone(tmp_path), "files", articles("a", 300), at=AT)
        replaced = await local.replace(database, alone(tmp_path), "files", articles("b", 3), at=AT)
        assert replaced.rows == 3
        assert sorted(await in_force(database, "product")) == ["b0", "b1", "b2"]


async def test_two_imports_at_once_end_with_one_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "anaquel.db"
    async with Database(path) as one, Database(path) as other:
        both = (
            local.replace(one, alone(tmp_path), "files", articles("a", 2_000), at=AT),
            local.replace(other, alone(tmp_path), "files", articles("b", 2_000), at=AT),
        )
        lost = 0
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(counted(replace)) for replace in both]
        lost = sum(task.result() for task in tasks)
        assert lost == 1, "one of them was told that the other took over"
        keys = await in_force(one, "product")
        assert len(keys) == 2_000
        assert len({key[0] for key in keys}) == 1


async def counted(replace: Any) -> int:
    try:
        await replace
    except local.TakenOverError:
        return 1
    return 0


async def test_when_central_takes_over_only_its_rows_are_in_force(tmp_path: Path) -> None:
    central = make_settings.make(tmp_path)
    async with Database(tmp_path / "anaquel.db") as database:
        rows = [product("p"), price("p", "99.00"), product("only-in-the-file")]
        await local.replace(database, alone(tmp_path), "files", rows, at=AT)
        checked = [
            checking.row(
                "central", row.kind, row.key, row.value, checking.owner_in(central, "central")
            )
            for row in (product("p", sku="erp"), price("p", "120.00"))
        ]
        assert await ownership.settle(database, central, AT) == 4 - 1
        await database.write(
            lambda connection: replica.apply(connection, "central", checked, seq=1, at=AT)
        )
        assert (await in_force(database, "offers"))["p"]["offers"][0]["amount"] == "120.00"
        assert list(await in_force(database, "product")) == ["p"]
        found = await database.read(lambda connection: catalogue.family_of_product(connection, "p"))
        assert found is not None
        assert found.products[0].sku == "erp"


async def test_back_to_files_their_rows_are_in_force_again(tmp_path: Path) -> None:
    central, files = make_settings.make(tmp_path), alone(tmp_path)
    async with Database(tmp_path / "anaquel.db") as database:
        await local.replace(database, files, "files", [product("p"), price("p", "9.00")], at=AT)
        await ownership.settle(database, central, AT)
        assert await in_force(database, "product") == {}
        await ownership.settle(database, files, AT)
        assert list(await in_force(database, "product")) == ["p"]
        assert await ownership.settle(database, files, AT) == 0


async def test_a_file_for_a_shop_of_central_is_refused_in_words(tmp_path: Path) -> None:
    async with Database(tmp_path / "anaquel.db") as database:
        with pytest.raises(local.NotOwnerError, match="does not come from files"):
            await local.replace(
                database, make_settings.make(tmp_path), "files", [product("p")], at=AT
            )
