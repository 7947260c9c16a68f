from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from device_drivers.api import correction, test_card
from device_drivers.api.correction import Correction
from device_drivers.api.panels import Frame, Ink
from gateway.domain.label_life import Life
from gateway.domain.labels import Target
from gateway.domain.rows import Row
from gateway.domain.takeover import Claim
from gateway.labels import adopting, binding, living
from gateway.labels.adopting import Answer, Outcome
from gateway.labels.living import LabelError
from gateway.labels.taking_over import zones
from gateway.store import discovered, label_life, labels, queue, retired, tasks
from gateway.store.database import Connection
from tests.support.feeding import price, stock
from tests.unit.labels import drawers
from tests.unit.labels.drawers import EYES, FAMILIES, PANEL, Build, Drawer, mute

WAYS = [
    Build(turns=turns, mirrored=mirrored, inks=inks)
    for (turns, mirrored), inks in itertools.product(
        itertools.product(range(4), (False, True)),
        (EYES, (Ink.BLACK, Ink.WHITE, Ink.RED), (Ink.WHITE, Ink.BLACK, Ink.YELLOW)),
    )
]
MODEL = PANEL.name


@pytest.fixture
async def drawer(tmp_path: Path) -> AsyncIterator[Drawer]:
    async with drawers.a_drawer(tmp_path) as made:
        yield made


async def _life(drawer: Drawer, label: str) -> Life | None:
    return await drawer.room.read(lambda rows: label_life.life(rows, label))


async def _see(drawer: Drawer, label: str, build: Build) -> Correction:
    doer = drawer.doer
    return await drawer.room.database.write(
        lambda rows: adopting.seen(
            rows, label, doer, turns=build.turns, mirrored=build.mirrored, inks=build.inks
        )
    )


async def test_a_label_that_nobody_adopted_is_never_driven(drawer: Drawer) -> None:
    await drawer.hear(mute("l1"), drawers.measured("l1", -40), mute("l1", -42))
    await drawer.settle()
    assert drawer.glass.asked == []
    assert await _life(drawer, "l1") is Life.WAITING
    (waiting,) = await drawer.room.read(lambda rows: discovered.nearest(rows, 10))
    assert (waiting.label, waiting.telemetry.rssi_dbm, waiting.panel) == ("l1", -42, None)
    assert await drawer.told() == []


@pytest.mark.parametrize("build", WAYS, ids=repr)
async def test_what_a_person_sees_puts_every_later_picture_right(
    drawer: Drawer, build: Build
) -> None:
    drawer.glass.builds["l1"] = build
    await drawer.hear(mute("l1"))
    await drawer.adopt("l1", model=MODEL, card=True)
    await drawer.settle()
    card = test_card.draw(PANEL)
    sent = Frame(width=250, height=122, inks=build.inks, pixels=card.pixels)
    on_glass = correction.seen(sent, turns=build.turns, mirrored=build.mirrored)
    assert drawer.glass.shown["l1"] == on_glass, "the card goes out as it is"

    await _see(drawer, "l1", build)
    await drawer.settle()
    panel = (await drawer.room.label("l1")).panel
    if build != Build():
        assert _colours(drawer.glass.shown["l1"]) == _colours(test_card.draw(panel))

    drawer.room.clock.pass_(adopting.CARD_FOR)
    await drawer.settle()
    wished = (await drawers.Sheet().render(None, panel, None)).frame  # type: ignore[arg-type]
    assert _colours(drawer.glass.shown["l1"]) == _colours(wished)
    assert (panel.width > panel.height) is (build.turns % 2 == 0), "hung the other way"
    before = len(drawer.glass.asked)
    await drawer.room.database.write(lambda rows: labels.look_again(rows, "l1", "staff"))
    await drawer.settle()
    assert len(drawer.glass.asked) == before, "the same picture is not sent again"


def _colours(frame: Frame) -> tuple[int, list[Ink]]:
    return frame.width, [frame.inks[pixel] for pixel in frame.pixels]


