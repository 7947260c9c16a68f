"""A mass of prices and one odd price, decided on a phone; with a real gateway and broker."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from gateway.broker import topics
from gateway.staff import passwords
from gateway.store import people
from gateway.store.database import FILE, Database
from tests.browser.conftest import PageAt
from tests.support import feeding, gateway_process
from tests.support import settings as make_settings
from tests.support.feeding import price, product
from tests.support.gateway_process import GatewayProcess
from tests.support.mosquitto import Mosquitto
from tests.support.running import Listening, running

pytestmark = pytest.mark.asyncio(loop_scope="session")
PASSWORD = "una clave larga"
KEYS = [f"a{number:02d}" for number in range(40)]
ROWS = [feeding.SHOP, *(product(key) for key in KEYS), *(price(key, "100.00") for key in KEYS)]


async def sign_in(page: Page, name: str) -> None:
    await page.get_by_label("Nombre").fill(name)
    await page.get_by_label("Contraseña").fill(PASSWORD)
    await page.get_by_label("Contraseña").press("Enter")
    await expect(page.get_by_role("heading", name="Pendiente")).to_be_visible()


async def test_a_manager_decides_and_a_clerk_looks_on(
    mosquitto: Mosquitto, tmp_path: Path, page_at: PageAt
) -> None:
    settings = make_settings.make(tmp_path, mosquitto.broker)
    settings.data.folder.mkdir()
    hashed = await asyncio.to_thread(passwords.hash_, PASSWORD)
    async with Database(settings.data.folder / FILE) as database:
        for name, role in (("Ana", "manager"), ("Eva", "clerk")):
            add = partial(people.add, name=name, role=role, password_hash=hashed)
            await database.write(add)
    config = tmp_path / "config.toml"
    gateway_process.write_config(config, settings)
    process = GatewayProcess(config)
    position = Listening(mosquitto.broker, topics.feed_position("gw-1"), client_id="reads")

    def held(count: int) -> Any:
        return position.until(
            lambda said: (said["seq"], said["held"]) == (central.publisher.seq, count)
        )

    async with (
        asyncio.TaskGroup() as group,
        running(position),
        feeding.central_running(mosquitto, tmp_path / "central", ROWS) as central,
    ):
        await process.start(group)
        await held(0)
        await central.publish(price("a00", "1.00"))
        await held(1)
        await central.publish(*(price(key, "110.00") for key in KEYS[1:31]))
        await held(31)
        address = process.addresses["staff"]

        clerk = (await page_at(f"{address}/", width=360, height=740)).page
        await sign_in(clerk, "Eva")
        await expect(clerk.get_by_text("30 precios cambiarían de golpe")).to_be_visible()
        await expect(clerk.get_by_text("Lo decide quien lleva la tienda").first).to_be_visible()
        await expect(clerk.get_by_role("button", name="Aceptar")).to_have_count(0)

        watched = await page_at(f"{address}/", width=360, height=740)
        page = watched.page
        await sign_in(page, "Ana")
        many = page.locator(".task", has_text="30 precios cambiarían de golpe")
        await expect(many.locator("tr")).to_have_count(5)
        await expect(many.locator("tr").first).to_contain_text("$100.00")
        await expect(many.locator("tr").first).to_contain_text("$110.00")
        await expect(many).to_contain_text("y 25 más")
        fits = "document.documentElement.scrollWidth <= innerWidth"
        assert await page.evaluate(fits)

        await many.get_by_role("button", name="Aceptar").click()
        await expect(page.get_by_text("Aceptado. Las etiquetas se actualizan.")).to_be_visible()
        await expect(many).to_have_count(0)
        await held(1)
        odd = page.locator(".task", has_text="parece un error")
        await odd.get_by_role("button", name="Rechazar").click()
        await expect(page.get_by_text("Rechazado. Sigue valiendo lo anterior")).to_be_visible()
        await expect(odd).to_have_count(0)
        # The clerk's page follows by itself.
        await expect(clerk.get_by_text("30 precios cambiarían de golpe")).to_have_count(0)
        await page.goto(f"{address}/?lang=en")
        await expect(page.get_by_role("columnheader", name="Held")).to_be_visible()
        assert watched.complaints == []
        assert await process.stop() == 0
