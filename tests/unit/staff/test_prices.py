"""Prices on labels, for programs and on pages."""

from __future__ import annotations

from datetime import timedelta

from gateway.store import price_shown, withdrawals
from tests.support import shop
from tests.support.staffed import Staffed


async def test_how_far_a_price_is_on_its_labels(shelf: Staffed) -> None:
    async with shelf.signed_in() as client:
        before = (await client.get("/api/v1/prices/tote/shown")).json()
        at = shop.NOW + timedelta(minutes=1)
        await shelf.database.write(lambda one: price_shown.begin(one, {"tote": 7}, at))
        after = (await client.get("/api/v1/prices/tote/shown")).json()
        unknown = await client.get("/api/v1/prices/nope/shown")
        wrong = await client.get("/api/v1/prices/a%20b/shown")
    assert (before["changed"], before["began"], before["labels"], before["first"]) == (
        False,
        None,
        1,
        [],
    )
    assert (after["changed"], after["seq"], after["labels"], after["shown"]) == (True, 7, 1, 0)
    assert after["pending"] == 1
    assert not after["complete"]
    assert [(one["label"], one["state"]) for one in after["first"]] == [("L003", "pending")]
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown_product")
    assert "nope" in unknown.json()["title"]
    assert wrong.status_code == 422


async def test_a_price_is_withdrawn_and_put_back_by_programs(shelf: Staffed) -> None:
    path, other = (f"/api/v1/prices/{key}/withdrawn" for key in ("tote", "nope"))
    async with shelf.signed_in() as client:
        before = (await client.get(path)).json()
        done = (await client.put(path, json={"reason": "Falta el IVA"})).json()
        again = (await client.put(path, json={"reason": "Otra cosa"})).json()
        back = (await client.delete(path)).json()
        unknown = [
            (await client.get(other)).json()["code"],
            (await client.put(other, json={"reason": "x"})).json()["code"],
            (await client.delete(other)).json()["code"],
        ]
        wrong = [
            (await client.put(path, json=body)).status_code
            for body in ({}, {"reason": " "}, {"reason": "a\nb"}, {"reason": "x" * 201})
        ]
    assert before == {
        "product": "tote",
        "withdrawn": False,
        "by": None,
        "at": None,
        "reason": None,
    }
    assert (done["withdrawn"], done["by"], done["reason"]) == (True, "Ana", "Falta el IVA")
    assert again == done, "who was first stays on record"
    assert not back["withdrawn"]
    assert unknown == ["unknown_product"] * 3
    assert wrong == [422] * 4


async def test_a_clerk_withdraws_what_a_label_stands_for(shelf: Staffed) -> None:
    async with shelf.signed_in() as client:
        empty = await client.post("/labels/L003/withdraw-price", data={"reason": " "})
        done = await client.post("/labels/L003/withdraw-price", data={"reason": "En caja 150."})
        page = (await client.get("/labels/L003?did=withdrawn")).text
        today = (await client.get("/")).text
        english = (await client.get("/labels/L003", headers={"Accept-Language": "en"})).text
        unbound = await client.post("/labels/L006/withdraw-price", data={"reason": "x"})
        back = await client.post("/labels/L003/price-back")
        after = (await client.get("/labels/L003")).text
    assert (empty.status_code, done.status_code, back.status_code) == (422, 303, 303)
    assert "Falta el motivo" in empty.text
    assert "Precio quitado." in page
    assert "Precio en caja: Ana lo quitó" in page
    assert "En caja 150. Vuelve con el próximo precio" in page
    assert "Volver a mostrar el precio" in page
    assert "el precio está quitado" in today
    assert "Price at the till: Ana took it off" in english
    assert unbound.status_code == 404
    assert "Precio en caja: Ana" not in after
    assert "Quitar el precio ya" in after
    assert "Precio de vuelta" in after


async def test_who_is_not_signed_in_withdraws_nothing(shelf: Staffed) -> None:
    async with shelf.client() as client:
        put = await client.put("/api/v1/prices/tote/withdrawn", json={"reason": "x"})
        posted = await client.post("/labels/L003/withdraw-price", data={"reason": "x"})
    assert put.status_code == 401
    assert posted.status_code in {303, 401, 403}
    assert await shelf.database.read(lambda one: withdrawals.get(one, "tote")) is None
