"""Held rows on Today: everybody sees them, managers decide, and central hears who did."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from gateway.domain.events import HOLD_DECIDED, Lane
from gateway.feed import checking
from gateway.settings import Settings
from gateway.staff import held
from gateway.store import holds, outbox, replica, tasks
from gateway.store.database import Connection
from gateway.store.guarding import Guard
from gateway.store.people import Role
from tests.support import shop, staffed
from tests.support.staffed import Staffed


def price(key: str, amount: str) -> tuple[str, str, Any]:
    return "offers", key, {"currency": "MXN", "offers": [{"kind": "list", "amount": amount}]}


def send(connection: Connection, *rows: tuple[str, str, Any]) -> None:
    checked = [checking.row("central", *row, lambda _: "central") for row in rows]
    replica.apply(connection, "central", checked, seq=1_000, at=shop.NOW, guard=Guard())


def product_ids(connection: Connection) -> list[str]:
    return [key for (key,) in connection.execute("SELECT id FROM product ORDER BY id")]


@pytest.fixture
async def odd(staff: Staffed) -> tuple[Staffed, str]:
    """The price of one article went down to a hundredth."""
    key = (await staff.database.read(product_ids))[0]

    def write(connection: Connection) -> None:
        replica.move(connection, "central", epoch=1, seq=999, at=shop.NOW)
        send(connection, price(key, "999.00"))
        for hold in holds.every(connection):
            holds.decide(connection, hold.id, "accepted", "Ana", shop.NOW)
        send(connection, price(key, "9.99"))

    await staff.database.write(write)
    return staff, key


async def only_hold(staff: Staffed) -> holds.Hold:
    (hold,) = await staff.database.read(lambda one: holds.every(one, state="open"))
    return hold


async def seen(staff: Staffed, hold: int) -> dict[str, str]:
    """What the form of the hold's page says, opened now."""
    found = await staff.database.read(lambda connection: holds.get(connection, hold))
    assert found is not None
    return {"seen": f"{hold}.{found.mark}"}


async def in_force(staff: Staffed, key: str) -> str:
    row = await staff.database.read(
        lambda connection: connection.execute(
            "SELECT value FROM in_force WHERE kind = 'offers' AND key = ?", (key,)
        ).fetchone()
    )
    amount: str = json.loads(row[0])["offers"][0]["amount"]
    return amount


async def test_a_manager_sees_both_prices_and_accepts(odd: tuple[Staffed, str]) -> None:
    staff, key = odd
    hold = await only_hold(staff)
    async with staff.signed_in() as client:
        page = (await client.get("/")).text
        assert "El precio nuevo de" in page
        assert "$999.00" in page
        assert "$9.99" in page
        assert "Sigue valiendo lo anterior: etiquetas y página no cambian." in page
        assert f'action="/holds/{hold.id}/accept"' in page
        english = (await client.get("/?lang=en")).text
        assert "looks like a mistake" in english
        assert f'name="seen" value="{hold.id}.{hold.mark}"' in page
        answer = await client.post(f"/holds/{hold.id}/accept", data=await seen(staff, hold.id))
        assert (answer.status_code, answer.headers["location"]) == (303, "/?did=accepted")
        done = (await client.get("/?did=accepted&lang=es")).text
        assert "Aceptado. Las etiquetas se actualizan." in done
        assert "El precio nuevo de" not in done
    assert await in_force(staff, key) == "9.99"
    batch = await staff.database.read(
        lambda connection: outbox.batch(connection, Lane.KEEP, limit=50, max_bytes=100_000)
    )
    assert batch is not None
    told = [json.loads(one.event) for one in batch.events]
    decided = [one for one in told if one["type"] == HOLD_DECIDED]
    assert [(one["subject"], one["data"]["decision"]) for one in decided] == [
        (f"hold/{hold.id}", "accepted")
    ]
    assert decided[0]["data"]["by"].startswith("staff-"), "names of people stay in the shop"


async def test_a_manager_refuses_and_the_last_good_value_stays(odd: tuple[Staffed, str]) -> None:
    staff, key = odd
    hold = await only_hold(staff)
    async with staff.signed_in() as client:
        form = await seen(staff, hold.id)
        answer = await client.post(f"/holds/{hold.id}/refuse", data=form)
        page = answer.headers["location"]
        assert page == f"/holds/{hold.id}?did=refused"
        assert "El precio nuevo de" not in (await client.get("/")).text
        again = await client.post(f"/holds/{hold.id}/refuse", data=form)
        assert again.status_code == 404
        assert "Ya no hay nada que decidir" in again.text
    assert await in_force(staff, key) == "999.00"


