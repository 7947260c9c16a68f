"""A code that means no label is no dead end: it stays, and who may be meant is one tap away."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from device_drivers.api.drivers import Unidentified
from gateway.clock import ShiftedClock
from gateway.domain.label_life import Life
from gateway.labels import living
from gateway.store import discovered, label_life, labels
from gateway.store.database import Connection, Database
from tests.support import shop, staffed
from tests.support.staffed import Staffed
from tests.unit.labels.drawers import FAMILY, PANEL, Glass

WAITS = ("66AA10200001", "66AA10200002", "66BB77770002")


@pytest.fixture
async def shelf(database: Database, clock: ShiftedClock, tmp_path: Path) -> Staffed:
    """L000 is bound; three labels of its kind wait, and L006 is free."""
    await staffed.fill(database)
    await database.write(staffed.shelf)

    def wait(connection: Connection) -> None:
        connection.execute("UPDATE label SET model = ? WHERE id = 'L000'", (PANEL.name,))
        for label in WAITS:
            heard = Unidentified(label=label, firmware="7")
            discovered.put(connection, "radio", heard, shop.NOW)

    await database.write(wait)
    return staffed.make(database, clock, tmp_path, drivers={"radio": Glass(family=FAMILY)})


def _offers(page: str) -> list[str]:
    return re.findall(r'name="by" value="([^"]+)" aria-label', page)


async def test_what_was_mistyped_stays_with_labels_near_to_it(shelf: Staffed) -> None:
    async with shelf.signed_in() as client:
        answer = await client.post("/labels/L000/replace", data={"by": "66AA1020000I"})
        assert answer.status_code == 409
        assert 'value="66AA1020000I"' in answer.text
        assert "No conocemos esa etiqueta" in answer.text
        assert "¿Es una de estas?" in answer.text
        assert _offers(answer.text)[:2] == ["66AA10200001", "66AA10200002"]
        several = await client.post("/labels/L000/replace", data={"by": "0002"})
        assert "Varias etiquetas terminan así" in several.text
        assert {"66AA10200002", "66BB77770002"} <= set(_offers(several.text))
        same = await client.post("/labels/L000/replace", data={"by": "L000"})
        assert "Es la misma etiqueta" in same.text
        bound = await client.post("/labels/L000/replace", data={"by": "L001"})
        assert "ya está vinculada" in bound.text
        # One tap goes on.
        done = await client.post("/labels/L000/replace", data={"by": _offers(answer.text)[0]})
        assert done.headers["Location"] == "/labels/66AA10200001?did=replaced"
    life = await shelf.database.read(lambda rows: label_life.life(rows, "L000"))
    assert life is Life.RETIRED


async def test_labels_that_are_free_are_offered_before_anything_is_typed(shelf: Staffed) -> None:
    async with shelf.signed_in() as client:
        page = (await client.get("/labels/L000/replace")).text
        assert "O elige una de estas" in page
        assert set(_offers(page)) == set(WAITS)
        assert (await client.get("/labels/NONE/replace")).status_code == 404
        assert (await client.post("/labels/NONE/replace", data={"by": "L006"})).status_code == 404
    await shelf.database.write(lambda rows: rows.execute("DELETE FROM discovered").rowcount)
    async with shelf.signed_in() as client:
        page = (await client.get("/labels/L000/replace")).text
        assert _offers(page) == ["L006"]
        free = await shelf.database.read(lambda rows: labels.get(rows, "L006"))
        assert free is not None
        assert f'<strong class="code">{free.code}</strong>' in page, "what the label shows"


async def test_a_label_whose_model_nobody_knows_is_led_to_where_it_is_chosen(
    shelf: Staffed,
) -> None:
    async with shelf.signed_in() as client:
        answer = await client.post("/labels/L001/replace", data={"by": WAITS[0]})
        assert answer.status_code == 409
        assert "Elige el modelo" in answer.text
        assert f'href="/new-labels/{WAITS[0]}"' in answer.text


async def test_a_retired_label_is_named_as_what_it_is(shelf: Staffed) -> None:
    doer = living.Doer(origin=staffed.ORIGIN, by="Ana", at=shop.NOW)
    await shelf.database.write(lambda rows: living.retire(rows, "L005", doer))
    async with shelf.signed_in() as client:
        page = (await client.post("/labels/L000/replace", data={"by": "L005"})).text
        assert "Esa etiqueta está retirada" in page
        told = await client.post("/api/v1/labels/L000/replace", json={"by": "L005"})
    assert (told.status_code, told.json()["code"]) == (409, "retired_label")
    assert await shelf.database.read(lambda rows: labels.binding(rows, "L000")) is not None
