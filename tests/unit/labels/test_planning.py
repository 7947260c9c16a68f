from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from typing_extensions import override

from device_drivers.api.panels import Frame, Panel
from gateway.domain.labels import LabelFacts, PictureFact, Target
from gateway.domain.rows import Row
from gateway.labels import living
from gateway.labels.planning import Planner
from gateway.labels.wishing import Rendered
from gateway.settings import Shop
from gateway.store import catalogue, deliveries, labels, pictures, queue, rounds, tasks
from gateway.store.database import Connection
from tests.support.feeding import SHOP, price, product, stock
from tests.support.running import running
from tests.unit.labels import rooms
from tests.unit.labels.rooms import Room

SETTINGS = Shop(store="s042", gateway="gw-1", public_base="https://q.example.com")


class Sheet:
    """Draws one even ink and remembers the facts it was given."""

    def __init__(self) -> None:
        self.drawn: list[LabelFacts] = []

    async def render(self, template: str | None, panel: Panel, facts: LabelFacts) -> Rendered:
        assert template is None
        self.drawn.append(facts)
        pixels = bytes(panel.width * panel.height)
        frame = Frame(width=panel.width, height=panel.height, inks=panel.inks, pixels=pixels)
        return Rendered(frame=frame)


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    async with rooms.room(tmp_path) as made:
        yield made


async def plan_all(planner: Planner) -> None:
    while await planner.plan_stale():
        pass


async def stock_up(room: Room, count: int, **members: object) -> None:
    """``count`` articles with a label each."""
    await room.write(*(product(f"a{n:03}", **members) for n in range(count)))
    for n in range(count):
        await room.bind(f"l{n:03}", Target(product=f"a{n:03}"))
    # As if central had bound them: what staff does is planned before all else.
    await room.database.write(
        lambda connection: connection.execute("UPDATE label SET urgent = 0, stale_for = 'feed'")
    )


async def test_a_clock_that_jumps_has_every_bound_label_looked_at_once(room: Room) -> None:
    sheet = Sheet()
    planner = Planner(room.database, sheet, room.clock, lambda: SETTINGS, rooms.ORIGIN)
    await stock_up(room, 2)
    await plan_all(planner)
    sheet.drawn.clear()
    room.clock.pass_(timedelta(days=1))
    room.clock.wall += timedelta(seconds=4)
    await plan_all(planner)
    assert sheet.drawn == [], "time that passes, and a clock that is set a little, are no jump"
    for jump in (timedelta(hours=2), timedelta(hours=-3)):
        room.clock.wall += jump
        await plan_all(planner)
        assert len(sheet.drawn) == 2
        assert await room.due_in() == timedelta(), "no delivery waits for a time that is not"
        sheet.drawn.clear()


