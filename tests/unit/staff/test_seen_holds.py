"""Who decides about held rows decides about what they saw, and about nothing else."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx
import pytest

from gateway.feed import checking
from gateway.staff import seen
from gateway.store import holds, replica
from gateway.store.database import Connection
from gateway.store.guarding import Guard
from gateway.store.holds import Hold
from tests.support import shop, staffed
from tests.support.staffed import Staffed

KEYS = [f"z{number:03d}" for number in range(130)]
Row = tuple[str, str, Any]


def price(key: str, amount: str) -> Row:
    return "offers", key, {"currency": "MXN", "offers": [{"kind": "list", "amount": amount}]}


async def send(staff: Staffed, *rows: Row) -> None:
    """What central sends next."""

    def write(connection: Connection) -> None:
        position = replica.position(connection, "central")
        seq = max(999, position.seq) + 1
        checked = [checking.row("central", *row, lambda _: "central") for row in rows]
        replica.apply(connection, "central", checked, seq=seq, at=shop.NOW, guard=Guard())
        replica.move(connection, "central", epoch=1, seq=seq, at=shop.NOW)

    await staff.database.write(write)


async def open_holds(staff: Staffed) -> tuple[Hold, ...]:
    return await staff.database.read(lambda rows: holds.every(rows, state="open"))


async def amounts(staff: Staffed) -> dict[str, str]:
    """The prices in force of our keys."""
    rows = await staff.database.read(
        lambda connection: connection.execute(
            "SELECT key, value FROM in_force WHERE kind = 'offers' AND key LIKE 'z%'"
        ).fetchall()
    )
    return {key: json.loads(value)["offers"][0]["amount"] for key, value in rows}


def form(page: str) -> dict[str, str]:
    """What a button of the page sends."""
    found = re.search(r'name="seen" value="([^"]*)"', page)
    assert found is not None
    return {"seen": found[1]}


@pytest.fixture
async def odd(staff: Staffed) -> Staffed:
    """One price went down to a hundredth."""
    await send(staff, *(price(key, "999.00") for key in KEYS))
    await send(staff, price("z000", "9.99"))
    return staff


@pytest.fixture
async def mass(staff: Staffed) -> Staffed:
    """All prices rose at once."""
    await send(staff, *(price(key, "100.00") for key in KEYS))
    await send(staff, *(price(key, "110.00") for key in KEYS))
    (hold,) = await open_holds(staff)
    assert hold.rows == len(KEYS)
    return staff


@pytest.mark.parametrize("word", ["accept", "refuse"])
@pytest.mark.parametrize("path", ["/", "/holds/{id}"])
async def test_a_price_that_nobody_saw_is_not_decided(odd: Staffed, path: str, word: str) -> None:
    (hold,) = await open_holds(odd)
    async with odd.signed_in() as client:
        old = (await client.get(path.format(id=hold.id))).text
        assert "$9.99" in old
        await send(odd, price("z000", "5.55"))

        answer = await client.post(f"/holds/{hold.id}/{word}", data=form(old))

        assert answer.status_code == 409
        assert "Cambió mientras tanto, vuelve a mirar" in answer.text
        assert "No se aceptó ni se rechazó nada." in answer.text
        assert "$5.55" in answer.text, "what is there now"
        english = await client.post(f"/holds/{hold.id}/{word}?lang=en", data=form(old))
        assert "It changed meanwhile, look again" in english.text
        (still,) = await open_holds(odd)
        assert still.id == hold.id
        assert (await amounts(odd))["z000"] == "999.00"

        answer = await client.post(f"/holds/{hold.id}/{word}", data=form(answer.text))
        assert answer.status_code == 303
    assert await open_holds(odd) == ()
    assert (await amounts(odd))["z000"] == ("5.55" if word == "accept" else "999.00")


async def test_the_same_price_sent_again_is_what_was_seen(odd: Staffed) -> None:
    (hold,) = await open_holds(odd)
    async with odd.signed_in() as client:
        old = (await client.get(f"/holds/{hold.id}")).text
        await send(odd, price("z000", "9.99"))
        assert (await client.post(f"/holds/{hold.id}/accept", data=form(old))).status_code == 303
    assert (await amounts(odd))["z000"] == "9.99"


@pytest.mark.parametrize("given", ["", "7", "x.y", "0.1", "1.1," * 101, "\0"])
async def test_a_form_that_does_not_say_what_was_seen_decides_nothing(
    odd: Staffed, given: str
) -> None:
    (hold,) = await open_holds(odd)
    async with odd.signed_in() as client:
        answer = await client.post(f"/holds/{hold.id}/accept", data={"seen": given})
        assert answer.status_code == 409
        assert "Cambió mientras tanto" in answer.text
        (other,) = [hold.id + 1]
        answer = await client.post(f"/holds/{hold.id}/accept", data={"seen": f"{other}.9"})
        assert answer.status_code == 409
    assert (await open_holds(odd)) == (hold,)


async def test_of_a_mass_what_changed_meanwhile_stays_held(mass: Staffed) -> None:
    (hold,) = await open_holds(mass)
    async with mass.signed_in() as client:
        old = (await client.get(f"/holds/{hold.id}")).text
        assert "Aceptar los 130" in old
        await send(mass, price("z000", "120.00"), price("z129", "130.00"))
        await send(mass, price("new", "0.00"), price("z001", "100.00"))

        answer = await client.post(f"/holds/{hold.id}/accept", data=form(old))

        assert answer.status_code == 303
        said = (await client.get(answer.headers["location"])).text
        assert "Aceptados: 127" in said
        in_english = (await client.get(answer.headers["location"] + "&lang=en")).text
        assert "Came or changed meanwhile: 2. They are still held, look again." in in_english
    now = await amounts(mass)
    assert [key for key in KEYS if now[key] != "110.00"] == ["z000", "z001", "z129"]
    assert {now[key] for key in ("z000", "z001", "z129")} == {"100.00"}
    rest = {hold.cause.value: hold for hold in await open_holds(mass)}
    assert {cause: one.rows for cause, one in rest.items()} == {"prices": 2, "price_range": 1}
    assert rest["prices"].id != hold.id
    async with mass.signed_in() as client:
        page = (await client.get(f"/holds/{rest['prices'].id}")).text
        assert "$120.00" in page
        answer = await client.post(f"/holds/{rest['prices'].id}/accept", data=form(page))
        assert answer.headers["location"] == "/?did=accepted"
    assert (await amounts(mass))["z129"] == "130.00"


async def test_what_a_refusal_did_not_see_waits_open(mass: Staffed) -> None:
    (hold,) = await open_holds(mass)
    async with mass.signed_in() as client:
        old = (await client.get(f"/holds/{hold.id}")).text
        await send(mass, price("z000", "120.00"))
        answer = await client.post(f"/holds/{hold.id}/refuse", data=form(old))
        said = (await client.get(answer.headers["location"])).text
    assert "Rechazados: 129" in said
    assert "Llegaron o cambiaron mientras tanto: 1." in said
    states = await mass.database.read(holds.every)
    assert [(one.state, one.rows) for one in states] == [("refused", 129), ("open", 1)]
    assert set((await amounts(mass)).values()) == {"100.00"}


async def test_pages_of_a_hold_are_all_of_one_moment(mass: Staffed) -> None:
    (hold,) = await open_holds(mass)
    async with mass.signed_in() as client:
        first = (await client.get(f"/holds/{hold.id}")).text
        link = re.search(r'href="([^"]*page=2[^"]*)"', first)
        assert link is not None
        await send(mass, price("z000", "120.00"))
        second = (await client.get(link[1].replace("&amp;", "&"))).text
        assert form(second) == form(first)
        assert "101 a 129 de 129" in second
        assert "Llegaron o cambiaron desde que abriste esta página: 1." in second
        now = re.search(r'data-from="(/holds[^"]*)"', first)
        assert now is not None
        looked_on = (await client.get(now[1].replace("&amp;", "&"))).text
        assert form(looked_on) == form(first), "nothing changes under the finger"
        assert "Cambió mientras tanto, vuelve a mirar" in looked_on
        assert f'href="/holds/{hold.id}">Volver a mirar' in looked_on


async def test_programs_say_what_they_saw(mass: Staffed) -> None:
    (hold,) = await open_holds(mass)
    one = f"/api/v1/holds/{hold.id}"
    async with mass.signed_in() as client:
        (listed,) = (await client.get("/api/v1/holds")).json()["holds"]
        saw = {"seen": listed["seen"]}
        assert (await client.post(f"{one}/accept")).status_code == 422
        await send(mass, price("z000", "120.00"))
        rest = (await client.get(one, params={**saw, "offset": 100})).json()
        assert (rest["rows"], rest["seen"], len(rest["first"])) == (129, saw["seen"], 29)
        decided = await client.post(f"{one}/accept", json=saw)
        assert decided.json() == {"id": hold.id, "state": "accepted", "rows": 129, "left": 1}
        (left,) = (await client.get("/api/v1/holds")).json()["holds"]
        await send(mass, price("z000", "125.00"))
        late = await client.post(f"/api/v1/holds/{left['id']}/accept", json={"seen": left["seen"]})
        assert (late.status_code, late.json()["code"]) == (409, "changed_meanwhile")
        assert (await client.get(one)).json()["code"] == "unknown_hold"
    assert (await amounts(mass))["z000"] == "100.00"


async def test_many_odd_prices_are_one_entry_and_one_decision(staff: Staffed) -> None:
    await send(staff, *(price(key, "999.00") for key in KEYS))
    await send(staff, *(price(key, "9.99") for key in KEYS[:60]))
    assert len(await open_holds(staff)) == 21
    async with staff.signed_in() as client:
        today = (await client.get("/")).text
        assert today.count('<li class="task') == 1
        assert "60 precios nuevos esperan una decisión" in today
        assert 'href="/holds/prices/central">Ver los 60</a>' in today
        page = (await client.get("/holds/prices/central")).text
        assert "Aceptar los 60" in page
        assert [key for key in KEYS if f">{key} " in page or f">{key}<" in page] == KEYS[:60]
        (alone, *_) = await open_holds(staff)
        assert f'<a href="/holds/{alone.id}">' in page, "one can be decided about alone"
        await send(staff, price("z005", "5.55"), price("z100", "1.00"), price("z006", "990.00"))

        answer = await client.post("/holds/prices/central/accept", data=form(page))

        said = (await client.get(answer.headers["location"])).text
        assert "Aceptados: 58" in said
        assert "Llegaron o cambiaron mientras tanto: 2. Siguen en espera" in said
    now = await amounts(staff)
    assert [now[key] for key in KEYS[:60] if now[key] != "9.99"] == ["999.00", "990.00"]
    assert sorted(hold.rows for hold in await open_holds(staff)) == [1, 1]


async def test_many_odd_prices_are_refused_at_once_and_a_few_are_tasks_each(
    staff: Staffed,
) -> None:
    await send(staff, *(price(key, "999.00") for key in KEYS))
    await send(staff, *(price(key, "9.99") for key in KEYS[:3]))
    async with staff.signed_in() as client:
        assert (await client.get("/")).text.count('<li class="task') == 3
        assert (await client.get("/holds/prices/central")).status_code == 404
        await send(staff, price("z003", "9.99"))
        assert (await client.get("/?lang=en")).text.count('<li class="task') == 1
        page = (await client.get("/holds/prices/central?lang=en")).text
        await send(staff, *(price(key, "8.88") for key in KEYS[:4]))
        late = await client.post("/holds/prices/central/refuse", data=form(page))
        assert late.status_code == 409
        assert "It changed meanwhile, look again" in late.text
        answer = await client.post("/holds/prices/central/refuse", data=form(late.text))
        said = (await client.get(answer.headers["location"])).text
    assert "Refused: 4" in said
    assert "What was there before holds until other data comes." in said
    assert {hold.state for hold in await staff.database.read(holds.every)} == {"refused"}


async def test_a_clerk_cannot_decide_about_many_either(staff: Staffed) -> None:
    await send(staff, *(price(key, "999.00") for key in KEYS))
    await send(staff, *(price(key, "9.99") for key in KEYS[:4]))
    marks = {hold.id: hold.mark for hold in await open_holds(staff)}
    await staffed.add_person(staff.database, "Eva", "clerk")
    async with staff.signed_in("Eva") as client:
        page = (await client.get("/holds/prices/central")).text
        assert "Lo decide quien lleva la tienda." in page
        assert "<button" not in page[page.index("<h1") :]
        answer: httpx.Response = await client.post(
            "/holds/prices/central/accept", data={"seen": seen.written(marks)}
        )
        assert answer.status_code == 403
    assert len(await open_holds(staff)) == 4