async def test_a_refusal_is_seen_and_undone_while_the_row_stands(odd: tuple[Staffed, str]) -> None:
    staff, key = odd
    hold = await only_hold(staff)
    async with staff.signed_in() as client:
        form = await seen(staff, hold.id)
        page = (await client.post(f"/holds/{hold.id}/refuse", data=form)).headers["location"]
        said = (await client.get(page)).text
        assert "Rechazado. Sigue valiendo lo anterior hasta que llegue otro dato." in said
        assert "Ana lo rechazó" in said
        assert "Si era correcto, acéptalo ahora: todavía se puede." in said
        assert f'action="/holds/{hold.id}/accept"' in said
        assert f'action="/holds/{hold.id}/refuse"' not in said
        assert 'href="/holds"' in (await client.get("/")).text, "Today leads there"
        every = (await client.get("/holds")).text
        assert f'href="/holds/{hold.id}"' in every
        assert "Rechazado" in every
        english = (await client.get(f"/holds/{hold.id}?lang=en")).text
        assert "Ana refused it" in english
        assert (await client.post(f"/holds/{hold.id}/accept", data=form)).status_code == 303
        assert "Nada está en espera" in (await client.get("/holds?lang=es")).text
        looked_on = await client.get(f"/holds/{hold.id}/now")
        assert looked_on.status_code == 200
        assert "Ya no hay nada que decidir" in looked_on.text
        over = await client.get(f"/holds/{hold.id}")
        assert over.status_code == 404
        assert "Ya no hay nada que decidir" in over.text
    assert await in_force(staff, key) == "9.99"


async def test_every_row_of_a_hold_stands_on_its_pages(staff: Staffed) -> None:
    keys = [f"z{number:03d}" for number in range(130)]

    def write(connection: Connection) -> None:
        replica.move(connection, "central", epoch=1, seq=999, at=shop.NOW)
        send(connection, *(price(key, "100.00") for key in keys))
        send(connection, *(("offers", key, None) for key in keys))

    await staff.database.write(write)
    hold = await only_hold(staff)
    async with staff.signed_in() as client:
        first = (await client.get(f"/holds/{hold.id}")).text
        second = (await client.get(f"/holds/{hold.id}?page=2")).text
        beyond = await client.get(f"/holds/{hold.id}?page=99")
        today = (await client.get("/")).text
    assert "1 a 100 de 130" in first
    assert "101 a 130 de 130" in second
    assert [key for key in keys if f"<td>{key} " in first] == keys[:100]
    assert [key for key in keys if f"<td>{key} " in second] == keys[100:]
    assert f'href="/holds/{hold.id}?page=2&amp;seen={hold.id}.{hold.mark}"' in first
    assert f'href="/holds/{hold.id}?page=1&amp;seen={hold.id}.{hold.mark}"' in second
    assert beyond.status_code == 200
    assert f'href="/holds/{hold.id}">Ver los 130</a>' in today


async def test_a_clerk_sees_it_without_buttons(odd: tuple[Staffed, str]) -> None:
    staff, key = odd
    hold = await only_hold(staff)
    await staffed.add_person(staff.database, "Eva", "clerk")
    async with staff.signed_in("Eva") as client:
        page = (await client.get("/")).text
        assert "El precio nuevo de" in page
        for text in (page, (await client.get(f"/holds/{hold.id}")).text):
            assert "Lo decide quien lleva la tienda. Avísale." in text
            assert "/accept" not in text
            assert "/refuse" not in text
        assert (await client.post(f"/holds/{hold.id}/accept")).status_code == 403
        answer = await client.post(f"/api/v1/holds/{hold.id}/refuse", json={"seen": hold.mark})
        assert answer.status_code == 403
        assert answer.json()["code"] == "not_yours"
    assert await in_force(staff, key) == "999.00"


