from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from structlog.testing import capture_logs

from gateway.domain.labels import Target
from gateway.labels.drawing import TemplateRenderer
from gateway.labels.planning import Planner
from gateway.labels.reloading import Templates
from gateway.render import templates
from gateway.render.pool import RenderPool
from gateway.store import deliveries, labels, marking, rounds, tasks
from tests.support import settings as make_settings
from tests.support.feeding import price, product
from tests.support.running import running
from tests.unit.labels import rooms
from tests.unit.labels.rooms import Room

OURS = templates.load_all(templates.BUNDLED)
ZONE = ZoneInfo("America/Mexico_City")
OWN = """
title = { es = "Mía", en = "Mine" }
include = ["notices"]

[[view]]
root = "own_page"

[elements.own_page]
kind = "column"
children = ["own_title"]

[elements.own_title]
kind = "text"
value = "{title}"
size = "20%"

[elements.code_column]
kind = "spacer"
"""


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    async with rooms.room(tmp_path) as made:
        yield made


def write(folder: Path, text: str, name: str = "mine") -> None:
    """An edit that no clock is too coarse to notice."""
    file = folder / name / "template.toml"
    file.parent.mkdir(parents=True, exist_ok=True)
    before = file.stat().st_mtime_ns if file.exists() else 0
    file.write_text(text, encoding="utf-8")
    os.utime(file, ns=(before + 1_000_000_000, before + 1_000_000_000))


async def begun(room: Room, folder: Path | None) -> Templates:
    settings = make_settings.make(Path("unused"), labels={"templates": folder})
    begun = await Templates(room.database, room.clock, settings).begin()
    await begun.settle()
    return begun


async def told(room: Room) -> dict[str, str]:
    found = await room.read(lambda connection: tasks.of_kind(connection, "template_broken"))
    return {one.key: one.detail["message"] for one in found}


async def stale(room: Room) -> tuple[str, ...]:
    while await room.database.write(marking.go_on):
        pass
    return await room.read(rounds.all_stale)


async def test_own_templates_stand_beside_ours_and_replace_those_of_the_same_name(
    room: Room, tmp_path: Path
) -> None:
    write(tmp_path / "own", OWN)
    write(tmp_path / "own", OWN.replace("20%", "30%"), name="plain")
    shelf = await begun(room, tmp_path / "own")
    assert set(shelf.known) == {*OURS, "mine"}
    assert shelf.known["article"] == OURS["article"]
    assert shelf.known["plain"] != OURS["plain"]
    assert "recalled_page" in shelf.known["mine"].elements, "parts of ours can be included"
    assert await told(room) == {}


async def test_a_good_edit_counts_and_the_labels_are_looked_at(room: Room, tmp_path: Path) -> None:
    folder = tmp_path / "own"
    write(folder, OWN)
    shelf = await begun(room, folder)
    await rest(room)
    before = shelf.known["mine"], shelf.known["article"]
    await shelf.look()
    assert await stale(room) == (), "nothing was edited"
    write(folder, OWN.replace("20%", "10%"))
    await shelf.look()
    assert shelf.known["mine"] != before[0]
    assert shelf.known["article"] is before[1], "what did not change stays what it was"
    assert await stale(room) == ("l1",)


async def rest(room: Room) -> None:
    """A label that nobody has to look at."""
    await room.write(product("coffee"), price("coffee", "89.00"))
    await room.bind("l1", Target(product="coffee"))
    await stale(room)
    label = await room.label("l1")
    await room.database.write(
        lambda connection: labels.planned(connection, "l1", looked_at=label.stale, next_change=None)
    )
    assert await stale(room) == ()


async def test_a_broken_edit_keeps_the_last_good_one_and_says_why_until_it_is_mended(
    room: Room, tmp_path: Path
) -> None:
    folder = tmp_path / "own"
    write(folder, OWN)
    shelf = await begun(room, folder)
    await rest(room)
    good = shelf.known["mine"]
    with capture_logs() as logged:
        write(folder, OWN.replace("{title}", "{titel}"))
        await shelf.look()
        await shelf.look()
    assert shelf.known["mine"] is good
    assert await stale(room) == (), "labels go on as they are"
    place = f"{folder / 'mine' / 'template.toml'}:14: element 'own_title'"
    assert (await told(room))["mine"].startswith(place)
    errors = [one for one in logged if one["log_level"] == "error"]
    assert [one["name"] for one in errors] == ["mine"], "said once"
    assert place in errors[0]["why"]
    write(folder, OWN)
    await shelf.look()
    assert await told(room) == {}
    assert shelf.known["mine"] is good


