"""What is printed: for managers, with nothing of it kept."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from gateway.clock import ShiftedClock
from gateway.domain import wifi
from gateway.staff.qr_picture import qr_picture
from gateway.store.database import Database
from tests.support import staffed
from tests.support.staffed import Staffed

WIFI = {"wifi": " Clientes ", "password": "una clave larga"}


@pytest.fixture
async def staff(database: Database, clock: ShiftedClock, tmp_path: Path) -> Staffed:
    await staffed.fill(database)
    return staffed.make(database, clock, tmp_path)


async def test_the_sheet_has_a_card_for_the_box_and_a_poster_that_joins_the_wifi(
    staff: Staffed, tmp_path: Path
) -> None:
    async with staff.signed_in() as client:
        assert 'href="/prints"' in (await client.get("/")).text
        assert "Nada de lo que escribas" in (await client.get("/prints")).text
        sheet = await client.post("/prints", data=WIFI)
        bare = await client.post("/prints", data={"wifi": "", "password": ""})

    assert sheet.status_code == 200
    assert sheet.headers["cache-control"] == "no-store"
    assert qr_picture(wifi.code("Clientes", WIFI["password"])).path in sheet.text
    assert qr_picture(f"{client.base_url}/").path in sheet.text
    assert "https://q.example.com" in sheet.text
    assert WIFI["password"] not in sheet.text, "it is in the code alone"
    assert "Únete a nuestro wifi" not in bare.text
    assert not await asyncio.to_thread(_files_with, tmp_path, WIFI["password"])


def _files_with(folder: Path, text: str) -> list[Path]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    return [path for path in files if text.encode() in path.read_bytes()]


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"wifi": "Clientes", "password": "corta"}, "de 8 a 63 letras"),
        ({"wifi": "", "password": "una clave larga"}, "de 1 a 32 caracteres"),
    ],
)
async def test_what_is_wrong_is_said_where_it_was_typed(
    staff: Staffed, typed: dict[str, str], told: str
) -> None:
    async with staff.signed_in() as client:
        answer = await client.post("/prints", data=typed)

    assert answer.status_code == 400
    assert told in answer.text
    assert f'value="{typed["wifi"]}"' in answer.text


async def test_clerks_print_nothing(staff: Staffed) -> None:
    await staffed.add_person(staff.database, "Beto")
    async with staff.signed_in("Beto") as client:
        assert (await client.get("/prints")).status_code == 403
        assert (await client.post("/prints", data=WIFI)).status_code == 403