async def test_a_label_that_is_turned_after_all_gets_the_same_picture_again(
    drawer: Drawer,
) -> None:
    await drawer.hear(mute("l1"))
    await drawer.adopt("l1", model=MODEL)
    await drawer.settle()
    before = drawer.glass.shown["l1"]
    await _see(drawer, "l1", Build(turns=2))
    drawer.room.clock.pass_(adopting.CARD_FOR)
    await drawer.settle()
    assert drawer.glass.shown["l1"] == correction.seen(before, turns=2, mirrored=False)


async def test_what_put_one_right_is_used_for_the_next_of_its_batch(drawer: Drawer) -> None:
    upside_down, portrait = Build(turns=2), Build(turns=1)
    await drawer.hear(mute("l1"), mute("l2"), mute("l3"), replace(mute("l4"), firmware="8"))
    await drawer.adopt("l1", model=MODEL, card=True)
    await _see(drawer, "l1", upside_down)
    await drawer.adopt("l2", model=MODEL)
    assert (await drawer.room.label("l2")).correction == Correction(turns=2)
    await _see(drawer, "l2", portrait)
    await drawer.adopt("l3", model=MODEL)
    assert (await drawer.room.label("l3")).correction == Correction(turns=2), "l2 hangs that way"
    await drawer.adopt("l4", model=MODEL)
    assert (await drawer.room.label("l4")).correction is None, "another firmware"


async def test_colours_that_cannot_be_put_right_are_refused(drawer: Drawer) -> None:
    await drawer.hear(mute("l1"))
    await drawer.adopt("l1", model=MODEL, card=True)
    with pytest.raises(LabelError, match="another model"):
        await _see(drawer, "l1", Build(inks=(Ink.BLACK, Ink.BLACK, Ink.RED)))
    assert (await drawer.room.label("l1")).correction is None


async def test_a_label_that_tells_no_model_needs_one_of_its_family(drawer: Drawer) -> None:
    await drawer.hear(mute("l1"))
    for model in (None, "7.3-800x480-six"):
        with pytest.raises(LabelError) as refused:
            await drawer.adopt("l1", model=model)
        assert refused.value.code == "needs_model"
    with pytest.raises(LabelError) as refused:
        await drawer.adopt("l9", model=MODEL)
    assert refused.value.code == "unknown_label"
    await drawer.adopt("l1", model=MODEL)
    with pytest.raises(LabelError) as refused:
        await drawer.adopt("l1", model=MODEL)
    assert refused.value.code == "adopted_already"
    kind, told = (await drawer.told())[0]
    assert (kind, told["hardware"]["panel"]["model"]) == ("adopted", MODEL)


async def test_many_at_once_each_code_with_its_answer(drawer: Drawer) -> None:
    await drawer.hear(*(mute(label) for label in ("66AA0001", "66AA0002", "66BB0002", "66CC0003")))
    await drawer.adopt("66CC0003", model=MODEL)
    codes = adopting.read_codes(
        "66:AA:00:01, https://esl.example/0002/;\n0003\r\n66AA0001 \t 77000000\nAA-0002 0001"
    )
    assert codes == ("66:AA:00:01", "0002", "0003", "66AA0001", "77000000", "AA-0002", "0001")
    doer = drawer.doer

    async def each(code: str, model: str | None) -> Answer:
        return await drawer.room.database.write(
            lambda rows: adopting.adopt_code(rows, code, FAMILIES, doer, model=model)
        )

    assert (await each("66:AA:00:01", None)).outcome is Outcome.NEEDS_MODEL
    found = [await each(code, MODEL) for code in codes]
    assert [(one.outcome, one.label) for one in found] == [
        (Outcome.ADOPTED, "66AA0001"),
        (Outcome.SEVERAL, ""),
        (Outcome.KNOWN, "66CC0003"),
        (Outcome.KNOWN, "66AA0001"),
        (Outcome.NOT_HEARD, ""),
        (Outcome.ADOPTED, "66AA0002"),
        (Outcome.KNOWN, "66AA0001"),
    ]
    assert (await drawer.room.label("66CC0003")).alias == "0003", "its case was read now"
    assert (await each("0002", MODEL)) == Answer(
        code="0002", outcome=Outcome.ADOPTED, label="66BB0002"
    )


