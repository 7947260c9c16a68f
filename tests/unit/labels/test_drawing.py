from __future__ import annotations

import dataclasses
import io
import json
import os
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from PIL import Image
from typing_extensions import override

from device_drivers.api.drivers import Announced
from device_drivers.api.known_panels import PANELS
from device_drivers.api.panels import Frame
from gateway.domain import labels as domain
from gateway.domain.events import Lane
from gateway.domain.labels import LabelFacts, LabelState, PictureFact, Target
from gateway.domain.money import Money
from gateway.domain.pricing import PriceTag
from gateway.domain.rows import Row
from gateway.labels import binding
from gateway.labels.drawing import TemplateRenderer
from gateway.labels.planning import Planner
from gateway.render.pool import RenderPool
from gateway.render.template import Template
from gateway.settings import Shop
from gateway.store import catalogue, deliveries, frames, labels, outbox, tasks
from gateway.store.database import Connection
from tests.support.drawing import FACTS, page
from tests.support.feeding import product
from tests.unit.labels import rooms
from tests.unit.labels.rooms import Room

SETTINGS = Shop(
    store="s042", gateway="gw-1", public_base="https://q.example.com", country="ES", currency="EUR"
)
ZONE = ZoneInfo("Europe/Madrid")
PANEL = PANELS["2.9-296x128-bwr"]
PRICE = {"kind": "price", "size": "40px"}
TITLE = {"kind": "text", "value": "{title}", "size": "16px"}
UNIT = {"kind": "text", "value": "{unit_price}", "size": "12px"}
TILL = {"kind": "text", "value": "{till}", "size": "20px"}

TAG = PriceTag(price=Money(amount=Decimal(5), currency="EUR"), kind="list")

GOOD = page(TITLE, PRICE, UNIT)
NO_UNIT = page(TITLE, PRICE)
PLAIN = page(TITLE, PRICE, UNIT, TILL, till={"es": "Precio en caja", "en": "Price at the till"})
PLAIN_WITHOUT_UNIT = page(TITLE, PRICE, TILL, till={"es": "En caja", "en": "At the till"})
UNIT_MISSING = "the price per unit is not on the label (Directive 98/6/EC, articles 3 and 4)"


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    async with rooms.room(tmp_path) as made:
        yield made


@pytest.fixture
async def pool() -> AsyncIterator[RenderPool]:
    async with RenderPool(1) as running:
        yield running


def known(own: Template, plain: Template = PLAIN) -> Mapping[str, Template]:
    return {"own": own, "plain": plain, "article": own, "grocery": own, "unbound": PLAIN}


async def offered(room: Room, amount: str, unit_price: str | None = None) -> None:
    """The article at this price, with its price per kilogram."""
    value: dict[str, Any] = {
        "currency": "EUR",
        "offers": [{"kind": "list", "amount": amount}],
    }
    if unit_price is not None:
        value["unit_price"] = {
            "amount": unit_price,
            "per": {"value": "1", "unit": "kg"},
        }
    await room.write(product("coffee"), Row(kind="offers", key="coffee", value=value))


async def shelf(room: Room, template: str | None = "own") -> None:
    said = Announced(label="l1", panel=PANEL, formats=("png",), firmware="1", showing=None)
    await room.reports.heard("mqtt", [said])
    await room.database.write(
        lambda connection: binding.bind(
            connection,
            "l1",
            Target(product="coffee"),
            origin=rooms.ORIGIN,
            by="test",
            at=room.clock.now(),
            template=template,
        )
    )


async def planned(room: Room, pool: RenderPool, by: Mapping[str, Template]) -> Frame:
    """What the label has to show once all is planned."""
    renderer = TemplateRenderer(pool, by, "ES", ZONE)
    planner = Planner(room.database, renderer, room.clock, lambda: SETTINGS, rooms.ORIGIN)
    while await planner.plan_stale():
        pass
    wish = await room.read(lambda connection: deliveries.wish(connection, "l1"))
    assert wish is not None
    frame = await room.read(lambda connection: frames.get(connection, wish.fingerprint))
    assert frame is not None
    return frame


async def rules_task(room: Room) -> list[dict[str, Any]]:
    found = await room.read(lambda connection: tasks.of_kind(connection, "label_rules"))
    return [dict(one.detail) for one in found]


