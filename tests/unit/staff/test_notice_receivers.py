"""Who is to be told outside, named on the page: what is refused and why, and what is kept."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from gateway.clock import ShiftedClock
from gateway.settings import receivers_file
from gateway.store.database import Database
from tests.support import staffed
from tests.support.staffed import Staffed

CHAT = {
    "format": "slack",
    "name": "chat",
    "to": "https://hooks.example.com/T0/B0/tell-nobody",
    "about": ["task", "outage"],
}
SERVER = {
    "host": "smtp.example.com",
    "port": "465",
    "encryption": "tls",
    "username": "shop",
    "password": "not-for-eyes",
    "sender": "shop@example.com",
}


@pytest.fixture
async def staff(database: Database, clock: ShiftedClock, tmp_path: Path) -> Staffed:
    await staffed.fill(database)
    built = staffed.make(database, clock, tmp_path)
    built.settings.data.folder.mkdir()
    return built


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("name", "la gerencia", "El nombre son"),
        ("name", "../up", "El nombre son"),
        ("to", "hooks.example.com", "empieza por https://"),
        ("to", "http://hooks.example.com/x", "empieza por https://"),
        ("to", "https://127.0.0.1/x", "empieza por https://"),
        ("to", "https://169.254.169.254/latest", "empieza por https://"),
        ("about", "everything", "Elige de qué"),
        ("format", "pigeon", "Elige por dónde"),
        ("format", "standard", "El secreto es whsec_"),
        ("format", "mail", "La dirección de correo no se entiende"),
    ],
)
async def test_who_cannot_be_told_is_refused_and_nothing_is_kept(
    staff: Staffed, field: str, value: str, told: str
) -> None:
    async with staff.signed_in() as client:
        answer = await client.post("/notices/add", data=CHAT | {field: value})
    assert answer.status_code == 422
    assert told in answer.text
    assert "tell-nobody" not in answer.text
    assert not (staff.settings.data.folder / receivers_file.FOLDER).exists()


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("host", "", "Falta el servidor"),
        ("host", "smtp example", "Falta el servidor"),
        ("port", "0", "Falta el servidor"),
        ("port", "99999", "Falta el servidor"),
        ("encryption", "none", "Falta el servidor"),
        ("password", "", "Usuario y contraseña van juntos"),
        ("username", "", "Usuario y contraseña van juntos"),
        ("sender", "La tienda <a@b.c>", "La dirección de correo no se entiende"),
    ],
)
async def test_a_server_that_cannot_be_is_refused(
    staff: Staffed, field: str, value: str, told: str
) -> None:
    async with staff.signed_in() as client:
        answer = await client.post("/notices/mail-server", data=SERVER | {field: value})
    assert answer.status_code == 422
    assert told in answer.text
    assert "not-for-eyes" not in answer.text


async def test_mail_needs_a_server_first(staff: Staffed) -> None:
    mail = CHAT | {"format": "mail", "to": "ana@example.com"}
    async with staff.signed_in() as client:
        answer = await client.post("/notices/add", data=mail)
        assert "Antes hace falta un servidor de correo" in answer.text
        assert 'id="restarting"' in (await client.post("/notices/mail-server", data=SERVER)).text
    kept = await asyncio.to_thread(receivers_file.read, staff.settings.data.folder)
    assert (kept.smtp.host, kept.smtp.port, kept.smtp.encryption) == (
        "smtp.example.com",
        465,
        "tls",
    )
    assert kept.mail == {}


async def test_who_is_added_and_removed_is_told_to_central_without_the_address(
    staff: Staffed,
) -> None:
    async with staff.signed_in() as client:
        assert 'id="restarting"' in (await client.post("/notices/add", data=CHAT)).text
        found = await asyncio.to_thread(receivers_file.read, staff.settings.data.folder)
        assert found.webhooks["chat"].about == ("task", "outage")
        gone = {"receiver": "webhooks.chat"}
        assert 'id="restarting"' in (await client.post("/notices/remove", data=gone)).text
        assert (await client.post("/notices/remove", data=gone)).status_code == 404
    rows = await staff.database.read(
        lambda c: [json.loads(one[0]) for one in c.execute("SELECT event FROM outbox ORDER BY seq")]
    )
    told = [(one["data"]["setting"], one["data"]["value"]) for one in rows]
    assert told == [("notices.webhooks.chat", "added"), ("notices.webhooks.chat", None)]
    assert "tell-nobody" not in json.dumps(rows)
    assert "Ana" not in json.dumps(rows)