async def test_no_code_of_a_list_stops_the_others(drawer: Drawer) -> None:
    await drawer.hear(*(mute(label) for label in ("66AA0001", "66AA0002", "66AA0003")))
    claims = [Claim(zone="paint", label="66AA0001", article="a1")]
    doer = drawer.doer
    codes = ("66AA0001", "66AA0002" + "-" * living.LONGEST_ALIAS, "66AA0003")

    def all_at_once(rows: Connection) -> list[tuple[str, Outcome]]:
        zones.import_(rows, claims, doer)
        done = [adopting.adopt_code(rows, one, FAMILIES, doer, model=MODEL) for one in codes]
        return [(one.label, one.outcome) for one in done]

    assert await drawer.room.database.write(all_at_once) == [
        ("66AA0001", Outcome.ANOTHER_SYSTEM),
        ("", Outcome.NOT_HEARD),
        ("66AA0003", Outcome.ADOPTED),
    ]
    assert await drawer.room.read(lambda rows: labels.get(rows, "66AA0002")) is None


async def test_a_broken_label_is_replaced_in_one_go(drawer: Drawer) -> None:
    await drawer.hear(mute("old"), mute("new"), mute("other"))
    for label in ("old", "new", "other"):
        await drawer.adopt(label, model=MODEL, alias=f"case {label}")
    room, doer = drawer.room, drawer.doer
    await room.database.write(lambda rows: label_life.place(rows, "old", "aisle 3"))
    await room.bind("other", Target(product="brisa"))
    await _bind(drawer, "old", "runner")
    with pytest.raises(LabelError) as refused:
        await room.database.write(lambda rows: living.replace(rows, "old", "other", doer))
    assert refused.value.code == "bound_already"
    await room.database.write(lambda rows: living.replace(rows, "old", "new", doer))
    bound = await room.read(lambda rows: labels.binding(rows, "new"))
    assert bound is not None
    assert (bound.target, bound.template) == (Target(product="runner"), "shelf")
    assert (await room.label("new")).zone == "aisle 3"
    assert await _life(drawer, "old") is Life.RETIRED
    gone = await room.read(lambda rows: retired.get(rows, "old"))
    assert gone is not None
    assert (gone.alias, gone.replaced_by, gone.by) == ("case old", "new", "Ana")
    bound_told, retired_told = (await drawer.told())[-2:]
    assert bound_told == (
        "bound",
        {
            "label": "new",
            "target": {"product": "runner"},
            "template": "shelf",
            "replaces": "old",
        },
    )
    assert retired_told == (
        "retired",
        {"label": "old", "alias": "case old", "replaced_by": "new"},
    )


async def _bind(drawer: Drawer, label: str, product: str) -> None:
    doer = drawer.doer
    await drawer.room.database.write(
        lambda rows: binding.bind(
            rows,
            label,
            Target(product=product),
            origin=doer.origin,
            by=doer.by,
            at=doer.at,
            template="shelf",
        )
    )


async def test_a_retired_label_is_told_once_and_never_driven(drawer: Drawer) -> None:
    await drawer.hear(mute("l1"))
    await drawer.adopt("l1", model=MODEL)
    await _bind(drawer, "l1", "runner")
    room, doer = drawer.room, drawer.doer
    await room.database.write(lambda rows: living.retire(rows, "l1", doer))
    await drawer.settle()
    assert drawer.glass.asked == []
    assert await room.due_in() is None
    for _ in range(2):
        await drawer.hear(mute("l1"), drawers.measured("l1", -30))
    await drawer.settle()
    assert drawer.glass.asked == []
    (task,) = await room.read(tasks.all_open)
    assert (task.kind, task.key) == (living.HEARD_AGAIN, "l1")
    await room.database.write(lambda rows: tasks.close(rows, living.HEARD_AGAIN, "l1"))
    await drawer.hear(mute("l1"))
    assert await room.read(tasks.all_open) == (), "once"
    await drawer.adopt("l1", model=MODEL)
    assert await _life(drawer, "l1") is Life.ADOPTED
    await drawer.settle()
    assert [one.label for one in drawer.glass.asked] == ["l1"]


