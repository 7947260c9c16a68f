"""Importing files: what stays, what goes, what is refused in words, and what would change."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.clock import ShiftedClock, SystemClock
from gateway.domain.guarding import Cause
from gateway.feed.sources import files, reports
from gateway.feed.sources.file_faults import FileRefusedError
from gateway.feed.sources.files import Compared, Imported
from gateway.settings import Settings
from gateway.store import catalogue, replica
from gateway.store.database import Database
from tests.support import project
from tests.support import settings as make_settings

HEAD = "Handle,Title,Variant Price,Variant SKU\n"
EXAMPLE = re.findall(
    r"```csv\n(.*?)```", (project.ROOT / "docs" / "csv.md").read_text(encoding="utf-8"), re.DOTALL
)[0]
CLOCK = SystemClock()


@dataclass
class Shop:
    database: Database
    settings: Settings

    async def take(self, text: str, *, replace: bool = False) -> Imported:
        return await files.import_file(
            self.database, self.settings, text.encode(), CLOCK, replace=replace
        )

    async def compare(self, text: str) -> Compared:
        later = ShiftedClock(CLOCK)
        later.advance(timedelta(hours=1))
        return await files.compare(self.database, self.settings, text.encode(), later)

    async def in_force(self, kind: str) -> dict[str, Any]:
        found = await self.database.read(
            lambda connection: connection.execute(
                "SELECT key, value FROM in_force WHERE kind = ?", (kind,)
            ).fetchall()
        )
        return {key: json.loads(value) for key, value in found}

    async def price(self, key: str) -> str:
        offers = await self.in_force("offers")
        return str(offers[key]["offers"][0]["amount"])


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    settings = make_settings.make(
        tmp_path, central={"kind": "none"}, shop={"name": "Zapatería Centro"}
    )
    async with Database(tmp_path / "anaquel.db") as database:
        yield Shop(database, settings)


def export(count: int, first: int = 0) -> str:
    lines = (f"h{n},Tenis {n},{n + 1}.00,sku-{n}\n" for n in range(first, first + count))
    return HEAD + "".join(lines)


def ours(*lines: str, head: str = "id,name,price") -> str:
    return "\n".join((head, *lines)) + "\n"


def many(count: int, price: str = "10.00") -> list[str]:
    return [f"a{number},Uno {number},{price}" for number in range(count)]


async def test_what_a_file_lacks_is_held_when_it_is_most_until_it_is_meant(shop: Shop) -> None:
    await shop.take(export(20))
    half = await shop.take(export(3))
    assert (half.removed, half.held) == (17, 68), "articles with their groups, prices and stock"
    assert await shop.database.read(lambda c: catalogue.exists(c, "product", "sku-19"))
    smaller = await shop.take(export(18))
    assert (smaller.removed, smaller.held) == (0, 8), "what was held and is still not there"
    meant = await shop.take(export(3), replace=True)
    assert (meant.removed, meant.held) == (15, 0)
    assert not await shop.database.read(lambda c: catalogue.exists(c, "product", "sku-19"))


@pytest.mark.parametrize(("known", "left", "held"), [(5, 2, 6), (4, 1, 6), (6, 3, 0), (3, 1, 0)])
async def test_a_small_shop_loses_no_more_than_half_by_a_file(
    shop: Shop, known: int, left: int, held: int
) -> None:
    await shop.take(ours(*many(known)))
    assert (await shop.take(ours(*many(left)))).held == held


async def test_the_shop_has_the_name_of_its_settings(shop: Shop) -> None:
    await shop.take(export(1))
    (place,) = await shop.database.read(catalogue.locations)
    assert (place.id, place.name) == ("s042", "Zapatería Centro")


async def test_the_example_of_the_page_is_in_force_after_its_import(shop: Shop) -> None:
    imported = await shop.take(EXAMPLE)
    assert (imported.file.format, imported.refused_total) == ("Anaquel CSV", 0)
    family = await shop.database.read(lambda c: catalogue.family_of_product(c, "runner-26"))
    assert family is not None
    assert family.group is not None
    assert len(family.products) == 2
    assert family.stock["s042", "runner-26"].available == 3


async def test_one_bad_line_is_left_out_and_its_price_stays(shop: Shop) -> None:
    await shop.take(ours(*many(10)))
    imported = await shop.take(ours(*many(9, "12.00"), "a9,Uno 9,diez"))
    assert [one.line for one in imported.file.problems] == [11]
    assert await shop.price("a0") == "12.00"
    assert await shop.price("a9") == "10.00", "the last good price stays in force"


async def test_a_price_too_odd_to_be_used_is_not_said_to_be_in_force(shop: Shop) -> None:
    await shop.take("id,name,price\na,Uno,249.00\n")
    done = await shop.take("id,name,price\na,Uno,2.49\n")
    assert done.held == 1
    *_, last = reports.imported(done, shop.settings, most=20)
    assert last.startswith("1 row of files is held: ")

    assert (await shop.take("id,name,price\na,Uno,239.00\n")).held == 0


async def test_a_file_with_many_bad_lines_is_refused_whole(shop: Shop) -> None:
    await shop.take(ours(*many(30)))
    with pytest.raises(FileRefusedError) as raised:
        await shop.take(ours(*many(28, "12.00"), "a28,Uno,x", "a29,Uno,y"))
    assert str(raised.value) == (
        "2 of 30 lines cannot be used, so nothing of the file is: mend them and import it again "
        "(line 30, price: x is no amount beyond doubt; write it like 1299.00; price as it was; "
        "line 31, price: y is no amount beyond doubt; write it like 1299.00; price as it was)"
    )
    assert await shop.price("a0") == "10.00"
    tolerable = await shop.take(ours(*many(40, "12.00"), "a40,Uno,x", "a41,Uno,y"))
    assert tolerable.file.bad_lines == 2


async def test_one_bad_line_is_enough_where_the_shop_wants_it_so(
    shop: Shop, tmp_path: Path
) -> None:
    strict = make_settings.make(
        tmp_path, central={"kind": "none"}, files={"on_bad_row": "refuse_file"}
    )
    careful = Shop(shop.database, strict)
    with pytest.raises(FileRefusedError, match="1 of 101 lines cannot be used"):
        await careful.take(ours(*many(100), "x,Uno,nada"))
    assert await shop.in_force("product") == {}


async def test_a_catalogue_without_a_stock_column_leaves_stock_alone(shop: Shop) -> None:
    await shop.take(ours("a,Uno,1,3", "b,Dos,2,5", head="id,name,price,stock"))
    await shop.take(ours("a,Uno,1.50", "b,Dos,2"))
    stock = await shop.in_force("stock")
    assert {key: value["available"] for key, value in stock.items()} == {"s042/a": 3, "s042/b": 5}
    await shop.take(ours("a,Uno,1.50"), replace=True)
    assert list(await shop.in_force("stock")) == ["s042/a"], "stock goes with its article"


async def test_inventory_changes_stock_only_and_stays_with_the_next_catalogue(shop: Shop) -> None:
    await shop.take(export(3))
    inventory = (
        "Handle,Title,Option1 Name,Option1 Value,SKU,Location,Available\n"
        "h0,,Title,Default Title,sku-0,Zapatería Centro,4\n"
        "h0,,Title,Default Title,sku-0,Bodega,40\n"
        "h1,,Title,Default Title,sku-1,Zapatería Centro,0\n"
    )
    imported = await shop.take(inventory)
    assert (imported.file.format, imported.removed) == ("Shopify inventory", 0)
    places = {place.name: place.id for place in await shop.database.read(catalogue.locations)}
    wanted = {"s042/sku-0": 4, f"{places['Bodega']}/sku-0": 40, "s042/sku-1": 0, "s042/sku-2": None}
    for text in (inventory, export(3)):
        await shop.take(text)
        stock = await shop.in_force("stock")
        assert {key: value["available"] for key, value in stock.items()} == wanted
    at = await shop.database.read(lambda c: replica.position(c, "files"))
    assert at.seq == 4, "two catalogues and two deltas, each with its number"


async def test_a_comparison_says_what_would_change_and_changes_nothing(shop: Shop) -> None:
    await shop.take(ours("a,Uno,1,3", "b,Dos,2,5", "c,Tres,3,1", head="id,name,price,stock"))
    await shop.database.write(_bind_a_label_to_b)
    compared = await shop.compare(
        ours("a,Uno,1,3", "b,Dos,2.50,5", "d,Cuatro,4,", head="id,name,price,stock")
    )
    told = {
        kind: (one.added, one.changed, one.removed, one.examples)
        for kind, one in compared.difference.kinds.items()
    }
    assert told == {
        "product": (1, 0, 1, {"added": ["d"], "changed": [], "removed": ["c"]}),
        "offers": (1, 1, 1, {"added": ["d"], "changed": ["b"], "removed": ["c"]}),
        "stock": (1, 0, 1, {"added": ["s042/d"], "changed": [], "removed": ["s042/c"]}),
    }
    assert compared.difference.labels == ("shelf-1",)
    assert compared.refusal is None
    assert compared.difference.held == {}, "one of three is no mass"
    assert await shop.price("b") == "2"
    same = await shop.compare(
        ours("a,Uno,1,3", "b,Dos,2,5", "c,Tres,3,1", head="id,name,price,stock")
    )
    assert same.difference.kinds == {}


async def test_a_comparison_says_what_the_guard_would_hold(shop: Shop) -> None:
    await shop.take(ours(*many(40)))
    text = ours(*many(10, "10.10"), *(f"a{n},Uno {n},10.00" for n in range(10, 24)), "x,Equis,1.00")
    text = text.replace("a23,Uno 23,10.00", "a23,Uno 23,0.10")
    compared = await shop.compare(text)
    said = list(reports.compared(compared, shop.settings, most=20))
    start = said.index(
        "The guard would hold 33 rows until a manager accepts, or until --replace says it is meant:"
    )
    first = ", ".join(f"product a{number}" for number in range(24, 34))
    assert said[start + 1 :] == [
        f"  32 deletes are too many at once: {first} and 22 more",
        "  offers a23: offers.0.amount: 0.10 MXN is more than 90 % away from the last, 10.00",
        "Nothing was changed.",
    ]
    held = (await shop.take(text)).held
    assert held == len(compared.difference.held) == 33, "and that is what it holds"


async def test_a_comparison_foresees_a_mass_of_prices(shop: Shop) -> None:
    await shop.take(ours(*many(30)))
    dearer = ours(*many(30, "11.00"))
    compared = await shop.compare(dearer)
    assert {cause for cause, _ in compared.difference.held.values()} == {Cause.PRICES}
    meant = await files.compare(shop.database, shop.settings, dearer.encode(), CLOCK, replace=True)
    assert meant.difference.held == {}
    assert (await shop.take(dearer)).held == len(compared.difference.held) == 30


def _bind_a_label_to_b(connection: Any) -> None:
    connection.execute(
        "INSERT INTO label (id, family, code, width, height, inks, dpi, model, formats, firmware, "
        "first_heard, last_heard) "
        "VALUES ('shelf-1', 'mqtt', 'AAAAAA', 1, 1, '', 1, '', '', '', 0, 0)"
    )
    connection.execute(
        "INSERT INTO binding (label, product, bound_at, bound_by) VALUES ('shelf-1', 'b', 0, 'x')"
    )


async def test_rows_of_another_source_are_left_out_and_counted(tmp_path: Path) -> None:
    settings = make_settings.make(tmp_path, central={"kind": "none"}, sources={"stock": "api"})
    async with Database(tmp_path / "anaquel.db") as database:
        shop = Shop(database, settings)
        imported = await shop.take(ours("a,Uno,1,3", head="id,name,price,stock"))
        assert imported.left_out == {"stock": 1}
        assert (
            await shop.compare(ours("a,Uno,2,4", head="id,name,price,stock"))
        ).difference.left_out == {"stock": 1}
        with pytest.raises(Exception, match="the stock rows of this shop do not come from files"):
            await shop.take("Handle,SKU,Option1 Value,Location,Available\na,a,,Uno,3\n")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "hola,mundo\n1,2\n",
            "the first line must name the columns, and these are missing: id, name, price",
        ),
        ("id,name,price\n", "there is no article in the file; the catalogue stays as it is"),
        ('id,name,price\na,"Uno,1\n', "line 2: a quotation mark is opened and never closed"),
        ("PK\x03\x04", "this is a spreadsheet, not CSV"),
    ],
)
async def test_what_is_no_catalogue_is_refused_in_words(shop: Shop, text: str, words: str) -> None:
    with pytest.raises(FileRefusedError) as raised:
        await shop.take(text)
    assert words in str(raised.value)
