"""The opening check: by the clock, on pages, for programs, and as a record."""

from __future__ import annotations

import html
import itertools
import json
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from device_drivers.api.drivers import Presence
from gateway.clock import CheckedClock
from gateway.domain.events import Lane
from gateway.domain.labels import Target
from gateway.domain.opening_check import OPENING_CHECK, Count, Due, Verdict
from gateway.domain.proof import Entry
from gateway.labels import opening_check
from gateway.labels.opening_check import TASK, Checking, OpeningCheck
from gateway.settings import of_shop
from gateway.staff import explaining
from gateway.staff.explaining import Reader
from gateway.store import (
    deliveries,
    label_life,
    labels,
    opening_checks,
    outbox,
    overview,
    price_rules,
    proof,
    tasks,
)
from gateway.store.database import Connection, Database
from gateway.store.overview import Asked, Facet
from tests.support import shop, staffed
from tests.support.staffed import ORIGIN, Staffed

LATE_BEFORE = shop.NOW - timedelta(seconds=120)
HOURS = "mon-sun 16:00-22:00"
"""In Guadalajara: the shop of the tests opens 88 minutes after ``shop.NOW``."""


def checking(staff: Staffed) -> Checking:
    return Checking(
        database=staff.database, clock=staff.clock, settings=staff.settings, origin=ORIGIN
    )


def place(connection: Connection) -> None:
    for label, zone in (
        ("L001", "A10/2"),
        ("L002", "A2/10"),
        ("L003", "A2/9"),
        ("L004", "Cajas"),
    ):
        label_life.place(connection, label, zone)


async def opens(staff: Staffed, hours: str = HOURS, **more: str) -> None:
    """The shop opens at these hours."""
    await staff.database.write(lambda one: _hours(one, hours))
    staff.settings.shop = of_shop.with_values(staff.settings.shop, {"hours": hours, **more})


def _hours(connection: Connection, hours: str) -> None:
    rules = price_rules.get(connection)
    known = replace(rules, hours=hours, time_zone="America/Mexico_City", store=shop.SHOP)
    price_rules.settle(connection, known, shop.NOW)


async def told(staff: Staffed) -> list[dict[str, object]]:
    """The data of each event of a check, oldest first."""
    batch = await staff.database.read(
        lambda rows: outbox.batch(rows, Lane.KEEP, limit=500, max_bytes=1_000_000)
    )
    each = [json.loads(one.event) for one in (batch.events if batch is not None else ())]
    return [one["data"] for one in each if one["type"] == OPENING_CHECK]


async def open_task(staff: Staffed) -> dict[str, object] | None:
    found = await staff.database.read(lambda rows: tasks.of_kind(rows, TASK))
    return dict(found[0].detail) if found else None


def put_right(connection: Connection, label: str) -> None:
    """The label gets its picture and says so."""
    wish = deliveries.wish(connection, label)
    if wish is None:
        sha256 = staffed.want(connection, label, staffed.frame(staffed.PANELS[2], 3))
        connection.execute("UPDATE label SET stale = 0 WHERE id = ?", (label,))
    else:
        sha256 = connection.execute(
            "SELECT sha256 FROM picture WHERE fingerprint = ?", (wish.fingerprint,)
        ).fetchone()[0]
    staffed.confirm(connection, label, sha256)


async def test_it_counts_what_is_right_and_lists_the_rest_in_walking_order(
    shelf: Staffed,
) -> None:
    await shelf.database.write(place)
    number = await opening_check.check(checking(shelf), by="Ana")
    check = await shelf.database.read(lambda rows: opening_checks.get(rows, number))
    assert check is not None
    counted = check.counted
    assert (counted.right, counted.total, counted.received) == (1, 6, 0)
    lines = await shelf.database.read(lambda rows: opening_checks.lines(rows, number))
    assert [(line.label, line.verdict) for line in lines] == [
        ("L003", Verdict.SILENT),
        ("L002", Verdict.TRANSFERRED),
        ("L001", Verdict.QUEUED),
        ("L004", Verdict.FAILED),
        ("L005", Verdict.NONE),
    ]
    assert lines[3].reason == "image_missing"
    assert lines[0].should.amount
    assert lines[0].shows.fingerprint
    assert lines[4].shows.fingerprint == ""
    (event,) = await told(shelf)
    assert event == {
        "check": number,
        "cause": "asked",
        "opens": None,
        "labels": 6,
        "right": 1,
        "received": 0,
        "wrong": {"silent": 1, "transferred": 1, "queued": 1, "failed": 1, "none": 1},
        "first": ["L003", "L002", "L001", "L004", "L005"],
    }
    assert await open_task(shelf) is None, "nobody opens the shop because somebody looked"


