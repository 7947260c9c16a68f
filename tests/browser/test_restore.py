"""The drill without a shell: a box dies, and a fresh one becomes it in a browser.

From the first page of the fresh box until every label has confirmed again to it.
"""

from __future__ import annotations

import asyncio
import re
import shutil
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from device_drivers.simulated.mqtt_label import LabelModel, SimulatedLabels
from gateway.broker.link import Link
from gateway.staff.set_up import FILE
from tests.browser.conftest import PageAt
from tests.browser.fitting import assert_fits
from tests.integration.test_restore_drill import PANEL, PRODUCTS, Box, rows, until_right
from tests.support import feeding
from tests.support.archives import PASSPHRASE
from tests.support.mosquitto import Mosquitto, free_port
from tests.support.running import PREFIX, Listening, running
from tests.support.typing_commands import anaquel

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]
PATIENCE_MS = 30_000
PLAIN = {"https": False, "secure_cookies": False}


async def _account(page: Page, box: Box) -> None:
    """The first account of a fresh box."""
    words = await asyncio.to_thread((box.settings.data.folder / FILE).read_text)
    code = re.search(r"[0-9A-Z]{5}-[0-9A-Z]{5}", words)
    assert code is not None, words
    await page.get_by_role("link", name="Empezar").click()
    await page.locator("main [name=code]").fill(code[0])
    await page.locator("main [name=name]").fill("Ana")
    await page.locator("main [name=password]").fill("una clave larga")
    await page.locator("main button").click()


@pytest.mark.parametrize("width", [360, 1280])
async def test_a_fresh_box_becomes_the_lost_one_in_the_browser(
    mosquitto: Mosquitto, tmp_path: Path, page_at: PageAt, width: int
) -> None:
    first = Box(tmp_path / "first", mosquitto)
    # On a port of its own: the page waits for the box where it was.
    listen = {"host": "127.0.0.1", "port": free_port()}
    second = Box(tmp_path / "second", mosquitto, sites={"staff": listen | PLAIN})
    passphrase, file = tmp_path / "passphrase", tmp_path / "anaquel-copia.sealed"
    passphrase.write_text(PASSPHRASE, encoding="utf-8")
    air = Link("air", mosquitto.broker, prefix=PREFIX, client_id="air")
    world = SimulatedLabels(air)
    for number in range(PRODUCTS):
        world.add(f"l{number}", LabelModel(panel=PANEL, refresh_s=0.01))
    news = Listening(mosquitto.broker, "#", client_id="everything")
    async with (
        feeding.central_running(mosquitto, tmp_path / "central", rows()),
        running(air, world, news),
        asyncio.TaskGroup() as group,
    ):
        await first.process.start(group)
        await until_right(first, world, news)
        made = await anaquel(
            *("backup", "--config", first.config, "--to", file),
            *("--passphrase-file", passphrase),
        )
        assert made.code == 0, made.complained
        await first.process.kill()
        await asyncio.to_thread(shutil.rmtree, first.settings.data.folder)

        await second.process.start(group)
        watched = await page_at(second.process.addresses["staff"], width=width, height=740)
        page = watched.page
        page.set_default_timeout(PATIENCE_MS)
        await _account(page, second)
        await page.locator("a[href='/backups']").first.click()
        await page.locator("a[href='/restore']").click()
        await assert_fits(page)
        await page.locator("#upload input[type=file]").set_input_files(file)
        await page.locator("#upload button").click()
        await page.locator("main [name=passphrase]").fill(PASSPHRASE)
        await assert_fits(page)
        await page.get_by_role("button", name="Revisar la copia").click()
        await page.locator("main [name=store]").fill("s042")
        await assert_fits(page)
        await page.get_by_role("button", name="Restaurar").click()
        await expect(page.locator("#restarting")).to_be_visible()
        await assert_fits(page)
        # By itself; whoever was signed in is not any more.
        await page.wait_for_url("**/sign-in**")
        await expect(page.get_by_text("Todavía no hay ninguna cuenta")).to_be_visible()
        await until_right(second, world, news)
        assert await second.process.stop() == 0
    assert second.asked("SELECT count(*) FROM person") == 0, "the accounts are those of the backup"
    (aside,) = second.settings.data.folder.glob("before-restore-*")
    assert (aside / "anaquel.db").exists()
    # While the box ends and starts the browser says that nobody answers.
    assert [one for one in watched.complaints if "Failed to load resource" not in one] == []
