"""Waves: what joins them and what is counted, and what a person who stops one holds back."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest

from device_drivers.api.drivers import Failed, Foreign, Reason, Reported, Shown
from device_drivers.api.panels import Frame
from gateway.domain.labels import LabelState, Target
from gateway.domain.money import Money
from gateway.domain.ranking import Told
from gateway.labels import healing
from gateway.labels.health import Health
from gateway.settings import Labels
from gateway.store import deliveries, frames, labels, overview, stopped, tasks, waves
from gateway.store.database import Connection
from gateway.store.deliveries import Wish
from gateway.store.labels import Binding
from gateway.store.overview import Facet
from gateway.store.stopped import FORGOTTEN_AFTER, Held, Outlook
from gateway.store.waves import Wave
from tests.unit.labels import rooms
from tests.unit.labels.aisles import Aisle, an_aisle


@pytest.fixture
async def aisle(tmp_path: Path) -> AsyncIterator[Aisle]:
    async with an_aisle(tmp_path) as made:
        yield made


async def price(
    aisle: Aisle,
    label: str,
    amount: str | None,
    *,
    kind: str = "list",
    state: LabelState = LabelState.REGULAR,
    why: str = "feed",
) -> None:
    """The label is to show this price; each wish has a picture of its own."""
    pixels = bytes(int(bit) for bit in f"{uuid.uuid4().int & 0xFFFF:016b}")
    frame = frames_of(pixels)
    told = Told(
        state=state,
        kind=kind,
        price=None if amount is None else Money(amount=Decimal(amount), currency="MXN"),
    )

    def want(connection: Connection) -> None:
        frames.put(connection, frame, aisle.room.clock.now())
        wish = Wish(
            label=label,
            id=uuid.uuid4().hex,
            fingerprint=frame.fingerprint,
            template="",
            cause="regular",
            made_at=aisle.room.clock.now(),
            told=told,
        )
        deliveries.want(connection, wish, why=why)
        known = labels.get(connection, label)
        assert known is not None
        labels.planned(connection, label, looked_at=known.stale, next_change=None)

    await aisle.room.database.write(want)


def frames_of(pixels: bytes) -> Frame:
    return Frame(width=8, height=2, inks=rooms.PANEL.inks, pixels=pixels)


def speak(connection: Connection, label: str, at: datetime) -> None:
    """The label stands for an article of its own, and that was looked at already."""
    target = Target(product=f"of-{label}")
    labels.bind(
        connection, Binding(label=label, target=target, template=None, bound_at=at, bound_by="Ana")
    )
    found = labels.get(connection, label)
    assert found is not None
    labels.planned(connection, label, looked_at=found.stale, next_change=None)


async def hang(aisle: Aisle, *names: str, amount: str = "10.00") -> None:
    """These labels speak for articles and show a price already; everything lies an hour back."""
    for name in names:
        await aisle.hang(name)
        at = aisle.room.clock.now()
        await aisle.room.database.write(partial(speak, label=name, at=at))
        await price(aisle, name, amount, why="staff")
    while await aisle.courier.deliver_due():
        pass
    aisle.room.clock.pass_(timedelta(hours=1))
    aisle.driver.asked.clear()


async def deliver(aisle: Aisle) -> list[str]:
    """Who is sent something now."""
    aisle.driver.asked.clear()
    while await aisle.courier.deliver_due():
        pass
    return sorted(one.label for one in aisle.driver.asked)


async def every(aisle: Aisle) -> tuple[Wave, ...]:
    return await aisle.room.read(lambda rows: waves.latest(rows, 20))


async def newest(aisle: Aisle) -> Wave:
    return (await every(aisle))[0]


async def pause(aisle: Aisle, wave: Wave) -> None:
    now = aisle.room.clock.now()
    await aisle.room.database.write(lambda rows: stopped.pause(rows, wave.id, "Ana", now))


async def cancel(aisle: Aisle, wave: Wave) -> None:
    now = aisle.room.clock.now()
    await aisle.room.database.write(lambda rows: stopped.cancel(rows, wave.id, "Ana", now))


async def resume(aisle: Aisle, wave: Wave) -> None:
    now = aisle.room.clock.now()
    await aisle.room.database.write(lambda rows: stopped.resume(rows, wave.id, "Ana", now))


async def counts(aisle: Aisle) -> dict[Facet, int]:
    late = aisle.room.clock.now() - timedelta(hours=1)
    _, found = await aisle.room.read(lambda rows: overview.counts(rows, late))
    return {facet: count for facet, count in found.items() if count}


async def told(aisle: Aisle) -> list[tuple[str, str, int]]:
    found = await aisle.room.read(tasks.all_open)
    return [(one.kind, one.key, one.detail["count"]) for one in found]


def health_of(aisle: Aisle) -> Health:
    return Health(
        aisle.room.database, {"radio": aisle.driver}, aisle.room.clock, Labels(), rooms.ORIGIN
    )


async def test_a_pause_holds_what_is_in_the_wave_and_nothing_later(aisle: Aisle) -> None:
    await hang(aisle, "l1", "l2", "l3", "l4")
    await price(aisle, "l1", "12.00")
    await price(aisle, "l2", "9.00")
    await price(aisle, "l3", None, state=LabelState.RECALLED)
    wave = await newest(aisle)
    await pause(aisle, wave)
    assert await deliver(aisle) == ["l3"], "what must not be sold waits for nothing"
    await price(aisle, "l1", "13.00")
    await price(aisle, "l4", "11.00")
    assert await deliver(aisle) == ["l1", "l4"], "a newer change is not stuck behind a pause"
    assert (await aisle.delivery("l2")).hold == "paused"
    paused = await aisle.room.read(lambda rows: waves.get(rows, wave.id))
    assert paused is not None
    assert (paused.joined, paused.shown, paused.gone, paused.left) == (3, 1, 1, 1)
    await resume(aisle, wave)
    assert await deliver(aisle) == ["l2"]


@pytest.mark.parametrize("between", ["staff", "time"])
async def test_a_label_that_comes_back_to_a_wave_is_counted_once(
    aisle: Aisle, between: str
) -> None:
    await hang(aisle, "a", "b")
    await price(aisle, "a", "11.00")
    await deliver(aisle)
    await price(aisle, "b", "11.00")
    for label in ("a", "b"):
        await price(aisle, label, "12.00", why=between)
        await price(aisle, label, "13.00")
    first = next(one for one in await every(aisle) if one.cause == "feed")
    assert (first.joined, first.shown, first.gone, first.left) == (2, 0, 0, 2)
    await deliver(aisle)
    first = next(one for one in await every(aisle) if one.cause == "feed")
    assert (first.joined, first.shown, first.gone, first.left) == (2, 2, 0, 0)


async def test_the_rest_of_a_change_that_is_not_drawn_yet_is_paused_too(aisle: Aisle) -> None:
    await hang(aisle, "l1", "l2", "l3")

    def stale(connection: Connection) -> None:
        for name in ("l2", "l3"):
            labels.look_again(connection, name, "feed")

    await aisle.room.database.write(stale)
    await price(aisle, "l1", "12.00")
    wave = await newest(aisle)
    await pause(aisle, wave)
    await aisle.room.database.write(lambda rows: labels.look_again(rows, "l3", "feed"))
    await price(aisle, "l2", "12.00")
    await price(aisle, "l3", "12.00")
    assert await deliver(aisle) == ["l3"], "it changed again after the pause"
    assert (await aisle.delivery("l2")).wave == wave.id
    await cancel(aisle, wave)
    await price(aisle, "l2", "14.00")
    assert await deliver(aisle) == ["l2"], "only its next picture was of the wave"


async def test_cancelling_gives_up_only_what_may_be_given_up(aisle: Aisle) -> None:
    names = ("dearer", "cheaper", "sale", "design", "wrong", "recalled")
    await hang(aisle, *names)
    await price(aisle, "wrong", "20.00", why="template")
    aisle.room.clock.pass_(timedelta(minutes=5))
    await price(aisle, "dearer", "12.00")
    await price(aisle, "cheaper", "8.00")
    await price(aisle, "sale", "8.00", kind="sale")
    await price(aisle, "design", "10.00")
    await price(aisle, "wrong", "10.50")
    await price(aisle, "recalled", None, state=LabelState.RECALLED)
    wave = await newest(aisle)
    assert wave.left == 6
    firm = Outlook(kept=Held(labels=2, prices=1), sent=4, coming=0)
    assert await aisle.room.read(lambda rows: stopped.outlook(rows, wave, wave.joined_at)) == firm
    await pause(aisle, wave)
    assert await deliver(aisle) == ["recalled"]
    await cancel(aisle, wave)
    assert await deliver(aisle) == ["cheaper", "sale", "wrong"], "no pause outlives its wave"
    assert await counts(aisle) == {Facet.SHOWN: 4, Facet.DIFFERS: 2}
    assert await told(aisle) == [("wave_cancelled", str(wave.id), 2)]


async def test_labels_of_a_cancelled_wave_are_one_task_until_they_show_it(aisle: Aisle) -> None:
    names = [f"l{number:02}" for number in range(12)]
    await hang(aisle, *names)
    for name in names:
        await price(aisle, name, "12.00")
    wave = await newest(aisle)
    await cancel(aisle, wave)
    assert await deliver(aisle) == []
    assert (await counts(aisle))[Facet.DIFFERS] == 12
    assert Facet.UNDER_WAY not in await counts(aisle)
    (task,) = await aisle.room.read(tasks.all_open)
    assert (task.kind, task.key) == ("wave_cancelled", str(wave.id))
    assert task.detail == {"count": 12, "prices": 12}
    await price(aisle, "l00", "13.00")
    await health_of(aisle).look()
    assert await told(aisle) == [("wave_cancelled", str(wave.id), 11)]
    await resume(aisle, wave)
    assert await told(aisle) == []
    assert await deliver(aisle) == names
    assert (await counts(aisle))[Facet.SHOWN] == 12


async def test_a_cancelled_label_that_failed_before_differs_like_the_others(aisle: Aisle) -> None:
    await hang(aisle, "l1")
    await price(aisle, "l1", "12.00")
    sent = await aisle.delivery("l1")

    async def refused(_label: object) -> Failed:
        return Failed(reason=Reason.REFUSED)

    aisle.driver.answer = refused
    await aisle.courier.deliver_due()
    assert (await aisle.delivery("l1")).state == "failed"
    await cancel(aisle, await newest(aisle))
    assert await counts(aisle) == {Facet.DIFFERS: 1}
    again = await aisle.delivery("l1")
    assert (again.wish, again.hold) == (sent.wish, "cancelled")


async def test_what_is_held_is_not_drawn_anew_and_sent_by_that(aisle: Aisle) -> None:
    await hang(aisle, "l1")
    await price(aisle, "l1", "12.00")
    await cancel(aisle, await newest(aisle))
    wished = await aisle.delivery("l1")

    def told_late(connection: Connection) -> None:
        now = aisle.room.clock.now()
        deliveries.again(connection, "l1", wished.wish, reason="frame_missing", at=now)
        healing.heal(connection, "l1")

    await aisle.room.database.write(told_late)
    kept = await aisle.delivery("l1")
    assert (kept.wish, kept.hold, kept.due_at) == (wished.wish, "cancelled", None)


async def test_a_forgotten_pause_becomes_a_task_and_ends_with_it(aisle: Aisle) -> None:
    await hang(aisle, "l1", "l2")
    await price(aisle, "l1", "12.00")
    await price(aisle, "l2", "10.00")
    wave, health = await newest(aisle), health_of(aisle)
    await pause(aisle, wave)
    assert (await counts(aisle))[Facet.PAUSED] == 2
    aisle.room.clock.pass_(FORGOTTEN_AFTER - timedelta(seconds=1))
    await health.look()
    assert await told(aisle) == []
    aisle.room.clock.pass_(timedelta(seconds=1))
    await health.look()
    (task,) = await aisle.room.read(tasks.all_open)
    assert (task.kind, task.detail) == ("wave_paused", {"count": 2, "prices": 1})
    changed = aisle.room.database.changes.subscribe("task")
    await health.look()
    await aisle.room.database.write(lambda rows: rows.note("task", "end"))
    assert {change.key for change in await changed.next() or ()} == {"end"}
    for label in ("l1", "l2"):
        await price(aisle, label, "11.00")
    await health.look()
    assert await told(aisle) == [], "nothing is held any more"


async def test_what_was_decided_is_not_decided_again_by_a_second_tap(aisle: Aisle) -> None:
    await hang(aisle, "l1")
    await price(aisle, "l1", "12.00")
    wave = await newest(aisle)
    await cancel(aisle, wave)
    decided = await newest(aisle)
    aisle.room.clock.pass_(timedelta(minutes=1))
    await cancel(aisle, wave)
    await pause(aisle, wave)
    assert await newest(aisle) == decided
    assert (decided.state, decided.decided_by) == ("cancelled", "Ana")
    await resume(aisle, wave)
    await resume(aisle, wave)
    assert await deliver(aisle) == ["l1"]


async def test_a_wave_ends_although_changes_never_pause(aisle: Aisle) -> None:
    await hang(aisle, *(f"l{number:02}" for number in range(31)))
    for number in range(31):
        await price(aisle, f"l{number:02}", "12.00")
        aisle.room.clock.pass_(timedelta(minutes=1))
    found = await every(aisle)
    assert [one.joined for one in found] == [1, 15, 15]
    assert all(one.joined_at - one.began_at < waves.LASTS for one in found)
    now = aisle.room.clock.now()
    assert [waves.grows(one, now) for one in found] == [True, False, False]


async def test_a_label_that_gets_two_wishes_from_a_wave_is_one(aisle: Aisle) -> None:
    await hang(aisle, "l1", "l2", "l3")
    for label in ("l1", "l2", "l3"):
        await price(aisle, label, "12.00")
    await price(aisle, "l2", "12.50")
    wave = await newest(aisle)
    assert (wave.joined, wave.gone, wave.left) == (3, 0, 3), "replaced before it was sent"
    await deliver(aisle)
    wave = await newest(aisle)
    assert (wave.joined, wave.shown, wave.left) == (3, 3, 0)
    await price(aisle, "l1", "13.00")
    wave = await newest(aisle)
    assert (wave.joined, wave.shown, wave.left) == (3, 2, 1), "replaced after it was shown"
    await deliver(aisle)
    wave = await newest(aisle)
    assert (wave.joined, wave.shown, wave.left) == (3, 3, 0)


async def test_each_label_counts_once_for_its_wave(aisle: Aisle) -> None:
    await hang(aisle, "l1", "l2", "l3")
    for label in ("l1", "l2", "l3"):
        await price(aisle, label, "12.00")
    await aisle.room.reports.heard("radio", [Foreign(label="l3")])
    await deliver(aisle)
    wave = await newest(aisle)
    assert (wave.shown, wave.gone, wave.left) == (2, 1, 0), "nobody waits for what is foreign"
    sent = await aisle.delivery("l1")
    assert sent.sha256 is not None
    for outcome in (Failed(reason=Reason.LABEL_ERROR), Shown()):
        said = Reported(label="l1", wish=sent.wish, sha256=sent.sha256, outcome=outcome)
        await aisle.room.reports.heard("radio", [said])
    assert (await aisle.delivery("l1")).state == "shown"
    assert await newest(aisle) == wave


async def test_a_label_that_is_forgotten_is_no_part_of_its_wave(aisle: Aisle) -> None:
    await hang(aisle, "l1", "l2")
    for label in ("l1", "l2"):
        await price(aisle, label, "12.00")
    await aisle.room.database.write(lambda rows: deliveries.forget(rows, "l2"))
    wave = await newest(aisle)
    assert (wave.joined, wave.left) == (1, 1)
    await price(aisle, "l2", "12.00")
    wave = await newest(aisle)
    assert (wave.joined, wave.left) == (2, 2)
