"""A zone taken over and given back with the commands, while labels are on a real broker."""

from __future__ import annotations

import asyncio
import csv
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from device_drivers import registry
from device_drivers.api.panels import Ink, Panel
from gateway import cli
from gateway.cli.sharing import left_out
from gateway.store import discovered, labels
from tests.support import distributions, gateway_process, shelving
from tests.support import settings as make_settings
from tests.support.feeding import SHOP, price, product, stock
from tests.support.mosquitto import Mosquitto
from tests.support.running import PATIENCE_S
from tests.support.shelving import Shelf

LIST = """\
label,article,zone,model,price
l0,a0,paint,,100.00
l1,a1,paint,,130.00
l2,a2,paint,2.9-296x128-bwr,100.00
l3,gone,paint,,5.00
l4,a4,paint,,101.00
l5,a0,paint,,
"""
TINY = Panel(name="tiny", width=24, height=12, inks=(Ink.WHITE, Ink.BLACK), dpi=112)


@pytest.fixture
async def shelf(mosquitto: Mosquitto, tmp_path: Path) -> AsyncIterator[Shelf]:
    settings = make_settings.make(tmp_path, mosquitto.broker)
    gateway_process.write_config(tmp_path / "config.toml", settings)
    async with shelving.shelf(mosquitto, settings) as one:
        await one.write(SHOP, *(product(f"a{n}") for n in range(5)))
        await one.write(*(price(f"a{n}", "100.00") for n in range(5)))
        await one.write(*(stock(f"a{n}", 9) for n in range(5)))
        async with asyncio.TaskGroup() as group:
            noticing = group.create_task(one.database.tell_of_other_writers(0.1))
            yield one
            noticing.cancel()


def rows_of(file: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))


class Typing:
    """Somebody who types the commands, in a thread of their own."""

    def __init__(self, folder: Path) -> None:
        self._config = folder / "config.toml"

    async def __call__(self, *arguments: str | Path, code: int = 0) -> str:
        words = ["takeover", *map(str, arguments), "--config", str(self._config)]
        ended = await asyncio.to_thread(CliRunner().invoke, cli.commands, words)
        assert ended.exit_code == code, (ended.output, ended.exception)
        return ended.output


async def test_a_zone_is_imported_tried_switched_and_given_back(
    shelf: Shelf, tmp_path: Path
) -> None:
    typed = Typing(tmp_path)
    await asyncio.to_thread((tmp_path / "list.csv").write_text, LIST)
    assert "zone paint: 6 labels noted. None of them is driven." in await typed(
        "import", tmp_path / "list.csv"
    )
    for name in ("l0", "l1", "l3", "l5"):
        shelf.add(name)
    shelf.add("l4", panel=TINY)
    shelf.add("other")
    await shelf.until_shown("other")
    await until_waiting(shelf, 5)
    assert {one for one in shelf.world.labels if shelf.world.labels[one].showing} == {"other"}

    said = await typed("check", "paint", "--out", tmp_path / "dry")
    assert said.splitlines()[:2] == [
        "zone paint (imported): 6 labels",
        "       1  show the same price",
    ]
    rows = rows_of(tmp_path / "dry" / "check.csv")
    assert [(one["label"], one["result"], one["here"], one["there"]) for one in rows] == [
        ("l3", "unknown_article", "", "5.00"),
        ("l1", "other_price", "100.00", "130.00"),
        ("l4", "price_not_shown", "100.00", "101.00"),
        ("l0", "same", "100.00", "100.00"),
        ("l2", "not_heard", "100.00", "100.00"),
        ("l5", "not_compared", "100.00", ""),
    ]
    drawn = {path.name for path in (tmp_path / "dry" / "pictures").iterdir()}
    assert drawn == {"l0.png", "l1.png", "l2.png", "l4.png", "l5.png"}

    refused = await typed("switch", "paint", code=1)
    assert "1 of 6 labels cannot be driven" in refused
    assert "l3 (gone): its article is not in the catalogue" in refused
    said = await typed("switch", "paint", "--anyway")
    assert said.splitlines() == [
        "zone paint: 4 labels are driven by this gateway from now on.",
        "1 were not heard yet; each is taken over when it is heard.",
        "left as it is: l3 (gone): its article is not in the catalogue",
    ]
    await shelf.until_shown("l0", "l1", "l5")
    shelf.add("l2")
    await shelf.until_shown("l2")
    assert shelf.world.labels["l3"].showing is None
    assert "driven by this gateway since" in await typed("status")

    said = await typed("release", "paint", "--out", tmp_path / "back.csv")
    assert said.splitlines()[0] == (
        "zone paint: 5 labels were driven until now, and are not any more."
    )
    back = rows_of(tmp_path / "back.csv")
    assert [(one["label"], one["article"], one["price"]) for one in back] == [
        ("l0", "a0", "100.00"),
        ("l1", "a1", "100.00"),
        ("l2", "a2", "100.00"),
        ("l3", "gone", "5.00"),
        ("l4", "a4", ""),
        ("l5", "a0", "100.00"),
    ]
    assert all(one["shown_at"] for one in back if one["label"] in {"l0", "l1", "l2", "l5"})
    await shelf.write(price("a0", "99.00"))
    assert await shelf.database.read(lambda rows: labels.get(rows, "l0")) is None
    first = (tmp_path / "back.csv").read_bytes()
    await typed("release", "paint", "--out", tmp_path / "back.csv")
    assert (tmp_path / "back.csv").read_bytes() == first


