"""Looks, groups and limits: what becomes a notice, and what only waits."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from gateway.clock import CheckedClock, Clock, ShiftedClock
from gateway.notices.service import Notices
from gateway.store import notices, tasks
from gateway.store.database import Connection, Database
from tests.support import settings as make_settings
from tests.support import shop

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
HOOKS: dict[str, Any] = {
    "chat": {"format": "slack", "url_file": "chat.url"},
    "erp": {"url_file": "erp.url", "secret_file": "erp.secret", "about": ["outage"]},
}


class Told:
    """A box with two receivers, at 14:32 on a Sunday in Guadalajara; nothing is sent."""

    def __init__(self, database: Database, folder: Path, **given: Any) -> None:
        self.clock = ShiftedClock(shop.StillClock())
        self.down: dict[str, int] = {}
        self.database = database
        self.folder = folder
        section = {"settle_s": 60, "outage_s": 600, "hourly": 3, "webhooks": HOOKS} | given
        self.settings = make_settings.make(folder, notices=section)
        self.notices = self.of(self.clock)

    def of(self, clock: Clock) -> Notices:
        return Notices(self.database, clock, self.settings, lambda: self.down)

    async def pass_(self, time: timedelta, looks: int = 1) -> None:
        """So much time passes, with so many looks."""
        for _ in range(looks):
            self.clock.advance(time / looks)
            await self.notices.look()

    async def open(self, kind: str, key: str = "", **detail: Any) -> None:
        now = self.clock.now()
        await self.database.write(lambda rows: tasks.open_(rows, kind, key, detail, now))

    async def made(self, receiver: str) -> list[Any]:
        """The bodies that wait for a receiver."""

        def query(connection: Connection) -> list[bytes]:
            rows = connection.execute(
                "SELECT body FROM notice WHERE receiver = ? ORDER BY made_at", (receiver,)
            )
            return [row[0] for row in rows]

        return [json.loads(body) for body in await self.database.read(query)]

    async def ended(self) -> dict[str, int]:
        """How many notices are over, by their subject."""

        def query(connection: Connection) -> list[tuple[str, int]]:
            rows = connection.execute(
                "SELECT subject, count(*) FROM notice WHERE ended IS NOT NULL GROUP BY subject"
            )
            return rows.fetchall()

        return dict(await self.database.read(query))

    async def chat(self) -> list[str]:
        return [body["text"] for body in await self.made("webhooks.chat")]


@pytest.fixture
async def told(tmp_path: Path) -> AsyncIterator[Told]:
    async with Database(tmp_path / "data" / "anaquel.db") as database:
        yield Told(database, tmp_path)


async def test_labels_that_fall_silent_are_one_notice_with_their_number(told: Told) -> None:
    await told.open("label_silent", count=12, labels=["L1"])
    await told.pass_(2 * MINUTE, 4)
    assert await told.chat() == ["s042: Etiquetas que no se oyen: 12 (desde 22 nov 2026, 14:32)"]
    assert not await told.made("webhooks.erp"), "it does not hear of tasks"


async def test_what_happens_together_is_one_notice(told: Told) -> None:
    for number in range(40):
        await told.open("refused_row", f"product/{number}")
    await told.open("backup_failed", message="by Ana Robles")
    await told.pass_(2 * MINUTE, 4)
    [said] = await told.chat()
    assert said.splitlines()[0] == "s042: 2 avisos"
    assert "Datos que no se pudieron usar: 40" in said
    assert "Ana" not in said, "details of tasks may name people"


async def test_an_outage_is_told_and_its_end(told: Told) -> None:
    told.down["central"] = 1
    await told.pass_(9 * MINUTE, 9)
    assert not await told.made("webhooks.erp")
    await told.pass_(2 * MINUTE, 2)
    told.down.clear()
    await told.pass_(HOUR, 30)
    began, ended = await told.made("webhooks.erp")
    assert (began["type"], began["data"]["state"]) == ("outage.central", "began")
    assert (ended["type"], ended["data"]["state"]) == ("outage.central", "ended")
    assert began["data"]["since"] == ended["data"]["since"]


async def test_a_bad_night_is_a_handful_of_notices(told: Told) -> None:
    for _ in range(8 * 60):
        told.down["central"] = 1 - told.down.get("central", 0)
        for kind in ("hold", "label_silent", "shopify"):
            await told.open(kind, str(told.clock.now().timestamp()))
        if told.clock.now().minute % 7 == 0:
            await told.database.write(lambda rows: rows.execute("DELETE FROM task"))
        await told.pass_(MINUTE)
    assert len(await told.chat()) <= 8 * 3 + 3


async def test_beyond_the_limit_the_newest_of_each_waits_and_comes_in_one(told: Told) -> None:
    for number in range(10):
        await told.open(f"kind_{number}", "")
        await told.pass_(2 * MINUTE, 4)
    assert len(await told.chat()) == 3
    await told.pass_(HOUR, 12)
    assert len(await told.chat()) == 4
    assert (await told.chat())[-1].startswith("s042: 7 avisos")


async def test_a_receiver_that_is_away_for_days_has_a_bounded_number_waiting(told: Told) -> None:
    for number in range(120):
        await told.open(f"kind_{number}", "")
        await told.pass_(HOUR, 7)
    assert len(await told.chat()) == 50


async def test_the_box_says_for_how_long_it_was_off(told: Told) -> None:
    await told.pass_(MINUTE)
    told.clock.advance(3 * HOUR)
    told.notices = told.of(told.clock)
    await told.notices.look()
    assert await told.chat() == ["s042: El equipo Anaquel está de vuelta; estuvo apagado 3 h"]
    await told.pass_(HOUR, 60)
    assert len(await told.chat()) == 1


async def test_nothing_is_said_of_that_while_the_time_is_not_known(told: Told) -> None:
    await told.pass_(MINUTE)
    told.clock.advance(3 * HOUR)
    doubted = CheckedClock(told.clock)
    told.notices = told.of(doubted)
    await told.notices.look()
    assert not await told.chat()
    doubted.trust()
    await told.notices.look()
    assert len(await told.chat()) == 1


async def test_the_week_is_told_on_its_day_and_a_missed_one_later(told: Told) -> None:
    await told.pass_(MINUTE)
    assert not await told.chat(), "a new shop has no week behind it"
    await told.pass_(timedelta(days=1), 24 * 12)
    [week] = await told.chat()
    assert "Esta semana: 0 etiquetas" in week
    await told.pass_(timedelta(days=6, hours=12), 24 * 12 * 7)
    assert len(await told.chat()) == 1
    told.clock.advance(timedelta(days=2))
    await told.notices.look()
    assert sum("Esta semana" in said for said in await told.chat()) == 2


async def test_a_receiver_that_is_no_more_in_the_settings_is_forgotten(told: Told) -> None:
    await told.open("hold", "1")
    await told.open("notice_failed", "webhooks.chat")
    await told.pass_(2 * MINUTE, 4)
    other = Told(told.database, told.folder, webhooks={"erp": HOOKS["erp"]})
    await told.database.write(other.notices._begin)
    assert not await told.chat()
    assert not await told.database.read(partial(tasks.of_kind, kind="notice_failed"))


async def test_a_test_reaches_also_who_hears_of_other_things_and_only_once(told: Told) -> None:
    assert await told.notices.test("webhooks.erp")
    assert await told.notices.test("webhooks.erp")
    [body] = await told.made("webhooks.erp")
    assert body["type"] == "test"
    assert not await told.notices.test("webhooks.nobody")


def ended_at(connection: Connection, at: datetime) -> None:
    for number in range(2_500):
        one = notices.Notice(
            id=f"msg_{number}",
            receiver="webhooks.chat",
            subject="task.hold",
            title="",
            body=b"",
            made_at=at,
            due_at=at,
        )
        notices.add(connection, one)
        notices.end(connection, one, at, delivered=True)


async def test_what_arrived_is_not_kept_for_ever(told: Told) -> None:
    at = told.clock.now()
    await told.database.write(partial(ended_at, at=at))
    await told.pass_(MINUTE)
    assert await told.ended() == {"task.hold": 2_000}
    await told.pass_(timedelta(days=31))
    assert not await told.ended()
