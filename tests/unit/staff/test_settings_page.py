"""The page of the shop's settings: who may, what is refused and why, and what is noted."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest

from gateway.clock import ShiftedClock
from gateway.domain.setting_events import SETTING_CHANGED
from gateway.ops.shop_settings import ShopSettings
from gateway.store import shop_settings
from gateway.store.database import Connection, Database
from gateway.store.shop_settings import Taken, Who
from tests.support import shop, staffed
from tests.support.staffed import Staffed


@pytest.fixture
async def staff(database: Database, clock: ShiftedClock, tmp_path: Path) -> Staffed:
    await staffed.fill(database)
    return staffed.make(database, clock, tmp_path)


async def _central_sets(staff: Staffed, **values: str | None) -> None:
    def take(connection: Connection) -> Taken:
        who = Who(by="", way="central")
        return shop_settings.take(connection, staff.settings, staffed.ORIGIN, values, who, shop.NOW)

    assert not (await staff.database.write(take)).wrong


async def _follow(staff: Staffed) -> None:
    await ShopSettings(staff.database, staff.clock, staff.settings).follow()


async def _seen(staff: Staffed) -> str:
    return str(await staff.database.read(shop_settings.seen))


async def test_what_is_saved_counts_at_once_and_is_noted(staff: Staffed) -> None:
    async with staff.signed_in() as client:
        assert 'href="/settings"' in (await client.get("/")).text
        form = {"seen": "0", "name": " Zapatería Alba ", "country": "es", "language": "en"}
        answer = await client.post("/settings", data=form)
        assert answer.headers["Location"] == "/settings?did=saved"
        await _follow(staff)
        page = await client.get("/settings?did=saved")
        again = await client.post("/settings", data={"seen": await _seen(staff), **form})

    own = staff.settings.shop
    assert (own.name, own.country, own.language) == ("Zapatería Alba", "ES", "en")
    assert 'value="Zapatería Alba"' in page.text
    assert "Guardado. Vale desde ahora." in page.text
    assert page.text.count("· Ana ·") == 3
    assert again.headers["Location"] == "/settings?did=same"
    rows = await staff.database.read(
        lambda c: [json.loads(one[0]) for one in c.execute("SELECT event FROM outbox ORDER BY seq")]
    )
    told = {one["data"]["setting"]: one["data"] for one in rows if one["type"] == SETTING_CHANGED}
    assert told["country"]["value"] == "ES"
    assert told["country"]["by"].startswith("staff-")
    assert "Ana" not in json.dumps(told)


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("country", "México", "no es un país; escribe las dos mayúsculas"),
        ("currency", "PESO", "no es una moneda"),
        ("time_zone", "Mexico_City", "escribe America/Mexico_City"),
        ("quiet_hours", "de noche", "como 22:00-06:30"),
        ("usual_prices", "MXN 20 10", "como MXN 0.50 20000"),
        ("brand_color", "blue", "como #24408e"),
        ("footer", "x" * 301, "hasta 300 letras"),
        ("hours", "de lunes a viernes", "como lun-vie 09:00-20:00"),
        ("hours", "lun 09:00-09:00", "como lun-vie 09:00-20:00"),
        ("logo", "iVBORw0KGgo=", "no es un logotipo que se pueda usar"),
        ("logo", "A" * 65_540, "hasta 65536 letras"),
        ("language", "fr", "elige entre: es, en"),
        ("second_language", "es", "ya es el primer idioma"),
        ("name", "x" * 101, "hasta 100 letras"),
        ("name", "y" * 501, "hasta 500 letras"),
    ],
)
async def test_what_cannot_be_is_told_at_its_field_and_nothing_is_saved(
    staff: Staffed, name: str, value: str, told: str
) -> None:
    async with staff.signed_in() as client:
        form = {"seen": "0", "increases": "when_closed", name: value}
        answer = await client.post("/settings", data=form)
    assert answer.status_code == 400
    assert told in answer.text
    assert "No se guardó nada" in answer.text
    assert await staff.database.read(shop_settings.kept) == {}


async def test_what_central_sets_is_shown_and_cannot_be_changed(staff: Staffed) -> None:
    await _central_sets(staff, country="ES", quiet_hours=None)
    async with staff.signed_in() as client:
        page = (await client.get("/settings")).text
        form = {"seen": await _seen(staff), "country": "MX", "name": "Alba"}
        answer = await client.post("/settings", data=form)
    assert page.count("Lo fija la central. Aquí no se puede cambiar.") == 2
    assert 'name="country"' not in page
    assert answer.status_code == 400
    assert "País" in answer.text
    kept = await staff.database.read(shop_settings.kept)
    assert kept["country"].value == "ES"
    assert "name" not in kept
    await staff.database.write(
        lambda c: shop_settings.release(c, staffed.ORIGIN, ("country", "name"), shop.NOW)
    )
    async with staff.signed_in() as client:
        form = {"seen": await _seen(staff), "country": "MX"}
        assert (await client.post("/settings", data=form)).status_code == 303


async def test_a_shop_without_central_is_held_by_no_lock(
    database: Database, clock: ShiftedClock, tmp_path: Path
) -> None:
    await staffed.fill(database)
    staff = staffed.make(database, clock, tmp_path, alone=True)
    await _central_sets(staff, country="ES")
    async with staff.signed_in() as client:
        form = {"seen": await _seen(staff), "country": "MX"}
        assert (await client.post("/settings", data=form)).status_code == 303


async def test_who_decides_about_held_rows_is_for_administrators(staff: Staffed) -> None:
    await staffed.add_person(staff.database, "Rosa", "administrator")
    form = {"seen": "0", "guard_decides": "central"}
    async with staff.signed_in() as client:
        assert 'name="guard_decides"' not in (await client.get("/settings")).text
        assert (await client.post("/settings", data=form)).status_code == 400
    async with staff.signed_in("Rosa") as client:
        assert 'name="guard_decides"' in (await client.get("/settings")).text
        assert (await client.post("/settings", data=form)).status_code == 303


async def test_two_who_save_at_the_same_time_do_not_undo_each_other(staff: Staffed) -> None:
    async with staff.signed_in() as one, staff.signed_in() as other:
        seen = await _seen(staff)
        first = {"seen": seen, "name": "Alba", "quiet_hours": ""}
        second = {"seen": seen, "name": "Sol", "quiet_hours": "22:00-06:30"}
        assert (await one.post("/settings", data=first)).status_code == 303
        answer = await other.post("/settings", data=second)
    assert answer.status_code == 400
    assert "alguien lo cambió entre tanto" in answer.text
    assert (await staff.database.read(shop_settings.kept))["name"].value == "Alba"


async def test_the_settings_of_one_shop_are_taken_by_another(staff: Staffed) -> None:
    async with staff.signed_in() as client:
        await client.post("/settings", data={"seen": "0", "name": "Alba", "country": "ES"})
        file = await client.get("/settings/file")
        await client.post(
            "/settings", data={"seen": await _seen(staff), "name": "", "country": "MX"}
        )
        taken = await client.post("/settings/file", data={"file": file.text})
        bad = await client.post("/settings/file", data={"file": "{]"})
        odd = file.text.replace('"country": "ES"', '"country": 7, "colour": "red"')
        refused = await client.post("/settings/file", data={"file": odd})
    assert "attachment" in file.headers["Content-Disposition"]
    assert taken.headers["Location"] == "/settings?did=saved"
    kept = await staff.database.read(shop_settings.kept)
    assert (kept["name"].value, kept["country"].value) == ("Alba", "ES")
    assert bad.status_code == refused.status_code == 400
    assert "No es un archivo de ajustes" in bad.text
    assert "colour: no es un ajuste de la tienda" in refused.text
    assert "País: no es un texto" in refused.text


async def test_clerks_see_and_change_nothing(staff: Staffed) -> None:
    await staffed.add_person(staff.database, "Beto")
    async with staff.signed_in("Beto") as client:
        answers: list[httpx.Response] = [
            await client.get("/settings"),
            await client.get("/settings/file"),
            await client.post("/settings", data={"seen": "0", "name": "x"}),
            await client.post("/settings/file", data={"file": "{}"}),
        ]
    assert {one.status_code for one in answers} == {403}


async def test_hours_are_written_in_either_language(staff: Staffed) -> None:
    async with staff.signed_in() as client:
        form = {"seen": "0", "hours": "Lun-vie 09:00-20:00,sáb 10:00-14:00"}
        answer = await client.post("/settings", data=form)
        assert answer.headers["Location"] == "/settings?did=saved"
        await _follow(staff)
        page = await client.get("/settings?lang=es")
    assert staff.settings.shop.hours == "mon-fri 09:00-20:00, sat 10:00-14:00"
    assert 'value="lun-vie 09:00-20:00, sáb 10:00-14:00"' in page.text
