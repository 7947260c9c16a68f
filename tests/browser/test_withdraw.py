"""A wrong price is taken off the shelf on a phone; with a real gateway, broker and label."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from device_drivers.simulated.mqtt_label import LabelModel, SimulatedLabels
from gateway.broker.link import Link
from gateway.domain.rows import Row
from gateway.staff import passwords
from gateway.store import people
from gateway.store.database import FILE, Database
from tests.browser.conftest import PageAt
from tests.support import feeding, gateway_process
from tests.support import settings as make_settings
from tests.support.feeding import price, product, stock
from tests.support.gateway_process import GatewayProcess
from tests.support.mosquitto import Mosquitto
from tests.support.running import PATIENCE_S, PREFIX, one_turn, running
from tests.support.shelving import PANEL

pytestmark = pytest.mark.asyncio(loop_scope="session")
PASSWORD = "una clave larga"
PATIENCE_MS = PATIENCE_S * 1000
ROWS = [
    feeding.SHOP,
    product("a1", name={"es": "Botas de agua", "en": "Wellies"}),
    price("a1", "120.00"),
    stock("a1", 5),
    Row(kind="binding", key="L1", value={"label": "L1", "target": {"product": "a1"}}),
]


async def sign_in(page: Page) -> None:
    await page.get_by_label("Nombre").fill("Eva")
    await page.get_by_label("Contraseña").fill(PASSWORD)
    await page.get_by_label("Contraseña").press("Enter")
    await expect(page.get_by_role("heading", name="Pendiente")).to_be_visible()


async def test_a_clerk_takes_a_wrong_price_off_and_the_next_price_brings_it_back(
    mosquitto: Mosquitto, tmp_path: Path, page_at: PageAt
) -> None:
    settings = make_settings.make(tmp_path, mosquitto.broker)
    settings.data.folder.mkdir()
    hashed = await asyncio.to_thread(passwords.hash_, PASSWORD)
    async with Database(settings.data.folder / FILE) as database:
        add = partial(people.add, name="Eva", role="clerk", password_hash=hashed)
        await database.write(add)
    config = tmp_path / "config.toml"
    gateway_process.write_config(config, settings)
    process = GatewayProcess(config)
    air = Link("air", mosquitto.broker, prefix=PREFIX, client_id="air")
    world = SimulatedLabels(air)
    world.add("L1", LabelModel(panel=PANEL, refresh_s=0.01))
    async with (
        asyncio.TaskGroup() as group,
        feeding.central_running(mosquitto, tmp_path / "central", ROWS) as central,
        running(world, air),
    ):
        await process.start(group)
        staff, shopper = process.addresses["staff"], process.addresses["shopper"]
        clerk = (await page_at(staff)).page
        await sign_in(clerk)
        await clerk.goto(f"{staff}/labels/L1")
        await expect(clerk.get_by_text("$120.00").first).to_be_visible(timeout=PATIENCE_MS)
        await expect(clerk.get_by_text("Muestra exactamente lo que debe.")).to_be_visible(
            timeout=PATIENCE_MS
        )
        before = world.labels["L1"].showing
        buyer = (await page_at(f"{shopper}/p/a1")).page
        await expect(buyer.get_by_text("$120.00")).to_be_visible()

        await clerk.get_by_text("Quitar el precio ya").first.click()
        await clerk.get_by_label("¿Qué está mal?").fill("En caja cobra 150")
        await clerk.get_by_role("button", name="Quitar el precio ya").click()
        await expect(clerk.get_by_text("Precio quitado.")).to_be_visible()
        await expect(clerk.get_by_text("Precio en caja: Eva lo quitó")).to_be_visible()
        await expect(clerk.get_by_text("Muestra exactamente lo que debe.")).to_be_visible(
            timeout=PATIENCE_MS
        )
        async with asyncio.timeout(PATIENCE_S):
            while world.labels["L1"].showing == before:
                await one_turn()
        await buyer.reload()
        await expect(buyer.get_by_text("Precio en caja", exact=True)).to_be_visible()
        assert "120" not in await buyer.content()
        await clerk.goto(staff)
        await expect(clerk.get_by_text("el precio está quitado")).to_be_visible()

        await central.publish(price("a1", "150.00"))
        await clerk.goto(f"{staff}/labels/L1")
        await expect(clerk.get_by_text("Precio en caja: Eva lo quitó")).to_be_hidden(
            timeout=PATIENCE_MS
        )
        await buyer.reload()
        await expect(buyer.get_by_text("$150.00")).to_be_visible()

        await clerk.reload()
        await clerk.get_by_text("Quitar el precio ya").first.click()
        await clerk.get_by_label("¿Qué está mal?").fill("Falta el IVA")
        await clerk.get_by_role("button", name="Quitar el precio ya").click()
        await clerk.get_by_role("button", name="Volver a mostrar el precio").click()
        await expect(clerk.get_by_text("El precio se muestra otra vez.")).to_be_visible()
        await expect(clerk.get_by_text("$150.00").first).to_be_visible()
        assert await process.stop() == 0, "\n".join(process.lines)
