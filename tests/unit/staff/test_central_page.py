"""What is refused before and after central's broker was asked, and what a box may be called."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from gateway.clock import ShiftedClock
from gateway.settings import Settings, connected
from gateway.store.database import Database
from gateway.web.findings import Advice, Finding, Kept, State
from gateway.web.phone_tries import PhoneTries
from gateway.web.words import Text
from tests.support import shop, staffed
from tests.support.certificates import Authority
from tests.support.staffed import Staffed

REFUSED = Advice(
    code="refused", what=Text(es="No nos deja", en="Keeps us out"), do=Text(es="Pide", en="Ask")
)
SLOW = Advice(
    code="old",
    state=State.ATTENTION,
    what=Text(es="Habla poco", en="Says little"),
    do=Text(es="Cámbialo", en="Change it"),
)
FORM = {
    "address": "mqtts://mqtt.example.com/",
    "tls": "true",
    "username": "t7",
    "password": "not-for-eyes",
    "store": "t7",
    "gateway": "t7-1",
}


class Asked:
    """Says what it is told to, where otherwise the doctor asks a broker."""

    def __init__(self, clock: ShiftedClock) -> None:
        self.tries = PhoneTries(clock)
        self.wanted: list[Settings] = []
        self.says: tuple[Finding, ...] = ()
        self.password = ""

    def kept(self) -> Kept | None:
        return None

    async def report(self) -> Kept:
        raise AssertionError

    async def try_central(self, wanted: Settings) -> tuple[Finding, ...]:
        self.wanted.append(wanted)
        file = wanted.central.broker.password_file
        self.password = "" if file is None else await asyncio.to_thread(file.read_text)
        return self.says


@pytest.fixture
def asked(clock: ShiftedClock) -> Asked:
    return Asked(clock)


@pytest.fixture
async def alone(database: Database, clock: ShiftedClock, tmp_path: Path, asked: Asked) -> Staffed:
    await staffed.add_person(database, staffed.NAME, "administrator")
    return staffed.make(database, clock, tmp_path, alone=True, looking=asked)


def _kept(staff: Staffed) -> Path:
    return staff.settings.data.folder / connected.CENTRAL


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("address", "mqtt example", "La dirección no se entiende"),
        ("address", "https://mqtt.example.com/path", "La dirección no se entiende"),
        ("address", "mqtt.example.com:99999", "La dirección no se entiende"),
        ("username", "", "Falta el usuario"),
        ("username", "a\nb", "Falta el usuario"),
        ("password", "x" * 201, "más de 200"),
        ("store", "tienda 7", "El número de la tienda"),
        ("gateway", "", "El nombre del equipo"),
        ("prefix", "a/#", "El comienzo de los temas"),
        ("authority", "-----BEGIN CERTIFICATE-----\nAAAA\n", "no es un certificado en PEM"),
    ],
)
async def test_what_cannot_be_is_told_before_anybody_is_asked(
    alone: Staffed, asked: Asked, field: str, value: str, told: str
) -> None:
    async with alone.signed_in() as client:
        answer = await client.post("/central/try", data=FORM | {field: value})
        assert answer.status_code == 422
        assert told in answer.text
        assert "not-for-eyes" not in answer.text
        assert (await client.post("/central/keep")).status_code == 409
    assert asked.wanted == []
    assert not _kept(alone).exists()


async def test_what_the_broker_refuses_is_told_and_cannot_be_kept(
    alone: Staffed, asked: Asked
) -> None:
    asked.says = (REFUSED.at("central.broker mqtt.example.com:8883"),)
    async with alone.signed_in() as client:
        answer = await client.post("/central/try", data=FORM)
        assert answer.status_code == 422
        assert "No nos deja" in answer.text
        assert 'value="mqtts://mqtt.example.com/"' in answer.text, "nobody types twice"
        assert (await client.post("/central/keep")).status_code == 409
    assert not _kept(alone).exists()


async def test_what_the_broker_accepts_is_kept_with_what_there_is_to_know(
    alone: Staffed, asked: Asked, tmp_path: Path
) -> None:
    authority = Authority(tmp_path, shop.NOW).file.read_text()
    alone.settings.data.folder.mkdir()
    asked.says = (SLOW.at("central.broker mqtt.example.com:8883"),)
    async with alone.signed_in() as client:
        answer = await client.post("/central/try", data=FORM | {"authority": authority})
        assert answer.status_code == 200
        assert "El bróker de la central nos acepta" in answer.text
        assert "Habla poco" in answer.text
        assert not _kept(alone).exists(), "nobody has said yes"
        answer = await client.post("/central/keep")
        assert 'id="restarting"' in answer.text
    (wanted,) = asked.wanted
    own = wanted.central.broker
    assert (own.host, own.port, own.tls, own.username) == ("mqtt.example.com", 8883, True, "t7")
    assert asked.password == "not-for-eyes\n"
    assert own.password_file is not None
    assert not own.password_file.exists(), "what was tried is gone"
    found = await asyncio.to_thread(connected.with_what_is, alone.settings)
    assert (found.shop.store, found.shop.gateway) == ("t7", "t7-1")
    assert found.central.broker.ca_file is not None
    kept = await asyncio.to_thread(found.central.broker.ca_file.read_text)
    assert kept.strip() == authority.strip()


async def test_a_box_with_articles_stays_the_shop_that_it_is(alone: Staffed, asked: Asked) -> None:
    await shop.fill(alone.database)
    async with alone.signed_in() as client:
        page = (await client.get("/central")).text
        assert "sigue siendo la tienda s042" in page
        answer = await client.post("/central/try", data=FORM)
        assert answer.status_code == 422
        assert "artículos o etiquetas de otra tienda" in answer.text
        own = alone.settings.shop
        same = FORM | {"store": own.store, "gateway": own.gateway}
        assert (await client.post("/central/try", data=same)).status_code == 200
    assert len(asked.wanted) == 1


async def test_articles_that_came_after_it_was_tried_are_no_other_shop_s(alone: Staffed) -> None:
    alone.settings.data.folder.mkdir()
    async with alone.signed_in() as client:
        assert (await client.post("/central/try", data=FORM)).status_code == 200
        await shop.fill(alone.database)
        answer = await client.post("/central/keep")
        assert answer.status_code == 422
        assert "artículos o etiquetas de otra tienda" in answer.text
        assert not _kept(alone).exists()
        assert (await client.post("/central/keep")).status_code == 409


async def test_where_the_settings_file_names_a_central_nothing_is_to_be_done(
    database: Database, clock: ShiftedClock, tmp_path: Path, asked: Asked
) -> None:
    await staffed.add_person(database, staffed.NAME, "administrator")
    staff = staffed.make(database, clock, tmp_path, looking=asked)
    async with staff.signed_in() as client:
        page = (await client.get("/central")).text
        assert "Está escrito en config.toml" in page
        assert 'name="address"' not in page
        for deed in ("try", "keep", "end"):
            assert (await client.post(f"/central/{deed}", data=FORM)).status_code == 409
