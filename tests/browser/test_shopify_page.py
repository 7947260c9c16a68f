"""Shopify connected on a phone: a real gateway, which begins again and has the articles then."""

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
from tests.support import gateway_process
from tests.support import settings as make_settings
from tests.support.gateway_process import GatewayProcess
from tests.support.mosquitto import Mosquitto, free_port
from tests.support.running import one_turn
from tests.support.shopify_server import CLIENT_ID, SECRET, ShopifyServer
from tests.support.shopify_shop import BODEGA
from tests.support.staffed import HASH

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]


@pytest.mark.parametrize("width", [360, 1280])
async def test_shopify_is_connected_and_disconnected_without_a_shell(
    tmp_path: Path, mosquitto: Mosquitto, page_at: PageAt, width: int
) -> None:
    server = ShopifyServer()
    server.shop.places[BODEGA] = "Bodega"
    server.shop.taxes_included = False
    tenis = server.shop.add("Tenis Brisa", sizes=("26", "27"))
    # On a port of its own: the page waits for the box where it was.
    listen = {"host": "127.0.0.1", "port": free_port()}
    settings = make_settings.make(
        tmp_path,
        mosquitto.broker,
        central={"kind": "none"},
        sites={"staff": listen | {"https": False, "secure_cookies": False}},
    )
    data = settings.data.folder
    async with Database(data / FILE) as database:
        await database.write(
            partial(people.add, name="Ana", role="administrator", password_hash=HASH)
        )
    config = tmp_path / "config.toml"
    gateway_process.write_config(config, settings)
    process = GatewayProcess(config)
    async with server.running(), asyncio.TaskGroup() as group:
        await process.start(group)
        watched = await page_at(f"{process.addresses['staff']}/sign-in", width=width, height=740)
        page = watched.page
        await sign_in(page)
        await page.locator("a.button[href='/import']").click()
        await page.locator("a[href='/shopify']").click()
        await assert_fits(page)

        await page.locator("main [name=shop]").fill(server.base)
        await page.locator("main [name=client_id]").fill(CLIENT_ID)
        await page.locator("main [name=secret]").fill("not-the-secret")
        await page.get_by_role("button", name="Probar").click()
        await expect(page.get_by_text("Shopify no acepta esos datos")).to_be_visible()
        await expect(page.locator("main [name=shop]")).to_have_value(server.base)
        await expect(page.locator("main [name=secret]")).to_have_value("")
        await assert_fits(page)
        await page.locator("main [name=secret]").fill(SECRET)
        await page.get_by_role("button", name="Probar").click()
        await expect(page.get_by_text("Shopify contesta: es Zapatería Centro")).to_be_visible()
        assert SECRET not in await page.content()
        await page.locator("main [name=place]").select_option("11")
        await page.locator("main [name=tax]").fill("16")
        await assert_fits(page)
        await page.get_by_role("button", name="Conectar").click()
        await expect(page.locator("#restarting")).to_be_visible()
        await again(page, "/shopify")
        await expect(page.get_by_text("Conectado con")).to_be_visible(timeout=PATIENCE_MS)
        await assert_fits(page)
        assert (data / connected.SECRET).read_text().strip() == SECRET
        await _until_articles(data / FILE, {str(one.number) for one in tenis.variants})

        await page.get_by_role("button", name="Desconectar").click()
        await again(page, "/shopify")
        await expect(page.locator("main [name=shop]")).to_be_visible(timeout=PATIENCE_MS)
        await expect(page.get_by_text("Conectado con")).to_have_count(0)
        assert not (data / connected.FILE).exists()
        await _until_articles(data / FILE, set())
        assert await process.stop() == 0
    assert not [line for line in process.lines if SECRET in line]


async def _until_articles(file: Path, wanted: set[str]) -> None:
    async with Database(file) as database, asyncio.timeout(PATIENCE_MS / 1_000):
        found: set[str] | None = None
        while found != wanted:
            await one_turn()
            rows = await database.read(lambda c: c.execute("SELECT id FROM product").fetchall())
            found = {row[0] for row in rows}