async def refused(room: Room) -> list[dict[str, Any]]:
    batch = await room.read(
        lambda connection: outbox.batch(connection, Lane.KEEP, limit=100, max_bytes=100_000)
    )
    assert batch is not None
    events = [json.loads(one.event) for one in batch.events]
    return [one["data"] for one in events if one["type"] == "io.anaquel.label.refused.v1"]


async def test_a_template_within_the_rules_is_shown_as_it_is(room: Room, pool: RenderPool) -> None:
    await offered(room, "4.50", "18.00")
    await shelf(room)
    frame = await planned(room, pool, known(GOOD))
    assert frame != await drawn(pool, PLAIN, room)
    assert frame == await drawn(pool, GOOD, room)
    assert await rules_task(room) == await refused(room) == []


async def drawn(pool: RenderPool, by: Template, room: Room, *, at_till: bool = False) -> Frame:
    """The picture of the label's facts by this template."""
    facts = await room.read(facts_of)
    if at_till:
        facts = dataclasses.replace(facts, state=LabelState.WITHDRAWN, tag=None, unit_price=None)
    return (await pool.render(by, PANEL, facts, "ES", ZONE)).frame


def facts_of(connection: Connection) -> LabelFacts:
    family = catalogue.family_for_label(connection, Target(product="coffee"), "s042")
    label = labels.get(connection, "l1")
    assert family is not None
    assert label is not None
    return domain.facts(
        Target(product="coffee"),
        family,
        code=label.code,
        shop="s042",
        public_base=SETTINGS.public_base,
        language="es",
        at=rooms.AT,
    )


async def test_a_broken_rule_gives_way_to_the_plain_template_with_one_task_and_one_event(
    room: Room, pool: RenderPool
) -> None:
    await offered(room, "4.50", "18.00")
    await shelf(room)
    assert await planned(room, pool, known(NO_UNIT)) == await drawn(pool, PLAIN, room)
    wanted = {"broken": [UNIT_MISSING], "without_price": False}
    assert await rules_task(room) == [wanted]
    assert await refused(room) == [{"label": "l1", **wanted}]
    await offered(room, "4.75", "19.00")
    assert await planned(room, pool, known(NO_UNIT)) == await drawn(pool, PLAIN, room)
    assert len(await rules_task(room)) == len(await refused(room)) == 1, "told once"


async def test_where_no_template_can_show_the_price_the_label_sends_to_the_till(
    room: Room, pool: RenderPool
) -> None:
    await offered(room, "4.50", "18.00")
    await shelf(room)
    good = await planned(room, pool, known(GOOD))
    await offered(room, "5.50", "22.00")
    by = known(NO_UNIT, plain=PLAIN_WITHOUT_UNIT)
    frame = await planned(room, pool, by)
    assert frame != good, "the old price does not stand there any more"
    assert frame == await drawn(pool, PLAIN_WITHOUT_UNIT, room, at_till=True)
    (task,) = await rules_task(room)
    assert task == {"broken": [UNIT_MISSING], "without_price": True}
    (event,) = await refused(room)
    assert event["without_price"] is True


async def test_a_mended_template_ends_the_task_and_the_next_fault_is_told_anew(
    room: Room, pool: RenderPool
) -> None:
    await offered(room, "4.50", "18.00")
    await shelf(room)
    await planned(room, pool, known(NO_UNIT))
    await offered(room, "4.60", "18.40")
    assert await planned(room, pool, known(GOOD)) == await drawn(pool, GOOD, room)
    assert await rules_task(room) == []
    await offered(room, "4.70", "18.80")
    await planned(room, pool, known(NO_UNIT))
    assert len(await rules_task(room)) == 1
    assert len(await refused(room)) == 2


async def test_a_template_that_is_gone_gives_way_to_the_one_for_the_article(
    room: Room, pool: RenderPool
) -> None:
    await offered(room, "4.50", "18.00")
    await shelf(room, template="gone")
    assert await planned(room, pool, known(GOOD)) == await drawn(pool, GOOD, room)
    assert await rules_task(room) == []


async def test_a_template_that_cannot_draw_is_told_too(room: Room, pool: RenderPool) -> None:
    await offered(room, "4.50", "18.00")
    await shelf(room)
    broken = GOOD.model_copy(update={"views": ()})
    assert await planned(room, pool, known(broken)) == await drawn(pool, PLAIN, room)
    (task,) = await rules_task(room)
    assert task["broken"] == ["template own: StopIteration: "]


