"""The check-up on a phone and a desk: a real gateway looks at itself and says what to do."""

from __future__ import annotations

import asyncio
import io
from functools import partial
from pathlib import Path

import pytest
from PIL import Image
from playwright.async_api import expect

from gateway.ops.doctor.checks import CHECKS
from gateway.staff import passwords
from gateway.store import people
from gateway.store.database import FILE, Database
from tests.browser.conftest import PageAt, Watched
from tests.browser.fitting import assert_fits
from tests.support import drawing, gateway_process
from tests.support import settings as make_settings
from tests.support.gateway_process import GatewayProcess
from tests.support.mosquitto import Mosquitto, free_port

pytestmark = pytest.mark.asyncio(loop_scope="session")
PASSWORD = "una clave larga"
SMALL = """() => [...document.querySelectorAll('.checkup a, .checkup button')]
    .filter(one => one.getBoundingClientRect().height < 44).length"""
SAID = {
    "es": {
        "title": "Revisión del equipo",
        "point": "El punto de acceso piso no responde",
        "do": "Mira si tiene corriente y red",
        "again": "Revisar otra vez",
        "phone": "Probar con un teléfono",
        "waiting": "Esperando al teléfono",
        "seen": "Llegó por el túnel",
    },
    "en": {
        "title": "Check-up of the box",
        "point": "The access point piso does not answer",
        "do": "See whether it has power and network",
        "again": "Look again",
        "phone": "Try with a phone",
        "waiting": "Waiting for the phone",
        "seen": "It came through the tunnel",
    },
}


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize("width", [360, 1280])
async def test_a_manager_sees_what_is_wrong_and_what_to_do(
    tmp_path: Path, mosquitto: Mosquitto, page_at: PageAt, language: str, width: int
) -> None:
    point = {"family": "openepaperlink", "url": f"http://127.0.0.1:{free_port()}"}
    settings = make_settings.make(tmp_path, mosquitto.broker, access_points={"piso": point})
    settings.data.folder.mkdir(mode=0o700)
    hashed = await asyncio.to_thread(passwords.hash_, PASSWORD)
    async with Database(settings.data.folder / FILE) as database:
        await database.write(partial(people.add, name="Ana", role="manager", password_hash=hashed))
    config = tmp_path / "config.toml"
    gateway_process.write_config(config, settings)
    process, said = GatewayProcess(config), SAID[language]
    async with asyncio.TaskGroup() as group:
        await process.start(group)
        watched = await page_at(
            f"{process.addresses['staff']}/sign-in?lang={language}", width=width, height=800
        )
        page = watched.page
        await page.locator("input[name=name]").fill("Ana")
        await page.locator("input[name=password]").fill(PASSWORD)
        await page.locator("input[name=password]").press("Enter")
        await page.locator("a[href='/doctor']").click()
        await expect(page.get_by_role("heading", name=said["title"])).to_be_visible()
        task = page.locator(".task", has_text=said["point"])
        await expect(task).to_contain_text(said["do"])
        await expect(task).to_contain_text("access_points.piso")
        await expect(page.locator(".looked-at li")).to_have_count(len(CHECKS))
        await expect(page.get_by_role("link", name=said["again"])).to_be_visible()
        await assert_fits(page)
        assert await page.evaluate(SMALL) == 0
        await _try_with_a_phone(watched, page_at, process, said)
        assert watched.complaints == []
        assert await process.stop() == 0


async def _try_with_a_phone(
    watched: Watched, page_at: PageAt, process: GatewayProcess, said: dict[str, str]
) -> None:
    """The code on one screen, opened on another, which is said on the first."""
    page = watched.page
    await page.get_by_role("link", name=said["phone"]).click()
    await expect(page.get_by_text(said["waiting"])).to_be_visible()
    address = await page.locator("p.number.detail").inner_text()
    picture = Image.open(io.BytesIO(await page.locator("svg.qr").screenshot()))
    assert drawing.read(picture) == [("QRCode", address)], "a phone reads what stands below"
    await assert_fits(page)
    token = address.rpartition("/")[2].lower()
    phone = await page_at(f"{process.addresses['shopper']}/try/{token}", width=360, height=640)
    await expect(phone.page.get_by_role("heading", level=1)).to_be_visible()
    assert phone.complaints == []
    await expect(page.get_by_text(said["seen"])).to_be_visible()
    await assert_fits(page)