async def test_a_label_in_a_drawer_shows_nothing_and_is_bound_by_nobody_else(
    drawer: Drawer,
) -> None:
    await drawer.hear(mute("l1"))
    await drawer.adopt("l1", model=MODEL)
    await _bind(drawer, "l1", "runner")
    room, doer = drawer.room, drawer.doer
    await room.database.write(lambda rows: living.park(rows, "l1", "blank", doer))
    await drawer.settle()
    assert set(drawer.glass.shown["l1"].pixels) == {0}
    assert await _life(drawer, "l1") is Life.PARKED
    await room.write(
        Row(kind="binding", key="l1", value={"label": "l1", "target": {"product": "runner"}})
    )
    assert await _life(drawer, "l1") is Life.PARKED
    await room.database.write(lambda rows: living.unpark(rows, "l1", doer))
    with pytest.raises(LabelError, match="cannot unpark"):
        await room.database.write(lambda rows: living.unpark(rows, "l1", doer))
    await drawer.settle()
    assert set(drawer.glass.shown["l1"].pixels) != {0}
    await room.database.write(lambda rows: living.park(rows, "l1", "code", doer))
    await _bind(drawer, "l1", "runner")
    assert await _life(drawer, "l1") is Life.BOUND
    assert [kind for kind, _ in await drawer.told()] == [
        *("adopted", "bound", "parked", "parked", "parked", "bound")
    ]


async def test_an_alias_belongs_to_one_label(drawer: Drawer) -> None:
    await drawer.hear(mute("l1"), mute("l2"))
    room, doer = drawer.room, drawer.doer
    for label in ("l1", "l2"):
        await drawer.adopt(label, model=MODEL)
    await room.database.write(lambda rows: living.name(rows, "l1", " 0001 ", doer))
    with pytest.raises(LabelError) as refused:
        await room.database.write(lambda rows: living.name(rows, "l2", "0001", doer))
    assert refused.value.code == "alias_taken"
    for bad in ("x" * 65, "a\nb"):
        with pytest.raises(LabelError) as refused:
            await room.database.write(
                lambda rows, bad=bad: living.name(rows, "l2", bad, doer)  # type: ignore[misc]
            )
        assert refused.value.code == "bad_alias"
    await room.database.write(lambda rows: living.name(rows, "l1", "", doer))
    await room.database.write(lambda rows: living.name(rows, "l2", "0001", doer))
    assert [told["alias"] for kind, told in await drawer.told() if kind == "named"] == [
        *("0001", None, "0001")
    ]


async def test_the_card_ends_by_itself_and_the_article_is_back(drawer: Drawer) -> None:
    await drawer.hear(mute("l1"))
    await drawer.adopt("l1", model=MODEL)
    await _bind(drawer, "l1", "runner")
    await drawer.room.write(price("runner", "12.90"), stock("runner", 3))
    await drawer.settle()
    before = drawer.glass.shown["l1"]
    doer = drawer.doer
    await drawer.room.database.write(lambda rows: adopting.see_again(rows, "l1", doer))
    await drawer.settle()
    assert drawer.glass.shown["l1"] == test_card.draw(PANEL)
    drawer.room.clock.pass_(adopting.CARD_FOR - timedelta(seconds=1))
    await drawer.settle()
    assert drawer.glass.shown["l1"] == test_card.draw(PANEL)
    drawer.room.clock.pass_(timedelta(seconds=1))
    await drawer.settle()
    assert drawer.glass.shown["l1"] == before
    assert await drawer.room.read(queue.next_due) is None
