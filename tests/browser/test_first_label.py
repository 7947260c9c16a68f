"""From a box that nobody has set up to the first right label, on a phone, without a shell.

What a person does is counted, tap by tap, so that the way cannot grow unseen. The figure stands in
docs/package.md.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from device_drivers.api.known_panels import PANELS
from device_drivers.simulated.mqtt_label import LabelModel, SimulatedLabels, SimulatedMqttLabel
from gateway.broker.link import Link
from gateway.staff.set_up import FILE
from tests.browser.conftest import PageAt
from tests.browser.fitting import assert_fits
from tests.support import gateway_process
from tests.support import settings as make_settings
from tests.support.gateway_process import GatewayProcess
from tests.support.mosquitto import Mosquitto
from tests.support.running import PREFIX, running

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]
PATIENCE_MS = 15_000
CATALOGUE = """id,name,price,currency,gtin,size,color,group,stock
runner-26,Tenis Brisa,1299.00,MXN,09521101530001,26,Negro,brisa,3
runner-27,Tenis Brisa,1299.00,MXN,09521101530018,27,Negro,brisa,0
"""


@dataclass
class Thumb:
    """Does what a person does, and counts it."""

    page: Page
    taps: int = 0
    fields: int = 0

    async def tap(self, where: Locator) -> None:
        self.taps += 1
        await where.click()

    async def type(self, field: str, text: str) -> None:
        self.fields += 1
        await self.page.locator(f"main [name={field}]").fill(text)


@dataclass
class NewShop:
    """A box as it comes, and one label that somebody has just switched on."""

    address: str
    label: SimulatedMqttLabel
    code: Path


@pytest_asyncio.fixture(loop_scope="session")
async def new_shop(tmp_path: Path, mosquitto: Mosquitto) -> AsyncIterator[NewShop]:
    settings = make_settings.make(
        tmp_path,
        mosquitto.broker,
        central={"kind": "none"},
        labels={"adopt_by_themselves": [], "retry_s": 0.5},
    )
    config = tmp_path / "config.toml"
    gateway_process.write_config(config, settings)
    process = GatewayProcess(config)
    air = Link("air", mosquitto.broker, prefix=PREFIX, client_id="air")
    world = SimulatedLabels(air)
    async with asyncio.TaskGroup() as group:
        await process.start(group)
        async with running(world, air):
            await air.connected.wait()
            label = world.add("66AA0001", LabelModel(panel=PANELS["2.9-296x128-bwr"]))
            address = process.addresses["staff"]
            yield NewShop(address=address, label=label, code=settings.data.folder / FILE)
        await process.stop()


async def test_from_a_new_box_to_the_first_right_label(
    new_shop: NewShop, page_at: PageAt, tmp_path: Path
) -> None:
    watched = await page_at(new_shop.address, width=360, height=740)
    page = watched.page
    page.set_default_timeout(PATIENCE_MS)
    thumb = Thumb(page)
    words = await asyncio.to_thread(new_shop.code.read_text)
    code = re.search(r"[0-9A-Z]{5}-[0-9A-Z]{5}", words)
    assert code is not None, words

    await thumb.tap(page.get_by_role("link", name="Empezar"))
    await thumb.type("code", code[0])
    await thumb.type("name", "Ana")
    await thumb.type("password", "una clave larga")
    await thumb.tap(page.get_by_role("button"))
    await expect(page.locator("ol.steps li")).to_have_count(8)
    await assert_fits(page)

    await thumb.tap(page.locator("ol.steps a").nth(0))
    await thumb.type("name", "Zapatería Centro")
    await thumb.tap(page.get_by_role("button", name="Guardar"))
    await expect(page.get_by_role("status").first).to_be_visible()
    await thumb.tap(page.locator(".back a"))

    await thumb.tap(page.locator("ol.steps a").nth(1))
    spreadsheet = tmp_path / "articulos.csv"
    await asyncio.to_thread(spreadsheet.write_text, CATALOGUE)
    thumb.taps += 2  # the button, and the file in the phone's own list
    await page.locator("input[type=file]").set_input_files(spreadsheet)
    await thumb.tap(page.locator("#import button"))
    await thumb.tap(page.locator("#import-take"))
    await thumb.tap(page.locator("#import-found a.button").first)
    await assert_fits(page)

    await thumb.tap(page.locator("ol.steps a").nth(2))
    await thumb.tap(page.get_by_role("link", name="Adoptar 66AA0001"))
    await thumb.tap(page.get_by_role("button", name="Adoptar y ver la imagen de prueba"))
    await expect(page.get_by_text("La etiqueta lo confirmó")).to_be_visible()
    await thumb.tap(page.locator("label.tile", has=page.locator('input[value="0n"]')))
    await thumb.tap(page.get_by_role("button", name="Eso es lo que veo"))
    await expect(page.get_by_text("La etiqueta se ve bien.")).to_be_visible()

    await thumb.tap(page.locator("main a[href$='/bind']"))
    await thumb.type("q", "brisa 26")
    await thumb.tap(page.locator("#found a", has_text="26").first)
    await thumb.tap(page.locator("form.actions button"))
    await expect(page.locator("main")).to_contain_text("confirmó")
    assert new_shop.label.showing is not None
    assert (thumb.taps, thumb.fields) == (19, 5)
    assert watched.complaints == []