@pytest.mark.usefixtures("shelf")
async def test_prices_come_from_a_file_of_their_own(tmp_path: Path) -> None:
    typed = Typing(tmp_path)
    (tmp_path / "list.csv").write_text(LIST)
    (tmp_path / "prices.csv").write_text("article;precio;price\na0;x;99,50\na1;x;100,00\n")
    await typed("import", tmp_path / "list.csv")

    await typed(*("check", "paint", "--prices", tmp_path / "prices.csv"), "--out", tmp_path / "dry")

    rows = rows_of(tmp_path / "dry" / "check.csv")
    assert {one["label"]: one["there"] for one in rows} == {
        "l0": "99.50",
        "l1": "100.00",
        "l2": "100.00",
        "l3": "5.00",
        "l4": "101.00",
        "l5": "99.50",
    }


@pytest.mark.usefixtures("shelf")
async def test_what_stands_in_the_way_is_said(tmp_path: Path) -> None:
    typed = Typing(tmp_path)
    (tmp_path / "list.csv").write_text("label,article\nl1,a1\n")

    assert "line 2: no zone; add the column, or say --zone" in await typed(
        "import", tmp_path / "list.csv", code=1
    )
    assert "no zone 'paint' was imported" in await typed("check", "paint", code=1)
    assert "cannot be read" in await typed("import", tmp_path / "gone.csv", code=1)
    await typed("import", tmp_path / "list.csv", "--zone", "paint")
    away = tmp_path / "away" / "back.csv"
    assert "nothing was given back" in await typed("release", "paint", "--out", away, code=1)
    assert "imported, driven by the other system since" in await typed("status")
    assert await typed("forget", "paint") == "zone paint: 1 labels forgotten.\n"
    assert await typed("status") == "No zone was imported.\n"


FAMILY = """
from device_drivers.registry import over_radio
from tests.support.example_ble import ExampleFamily

EXAMPLE = over_radio(ExampleFamily())
"""


@pytest.fixture
def other_family(tmp_path: Path) -> Iterator[None]:
    """Another distribution with a family of labels is installed."""
    folder = tmp_path / "site"
    modules = {"a_tag.py": FAMILY}
    distributions.install(folder, "a-tag", modules, points={"example": "a_tag:EXAMPLE"})
    with distributions.importable(folder):
        yield
    registry.load_others(left_out)


@pytest.mark.usefixtures("shelf", "other_family")
async def test_a_list_may_name_models_that_other_distributions_brought(tmp_path: Path) -> None:
    typed = Typing(tmp_path)
    lines = "label,article,zone,model\nx1,a1,paint,large\nx2,a1,paint,of-nobody\n"
    (tmp_path / "list.csv").write_text(lines)
    await typed("import", tmp_path / "list.csv")

    await typed("check", "paint", "--out", tmp_path / "dry")

    rows = rows_of(tmp_path / "dry" / "check.csv")
    assert {one["label"]: one["panel"] for one in rows} == {"x1": "large", "x2": ""}
    await typed("switch", "paint")


async def until_waiting(shelf: Shelf, count: int) -> None:
    """Wait until so many labels wait."""
    changes = shelf.database.changes.subscribe(discovered.TABLE)
    try:
        async with asyncio.timeout(PATIENCE_S):
            while await shelf.database.read(discovered.count) != count:
                await changes.next()
    finally:
        shelf.database.changes.unsubscribe(changes)