@pytest.mark.parametrize("broken", ["", "title = ", "include = 3", 'include = ["../../x"]', "\x00"])
async def test_a_template_broken_from_the_start_leaves_ours_in_force(
    room: Room, tmp_path: Path, broken: str
) -> None:
    write(tmp_path / "own", broken, name="article")
    shelf = await begun(room, tmp_path / "own")
    assert shelf.known["article"] == OURS["article"]
    assert set(await told(room)) == {"article"}


async def test_an_edited_part_counts_for_the_templates_that_include_it(
    room: Room, tmp_path: Path
) -> None:
    folder = tmp_path / "own"
    (folder / "parts").mkdir(parents=True)
    part = folder / "parts" / "notices.toml"
    part.write_bytes((templates.BUNDLED / "parts" / "notices.toml").read_bytes())
    write(folder, OWN)
    shelf = await begun(room, folder)
    before = shelf.known["mine"]
    text = part.read_text(encoding="utf-8")
    part.write_text(text.replace("No vender", "No se vende"), encoding="utf-8")
    await shelf.look()
    assert shelf.known["mine"].words["recalled"]["es"] == "No se vende"
    assert before.words["recalled"]["es"] == "No vender"


async def test_a_template_that_is_taken_away_gives_ours_back(room: Room, tmp_path: Path) -> None:
    folder = tmp_path / "own"
    write(folder, OWN, name="plain")
    write(folder, OWN)
    shelf = await begun(room, folder)
    shutil.rmtree(folder / "plain")
    shutil.rmtree(folder / "mine")
    await shelf.look()
    assert dict(shelf.known) == OURS
    shutil.rmtree(folder)
    (tmp_path / "elsewhere").mkdir()
    await shelf.look()
    assert set(shelf.known) == set(OURS)


async def test_a_new_start_looks_at_labels_only_if_what_draws_them_changed(
    room: Room, tmp_path: Path
) -> None:
    folder = tmp_path / "own"
    write(folder, OWN)
    await begun(room, folder)
    await rest(room)
    await begun(room, folder)
    assert await stale(room) == ()
    write(folder, OWN.replace("20%", "25%"))
    await begun(room, folder)
    assert await stale(room) == ("l1",)
    assert (await room.label("l1")).stale_for == "template"
    for shop in ({"second_language": "en"}, {"public_base": "https://new.example.com"}):
        await rest(room)
        settings = make_settings.make(Path("unused"), labels={"templates": folder}, shop=shop)
        again = await Templates(room.database, room.clock, settings).begin()
        await again.settle()
        assert await stale(room) == ("l1",)
        assert (await room.label("l1")).stale_for == "settings"


async def test_an_edit_reaches_the_label_by_itself(
    room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.labels.reloading._LOOK_S", 0.01)
    folder = tmp_path / "own"
    ours = (templates.BUNDLED / "article" / "template.toml").read_text(encoding="utf-8")
    write(folder, ours, name="article")
    settings = make_settings.make(Path("unused"), labels={"templates": folder})
    shelf = await Templates(room.database, room.clock, settings).begin()
    await shelf.settle()
    await room.write(product("coffee"), price("coffee", "89.00"))
    await room.bind("l1", Target(product="coffee"))
    async with RenderPool(1) as pool:
        renderer = TemplateRenderer(pool, shelf.known, "AR", ZONE)
        planner = Planner(room.database, renderer, room.clock, lambda: settings.shop, rooms.ORIGIN)
        while await planner.plan_stale():
            pass
        first = await room.read(lambda connection: deliveries.wish(connection, "l1"))
        changed = room.database.changes.subscribe("stale")
        write(folder, OWN, name="article")
        async with running(shelf):
            await changed.next()
        while await planner.plan_stale():
            pass
        second = await room.read(lambda connection: deliveries.wish(connection, "l1"))
    assert first is not None
    assert second is not None
    assert first.fingerprint != second.fingerprint
