"""The first person gets in by the code that stands on the box, and nobody after them."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from gateway.clock import ShiftedClock
from gateway.staff.set_up import FILE
from gateway.store import people
from gateway.store.database import Database
from gateway.store.people import Role
from tests.support import staffed
from tests.support.running import one_turn, running
from tests.support.staffed import Staffed


@pytest.fixture
async def new(database: Database, clock: ShiftedClock, tmp_path: Path) -> Staffed:
    return staffed.make(database, clock, tmp_path)


def form(new: Staffed, **other: str) -> dict[str, str]:
    return {"code": new.site.set_up.code, "name": "Ana", "password": "una clave larga"} | other


async def test_the_first_person_administrates_and_is_signed_in(new: Staffed) -> None:
    async with new.client() as client:
        assert 'href="/set-up"' in (await client.get("/sign-in")).text
        assert "Crea la primera cuenta" in (await client.get("/set-up")).text
        code = new.site.set_up.code.lower().replace("-", " ")
        done = await client.post("/set-up", data=form(new, code=code))
        assert done.headers["Location"] == "/signed-in"
        assert (await client.get("/signed-in")).headers["Location"] == "/"
        assert (await client.get("/tokens")).status_code == 200
    ana = await new.database.read(lambda rows: people.find(rows, "Ana"))
    assert ana is not None
    assert ana.role is Role.ADMINISTRATOR
    async with new.client() as client:
        assert (await client.get("/set-up")).headers["Location"] == "/sign-in"
        again = await client.post("/set-up", data=form(new, name="Eva"))
        assert again.headers["Location"] == "/sign-in"
        assert "set-cookie" not in again.headers
    assert await new.database.read(lambda rows: people.find(rows, "Eva")) is None


@pytest.mark.parametrize(
    ("wrong", "status", "why"),
    [
        ({"code": "AAAAA-AAAAA"}, 401, "no es el código de ahora"),
        ({"code": ""}, 401, "no es el código de ahora"),
        ({"code": "ñ"}, 401, "no es el código de ahora"),
        ({"password": "corta"}, 422, "de 8 a 256 caracteres"),
        ({"name": " "}, 422, "no sirve"),
    ],
)
async def test_what_is_wrong_is_said_and_makes_nobody(
    new: Staffed, wrong: dict[str, str], status: int, why: str
) -> None:
    async with new.client() as client:
        answer = await client.post("/set-up", data=form(new, **wrong))
        assert (answer.status_code, why in answer.text) == (status, True)
    assert not await new.database.read(people.anyone)


async def test_guessing_the_code_is_slowed_down(new: Staffed) -> None:
    async with new.client() as client:
        for _ in range(6):
            await client.post("/set-up", data=form(new, code="AAAAA-AAAAA"))
    assert new.pauses == [1.0, 2.0, 4.0]


async def test_the_code_stands_in_a_file_until_there_is_somebody(
    new: Staffed, clock: ShiftedClock
) -> None:
    path = new.settings.data.folder / FILE
    new.settings.data.folder.mkdir(parents=True, exist_ok=True)
    async with running(new.site.set_up):
        while not path.exists():
            await one_turn()
        said = path.read_text()
        assert new.site.set_up.code in said
        assert "/set-up" in said
        assert path.stat().st_mode & 0o777 == 0o600
        async with new.client() as client:
            await client.post("/set-up", data=form(new))
        async with asyncio.timeout(30):
            while path.exists():
                await one_turn()
    after = staffed.make(new.database, clock, new.settings.data.folder)
    assert after.site.set_up.code != new.site.set_up.code
