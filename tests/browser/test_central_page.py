"""A central system connected on a phone: a real broker, and a gateway that follows it then."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path

import pytest
from playwright.async_api import expect

from gateway.settings import connected
from gateway.store import people
from gateway.store.database import FILE, Database
from tests.browser.conftest import PageAt
from tests.browser.fitting import assert_fits
from tests.browser.restarting import PATIENCE_MS, again, sign_in
from tests.support import feeding, gateway_process
from tests.support import settings as make_settings
from tests.support.gateway_process import GatewayProcess
from tests.support.mosquitto import Mosquitto, free_ports
from tests.support.running import one_turn
from tests.support.staffed import HASH

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]


@pytest.mark.parametrize("width", [360, 1280])
async def test_central_is_connected_and_disconnected_without_a_shell(
    tmp_path: Path, mosquitto: Mosquitto, page_at: PageAt, width: int
) -> None:
    own, nobody = free_ports(2)
    # On a port of its own: the page waits for the box where it was.
    listen = {"host": "127.0.0.1", "port": own, "https": False, "secure_cookies": False}
    settings = make_settings.make(
        tmp_path,
        mosquitto.broker,
        shop={"store": "new", "gateway": "new-1", "public_base": "http://127.0.0.1:1"},
        central={"kind": "none"},
        sites={"staff": listen},
    )
    data = settings.data.folder
    async with Database(data / FILE) as database:
        await database.write(
            partial(people.add, name="Ana", role="administrator", password_hash=HASH)
        )
    config = tmp_path / "config.toml"
    gateway_process.write_config(config, settings)
    process = GatewayProcess(config)
    rows = [feeding.SHOP, feeding.price("tote", "249.00")]
    async with (
        feeding.central_running(mosquitto, tmp_path / "central", rows),
        asyncio.TaskGroup() as group,
    ):
        await process.start(group)
        watched = await page_at(f"{process.addresses['staff']}/sign-in", width=width, height=740)
        page = watched.page
        await sign_in(page)
        await page.locator("a.button[href='/import']").click()
        await page.locator("a[href='/central']").click()
        await assert_fits(page)
        await page.locator("main [name=address]").fill(f"127.0.0.1:{nobody}")
        await page.locator("main [name=tls]").uncheck()
        await page.locator("main [name=store]").fill(feeding.SHOP.key)
        await page.locator("main [name=gateway]").fill("s042-9")
        await page.get_by_role("button", name="Probar").click()
        await expect(page.get_by_text("El bróker no nos sirve")).to_be_visible()
        await assert_fits(page)
        await page.screenshot(path=tmp_path / f"refused-{width}.png", full_page=True)
        await page.locator("main [name=address]").fill(f"127.0.0.1:{mosquitto.port}")
        await page.get_by_role("button", name="Probar").click()
        await expect(page.get_by_text("El bróker de la central nos acepta")).to_be_visible()
        await assert_fits(page)
        await page.screenshot(path=tmp_path / f"good-{width}.png", full_page=True)
        await page.get_by_role("button", name="Conectar").click()
        await expect(page.locator("#restarting")).to_be_visible()
        await again(page, "/central")
        await expect(page.get_by_text("Conectado con")).to_be_visible(timeout=PATIENCE_MS)
        await expect(page.get_by_text(f"Tienda {feeding.SHOP.key}, equipo s042-9")).to_be_visible()
        await assert_fits(page)
        await page.screenshot(path=tmp_path / f"connected-{width}.png", full_page=True)
        await _until_price(data / FILE, "tote")

        await page.get_by_role("button", name="Desconectar").click()
        await again(page, "/central")
        await expect(page.locator("main [name=address]")).to_be_visible(timeout=PATIENCE_MS)
        assert not (data / connected.CENTRAL).exists()
        assert await process.stop() == 0


async def _until_price(file: Path, product: str) -> None:
    async with Database(file) as database, asyncio.timeout(PATIENCE_MS / 1_000):
        query = "SELECT 1 FROM in_force WHERE kind = 'offers' AND key = ?"
        while not await database.read(lambda c: c.execute(query, (product,)).fetchall()):
            await one_turn()
