"""A catalogue of the shop's own, and what happens when its kinds change their owner."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from gateway.domain.events import Origin
from gateway.domain.guarding import Cause
from gateway.domain.rows import Row
from gateway.feed import checking, holding, local, ownership
from gateway.feed.messages import Change
from gateway.settings import KINDS, Settings
from gateway.store import catalogue, holds, replica
from gateway.store.database import Database
from tests.support import settings as make_settings
from tests.support.feeding import price, product, stock

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
        replaced = await local.replace(
            database, alone(tmp_path), "files", articles("b", 3), at=AT, accepted=True
        )
        assert (replaced.rows, replaced.held) == (3, 0)
        assert sorted(await in_force(database, "product")) == ["b0", "b1", "b2"]


async def test_a_file_that_lacks_too_much_takes_nothing_away_until_somebody_accepts(
    tmp_path: Path,
) -> None:
    origin = Origin(store="s042", gateway="gw-1")
    async with Database(tmp_path / "anaquel.db") as database:
        await local.replace(database, alone(tmp_path), "files", articles("a", 300), at=AT)
        half = [*articles("a", 200), *articles("b", 1)]
        replaced = await local.replace(database, alone(tmp_path), "files", half, at=AT)
        (hold,) = await database.read(holds.every)
        assert (replaced.held, hold.rows, hold.cause, hold.state) == (
            100,
            100,
            Cause.DELETES,
            "open",
        )
        assert len(await in_force(database, "product")) == 301
        decide = partial(holding.decide, database, seen=hold.mark, origin=origin, at=AT)
        await decide(hold.id, "accepted", by="Ana")
        assert len(await in_force(database, "product")) == 201


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


def change(kind: str, key: str, value: Any) -> Change:
    return Change(kind=kind, key=key, value=value)


def changes(*rows: Row) -> list[Change]:
    return [change(row.kind, row.key, row.value) for row in rows]


async def test_changes_become_numbered_deltas_of_their_source(tmp_path: Path) -> None:
    settings = make_settings.make(tmp_path, central={"kind": "none"}, sources={"stock": "api"})
    async with Database(tmp_path / "anaquel.db") as database:
        await local.replace(database, settings, "files", [product("p"), price("p", "9.00")], at=AT)
        two = changes(price("p", "8.00"), product("q"))
        first = await local.write(database, settings, "files", two, at=AT)
        removal = [change("product", "q", None)]
        second = await local.write(database, settings, "files", removal, at=AT)
        own = await local.write(database, settings, "api", changes(stock("p", 3)), at=AT)
        assert [first.seq, second.seq, own.seq] == [2, 3, 1], "each source counts its own"
        assert (await in_force(database, "offers"))["p"]["offers"][0]["amount"] == "8.00"
        assert list(await in_force(database, "product")) == ["p"]
        assert (await in_force(database, "stock"))["s042/p"]["available"] == 3
        at = await database.read(lambda connection: replica.position(connection, "files"))
        assert (at.epoch, at.seq, at.applied_at) == (1, 3, AT)


async def test_a_bad_change_is_refused_and_the_rest_applies(tmp_path: Path) -> None:
    settings = make_settings.make(tmp_path, central={"kind": "none"}, sources={"stock": "api"})
    async with Database(tmp_path / "anaquel.db") as database:
        await local.write(database, settings, "files", changes(price("p", "9.00")), at=AT)
        mixed = [
            *changes(price("p", "-1.00"), product("good"), stock("p", 1)),
            change("promo", "x", {}),
            change("product", "no id", {"name": {"es": "Uno"}}),
        ]
        written = await local.write(database, settings, "files", mixed, at=AT)
        said = [
            None if one.refusal is None else (one.refusal.code, one.refusal.message, one.kept)
            for one in written.outcomes
        ]
        assert said == [
            (
                "negative_amount",
                "offers.0.amount: '-1.00' is negative; an amount is 0 or more",
                True,
            ),
            None,
            ("not_owner", "rows of kind stock come from api in this shop, not from files", False),
            (
                "unknown_kind",
                "'promo' is no kind of row; the kinds are " + ", ".join(KINDS),
                False,
            ),
            (
                "bad_key",
                "the key 'no id' is not an id of A-Z a-z 0-9 . _ - (64 at most)",
                False,
            ),
        ]
        assert list(await in_force(database, "product")) == ["good"]
        assert (await in_force(database, "offers"))["p"]["offers"][0]["amount"] == "9.00"
        total, first = await database.read(
            lambda connection: replica.refused(connection, source="files")
        )
        assert (total, first[0].key) == (1, "p"), "kept where people look for it"


async def test_a_write_of_nothing_that_may_be_written_leaves_the_position(tmp_path: Path) -> None:
    async with Database(tmp_path / "anaquel.db") as database:
        settings = make_settings.make(tmp_path)
        written = await local.write(database, settings, "api", changes(product("p")), at=AT)
        assert (written.epoch, written.seq) == (0, 0)
        at = await database.read(lambda connection: replica.position(connection, "api"))
        assert at.applied_at is None


async def test_what_is_written_while_a_catalogue_comes_in_stays(tmp_path: Path) -> None:
    settings = alone(tmp_path)
    async with Database(tmp_path / "anaquel.db") as database:
        old = [*articles("a", 400), *(price(f"a{number}", "9.00") for number in range(400))]
        await local.replace(database, settings, "files", old, at=AT)
        meant = [
            *changes(price("a7", "5.00"), product("new")),
            change("offers", "a8", None),
            change("offers", "a399", None),
        ]
        async with asyncio.TaskGroup() as group:
            # In this order they reach the writer: the catalogue begins, then the changes come.
            replacing = group.create_task(local.replace(database, settings, "files", old, at=AT))
            written = await group.create_task(
                local.write(database, settings, "files", meant, at=AT)
            )
            assert not replacing.done(), "the catalogue came in first: nothing was tried"
        offers = await in_force(database, "offers")
        assert offers["a7"]["offers"][0]["amount"] == "5.00"
        assert "a8" not in offers, "a removal is a later word, too"
        assert "a399" not in offers
        assert "new" in await in_force(database, "product")
        at = await database.read(lambda connection: replica.position(connection, "files"))
        assert at.seq > written.seq
        await local.replace(database, settings, "files", old, at=AT)
        assert (await in_force(database, "offers"))["a7"]["offers"][0]["amount"] == "9.00"
        assert "new" not in await in_force(database, "product")


async def test_a_place_too_many_is_said_to_whoever_writes_it(tmp_path: Path) -> None:
    places = [
        Change(kind="location", key=f"x{n:02}", value={"name": "X", "kind": "shop"})
        for n in range(14)
    ]
    async with Database(tmp_path / "anaquel.db") as database:
        for _ in range(2):
            done = await local.write(database, alone(tmp_path), "files", places, at=AT)
            refused = [one.refusal.code for one in done.outcomes if one.refusal is not None]
            assert refused == ["too_many_neighbours"] * 2
            assert [one.kept for one in done.outcomes] == [True] * 14