async def test_a_picture_that_ends_every_worker_takes_the_price_away_and_is_tried_again(
    room: Room, pool: RenderPool
) -> None:
    await offered(room, "4.50", "18.00")
    await shelf(room)
    good = await planned(room, pool, known(GOOD))
    await offered(room, "4.75", "19.00")
    # A worker cannot even read its job, whatever the facts.
    deadly = GOOD.model_copy(update={"elements": Deadly()})
    frame = await planned(room, pool, known(deadly))
    assert frame == await drawn(pool, PLAIN, room), "only its own template was to blame"
    await offered(room, "4.80", "19.20")
    frame = await planned(room, pool, known(deadly, plain=deadly))
    assert frame != good
    assert not any(frame.pixels), "white: not even the till can be named"
    (task,) = await rules_task(room)
    assert task["without_price"] is True
    assert "two workers in a row crashed" in task["broken"][0]
    room.clock.pass_(timedelta(hours=1))
    assert await planned(room, pool, known(GOOD)) == await drawn(pool, GOOD, room)
    assert await rules_task(room) == []


class Deadly(dict[str, Any]):
    """Ends the process that unpickles it, as a fault in a library would."""

    @override
    def __reduce__(self) -> tuple[Any, ...]:
        return os._exit, (1,)


@pytest.mark.parametrize("state", [LabelState.RECALLED, LabelState.REGULAR])
async def test_texts_that_cannot_be_drawn_leave_what_must_be_said(
    pool: RenderPool, state: LabelState
) -> None:
    words = {
        "till": {"es": "Precio en caja", "en": "Price at the till"},
        "stop": {"es": "No vender", "en": "Do not sell"},
    }
    plain = page(
        TITLE,
        {"kind": "text", "value": "{stop}", "size": "20px", "states": ["recalled"]},
        {"kind": "text", "value": "{till}", "size": "20px", "states": ["withdrawn"]},
        **words,
    )
    facts = dataclasses.replace(FACTS, state=state, tag=TAG, title=Untellable("Café"))
    renderer = TemplateRenderer(pool, known(plain, plain=plain), "ES", ZONE)
    rendered = await renderer.render("own", PANEL, facts)
    bare = dataclasses.replace(FACTS, title="", reference="", tag=None)
    bare = dataclasses.replace(
        bare, state=state if state is LabelState.RECALLED else LabelState.WITHDRAWN
    )
    assert rendered.frame == (await pool.render(plain, PANEL, bare, "ES", ZONE)).frame
    assert any(rendered.frame.pixels)
    assert rendered.failed
    assert rendered.without_price


class Untellable(str):
    """A text that ends the process that is given it."""

    __slots__ = ()

    @override
    def __reduce__(self) -> tuple[Any, ...]:
        return os._exit, (1,)


async def test_a_country_without_rules_takes_any_template(room: Room, pool: RenderPool) -> None:
    await offered(room, "4.50", "18.00")
    await shelf(room)
    facts = await room.read(facts_of)
    renderer = TemplateRenderer(pool, known(NO_UNIT), "AR", ZONE)
    rendered = await renderer.render("own", PANEL, facts)
    assert rendered.broken == ()
    assert rendered.frame == (await pool.render(NO_UNIT, PANEL, facts, "AR", ZONE)).frame


async def test_only_a_template_with_a_picture_is_given_its_bytes(pool: RenderPool) -> None:
    shown = page({"kind": "image", "size": "60px"}, TITLE)
    photo = io.BytesIO()
    Image.new("RGB", (60, 40), "black").save(photo, "WEBP")
    read: list[str] = []

    def picture(sha256: str) -> bytes | None:
        read.append(sha256)
        return photo.getvalue() if sha256 == "here" else None

    renderer = TemplateRenderer(pool, known(shown), "ES", ZONE, picture)
    here, gone = (
        dataclasses.replace(FACTS, picture=PictureFact(sha256=sha256, width=60, height=40))
        for sha256 in ("here", "gone")
    )
    without = (await renderer.render("own", PANEL, FACTS)).frame
    assert (await renderer.render("own", PANEL, gone)).frame == without
    dark = (await renderer.render("own", PANEL, here)).frame
    assert dark.pixels.count(1) > without.pixels.count(1) + 60 * 40 * 0.9
    await renderer.render("plain", PANEL, here)
    assert read == ["gone", "here"]