async def test_a_label_without_zone_hangs_in_that_of_its_product(shelf: Staffed) -> None:
    zoned = ("product", "tote", {"name": {"es": "Bolsa"}, "zone": "B1/4"})
    await shop.fill(shelf.database, [zoned], seq=2)
    number = await opening_check.check(checking(shelf), by="Ana")
    lines = await shelf.database.read(lambda rows: opening_checks.lines(rows, number))
    where = [(line.label, line.where.zone, line.where.bay) for line in lines]
    assert where[:2] == [("L003", "B1", "4"), ("L001", "", "")]


async def test_what_a_label_shows_is_the_price_in_its_own_record(shelf: Staffed) -> None:
    def other_price(connection: Connection) -> None:
        wish = deliveries.wish(connection, "L001")
        sha256 = staffed.want(connection, "L001", staffed.frame(staffed.PANELS[1], 5))
        staffed.confirm(connection, "L001", sha256)
        now = deliveries.wish(connection, "L001")
        assert wish is not None
        assert now is not None
        entry = Entry(
            label="L001",
            at=shop.NOW,
            what="shown",
            wish=now.id,
            fingerprint=now.fingerprint,
            prices={"price": "349.00", "currency": "MXN"},
        )
        proof.append(connection, entry)
        staffed.want(connection, "L001", staffed.frame(staffed.PANELS[1], 6))
        connection.execute("UPDATE label SET stale = 0")

    await shelf.database.write(other_price)
    number = await opening_check.check(checking(shelf), by="Ana")
    lines = await shelf.database.read(lambda rows: opening_checks.lines(rows, number))
    (line,) = [one for one in lines if one.label == "L001"]
    assert (line.shows.amount, line.shows.currency) == ("349.00", "MXN")
    assert line.should.amount != "349.00"
    async with shelf.signed_in() as client:
        page = html.unescape((await client.get(f"/opening-checks/{number}")).text)
    assert "$349.00" in page


async def test_its_verdict_is_what_the_list_of_labels_says(shelf: Staffed) -> None:
    """Whatever state a label is in: one truth for list, label page and check."""
    reader = Reader(
        language="es",
        locale="es_MX",
        zone=shelf.settings.shop.zone,
        now=shop.NOW,
        priced_at=shop.NOW,
        confirm_s=120.0,
    )
    old = int((shop.NOW - timedelta(minutes=9)).timestamp() * 1000)
    states = itertools.product(
        ("queued", "transferred", "shown", "failed"),
        (None, "paused", "cancelled", "foreign"),
        (0, 1),
        (0, 2),
        (None, old),
        ("regular", "card"),
    )
    for state, hold, stale, attempts, since, cause in states:
        if state == "shown" and hold:
            continue  # what is shown is held by nothing
        due = None if hold or state == "shown" else old

        def set_(
            connection: Connection,
            delivery: tuple[object, ...] = (state, hold, attempts, since, due),
            more: tuple[object, ...] = (stale, cause),
        ) -> None:
            connection.execute(
                "UPDATE delivery SET state = ?, hold = ?, attempts = ?, "
                "transferred_at = coalesce(?, queued_at), due_at = ?",
                delivery,
            )
            connection.execute("UPDATE label SET stale = ?", more[:1])
            connection.execute("UPDATE wish SET cause = ?", more[1:])

        await shelf.database.write(set_)
        await shelf.database.read(lambda rows: _agree(rows, reader))


