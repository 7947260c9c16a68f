"""From a price to pixels on a label: planned, drawn, delivered, confirmed, over a real broker."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from device_drivers.api.panels import Panel
from device_drivers.simulated.mqtt_label import Faults
from gateway.domain.labels import Target
from gateway.domain.rows import Row
from gateway.labels import binding
from gateway.store import deliveries, discovered, labels
from gateway.store.database import Connection
from tests.support import settings as make_settings
from tests.support import shelving
from tests.support.feeding import SHOP, price, product, stock
from tests.support.mosquitto import Mosquitto
from tests.support.shelving import ORIGIN, Shelf

RUNNER = Row(
    kind="group",
    key="runner",
    value={
        "name": {"es": "Corredor"},
        "axes": [{"axis": "size", "values": ["25", "26"]}, {"axis": "color", "values": ["rojo"]}],
    },
)


def runner(key: str, size: str, color: str) -> Row:
    return product(key, group="runner", options={"size": size, "color": color})


@pytest.fixture
async def shelf(mosquitto: Mosquitto, tmp_path: Path) -> AsyncIterator[Shelf]:
    async with shelving.shelf(mosquitto, make_settings.make(tmp_path, mosquitto.broker)) as one:
        await one.write(SHOP, *(product(f"a{n}") for n in range(3)))
        await one.write(*(price(f"a{n}", "100.00") for n in range(3)))
        await one.write(*(stock(f"a{n}", 9) for n in range(3)))
        yield one


async def test_a_bound_label_shows_exactly_the_frame_of_its_wish(shelf: Shelf) -> None:
    shelf.add("l1")
    await shelf.bind("l1", Target(product="a1"))
    await shelf.until_shown("l1")
    showing = shelf.world.labels["l1"].showing
    wished = await shelf.wished_frame("l1")
    assert showing is not None
    assert (showing.pixels, showing.inks) == (wished.pixels, wished.inks)
    assert (await shelf.history("l1"))[-3:] == ["wished", "transferred", "shown"]


async def test_a_price_change_draws_only_the_labels_that_differ(shelf: Shelf) -> None:
    for number in range(3):
        shelf.add(f"l{number}")
        await shelf.bind(f"l{number}", Target(product=f"a{number}"))
    names = ("l0", "l1", "l2")
    await shelf.until_shown(*names)
    before = {name: await shelf.wish(name) for name in names}
    refreshes = {name: shelf.world.labels[name].refreshes for name in names}
    await shelf.write(price("a1", "79.00"), stock("a2", 8))
    await shelf.until(lambda connection: _wish_id(connection, "l1") != before["l1"].id)
    await shelf.until_shown(*names)
    after = {name: await shelf.wish(name) for name in names}
    assert [name for name in names if after[name] != before[name]] == ["l1"]
    drawn = {name: shelf.world.labels[name].refreshes - refreshes[name] for name in names}
    assert drawn == {"l0": 0, "l1": 1, "l2": 0}


async def test_group_labels_follow_their_products(shelf: Shelf) -> None:
    await shelf.write(RUNNER, runner("r1", "25", "rojo"), runner("r2", "26", "rojo"))
    await shelf.write(runner("n1", "25", "negro"), price("r1", "10.00"), price("n1", "20.00"))
    await shelf.write(stock("r1", 3), stock("r2", 0), stock("n1", 3))
    shelf.add("whole")
    shelf.add("red")
    await shelf.bind("whole", Target(group="runner"))
    await shelf.bind("red", Target(group="runner", where={"color": "rojo"}))
    await shelf.until_shown("whole", "red")
    whole, red = await shelf.wish("whole"), await shelf.wish("red")
    assert whole.fingerprint != red.fingerprint
    await shelf.write(price("n1", "5.00"))
    await shelf.until(lambda connection: _wish_id(connection, "whole") != whole.id)
    await shelf.until_shown("whole", "red")
    assert await shelf.wish("red") == red


async def test_a_fresh_box_takes_in_and_binds_the_labels_that_the_feed_names(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    settings = make_settings.make(tmp_path, mosquitto.broker, labels={"adopt_by_themselves": []})
    async with shelving.shelf(mosquitto, settings) as shelf:
        await shelf.write(SHOP, product("a1"), price("a1", "100.00"), stock("a1", 9))
        value = {
            "label": "l1",
            "target": {"product": "a1"},
            "alias": "0001",
            "zone": "aisle 3",
            "hardware": {
                "family": "mqtt",
                "panel": {
                    "model": "E29",
                    "width": 296,
                    "height": 128,
                    "dpi": 112,
                    "inks": ["white", "black"],
                },
                "correction": {"turns": 2},
            },
        }
        await shelf.write(Row(kind="binding", key="l1", value=value))
        shelf.add("l1")
        shelf.add("stranger")
        await shelf.until_shown("l1")
        showing, wished = shelf.world.labels["l1"].showing, await shelf.wished_frame("l1")
        assert showing is not None
        assert showing.pixels == wished.pixels[::-1], "put right as it was in the old box"
        label = await shelf.database.read(lambda connection: labels.get(connection, "l1"))
        assert label is not None
        assert (label.alias, label.zone) == ("0001", "aisle 3")
        waiting = await shelf.until(lambda connection: discovered.get(connection, "stranger"))
        assert waiting is not None
        assert shelf.world.labels["stranger"].showing is None


async def test_an_unbound_label_shows_its_code(shelf: Shelf) -> None:
    shelf.add("l1")
    await shelf.until_shown("l1")
    await shelf.bind("l1", Target(product="a1"))
    bound = await shelf.until(lambda connection: _cause(connection, "l1") == "regular")
    assert bound
    await shelf.until_shown("l1")


async def test_a_price_takes_effect_at_its_time_without_central(shelf: Shelf) -> None:
    begins = (shelf.clock.now() + timedelta(hours=1)).isoformat()
    offers = [
        {"kind": "list", "amount": "100.00"},
        {"kind": "sale", "amount": "80.00", "valid_from": begins},
    ]
    await shelf.write(Row(kind="offers", key="a1", value={"currency": "MXN", "offers": offers}))
    shelf.add("l1")
    await shelf.bind("l1", Target(product="a1"))
    await shelf.until_shown("l1")
    assert (await shelf.wish("l1")).cause == "regular"
    shelf.clock.advance(timedelta(hours=1))
    # Any change wakes the planner, which then finds the time has come.
    await shelf.write(stock("a2", 1))
    shelf.add("l2")
    await shelf.until(lambda connection: _cause(connection, "l1") == "sale")
    await shelf.until_shown("l1")


async def test_a_silent_label_is_tried_again_and_keeps_nobody_waiting(shelf: Shelf) -> None:
    shelf.add("silent")
    shelf.add("good")
    await shelf.until_shown("silent", "good")
    shelf.world.labels["silent"].faults = Faults(never=True)
    await shelf.bind("silent", Target(product="a1"))
    await shelf.bind("good", Target(product="a2"))
    await shelf.until(lambda connection: _attempts(connection, "silent") >= 2)
    await shelf.until_shown("good")
    delivery = await shelf.until_state("silent", "queued")
    assert delivery.shown_at is None
    shelf.world.labels["silent"].faults = Faults()
    await shelf.until_shown("silent")


async def test_a_late_label_is_shown_when_it_says_so(shelf: Shelf) -> None:
    shelf.add("late", Faults(late_s=0.5))
    await shelf.bind("late", Target(product="a1"))
    await shelf.until_shown("late")


async def test_garbage_is_counted_and_never_taken_for_a_yes(shelf: Shelf) -> None:
    shelf.add("garbage", Faults(garbage=True))
    shelf.add("good")
    await shelf.bind("garbage", Target(product="a1"))
    await shelf.bind("good", Target(product="a2"))
    await shelf.until_shown("good")
    await shelf.until(lambda connection: _attempts(connection, "garbage") >= 2)
    assert shelf.listener.complaints.count >= 1
    assert "shown" not in await shelf.history("garbage")


async def test_a_label_that_says_no_fails_with_its_reason_and_recovers(shelf: Shelf) -> None:
    shelf.add("broken", Faults(refuses="panel_busy"))
    await shelf.bind("broken", Target(product="a1"))
    delivery = await shelf.until_state("broken", "failed")
    assert (delivery.reason, delivery.detail) == ("label_error", "panel_busy")
    shelf.world.labels["broken"].faults = Faults()
    await shelf.until_shown("broken")


async def test_a_label_that_lost_its_picture_gets_it_again(shelf: Shelf) -> None:
    shelf.add("l1")
    await shelf.bind("l1", Target(product="a1"))
    await shelf.until_shown("l1")
    other = Panel(name="4.2", width=400, height=300, inks=shelving.PANEL.inks, dpi=119)
    first = await shelf.wish("l1")
    shelf.world.labels["l1"].power_off()
    shelf.add("l1", panel=other)
    await shelf.until(lambda connection: _wish_id(connection, "l1") != first.id)
    await shelf.until_shown("l1")
    assert (await shelf.wished_frame("l1")).width == 400


@pytest.mark.parametrize("session_kept", [True, False])
async def test_a_broker_restart_ends_with_every_label_right(
    shelf: Shelf, mosquitto: Mosquitto, *, session_kept: bool
) -> None:
    shelf.add("l1")
    await shelf.bind("l1", Target(product="a1"))
    await shelf.until_shown("l1")
    await asyncio.to_thread(mosquitto.stop)
    await shelf.link.away.wait()
    if not session_kept:
        await asyncio.to_thread(mosquitto.forget)
    await shelf.write(price("a1", "55.00"))
    await shelf.until(lambda connection: _reason(connection, "l1") == "link_down")
    await asyncio.to_thread(mosquitto.start)
    await shelf.until_shown("l1")
    showing = shelf.world.labels["l1"].showing
    assert showing is not None
    assert showing.fingerprint == (await shelf.wish("l1")).fingerprint


async def test_binding_to_what_is_not_there_is_refused_in_words(shelf: Shelf) -> None:
    shelf.add("l1")
    with pytest.raises(binding.BindingError, match="there is no product zz in the catalogue"):
        await shelf.bind("l1", Target(product="zz"))
    with pytest.raises(binding.BindingError, match="there is no label nobody"):
        await shelf.database.write(
            lambda connection: binding.bind(
                connection,
                "nobody",
                Target(product="a1"),
                origin=ORIGIN,
                by="test",
                at=shelf.clock.now(),
            )
        )
    bound = await shelf.database.read(lambda connection: labels.binding(connection, "l1"))
    assert bound is None


def _wish_id(connection: Connection, label: str) -> str | None:
    wish = deliveries.wish(connection, label)
    return wish.id if wish is not None else None


def _cause(connection: Connection, label: str) -> str | None:
    wish = deliveries.wish(connection, label)
    return wish.cause if wish is not None else None


def _attempts(connection: Connection, label: str) -> int:
    delivery = deliveries.get(connection, label)
    return delivery.attempts if delivery is not None else 0


def _reason(connection: Connection, label: str) -> str | None:
    delivery = deliveries.get(connection, label)
    return delivery.reason if delivery is not None else None