async def test_programs_read_and_decide(odd: tuple[Staffed, str]) -> None:
    staff, key = odd
    hold = await only_hold(staff)
    async with staff.signed_in() as client:
        listed = (await client.get("/api/v1/holds")).json()["holds"]
        assert [(one["id"], one["cause"], one["state"], one["rows"]) for one in listed] == [
            (hold.id, "price_away", "open", 1)
        ]
        (row,) = listed[0]["first"]
        assert (row["kind"], row["key"]) == ("offers", key)
        assert row["value"]["offers"][0]["amount"] == "9.99"
        assert row["in_force"]["offers"][0]["amount"] == "999.00"
        saw = {"seen": listed[0]["seen"]}
        answer = await client.post(f"/api/v1/holds/{hold.id}/refuse", json=saw)
        assert answer.json() == {"id": hold.id, "state": "refused", "rows": 1, "left": 0}
        (left,) = (await client.get("/api/v1/holds")).json()["holds"]
        assert (left["state"], left["decided_by"]) == ("refused", "Ana")
        answer = await client.post(f"/api/v1/holds/{hold.id}/accept", json=saw)
        assert answer.status_code == 200
        assert (await client.get("/api/v1/holds")).json() == {"holds": []}
        unknown = await client.post("/api/v1/holds/999/accept", json={"seen": 1})
        assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown_hold")
    assert await in_force(staff, key) == "9.99"


async def test_many_rows_are_one_task_with_the_first_of_them(staff: Staffed) -> None:
    def write(connection: Connection) -> int:
        replica.move(connection, "central", epoch=1, seq=999, at=shop.NOW)
        keys = product_ids(connection)
        send(connection, *(("product", key, None) for key in keys))
        return len(keys)

    count = await staff.database.write(write)
    async with staff.signed_in() as client:
        page = (await client.get("/")).text
    assert f"{count} datos desaparecerían de golpe" in page
    assert page.count("→") == 5
    assert f"Ver los {count}" in page
    assert "se quita" in page


async def test_a_hold_is_not_hidden_behind_refused_rows(odd: tuple[Staffed, str]) -> None:
    staff, _ = odd
    hold = await only_hold(staff)

    def refuse_many(connection: Connection) -> None:
        detail = {"code": "bad_id", "path": "", "message": "", "given": ""}
        for number in range(80):
            earlier = shop.NOW - timedelta(days=1)
            tasks.open_(connection, "refused_row", f"product/a{number}", detail, earlier)

    await staff.database.write(refuse_many)
    async with staff.signed_in() as client:
        page = (await client.get("/")).text
    assert f'action="/holds/{hold.id}/accept"' in page


def test_where_central_decides_nobody_in_the_shop_does(staff: Staffed) -> None:
    def settings(**guard: str) -> Settings:
        return staff.settings.model_copy(
            update={"shop": staff.settings.shop.model_copy(update=guard)}
        )

    of_central = settings(guard_decides="central")
    assert held.may_decide(Role.MANAGER, settings(), "central")
    assert held.may_decide(Role.ADMINISTRATOR, settings(), "central")
    assert not held.may_decide(Role.CLERK, settings(), "central")
    assert not held.may_decide(Role.ADMINISTRATOR, of_central, "central")
    assert "central" in held.whose(of_central, "central").say("en").lower()
    assert held.may_decide(Role.MANAGER, of_central, "files"), "central cannot"
    assert not held.may_decide(Role.CLERK, of_central, "files")
    assert "runs the shop" in held.whose(of_central, "files").say("en")
    alone = of_central.model_copy(
        update={"central": of_central.central.model_copy(update={"kind": "none"})}
    )
    assert held.may_decide(Role.MANAGER, alone, "central"), "somebody must be able to"


async def test_the_page_of_a_label_says_that_a_newer_price_is_not_in_force(shelf: Staffed) -> None:
    def write(connection: Connection) -> None:
        replica.move(connection, "central", epoch=1, seq=999, at=shop.NOW)
        send(connection, price("tote", "999.00"))
        for hold in holds.every(connection):
            holds.decide(connection, hold.id, "accepted", "Ana", shop.NOW)
        send(connection, price("tote", "9.99"))

    held_price, refused_price = "Llegó otro precio y espera", "Llegó otro precio que no se puede"
    await shelf.database.write(write)
    hold = await only_hold(shelf)
    async with shelf.signed_in() as client:
        page = (await client.get("/labels/L003")).text
    assert held_price in page
    assert f'href="/holds/{hold.id}"' in page
    await shelf.database.write(lambda one: holds.decide(one, hold.id, "refused", "Ana", shop.NOW))
    async with shelf.signed_in() as client:
        assert held_price not in (await client.get("/labels/L003")).text
        await shelf.database.write(lambda one: send(one, price("tote", "-1.00")))
        assert refused_price in (await client.get("/labels/L003")).text