def _agree(connection: Connection, reader: Reader) -> None:
    found = {one.label: one.verdict for one in opening_checks.look(connection, reader.late_before)}
    right = [label for label, verdict in found.items() if verdict is Verdict.RIGHT]
    assert len(right) == overview.counts(connection, reader.late_before)[1][Facet.SHOWN]
    for view in overview.page(connection, Asked(late_before=reader.late_before)).views:
        verdict = found.get(view.label.id)
        if verdict is None:
            assert view.binding is None
            continue
        code = explaining.standing(view, reader).code
        assert {"shown": "right"}.get(code, code) == verdict.value, view


async def test_put_away_labels_and_those_without_article_do_not_count(shelf: Staffed) -> None:
    await shelf.database.write(lambda rows: label_life.park(rows, "L004", "blank"))
    found = await shelf.database.read(lambda rows: opening_checks.look(rows, LATE_BEFORE))
    assert {one.label for one in found} == {"L000", "L001", "L002", "L003", "L005"}


async def test_an_old_price_on_a_label_without_article_counts(shelf: Staffed) -> None:
    await shelf.database.write(lambda rows: staffed.bind(rows, "L001", Target(product="tote")))

    def unbind(connection: Connection) -> None:
        labels.unbind(connection, "L001")

    await shelf.database.write(unbind)
    found = await shelf.database.read(lambda rows: opening_checks.look(rows, LATE_BEFORE, ["L001"]))
    assert [one.verdict.is_wrong for one in found] == [True]


async def test_an_hour_before_opening_it_is_made_once_and_its_task_ends_with_the_last_label(
    shelf: Staffed,
) -> None:
    await opens(shelf)
    service = OpeningCheck(checking(shelf))
    await service.look()
    assert await told(shelf) == [], "28 minutes too early"
    shelf.clock.advance(timedelta(minutes=28))
    await service.look()
    await service.look()
    (event,) = await told(shelf)
    assert event["cause"] == "scheduled"
    assert event["opens"] == "2026-11-22T22:00:00.000Z"
    assert await open_task(shelf) == {"check": event["check"], "wrong": 5, "labels": 6}
    async with shelf.signed_in() as client:
        page = html.unescape((await client.get("/")).text)
        assert "Al abrir, etiquetas que no están bien: 5 de 6" in page
        assert f'href="/opening-checks/{event["check"]}"' in page
        english = html.unescape((await client.get("/?lang=en")).text)
        assert "Labels not right at opening: 5 of 6" in english
    for number, label in enumerate(("L001", "L002", "L003", "L004", "L005"), start=1):
        await shelf.database.write(lambda rows, label=label: put_right(rows, label))  # type: ignore[misc]
        await service.look()
        detail = await open_task(shelf)
        assert (detail["wrong"] if detail else 0) == 5 - number
    assert await open_task(shelf) is None
    assert len(await told(shelf)) == 1


async def test_a_check_by_hand_that_finds_all_right_ends_the_task(shelf: Staffed) -> None:
    await opens(shelf)
    shelf.clock.advance(timedelta(minutes=30))
    await OpeningCheck(checking(shelf)).look()
    assert await open_task(shelf) is not None
    for label in ("L001", "L002", "L003", "L004", "L005"):
        await shelf.database.write(lambda rows, label=label: put_right(rows, label))  # type: ignore[misc]
    await opening_check.check(checking(shelf), by="Ana")
    assert await open_task(shelf) is None


async def test_a_time_that_was_asked_for_counts_and_no_leaves_it_to_people(
    shelf: Staffed,
) -> None:
    await opens(shelf, opening_check="no")
    service = OpeningCheck(checking(shelf))
    shelf.clock.advance(timedelta(minutes=30))
    await service.look()
    assert await told(shelf) == []
    await opens(shelf, opening_check="15:00")
    await service.look()
    (event,) = await told(shelf)
    assert (event["cause"], event["opens"]) == ("scheduled", "2026-11-22T22:00:00.000Z")


async def test_while_the_time_is_in_doubt_none_is_made(shelf: Staffed) -> None:
    await opens(shelf)
    shelf.clock.advance(timedelta(minutes=30))
    doubted = CheckedClock(shelf.clock)
    service = OpeningCheck(replace(checking(shelf), clock=doubted))
    await service.look()
    assert await told(shelf) == []
    doubted.trust()
    await service.look()
    assert len(await told(shelf)) == 1


