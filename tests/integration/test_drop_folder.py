"""Files dropped into a folder of a running service."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gateway.clock import SystemClock
from gateway.feed.sources import drop_folder
from gateway.feed.sources.drop_folder import DropFolder
from gateway.feed.sources.taking import Verdict
from gateway.store import catalogue, tasks
from gateway.store.database import Database
from tests.support import settings as make_settings
from tests.support.running import PATIENCE_S, one_turn, running

CLOCK = SystemClock()
LOOK_S = 0.05


@dataclass
class Shop:
    database: Database
    folder: Path

    def drop(self, name: str, text: str) -> Path:
        """The way the page recommends: written under another name, then renamed."""
        path = self.folder / f"{name}.part"
        path.write_text(text, encoding="utf-8")
        return path.replace(self.folder / name)

    def aside(self, where: str) -> dict[str, str]:
        """What lies in ``done`` or ``refused``: texts by the names without their times."""
        files = (self.folder / where).glob("*")
        return {one.name.split("-", 3)[3]: one.read_text(encoding="utf-8") for one in files}

    async def until(self, holds: Callable[[], Any]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not holds():
                await one_turn()

    async def open_tasks(self) -> list[tuple[str, str]]:
        found = await self.database.read(tasks.all_open)
        return [(one.kind, one.detail["file"]) for one in found]

    async def articles(self) -> set[str]:
        return await self.database.read(catalogue.product_ids)


@asynccontextmanager
async def watching(folder: Path, **sections: Any) -> AsyncIterator[Shop]:
    sections = {"central": {"kind": "none"}} | sections
    settings = make_settings.make(folder, files={"look_s": LOOK_S}, **sections)
    inbox = folder / "drop"
    async with (
        Database(folder / "anaquel.db") as database,
        running(DropFolder(inbox, database, settings, CLOCK)),
    ):
        one = Shop(database, inbox)
        await one.until(inbox.is_dir)
        yield one


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    async with watching(tmp_path) as one:
        yield one


async def test_a_file_is_imported_and_put_aside_with_its_report(shop: Shop) -> None:
    text = "id,name,price\na,Uno,1.00\nb,Dos,\n"
    shop.drop("lista.csv", text)
    await shop.until(lambda: "lista.csv" in shop.aside("done"))
    assert shop.aside("done") == {
        "lista.csv": text,
        "lista.csv.txt": "lista.csv\nAnaquel CSV, UTF-8: 2 lines, 2 articles\n"
        "  line 3, price: write a price; price as it was\n"
        "1 problem; the rest is in force. Mend the file and import it again.\n",
    }
    assert await shop.articles() == {"a", "b"}
    assert not (shop.folder / "lista.csv").exists()


async def test_a_name_that_is_no_utf8_or_very_long_is_no_trouble(shop: Shop) -> None:
    long = f"{'ñ' * 120}.csv"
    for number, name in enumerate((b"cat\xe1logo.csv", long.encode())):
        part = shop.folder / f"{number}.part"
        part.write_text("id,name,price\na,Uno,1.00\n", encoding="utf-8")
        part.replace(Path(os.fsdecode(os.fsencode(shop.folder) + b"/" + name)))
    wanted = {"cat\ufffdlogo.csv", f"{'ñ' * 73}.csv"}
    await shop.until(lambda: wanted <= shop.aside("done").keys())
    assert shop.aside("done")["cat\ufffdlogo.csv.txt"].startswith("cat\ufffdlogo.csv\n")
    assert await shop.articles() == {"a"}


async def test_a_refused_file_says_why_until_a_good_one_comes(shop: Shop) -> None:
    shop.drop("mala.csv", "hola,mundo\n1,2\n")
    await shop.until(lambda: "mala.csv" in shop.aside("refused"))
    report = shop.aside("refused")["mala.csv.txt"]
    assert report.startswith(
        "mala.csv\nRefused: the first line must name the columns, and these are missing: "
    )
    assert report.endswith("Nothing was changed.\n")
    assert await shop.open_tasks() == [("refused_file", "mala.csv")]
    shop.drop("buena.csv", "id,name,price\na,Uno,1.00\n")
    await shop.until(lambda: "buena.csv" in shop.aside("done"))
    assert await shop.open_tasks() == []


async def test_a_file_that_still_grows_is_left_until_it_is_whole(tmp_path: Path) -> None:
    settings = make_settings.make(tmp_path, central={"kind": "none"})
    async with Database(tmp_path / "anaquel.db") as database:
        shop = Shop(database, tmp_path / "drop")
        watcher = DropFolder(shop.folder, database, settings, CLOCK)
        await watcher.look()
        with (shop.folder / "larga.csv").open("w", encoding="utf-8") as file:
            file.write("id,name,price\n")
            for number in range(4):
                file.write(f"a{number},Uno,1.00\n")
                file.flush()
                await watcher.look()
        assert await shop.articles() == set()
        await watcher.look()
        assert await shop.articles() == {"a0", "a1", "a2", "a3"}


async def test_what_is_hidden_unfinished_or_no_file_is_left_alone(shop: Shop) -> None:
    for name in (".oculto.csv", "a.csv.part", "b.tmp"):
        (shop.folder / name).write_text("id,name,price\nx,Equis,1\n", encoding="utf-8")
    (shop.folder / "carpeta").mkdir()
    outside = shop.folder.parent / "outside.csv"
    outside.write_text("id,name,price\ny,Ye,1\n", encoding="utf-8")
    (shop.folder / "enlace.csv").symlink_to(outside)
    shop.drop("buena.csv", "id,name,price\na,Uno,1.00\n")
    await shop.until(lambda: "buena.csv" in shop.aside("done"))
    assert await shop.articles() == {"a"}
    left = {one.name for one in shop.folder.iterdir()}
    assert left == {".oculto.csv", "a.csv.part", "b.tmp", "carpeta", "enlace.csv", "done"}


async def test_files_that_came_together_are_taken_oldest_first(tmp_path: Path) -> None:
    inbox = tmp_path / "drop"
    inbox.mkdir()
    for name, price, age in (("z.csv", "1.00", 20), ("a.csv", "1.50", 10)):
        path = inbox / name
        path.write_text(f"id,name,price\na,Uno,{price}\n", encoding="utf-8")
        os.utime(path, (1_700_000_000 - age, 1_700_000_000 - age))
    async with watching(tmp_path) as shop:
        await shop.until(lambda: len(shop.aside("done")) == 4)
        family = await shop.database.read(lambda c: catalogue.family_of_product(c, "a"))
    assert family is not None
    assert str(family.offers["a"].offers[0].amount) == "1.50"


async def test_a_shop_of_central_refuses_the_file(tmp_path: Path) -> None:
    async with watching(tmp_path, central={"kind": "mqtt"}) as shop:
        shop.drop("lista.csv", "id,name,price\na,Uno,1.00\n")
        await shop.until(lambda: "lista.csv" in shop.aside("refused"))
        assert "does not come from files" in shop.aside("refused")["lista.csv.txt"]


def test_only_the_newest_hundred_are_kept(tmp_path: Path) -> None:
    verdict = Verdict(taken=True, report=("good",))
    for number in range(105):
        path = tmp_path / "lista.csv"
        path.write_text(str(number), encoding="utf-8")
        drop_folder._put_aside(path, path.name, verdict, f"20261122-160000-{number:06}")
    kept = sorted((tmp_path / "done").glob("*.csv"))
    assert (len(kept), kept[0].read_text(encoding="utf-8")) == (100, "5")
