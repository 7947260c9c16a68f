"""Retiring says what happens, and what is retired can be found, read, taken down and taken back."""

from __future__ import annotations

import re
from datetime import timedelta

from gateway.clock import ShiftedClock
from gateway.domain.label_life import BLANK_WITHIN
from gateway.domain.proof import Entry
from gateway.labels import living
from gateway.labels.parting import Farewell
from gateway.store import labels, proof, retired
from gateway.store.database import Connection
from tests.support import shop, staffed
from tests.support.staffed import Staffed


async def _priced(shelf: Staffed, label: str) -> None:
    """The record says which price the label confirmed."""
    prices = {"state": "regular", "price": "1299.00", "currency": "MXN"}
    entry = Entry(label=label, at=shop.NOW, what="shown", wish="w", prices=prices)
    await shelf.database.write(lambda rows: proof.append(rows, entry))


async def _alias(shelf: Staffed, label: str, alias: str) -> None:
    doer = living.Doer(origin=staffed.ORIGIN, by="Ana", at=shop.NOW)
    await shelf.database.write(lambda rows: living.name(rows, label, alias, doer))


def _farewell(shelf: Staffed) -> Farewell:
    return Farewell(shelf.database, shelf.clock)


async def test_before_retiring_it_is_said_what_will_happen(shelf: Staffed) -> None:
    await _priced(shelf, "L000")
    await _priced(shelf, "L004")
    async with shelf.signed_in() as client:
        reached = (await client.get("/labels/L000")).text
        away = (await client.get("/labels/L004")).text
        nothing = (await client.get("/labels/L005")).text
    assert "Ahora muestra $1,299.00: se le manda una imagen en blanco" in reached
    assert "sigue mostrando $1,299.00: quítala del estante" in away
    assert "No recibe nada más" in nothing


async def test_one_in_reach_is_blanked_and_its_record_stays(shelf: Staffed) -> None:
    await _priced(shelf, "L000")
    await _alias(shelf, "L000", "0001")
    async with shelf.signed_in() as client:
        answer = await client.post("/labels/L000/retire")
        assert answer.headers["Location"] == "/labels/L000?did=retired"
        page = (await client.get("/labels/L000?did=retired")).text
        assert "Se está poniendo en blanco" in page
        assert "Muestra $1,299.00 hasta que confirme" in page
        assert "antes de las 14:47" in page
        for word in ("Retirada", "Mostrada", "Vínculo cambiado", "Jeans", "0001"):
            assert word in page
        found = (await client.get("/labels")).text
        assert 'id="label-L000"' not in found
        assert re.search(r'href="/retired-labels">.*?<b class="number">1</b>', found)
        assert (await client.get("/api/v1/labels/L000")).status_code == 404
        await shelf.database.write(_blank)
        await _farewell(shelf).look()
        now = (await client.get("/labels/L000/now")).text
        assert "En blanco" in now
        assert "La etiqueta lo confirmó" in now
        assert "Mostrada" in (await client.get("/labels/L000/history")).text
        told = (await client.get("/api/v1/retired-labels")).json()
    (one,) = told["labels"]
    assert (told["total"], one["label"], one["blank"], one["by"]) == (1, "L000", True, "Ana")


def _blank(connection: Connection) -> None:
    """It is planned, sent and confirmed."""
    connection.execute("UPDATE label SET stale = 0 WHERE id = 'L000'")
    frame = staffed.frame(staffed.PANELS[0], 40)
    staffed.confirm(connection, "L000", staffed.want(connection, "L000", frame))


async def test_one_that_hangs_there_is_a_task_until_somebody_took_it_down(shelf: Staffed) -> None:
    await _priced(shelf, "L004")
    async with shelf.signed_in() as client:
        await client.post("/labels/L004/retire")
        await _farewell(shelf).look()
        code = (await shelf.database.read(lambda rows: retired.get(rows, "L004")) or _none()).code
        today = (await client.get("/")).text
        assert f"La etiqueta {code} está retirada y sigue mostrando $1,299.00" in today
        assert 'href="/labels/L004"' in today
        page = (await client.get("/labels/L004")).text
        assert "Sigue mostrando $1,299.00" in page
        assert "Ya la quité del estante" in page
        answer = await client.post("/labels/L004/taken-down")
        page = (await client.get(answer.headers["Location"])).text
        assert "ya no está en el estante" in page
        assert "Quitada del estante" in page
        assert "está retirada" not in (await client.get("/")).text
        await _farewell(shelf).look()
        assert "está retirada" not in (await client.get("/")).text
        assert (await client.post("/labels/NONE/taken-down")).status_code == 404


def _none() -> retired.Retired:
    raise AssertionError("it is not retired")


async def test_one_that_does_not_confirm_in_time_hangs_there(shelf: Staffed) -> None:
    await _priced(shelf, "L000")
    async with shelf.signed_in() as client:
        await client.post("/labels/L000/retire")
        later: ShiftedClock = shelf.clock
        later.advance(BLANK_WITHIN + timedelta(seconds=1))
        assert "Sigue mostrando $1,299.00" in (await client.get("/labels/L000")).text
        assert "Sigue mostrando $1,299.00" in (await client.get("/retired-labels")).text


async def test_a_retired_label_is_listed_and_taken_back(shelf: Staffed) -> None:
    async with shelf.signed_in() as client:
        assert "No hay etiquetas retiradas" in (await client.get("/retired-labels")).text
        for label in ("L000", "L005"):
            await client.post(f"/labels/{label}/retire")
        page = (await client.get("/retired-labels")).text
        assert 'href="/labels/L000"' in page
        assert "Jeans rectos Alba" in page
        assert "Ana la retiró ahora mismo" in page
        said = (await client.post("/bind", data={"label": "L005", "article": "sock"})).text
        assert "La etiqueta L005 está retirada" in said
        for label in ("L000", "L005"):
            answer = await client.post(f"/labels/{label}/take-back")
            assert answer.headers["Location"] == f"/labels/{label}?did=back"
            page = (await client.get(f"/labels/{label}?did=back")).text
            assert "Recuperada." in page
            assert "Vincular a un artículo" in page
        again = await client.post("/api/v1/labels/L000/take-back")
        assert (again.status_code, again.json()["code"]) == (404, "unknown_label")
    assert await shelf.database.read(retired.count) == 0
    assert await shelf.database.read(lambda rows: labels.get(rows, "L005")) is not None