@pytest.fixture
async def empty(tmp_path: Path) -> AsyncIterator[Database]:
    async with Database(tmp_path / "bare.db") as one:
        yield one


async def test_the_newest_are_kept_of_each_kind(
    empty: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening_checks, "KEPT", 3)
    monkeypatch.setattr(opening_checks, "KEPT_ASKED", 2)
    counted = Count(right=1, wrong={})
    begins = datetime(2026, 11, 1, 9, tzinfo=UTC)

    def fill(connection: Connection) -> None:
        for day in range(5):
            at = begins + timedelta(days=day)
            due = Due(at=at, opens=None)
            first = opening_checks.put(connection, counted, (), at=at, due=due)
            again = opening_checks.put(connection, Count(right=9, wrong={}), (), at=at, due=due)
            assert again == (first[0], False)
            opening_checks.put(connection, counted, (), at=at, by="Ana")

    await empty.write(fill)
    found = await empty.read(lambda rows: opening_checks.latest(rows, 50))
    assert [one.due is None for one in found] == [True, False, True, False, False]
    assert {one.counted.right for one in found} == {1}
    assert await empty.read(opening_checks.last_due) == begins + timedelta(days=4)


async def test_a_clerk_makes_one_walks_it_and_prints_slips(shelf: Staffed) -> None:
    await shelf.database.write(place)
    await staffed.add_person(shelf.database, "Luz")
    async with shelf.signed_in("Luz") as client:
        assert "Todavía no hay revisiones" in (await client.get("/opening-checks")).text
        answer = await client.post("/opening-checks")
        assert answer.status_code == 303
        where = answer.headers["Location"]
        page = html.unescape((await client.get(where)).text)
        assert "1 de 6 correctas" in page
        assert "Siguen mal: 5" in page
        zones = re.findall(r'<section class="stretch">\s*<h2>(.*?)</h2>', page)
        assert zones == ["A2", "A10", "Cajas", "Sin zona"]
        assert "Módulo 9" in page
        assert "No confirma desde" in page
        assert "La etiqueta no recibió la imagen completa" in page
        assert "1 of 6 right" in (await client.get(f"{where}?lang=en")).text
        await client.get(f"{where}?lang=es")
        assert 'href="/settings#opening_check"' not in (await client.get("/opening-checks")).text

        slips = (await client.get(f"{where}/slips")).text
        assert slips.count('<li class="slip">') == 4
        assert 'width="67.13mm" height="29.03mm"' in slips
        code = await shelf.database.read(lambda rows: _code(rows, "L005"))
        assert code in slips, "it is told that it has none"
        (frame, *_) = re.findall(r'href="(/frames/\w+\.png)"', slips)
        assert (await client.get(frame)).headers["Content-Type"] == "image/png"

        await shelf.database.write(lambda rows: put_right(rows, "L003"))
        page = html.unescape((await client.get(f"{where}/now")).text)
        assert "Siguen mal: 4" in page
        assert "Ya está bien" in page
        assert "1 de 6 correctas" in page, "the record stays as it was"
        assert (await client.get(f"{where}/slips")).text.count('<li class="slip">') == 3
        listed = html.unescape((await client.get("/opening-checks")).text)
        assert "La pidió Luz" in listed
        assert "Por revisar: 5" in listed


def _code(connection: Connection, label: str) -> str:
    found = labels.get(connection, label)
    assert found is not None
    return found.code


async def test_a_label_that_is_wrong_for_another_reason_by_now_says_so(shelf: Staffed) -> None:
    async with shelf.signed_in() as client:
        where = (await client.post("/opening-checks")).headers["Location"]
        assert "Ahora:" not in (await client.get(where)).text

        def foreign(connection: Connection) -> None:
            labels.see(connection, "L001", "cd" * 32, shop.NOW)

        await shelf.database.write(foreign)
        page = html.unescape((await client.get(where)).text)
        assert "Ahora: Muestra una imagen que no es nuestra" in page
        assert "Siguen mal: 5" in page