async def test_the_planner_wakes_by_itself_to_compare_the_clocks(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.labels.planning._LONGEST_WAIT_S", 0.01)
    planner = Planner(room.database, Sheet(), room.clock, lambda: SETTINGS, rooms.ORIGIN)
    await stock_up(room, 1)
    await plan_all(planner)
    changed = room.database.changes.subscribe("stale")
    async with running(planner), asyncio.timeout(5):
        room.clock.wall += timedelta(hours=1)
        await changed.next()


async def test_recalled_and_blocked_articles_are_planned_and_delivered_first(room: Room) -> None:
    sheet = Sheet()
    planner = Planner(room.database, sheet, room.clock, lambda: SETTINGS, rooms.ORIGIN)
    await stock_up(room, 120)
    await planner.plan_stale()
    await room.write(product("a118", status="recalled"), product("a119", status="blocked"))
    await planner.plan_stale()
    at = room.clock.now()
    due = await room.read(lambda connection: queue.due(connection, "mqtt/", at, 3))
    assert [one.label for one in due] == ["l118", "l119", "l000"]
    await plan_all(planner)
    assert len(sheet.drawn) == 120, "each was drawn once"


class SlowSheet(Sheet):
    """Draws what it is asked for first only when it is allowed to."""

    def __init__(self) -> None:
        super().__init__()
        self.begun = asyncio.Event()
        self.allowed = asyncio.Event()
        self.ended = asyncio.Semaphore(0)

    @override
    async def render(self, template: str | None, panel: Panel, facts: LabelFacts) -> Rendered:
        if not self.begun.is_set():
            self.begun.set()
            await self.allowed.wait()
        self.ended.release()
        return await super().render(template, panel, facts)


async def test_a_new_price_does_not_wait_until_others_are_drawn(room: Room) -> None:
    sheet = SlowSheet()
    planner = Planner(room.database, sheet, room.clock, lambda: SETTINGS, rooms.ORIGIN)
    await stock_up(room, 1)
    wished = room.database.changes.subscribe("turn")
    async with running(planner), asyncio.timeout(5):
        await sheet.begun.wait()
        await room.write(product("other"))
        await room.bind("other", Target(product="other"))
        # Changed while it is drawn, it is looked at again after that, and not beside it.
        await room.write(stock("a000", 3))
        changes = await wished.next()
        assert changes is not None
        assert {change.key for change in changes} == {"other"}
        sheet.allowed.set()
        for _ in range(3):
            await sheet.ended.acquire()
    assert len(sheet.drawn) == 3


class BrokenSheet(SlowSheet):
    """As that, and what it draws breaks a rule."""

    @override
    async def render(self, template: str | None, panel: Panel, facts: LabelFacts) -> Rendered:
        return replace(await super().render(template, panel, facts), broken=("too small",))


async def test_a_label_that_is_retired_while_it_is_drawn_has_neither_wish_nor_task(
    room: Room,
) -> None:
    sheet = BrokenSheet()
    planner = Planner(room.database, sheet, room.clock, lambda: SETTINGS, rooms.ORIGIN)
    await stock_up(room, 1)
    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        planning = group.create_task(plan_all(planner))
        await sheet.begun.wait()
        doer = living.Doer(by="ana", at=room.clock.now(), origin=rooms.ORIGIN)
        await room.database.write(lambda rows: living.retire(rows, "l000", doer))
        assert await room.read(lambda rows: labels.get(rows, "l000", leaving=True)) is None
        sheet.allowed.set()
        await planning
    assert await room.read(tasks.all_open) == ()
    assert await room.read(lambda rows: deliveries.wish(rows, "l000")) is None


async def test_labels_that_keep_changing_never_starve_the_later_ones(room: Room) -> None:
    sheet = Sheet()
    planner = Planner(room.database, sheet, room.clock, lambda: SETTINGS, rooms.ORIGIN)
    await stock_up(room, 80, status="recalled")
    await room.bind("z", Target(product="a000"))
    await room.write(product("plain"))
    await room.bind("zz", Target(product="plain"))
    for turn in range(6):
        await planner.plan_stale()
        await room.write(*(stock(f"a{n:03}", turn + 1) for n in range(80)))
    label = await room.label("zz")
    assert label.stale == 0


async def test_labels_of_one_group_come_together_and_share_what_is_read(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    await room.write(
        *(Row(kind="group", key=key, value={"name": {"es": key}}) for key in ("g1", "g2")),
        *(product(f"a{n}", group=f"g{n % 2 + 1}") for n in range(4)),
    )
    for n in range(4):
        await room.bind(f"l{n}", Target(group=f"g{n % 2 + 1}"))
    assert await room.read(rounds.all_stale) == ("l0", "l2", "l1", "l3")
    reads = []
    read = catalogue.family_for_label

    def counted(*asked: object) -> object:
        reads.append(asked[1])
        return read(*asked)  # type: ignore[arg-type] # passed on as they came

    monkeypatch.setattr(catalogue, "family_for_label", counted)
    await plan_all(Planner(room.database, Sheet(), room.clock, lambda: SETTINGS, rooms.ORIGIN))
    assert len(reads) == 2


async def test_a_label_reads_its_own_products_and_this_shop_s_stock_alone(room: Room) -> None:
    neighbour = Row(kind="location", key="s043", value={"kind": "shop", "name": "Sur"})
    groups = [
        Row(kind="group", key="g1", value={"name": {"es": "uno"}, "siblings": ["g2"]}),
        Row(kind="group", key="g2", value={"name": {"es": "dos"}}),
    ]
    await room.write(SHOP, neighbour, *groups, product("a", group="g1"), product("b", group="g1"))
    await room.write(product("c", group="g2"), stock("a", 3), stock("b", 4), price("a", "1.00"))
    elsewhere = Row(
        kind="stock", key="s043/a", value={"available": 9, "as_of": "2026-11-22T10:00:00Z"}
    )
    await room.write(elsewhere)
    one = await room.read(
        lambda connection: catalogue.family_for_label(connection, Target(product="a"), "s042")
    )
    all_ = await room.read(
        lambda connection: catalogue.family_for_label(connection, Target(group="g1"), "s042")
    )
    assert one is not None
    assert all_ is not None
    assert one.group is not None
    assert [product.id for product in one.products] == ["a"]
    assert [product.id for product in all_.products] == ["a", "b"]
    assert (set(one.stock), set(one.offers)) == ({("s042", "a")}, {"a"})
    assert set(all_.stock) == {("s042", "a"), ("s042", "b")}
    for missing in (Target(product="zz"), Target(group="zz")):
        assert (
            await room.read(
                lambda connection, target=missing: catalogue.family_for_label(  # type: ignore[misc]
                    connection, target, "s042"
                )
            )
            is None
        )


async def test_a_shop_of_two_languages_has_both_on_its_labels(room: Room) -> None:
    sheet = Sheet()
    shop = SETTINGS.model_copy(update={"second_language": "en"})
    await room.write(product("a", name={"es": "Tenis", "en": "Trainers"}))
    await room.bind("l1", Target(product="a"))
    await plan_all(Planner(room.database, sheet, room.clock, lambda: shop, rooms.ORIGIN))
    (facts,) = sheet.drawn
    assert facts.title == "Tenis"
    assert facts.second is not None
    assert (facts.second.language, facts.second.title) == ("en", "Trainers")


async def test_a_name_from_right_to_left_is_a_task_until_there_is_another(room: Room) -> None:
    sheet = Sheet()
    planner = Planner(room.database, sheet, room.clock, lambda: SETTINGS, rooms.ORIGIN)
    hebrew = "נעלי ריצה"
    await room.write(product("a", name={"es": hebrew}, sku="R-1"))
    await room.bind("l1", Target(product="a"))
    await plan_all(planner)
    assert sheet.drawn[-1].title == "R-1"
    (task,) = await room.read(lambda connection: tasks.of_kind(connection, "text_left_out"))
    assert (task.key, task.detail["message"]) == ("product/a", "runs from right to left: title")
    await room.write(product("a", name={"he": hebrew, "es": "Tenis"}, sku="R-1"))
    await plan_all(planner)
    assert sheet.drawn[-1].title == "Tenis"
    assert await room.read(lambda connection: tasks.of_kind(connection, "text_left_out")) == ()


async def test_one_article_with_many_labels_is_one_task_until_the_last_is_gone(room: Room) -> None:
    planner = Planner(room.database, Sheet(), room.clock, lambda: SETTINGS, rooms.ORIGIN)
    hebrew = {"es": "נעלי ריצה"}
    await room.write(
        product("b"),
        product("a", name=hebrew, sku="R-1", group="g1", options={"color": "navy"}),
        Row(kind="group", key="g1", value={"name": {"es": "Tenis"}}),
    )
    await room.bind("l1", Target(product="a"))
    await room.bind("l2", Target(product="a"))
    await room.bind("l3", Target(group="g1", where={"color": "navy"}))
    await plan_all(planner)
    open_now = await room.read(lambda connection: tasks.of_kind(connection, "text_left_out"))
    assert sorted(task.key for task in open_now) == ["group/g1?color=navy", "product/a"]
    await room.bind("l1", Target(product="b"))
    await plan_all(planner)
    assert len(await room.read(lambda rows: tasks.of_kind(rows, "text_left_out"))) == 2
    await room.bind("l2", Target(product="b"))
    await room.bind("l3", Target(product="b"))
    await plan_all(planner)
    assert await room.read(lambda rows: tasks.of_kind(rows, "text_left_out")) == ()


@pytest.mark.parametrize("goes", ["unbound", "parked", "retired", "article"])
async def test_nobody_mends_the_texts_of_an_article_that_no_label_shows(
    room: Room, goes: str
) -> None:
    planner = Planner(room.database, Sheet(), room.clock, lambda: SETTINGS, rooms.ORIGIN)
    await room.write(product("a", name={"es": "נעלי ריצה"}, sku="R-1"))
    await room.bind("l1", Target(product="a"))
    await plan_all(planner)
    assert len(await room.read(lambda rows: tasks.of_kind(rows, "text_left_out"))) == 1
    doer = living.Doer(origin=rooms.ORIGIN, by="ana", at=rooms.AT)
    if goes == "article":
        await room.delete("product", "a")
        await plan_all(planner)
    else:
        ways: dict[str, Callable[[Connection], None]] = {
            "unbound": lambda rows: labels.unbind(rows, "l1"),
            "parked": lambda rows: living.park(rows, "l1", "blank", doer),
            "retired": lambda rows: living.retire(rows, "l1", doer),
        }
        await room.database.write(ways[goes])
    assert await room.read(lambda rows: tasks.of_kind(rows, "text_left_out")) == ()


async def test_planning_a_label_reads_no_tasks_of_others(room: Room) -> None:
    planner = Planner(room.database, Sheet(), room.clock, lambda: SETTINGS, rooms.ORIGIN)
    await room.write(product("a"))
    await room.bind("l1", Target(product="a"))

    def other(connection: Connection) -> None:
        tasks.open_(connection, "text_left_out", "product/other", {"message": ""}, rooms.AT)

    await room.database.write(other)
    await plan_all(planner)
    assert len(await room.read(lambda rows: tasks.of_kind(rows, "text_left_out"))) == 1


async def test_a_picture_that_comes_or_goes_is_looked_at_again(room: Room) -> None:
    sheet = Sheet()
    planner = Planner(room.database, sheet, room.clock, lambda: SETTINGS, rooms.ORIGIN)
    url = "https://img.example.com/g1.jpg"
    await room.write(
        product("b"),
        product("a", group="g1"),
        Row(kind="group", key="g1", value={"name": {"es": "Tenis"}, "image": {"url": url}}),
    )
    await room.bind("l1", Target(product="a"))
    await room.bind("l2", Target(product="b"))
    await plan_all(planner)
    assert [facts.picture for facts in sheet.drawn] == [None, None]
    sheet.drawn.clear()
    kept = pictures.Kept(sha256="ab" * 32, width=480, height=300)

    def come(connection: Connection) -> None:
        uses = pictures.changed_uses(connection, None, lambda _: True)
        pictures.use(connection, uses, rooms.AT)
        pictures.put(connection, url, kept)

    await room.database.write(come)
    await plan_all(planner)
    (facts,) = sheet.drawn
    assert facts.picture == PictureFact(sha256="ab" * 32, width=480, height=300)
    await room.database.write(lambda connection: pictures.gone(connection, ["ab" * 32]))
    await plan_all(planner)
    assert sheet.drawn[-1].picture is None
    assert len(sheet.drawn) == 2
