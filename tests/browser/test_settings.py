"""The page of the shop's settings on a phone and a desk, with a real gateway behind it."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.async_api import expect

from gateway.clock import SystemClock
from gateway.domain.events import Origin
from gateway.staff import passwords
from gateway.store import people, shop_settings
from gateway.store.database import FILE, Database
from gateway.store.shop_settings import Who
from tests.browser.conftest import PageAt
from tests.browser.fitting import assert_fits
from tests.support import gateway_process
from tests.support import settings as make_settings
from tests.support.gateway_process import GatewayProcess
from tests.support.mosquitto import Mosquitto

pytestmark = pytest.mark.asyncio(loop_scope="session")
PASSWORD = "una clave larga"
SAID = {
    "es": {
        "title": "Ajustes de la tienda",
        "save": "Guardar",
        "saved": "Guardado. Vale desde ahora.",
        "wrong": "como 22:00-06:30",
        "country": "España",
        "locked": "Lo fija la central. Aquí no se puede cambiar.",
        "zone": "Zona horaria",
    },
    "en": {
        "title": "Settings of the shop",
        "save": "Save",
        "saved": "Saved. It counts from now on.",
        "wrong": "like 22:00-06:30",
        "country": "Spain",
        "locked": "Set by central. It cannot be changed here.",
        "zone": "Time zone",
    },
}
SMALL = """() => [...document.querySelectorAll('.field input, .field select, main .button')]
    .filter(one => one.checkVisibility() && one.getBoundingClientRect().height < 44).length"""


def _draw_logo(file: Path) -> None:
    """As a printer's studio sends it: far larger than a page needs."""
    image = Image.new("RGB", (2_400, 1_200), "white")
    drawing = ImageDraw.Draw(image)
    drawing.ellipse((100, 100, 1_100, 1_100), fill="#24408e")
    drawing.text((1_200, 350), "ALBA", fill="#24408e", font_size=420)
    image.save(file, "JPEG", quality=95)


@pytest.mark.parametrize(("width", "language"), [(360, "es"), (1280, "en")])
async def test_a_manager_sets_the_shop_and_it_counts_without_a_restart(
    tmp_path: Path, mosquitto: Mosquitto, page_at: PageAt, width: int, language: str
) -> None:
    settings, said = make_settings.make(tmp_path, mosquitto.broker), SAID[language]
    settings.data.folder.mkdir(mode=0o700)
    hashed = await asyncio.to_thread(passwords.hash_, PASSWORD)
    async with Database(settings.data.folder / FILE) as database:
        await database.write(partial(people.add, name="Ana", role="manager", password_hash=hashed))
        await database.write(
            partial(
                shop_settings.take,
                settings=settings,
                origin=Origin(store="s042", gateway="gw-1"),
                wanted={"time_zone": "America/Tijuana"},
                who=Who(by="", way="central"),
                at=SystemClock().now(),
            )
        )
    config = tmp_path / "config.toml"
    gateway_process.write_config(config, settings)
    process = GatewayProcess(config)
    async with asyncio.TaskGroup() as group:
        await process.start(group)
        watched = await page_at(
            f"{process.addresses['staff']}/sign-in?lang={language}", width=width, height=800
        )
        page = watched.page
        await page.locator("input[name=name]").fill("Ana")
        await page.locator("input[name=password]").fill(PASSWORD)
        await page.locator("input[name=password]").press("Enter")
        await page.locator("a.button[href='/settings']").click()
        await expect(page.get_by_role("heading", name=said["title"])).to_be_visible()
        await expect(page.locator("#time_zone")).to_contain_text("America/Tijuana")
        await expect(page.locator("#time_zone")).to_contain_text(said["locked"])
        await assert_fits(page)
        assert await page.evaluate(SMALL) == 0
        await page.locator("input[name=quiet_hours]").fill("de noche")
        await page.get_by_role("button", name=said["save"], exact=True).click()
        await expect(page.locator("#quiet_hours")).to_contain_text(said["wrong"])
        await expect(page.locator("input[name=quiet_hours]")).to_have_value("de noche")
        await assert_fits(page)
        await page.locator("input[name=quiet_hours]").fill("")
        await page.locator("select[name=country]").select_option(label=said["country"])
        await page.locator("input[name=name]").fill("Zapatería Alba")
        _draw_logo(tmp_path / "logo.jpg")
        await page.locator("input[type=file]").set_input_files(tmp_path / "logo.jpg")
        await expect(page.locator("canvas")).to_be_visible()
        await page.get_by_role("button", name=said["save"], exact=True).click()
        await expect(page.get_by_text(said["saved"])).to_be_visible()
        await expect(page.locator(".changes li")).to_have_count(4)
        await assert_fits(page)
        await page.screenshot(path=tmp_path / f"settings-{width}.png", full_page=True)
        shop = await page_at(process.addresses["shopper"], width=width, height=800)
        logo = shop.page.get_by_role("img", name="Zapatería Alba")
        assert await logo.evaluate("one => [one.naturalWidth, one.naturalHeight]") == [320, 160]
        assert await logo.evaluate("one => one.getBoundingClientRect().height") == 36
        await assert_fits(shop.page)
        await shop.page.screenshot(path=tmp_path / f"logo-{width}.png")
        told = [one for one in watched.complaints if "400" not in one]
        assert told == [], "what cannot be is answered with 400, and nothing else went wrong"
        assert await process.stop() == 0
