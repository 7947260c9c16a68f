"""Zones that change hands, in a room without air: not driven before, nothing lost after."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from device_drivers import registry
from device_drivers.api.drivers import Unidentified
from device_drivers.api.panels import Panel
from device_drivers.registry import LeftOut
from gateway.domain.events import Lane
from gateway.domain.labels import Target
from gateway.domain.rows import Row
from gateway.domain.takeover import IN_WORDS, Claim, Problem, State, TakeoverError
from gateway.labels import adopting
from gateway.labels.living import Doer, LabelError
from gateway.labels.taking_over import resolving, zones
from gateway.store import discovered, label_life, labels, outbox, proof, takeover
from gateway.store.database import Connection
from tests.support import distributions, example_ble
from tests.support.feeding import SHOP, price, product
from tests.unit.labels import rooms
from tests.unit.labels.rooms import AT, ORIGIN, Room, announced

PAINT = "paint"


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    async with rooms.room(tmp_path) as one:
        await one.write(SHOP, *(product(f"a{n}") for n in range(3)))
        await one.write(*(price(f"a{n}", "100.00") for n in range(3)))
        yield one


def claim(label: str, article: str = "a1", **more: str) -> Claim:
    return Claim(zone=PAINT, label=label, article=article, **more)  # type: ignore[arg-type] # texts


def doer() -> Doer:
    return Doer(origin=ORIGIN, by="test", at=AT)


async def imported(room: Room, *claims: Claim) -> dict[str, int]:
    return await room.database.write(lambda rows: zones.import_(rows, claims, doer()))


async def switched(room: Room, *, anyway: bool = False) -> zones.Switched:
    return await room.database.write(lambda rows: zones.switch(rows, PAINT, doer(), anyway=anyway))


async def released(room: Room, kept: list[Sequence[Claim]]) -> int:
    return await room.database.write(lambda rows: zones.release(rows, PAINT, doer(), kept.append))


async def driven(room: Room) -> list[str]:
    def ours(rows: Connection) -> list[str]:
        return [one for one in ("l1", "l2", "l3") if labels.get(rows, one) is not None]

    return await room.read(ours)


async def events(room: Room) -> list[tuple[str, str, int]]:
    kept = await room.read(lambda rows: outbox.batch(rows, Lane.KEEP, limit=500, max_bytes=10**6))
    assert kept is not None
    said: list[Any] = [json.loads(one.event) for one in kept.events]
    return [
        (one["data"]["zone"], one["data"]["state"], one["data"]["labels"])
        for one in said
        if one["type"] == "io.anaquel.zone.takeover.v1"
    ]


async def test_a_label_of_an_imported_zone_is_not_driven_however_it_is_met(room: Room) -> None:
    await imported(room, claim("l1"))
    binding = {"label": "l1", "target": {"product": "a2"}}
    await room.write(Row(kind="binding", key="l1", value=binding))

    await room.reports.heard("mqtt", [announced("l1"), announced("l2")])

    assert await driven(room) == ["l2"], "families that adopt by themselves do not, here"
    with pytest.raises(LabelError, match="another system drives"):
        await room.database.write(lambda rows: adopting.adopt(rows, "l1", {}, doer()))
    assert await driven(room) == ["l2"]


async def test_a_switch_takes_over_what_waits_and_later_what_is_heard(room: Room) -> None:
    await imported(room, claim("l1", alias="CASE-1", template="minimal"), claim("l2", "a2"))
    await room.reports.heard("mqtt", [announced("l1")])

    done = await switched(room)

    assert (done.driven, done.unheard, done.left) == (1, 1, ())
    assert await driven(room) == ["l1"]
    label = await room.label("l1")
    assert (label.zone, label.alias) == (PAINT, "CASE-1")
    await room.reports.heard("mqtt", [announced("l2")])
    assert await driven(room) == ["l1", "l2"]
    bound = await room.read(lambda rows: [labels.binding(rows, one) for one in ("l1", "l2")])
    assert [
        (one.target.product, one.template, one.bound_by) for one in bound if one is not None
    ] == [("a1", "minimal", "test"), ("a2", None, "anaquel")]


async def test_a_zone_larger_than_the_room_for_strangers_waits_whole(room: Room) -> None:
    names = [f"z{n}" for n in range(discovered.MOST + 5)]
    await imported(room, *(claim(one) for one in names))
    await room.reports.heard("radio", [Unidentified(label=one, firmware="1") for one in names])
    await room.reports.heard("radio", [Unidentified(label="stranger", firmware="1")])

    waiting = await room.read(takeover.heard_ids)
    assert set(waiting) >= {*names, "stranger"}


async def test_a_label_whose_id_a_list_names_is_found_without_a_look_at_all(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    await imported(room, claim("l1"), claim("", alias="CASE-2"))
    await switched(room)
    looked: list[str] = []
    ids = takeover.heard_ids

    def counted(rows: Connection) -> tuple[str, ...]:
        looked.append("all")
        return ids(rows)

    monkeypatch.setattr(takeover, "heard_ids", counted)
    await room.reports.heard("mqtt", [announced("l1")])
    assert (await driven(room), looked) == (["l1"], [])
    await room.reports.heard("mqtt", [announced("case2")])
    assert looked == ["all"]
    assert await room.read(lambda rows: labels.get(rows, "case2")) is not None


async def test_what_is_done_twice_is_done_once(room: Room) -> None:
    await imported(room, claim("l1"), claim("l2"))
    await imported(room, claim("l1"))
    await room.reports.heard("mqtt", [announced("l1")])
    await switched(room)
    history = await room.read(lambda rows: proof.of_label(rows, "l1"))
    again = await switched(room)
    assert (again.driven, again.unheard) == (1, 0)
    assert await room.read(lambda rows: proof.of_label(rows, "l1")) == history
    kept: list[Sequence[Claim]] = []

    assert [await released(room, kept), await released(room, kept)] == [1, 0]

    assert kept[0] == kept[1]
    assert await driven(room) == []
    assert await events(room) == [
        (PAINT, "imported", 2),
        (PAINT, "imported", 1),
        (PAINT, "switched", 1),
        (PAINT, "released", 1),
    ]


async def test_a_problem_is_in_the_way_of_all_or_left_as_it_is(room: Room) -> None:
    claims = (claim("l1"), claim("l2", "nobody-knows"), claim("l3", ""))
    await imported(room, *claims)
    await room.reports.heard("mqtt", [announced(one.label) for one in claims])

    with pytest.raises(TakeoverError, match="2 of 3 labels cannot be driven") as refused:
        await switched(room)

    assert refused.value.problems == (
        "l2 (nobody-knows): its article is not in the catalogue",
        "l3 (no article): the list names no article for it",
    )
    assert await driven(room) == []
    assert await room.read(lambda rows: takeover.state(rows, PAINT)) is State.IMPORTED
    done = await switched(room, anyway=True)
    assert [one.problem for one in done.left] == [Problem.UNKNOWN_ARTICLE, Problem.NO_ARTICLE]
    assert await driven(room) == ["l1"]
    await room.reports.heard("mqtt", [announced("l2")])
    assert await driven(room) == ["l1"], "heard again, and still with its problem"
    await room.write(product("nobody-knows"))
    assert (await switched(room, anyway=True)).driven == 2
    assert await driven(room) == ["l1", "l2"]


async def test_a_release_tells_what_was_shown_and_lets_go(room: Room) -> None:
    await imported(room, claim("l1"), claim("l2", "a2", price="7.50"))
    await room.reports.heard("mqtt", [announced("l1")])
    await switched(room)
    await room.reports.heard("mqtt", [announced("l1")])
    await room.wish("l1", announce=False)
    await room.courier.deliver_due()
    await room.reports.heard("mqtt", [rooms.says_shown(await room.delivery("l1"))])
    kept: list[Sequence[Claim]] = []

    await released(room, kept)

    one, other = kept[0]
    assert (one.label, one.article, one.model, one.shown_at) == ("l1", "a1", "tiny", AT)
    assert other == claim("l2", "a2", price="7.50"), "never heard: as it was imported"
    assert await driven(room) == []
    waiting = await room.read(lambda rows: discovered.get(rows, "l1"))
    assert waiting is not None
    assert waiting.panel == rooms.PANEL
    history = await room.read(lambda rows: proof.of_label(rows, "l1"))
    assert history[0].what == "released"
    await room.reports.heard("mqtt", [announced("l1")])
    assert await driven(room) == [], "it is another's again"
    await switched(room)
    assert await driven(room) == ["l1"], "and can be taken over once more"


async def test_nothing_is_let_go_when_the_list_cannot_be_written(room: Room) -> None:
    await imported(room, claim("l1"))
    await room.reports.heard("mqtt", [announced("l1")])
    await switched(room)

    def full(_claims: Sequence[Claim]) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        await room.database.write(lambda rows: zones.release(rows, PAINT, doer(), full))

    assert await driven(room) == ["l1"]
    assert await room.read(lambda rows: takeover.state(rows, PAINT)) is State.SWITCHED


async def test_the_states_of_a_zone_are_kept_to(room: Room) -> None:
    with pytest.raises(TakeoverError, match="no zone 'paint' was imported"):
        await switched(room)
    await imported(room, claim("l1"))
    await switched(room)
    with pytest.raises(TakeoverError, match="driven by this gateway; give it back first"):
        await imported(room, claim("l1"))
    other = replace(claim("l1"), zone="toys")
    with pytest.raises(TakeoverError) as refused:
        await imported(room, other)
    assert refused.value.problems == ("l1: zone 'paint' has it already",)
    with pytest.raises(TakeoverError, match="driven by this gateway"):
        await room.database.write(lambda rows: zones.forget(rows, PAINT, doer()))
    await released(room, [])
    assert await room.database.write(lambda rows: zones.forget(rows, PAINT, doer())) == 1
    await room.reports.heard("mqtt", [announced("l1")])
    assert await driven(room) == ["l1"], "it is a label like any other again"


async def test_a_label_is_found_by_what_its_case_says(room: Room) -> None:
    by_end = Claim(zone=PAINT, alias="44-55-66", article="a1", model="easytag-3d")
    await imported(room, by_end)
    ids = ("FFFF11445566", "FFFF22445566")
    words = [Unidentified(label=one, firmware="1") for one in ids]
    await room.reports.heard("zhsunyco_easytag", words[:1])
    found = await room.read(lambda rows: resolving.of(rows, by_end))
    assert (found.label, found.problem) == (ids[0], None)
    assert found.panel is not None
    assert found.panel.name == "easytag-3d"
    await room.reports.heard("zhsunyco_easytag", words[1:])
    found = await room.read(lambda rows: resolving.of(rows, by_end))
    assert found.problem is Problem.SEVERAL_LABELS


async def test_what_is_in_the_way_of_a_label_is_named(room: Room) -> None:
    await room.reports.heard("mqtt", [announced("l1"), announced("l2")])
    await room.bind("l1", Target(product="a2"))
    await room.reports.heard("zhsunyco_easytag", [Unidentified(label="FFFF11445566", firmware="")])
    twice = replace(claim(""), alias="l2")
    claims = (claim("l1"), claim("l2"), twice, claim("FFFF11445566", model="wolink-213"))

    found = await room.read(lambda rows: resolving.resolve(rows, claims))

    assert [one.problem for one in found] == [
        Problem.OURS_ALREADY,
        None,
        Problem.TWICE,
        Problem.NO_MODEL,
    ]


async def test_models_are_looked_up_in_the_families_that_there_are_now(
    room: Room, tmp_path: Path
) -> None:
    async def panel() -> Panel | None:
        named = claim("unheard", model="large")
        return (await room.read(lambda rows: resolving.of(rows, named))).panel

    def left_out(one: LeftOut) -> None:
        pytest.fail(one.problem)

    text = """
from device_drivers.registry import over_radio
from tests.support.example_ble import ExampleFamily

EXAMPLE = over_radio(ExampleFamily())
"""
    assert await panel() is None
    folder, points = tmp_path / "site", {"example": "b_tag:EXAMPLE"}
    await asyncio.to_thread(
        distributions.install, folder, "b-tag", {"b_tag.py": text}, points=points
    )
    with distributions.importable(folder):
        await asyncio.to_thread(registry.load_others, left_out)
        assert await panel() == example_ble.MODELS[1].panel
    await asyncio.to_thread(registry.load_others, left_out)
    assert await panel() is None


async def test_a_label_that_was_retired_stays_so(room: Room) -> None:
    await room.reports.heard("mqtt", [announced("l1")])
    await room.database.write(
        lambda rows: label_life.retire(rows, "l1", by="ana", at=AT, to=None, shows=False)
    )

    found = await room.read(lambda rows: resolving.of(rows, claim("l1")))

    assert found.problem is Problem.RETIRED


def test_every_problem_has_words_that_say_what_to_do() -> None:
    assert set(IN_WORDS) == set(Problem)
    assert all(re.match(r"[a-z]", words) for words in IN_WORDS.values())
