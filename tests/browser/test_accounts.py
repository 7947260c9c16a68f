"""Accounts in a browser: a manager shares a device, a clerk works on it, and it locks itself."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from gateway.staff import passwords
from gateway.store import people
from gateway.store.database import FILE, Database
from tests.browser.conftest import PageAt
from tests.browser.fitting import assert_fits
from tests.support import gateway_process
from tests.support import settings as make_settings
from tests.support.gateway_process import GatewayProcess
from tests.support.mosquitto import Mosquitto

pytestmark = pytest.mark.asyncio(loop_scope="session")
PASSWORD, PIN = "una clave larga", "2580"
LONG = "María de los Ángeles Rodríguez"
SMALL = """() => [...document.querySelectorAll('main :is(button, input, summary)')]
    .filter(one => one.type !== 'hidden' && one.checkVisibility() && !one.matches('.hidden-text'))
    .filter(one => one.getBoundingClientRect().height < 24).length"""


async def looks_right(page: Page) -> None:
    await assert_fits(page)
    assert await page.evaluate(SMALL) == 0, page.url


async def people_there(folder: Path) -> None:
    hashed = await asyncio.to_thread(passwords.hash_, PASSWORD)
    pin = await asyncio.to_thread(passwords.hash_pin, PIN)
    async with Database(folder / FILE) as database:
        for name, role in (("Ana", "administrator"), ("Beto", "clerk"), (LONG, "clerk")):
            add = partial(people.add, name=name, role=role, password_hash=hashed)
            await database.write(add)
        for name in ("Beto", LONG):
            await database.write(partial(people.set_pin_hash, name=name, pin_hash=pin))


@pytest.mark.parametrize(("width", "language"), [(360, "es"), (1280, "en")])
async def test_a_shared_device_locks_itself_and_keeps_the_work(
    tmp_path: Path, mosquitto: Mosquitto, page_at: PageAt, width: int, language: str
) -> None:
    # Long enough to sign in on a busy machine, short enough to wait for.
    staff = {
        "host": "127.0.0.1",
        "port": 0,
        "https": False,
        "secure_cookies": False,
        "lock_s": 10.0,
    }
    settings = make_settings.make(tmp_path, mosquitto.broker, sites={"staff": staff})
    settings.data.folder.mkdir(mode=0o700)
    await people_there(settings.data.folder)
    config = tmp_path / "config.toml"
    gateway_process.write_config(config, settings)
    process = GatewayProcess(config)
    async with asyncio.TaskGroup() as group:
        await process.start(group)
        site = process.addresses["staff"]
        watched = await page_at(f"{site}/sign-in?lang={language}", width=width, height=800)
        code = await _invited(watched.page, site)
        phone = await page_at(
            f"{site}/enrol?lang={language}#{code.replace('-', '')}", width=width, height=800
        )
        await _works(phone.page)
        assert watched.complaints == []
        # The wrong short code is answered with 401, and nothing else.
        assert [one for one in phone.complaints if "401" not in one] == []
        assert await process.stop() == 0


async def _invited(page: Page, site: str) -> str:
    """An administrator looks at the pages of accounts and has a code made."""
    await page.locator("input[name=name]").fill("Ana")
    await page.locator("input[name=password]").fill(PASSWORD)
    await page.locator("input[name=password]").press("Enter")
    await page.locator("a[href='/me']").click()
    await expect(page.get_by_role("heading", name="Ana")).to_be_visible()
    for path in ("me", "people", "shared-devices", "tokens"):
        await page.goto(f"{site}/{path}")
        await looks_right(page)
    await page.goto(f"{site}/people")
    await page.locator("summary", has_text=LONG).click()
    await looks_right(page)
    await page.locator("details[open] form[action='/people/badge'] button").click()
    await expect(page.locator(".printed-card .qr")).to_be_visible()
    await looks_right(page)
    await page.goto(f"{site}/shared-devices")
    await page.locator("input[name=name]").fill("Tablet")
    await page.locator("form[action='/shared-devices/add'] button").click()
    await looks_right(page)
    return await page.locator(".code.big").inner_text()


async def _works(page: Page) -> None:
    """A clerk signs in by a short code, is locked out for a while, and goes on."""
    assert "#" not in page.url, "the code stays in no history"
    await page.locator("form[action='/enrol'] button").click()
    await expect(page.locator(".names")).to_be_visible()
    await looks_right(page)
    await page.locator(".name", has_text="Beto").click()
    await page.locator("input[name=short]").fill(PIN)
    await page.locator("input[name=short]").press("Enter")
    await page.locator("nav a[href='/bind']").click()
    await page.locator("#scan [name=label]").fill("7K3Q9M")
    lock = page.locator("#lock")
    await expect(lock).to_be_visible(timeout=60_000)
    await page.keyboard.press("Escape")
    await expect(lock).to_be_visible()
    await lock.locator("[name=secret]").fill("1111")
    await lock.locator("[name=secret]").press("Enter")
    await expect(lock.locator("[data-wrong]")).to_be_visible()
    await looks_right(page)
    await lock.locator("[name=secret]").fill(PIN)
    await lock.locator("[name=secret]").press("Enter")
    await expect(lock).to_be_hidden()
    await expect(page.locator("#scan [name=label]")).to_have_value("7K3Q9M")