async def test_a_label_out_of_reach_is_said_to_be_that(shelf: Staffed) -> None:
    def away(connection: Connection) -> None:
        labels.presence(connection, Presence(label="L003", online=False), shop.NOW)

    await shelf.database.write(away)
    async with shelf.signed_in() as client:
        where = (await client.post("/opening-checks")).headers["Location"]
        page = html.unescape((await client.get(where)).text)
        assert "Sin conexión desde 14:32" in page
        assert "Acércala o ponle una pila nueva" in page
        assert "No confirma desde" not in page


async def test_all_right_and_no_labels_at_all_are_said(staff: Staffed) -> None:
    async with staff.signed_in() as client:
        where = (await client.post("/opening-checks")).headers["Location"]
        assert "Ninguna etiqueta tiene artículo" in (await client.get(where)).text
        assert "No hace falta ninguno" in (await client.get(f"{where}/slips")).text

        def one(connection: Connection) -> None:
            staffed.announce(connection, "L000")
            staffed.bind(connection, "L000", Target(product="tote"))
            sha256 = staffed.want(connection, "L000", staffed.frame(staffed.PANELS[0], 1))
            staffed.confirm(connection, "L000", sha256)
            connection.execute("UPDATE label SET stale = 0")

        await staff.database.write(one)
        where = (await client.post("/opening-checks")).headers["Location"]
        page = (await client.get(where)).text
        assert "1 de 1 correctas" in page
        assert "puedes abrir" in page


async def test_a_long_list_has_pages(shelf: Staffed) -> None:
    def many(connection: Connection) -> None:
        for number in range(250):
            name = f"M{number:03d}"
            staffed.announce(connection, name)
            staffed.bind(connection, name, Target(product="tote"))

    await shelf.database.write(many)
    async with shelf.signed_in() as client:
        where = (await client.post("/opening-checks")).headers["Location"]
        page = (await client.get(where)).text
        assert page.count('class="step"') == 100
        assert 'href="?first=101"' in page
        page = (await client.get(f"{where}?first=201")).text
        assert page.count('class="step"') == 55
        assert 'href="?first=101"' in page
        for wrong in ("?first=0", "?first=x", "?first=999999999"):
            assert (await client.get(where + wrong)).status_code in {400, 422}
        assert (await client.get(f"{where}?first=2000")).status_code == 200


async def test_when_it_is_made_by_itself_is_said(shelf: Staffed) -> None:
    async with shelf.signed_in() as client:
        assert "No se hace sola" in (await client.get("/opening-checks")).text
        await opens(shelf)
        assert "una hora antes de abrir" in (await client.get("/opening-checks")).text
        await opens(shelf, opening_check="07:45")
        assert "cada día a las 07:45" in (await client.get("/opening-checks")).text
        await opens(shelf, opening_check="no")
        assert "cuando alguien la pide" in (await client.get("/opening-checks")).text


async def test_programs_make_and_read_checks(shelf: Staffed) -> None:
    await shelf.database.write(place)
    async with shelf.signed_in() as client:
        made = await client.post("/api/v1/opening-checks")
        assert made.status_code == 201
        said = made.json()
        assert (said["labels"], said["right"], said["by"]) == (6, 1, "Ana")
        first = said["lines"][0]
        assert (first["label"], first["zone"], first["bay"], first["why"]) == (
            *("L003", "A2", "9"),
            "silent",
        )
        assert first["should_show"]
        assert (await client.get(f"/api/v1/opening-checks/{said['id']}")).json() == said
        listed = (await client.get("/api/v1/opening-checks")).json()["checks"]
        assert [one["id"] for one in listed] == [said["id"]]
        unknown = await client.get("/api/v1/opening-checks/999")
        assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown_check")
        assert (await client.get("/opening-checks/999")).status_code == 404


async def test_names_from_outside_are_only_text(shelf: Staffed) -> None:
    bad = "<script>alert(1)</script>"
    row = ("product", "tote", {"name": {"es": bad}, "zone": f"{bad}/{bad}"})
    await shop.fill(shelf.database, [row], seq=2)
    async with shelf.signed_in() as client:
        where = (await client.post("/opening-checks")).headers["Location"]
        for path in (where, f"{where}/slips"):
            page = (await client.get(path)).text
            assert "<script>alert" not in page
