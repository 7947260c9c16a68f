"""A file on the page Import: seen first, taken then, and what is wrong with it in plain words."""

from __future__ import annotations

import json
import re
from pathlib import Path

import httpx
import pytest

from gateway.clock import ShiftedClock
from gateway.staff import import_page
from gateway.store.database import Connection, Database
from gateway.web import layers
from tests.support import staffed
from tests.support.staffed import Staffed

HEAD = "id,name,price,currency,stock\n"
FILE = f"{HEAD}tote,Bolsa de manta,249.00,MXN,12\nmug,Taza,99.00,MXN,3\n"


@pytest.fixture
async def alone(database: Database, clock: ShiftedClock, tmp_path: Path) -> Staffed:
    """A shop without a central system and without a catalogue; Ana manages, Beto is a clerk."""
    await staffed.add_person(database, staffed.NAME, "manager")
    await staffed.add_person(database, "Beto")
    return staffed.make(database, clock, tmp_path, alone=True)


async def send(client: httpx.AsyncClient, deed: str, file: str | bytes) -> httpx.Response:
    headers = {"Content-Type": "text/csv", "X-Background": "1"}
    return await client.post(f"/import/{deed}", content=file, headers=headers)


def _prices(connection: Connection) -> dict[str, str]:
    rows = connection.execute("SELECT key, value FROM in_force WHERE kind = 'offers'")
    return {key: json.loads(value)["offers"][0]["amount"] for key, value in rows}


async def test_a_file_is_seen_first_and_then_the_catalogue(alone: Staffed) -> None:
    async with alone.signed_in() as manager:
        assert 'href="/import"' in (await manager.get("/")).text
        assert "Importar un archivo" in (await manager.get("/import")).text
        looked = await send(manager, "look", FILE)
        assert looked.status_code == 200
        assert "Esto cambiaría" in looked.text
        assert "Artículos" in looked.text
        assert 'id="import-take"' in looked.text
        assert await alone.database.read(_prices) == {}
        taken = await send(manager, "take", FILE)
        assert "Ya es el catálogo de la tienda" in taken.text
        assert await alone.database.read(_prices) == {"tote": "249.00", "mug": "99.00"}
        same = await send(manager, "look", FILE)
        assert "No cambiaría nada" in same.text
        assert 'id="import-take"' not in same.text


@pytest.mark.parametrize(
    ("file", "why"),
    [
        (b"PK\x03\x04 a workbook", "Es una hoja de cálculo"),
        (b"a,b\n1,2\n", "En la primera línea faltan las columnas"),
        (HEAD.encode(), "No hay ningún artículo en él"),
        (b"", "faltan las columnas"),
    ],
)
async def test_what_is_wrong_with_a_file_is_said_and_nothing_changes(
    alone: Staffed, file: bytes, why: str
) -> None:
    async with alone.signed_in() as manager:
        for deed in ("look", "take"):
            answer = await send(manager, deed, file)
            assert why in answer.text, answer.text
            assert 'id="import-take"' not in answer.text
    assert await alone.database.read(_prices) == {}


async def test_lines_that_cannot_be_used_are_named(alone: Staffed) -> None:
    lines = "".join(f"a{number},Algo,10.00,MXN,1\n" for number in range(30))
    async with alone.signed_in() as manager:
        looked = await send(manager, "look", f"{HEAD}{lines}bad,Malo,caro,MXN,1\n")
        assert "Líneas que no se pueden usar: 1" in looked.text
        assert "32, price" in looked.text
        assert 'id="import-take"' in looked.text


async def test_a_file_is_bounded(alone: Staffed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_page, "MAX_UPLOAD", 1_000)
    async with alone.signed_in() as manager:
        answer = await send(manager, "take", FILE + "x" * 1_000)
        assert answer.status_code == 413
        assert "El archivo es demasiado grande" in answer.text


async def test_a_large_catalogue_is_no_large_body(alone: Staffed) -> None:
    lines = "".join(f"a{number},{'Algo ' * 60},10.00,MXN,1\n" for number in range(6_000))
    assert layers.MAX_BODY < len(lines) < import_page.MAX_UPLOAD
    async with alone.signed_in() as manager:
        looked = await send(manager, "look", HEAD + lines)
        assert (looked.status_code, "6,000" in looked.text) == (200, True)
        too_large = await send(manager, "look", "x" * (import_page.MAX_UPLOAD + 1))
        assert too_large.status_code == 413


async def test_a_clerk_imports_nothing(alone: Staffed) -> None:
    async with alone.signed_in("Beto") as clerk:
        assert 'href="/import"' not in (await clerk.get("/")).text
        assert (await clerk.get("/import")).status_code == 403
        assert (await send(clerk, "take", FILE)).status_code == 403


async def test_where_central_sends_the_catalogue_a_file_says_so(staff: Staffed) -> None:
    async with staff.signed_in() as manager:
        looked = await send(manager, "look", FILE)
        assert "en esta tienda vienen de otro lugar" in looked.text
        assert 'id="import-take"' not in looked.text
        taken = await send(manager, "take", FILE)
        assert (taken.status_code, "no vienen de archivos" in taken.text) == (422, True)


@pytest.mark.parametrize("language", ["es", "en"])
async def test_the_example_is_a_whole_catalogue_without_a_fault(
    alone: Staffed, language: str
) -> None:
    async with alone.signed_in() as manager:
        page = (await manager.get("/import", headers={"Accept-Language": language})).text
        (address,) = re.findall(r'href="([^"]+\.csv)" download', page)
        example = await manager.get(address)
        looked = await send(manager, "look", example.content)
        assert "<details>" not in looked.text, "no line of it is left out"
        taken = await send(manager, "take", example.content)
        assert "Ya es el catálogo de la tienda" in taken.text
    assert len(await alone.database.read(_prices)) == 24
