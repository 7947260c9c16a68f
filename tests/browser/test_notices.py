"""Somebody outside is named on a phone, and told no more: a real gateway, which begins again."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path

import pytest
from playwright.async_api import expect

from gateway.settings import receivers_file
from gateway.store import people
from gateway.store.database import FILE, Database
from tests.browser.conftest import PageAt
from tests.browser.fitting import assert_fits
from tests.browser.restarting import PATIENCE_MS, again, sign_in
from tests.support import gateway_process
from tests.support import settings as make_settings
from tests.support.gateway_process import GatewayProcess
from tests.support.mosquitto import Mosquitto, free_port
from tests.support.staffed import HASH

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]


@pytest.mark.parametrize("width", [360, 1280])
async def test_a_chat_is_named_without_a_shell_and_removed(
    tmp_path: Path, mosquitto: Mosquitto, page_at: PageAt, width: int
) -> None:
    # On a port of its own: the page waits for the box where it was.
    listen = {"host": "127.0.0.1", "port": free_port(), "https": False, "secure_cookies": False}
    settings = make_settings.make(tmp_path, mosquitto.broker, sites={"staff": listen})
    async with Database(settings.data.folder / FILE) as database:
        await database.write(partial(people.add, name="Ana", role="manager", password_hash=HASH))
    config = tmp_path / "config.toml"
    gateway_process.write_config(config, settings)
    process = GatewayProcess(config)
    async with asyncio.TaskGroup() as group:
        await process.start(group)
        watched = await page_at(f"{process.addresses['staff']}/sign-in", width=width, height=740)
        page = watched.page
        await sign_in(page)
        await page.locator("a.button[href='/notices']").click()
        await expect(page.get_by_text("Nadie recibe avisos todavía")).to_be_visible()
        await assert_fits(page)
        await page.screenshot(path=tmp_path / f"empty-{width}.png", full_page=True)
        await page.locator("main [name=name]").fill("gerencia")
        await page.locator("main [name=to]").fill("https://192.168.1.7/hook")
        await page.get_by_role("button", name="Añadir").click()
        await expect(page.get_by_role("alert")).to_contain_text("está fuera de la tienda")
        await expect(page.locator("main [name=name]")).to_have_value("gerencia")
        await page.locator("main [name=to]").fill("https://hooks.example.com/T0/tell-nobody")
        await page.locator("main [value=summary]").uncheck()
        await page.get_by_role("button", name="Añadir").click()
        await again(page, "/notices")
        row = page.locator("main li", has_text="webhooks.gerencia")
        await expect(row).to_contain_text("Todavía no se ha enviado nada", timeout=PATIENCE_MS)
        await assert_fits(page)
        await page.screenshot(path=tmp_path / f"named-{width}.png", full_page=True)
        assert "tell-nobody" not in await page.content()
        await row.get_by_role("button", name="Quitar").click()
        await again(page, "/notices")
        await expect(page.get_by_text("Nadie recibe avisos todavía")).to_be_visible()
        assert await process.stop() == 0
    left = (settings.data.folder / receivers_file.FOLDER).iterdir()
    assert [file.name for file in left] == [receivers_file.FILE]
    assert not [line for line in process.lines if "tell-nobody" in line]
