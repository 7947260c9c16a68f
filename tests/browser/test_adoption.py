"""From a label on the air to one that hangs right: a real gateway, broker, labels and browser."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from device_drivers.api import correction, test_card
from device_drivers.api.known_panels import PANELS
from device_drivers.api.panels import Frame
from device_drivers.simulated.mqtt_label import LabelModel, SimulatedLabels, SimulatedMqttLabel
from gateway.broker.link import Link
from gateway.store import people
from gateway.store.database import Database
from tests.browser.conftest import PageAt, Watched
from tests.browser.fitting import SMALL_TARGETS, assert_fits
from tests.support import gateway_process
from tests.support import settings as make_settings
from tests.support.gateway_process import GatewayProcess
from tests.support.mosquitto import Mosquitto
from tests.support.running import PATIENCE_S, PREFIX, one_turn, running
from tests.support.staffed import HASH, NAME, PASSWORD

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]
PATIENCE_MS = 15_000
WIDE, TALL = PANELS["2.9-296x128-bwr"], PANELS["1.33-144x200-bwr"]


@dataclass
class Shop:
    """A gateway at work, and the labels in its air."""

    address: str
    world: SimulatedLabels

    def add(self, label: str, *, tall: bool = False) -> SimulatedMqttLabel:
        return self.world.add(label, LabelModel(panel=TALL if tall else WIDE))


@pytest_asyncio.fixture(loop_scope="session")
async def a_shop(tmp_path: Path) -> AsyncIterator[Shop]:
    broker = Mosquitto(tmp_path / "broker")
    await asyncio.to_thread(broker.start)
    settings = make_settings.make(
        tmp_path, broker.broker, labels={"adopt_by_themselves": [], "retry_s": 0.5}
    )
    async with Database(settings.data.folder / "anaquel.db") as database:
        await database.write(lambda rows: people.add(rows, NAME, "manager", HASH))
    config = tmp_path / "config.toml"
    gateway_process.write_config(config, settings)
    process = GatewayProcess(config)
    air = Link("air", broker.broker, prefix=PREFIX, client_id="air")
    world = SimulatedLabels(air)
    async with asyncio.TaskGroup() as group:
        await process.start(group)
        async with running(world, air):
            await air.connected.wait()
            yield Shop(address=process.addresses["staff"], world=world)
        await process.stop()
    await asyncio.to_thread(broker.stop)


async def _enter(a_shop: Shop, page_at: PageAt, width: int) -> Watched:
    watched = await page_at(f"{a_shop.address}/new-labels", width=width, height=740)
    page = watched.page
    page.set_default_timeout(PATIENCE_MS)
    await page.get_by_label("Nombre").fill(NAME)
    await page.get_by_label("Contraseña").fill(PASSWORD)
    await page.get_by_label("Contraseña").press("Enter")
    await page.get_by_role("link", name="Nuevas").click()
    await expect(page.get_by_role("heading", name="Etiquetas nuevas", exact=True)).to_be_visible()
    return watched


async def _is_whole(page: Page) -> None:
    await assert_fits(page)
    assert await page.evaluate(SMALL_TARGETS) == [], page.url


async def _shows(label: SimulatedMqttLabel, wanted: Callable[[Frame], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while label.showing is None or not wanted(label.showing):
            await one_turn()


@pytest.mark.parametrize("width", [360, 1280])
async def test_a_label_is_adopted_and_put_right_with_a_thumb(
    a_shop: Shop, page_at: PageAt, width: int
) -> None:
    watched = await _enter(a_shop, page_at, width)
    page = watched.page
    await expect(page.get_by_text("No hay etiquetas nuevas")).to_be_visible()
    link = page.get_by_role("link", name="Nuevas")
    assert await link.evaluate(
        "one => one.parentElement.scrollWidth <= one.parentElement.clientWidth"
    )
    label, other = a_shop.add("l1"), a_shop.add("l2", tall=True)
    # The page hears of them by itself.
    await expect(page.locator("#new-l2")).to_be_visible(timeout=PATIENCE_MS)
    await expect(page.locator("#new-l1")).to_contain_text("Sin probar en equipos reales")
    await _is_whole(page)
    await page.get_by_role("link", name="Adoptar l1").click()
    await page.get_by_label("Número en la carcasa").fill("0001")
    await _is_whole(page)
    await page.get_by_role("button", name="Adoptar y ver la imagen de prueba").click()

    await expect(page.get_by_text("¿Qué ves en la etiqueta?")).to_be_visible()
    await expect(page.get_by_text("La etiqueta lo confirmó")).to_be_visible(timeout=PATIENCE_MS)
    await _shows(label, lambda frame: frame.pixels == test_card.draw(WIDE).pixels)
    await _is_whole(page)
    # As if it was built in upside down.
    await page.locator("label.tile", has=page.locator('input[value="2n"]')).click()
    await page.get_by_role("button", name="Eso es lo que veo").click()
    await expect(page.get_by_text("¿Se ve así ahora?")).to_be_visible()
    upside_down = correction.seen(test_card.draw(WIDE), turns=2, mirrored=False)
    await _shows(label, lambda frame: frame.pixels == upside_down.pixels)
    await _is_whole(page)
    await page.get_by_role("button", name="Sí, se ve bien").click()
    await expect(page.get_by_text("La etiqueta se ve bien.")).to_be_visible()
    await _shows(label, lambda frame: frame.pixels != upside_down.pixels)
    await _is_whole(page)
    assert other.showing is None, "nobody adopted it"
    assert watched.complaints == []


async def test_many_are_adopted_by_their_cases_and_one_takes_the_place_of_another(
    a_shop: Shop, page_at: PageAt
) -> None:
    watched = await _enter(a_shop, page_at, 360)
    page = watched.page
    for number in range(3):
        a_shop.add(f"66AA000{number}")
    await expect(page.locator(".new-label")).to_have_count(3, timeout=PATIENCE_MS)
    await page.get_by_label("Números de las carcasas").fill("66:AA:00:00\n0001\n7777")
    await page.get_by_role("button", name="Adoptar todas").click()
    answers = page.locator(".answers li")
    await expect(answers).to_have_count(3)
    await expect(answers.nth(0)).to_contain_text("Adoptada")
    await expect(answers.nth(2)).to_contain_text("No se la oye")
    await expect(page.locator(".new-label")).to_have_count(1)
    await _is_whole(page)
    await _shows(a_shop.world.labels["66AA0000"], lambda _frame: True)

    await page.goto(f"{a_shop.address}/labels/66AA0000")
    await page.get_by_text("Guardar en un cajón").click()
    await page.get_by_role("button", name="En blanco").click()
    await expect(page.get_by_text("Guardada en el cajón.")).to_be_visible()
    await _shows(a_shop.world.labels["66AA0000"], lambda frame: set(frame.pixels) == {0})
    await page.get_by_role("link", name="Sustituir por otra").click()
    await _is_whole(page)
    await page.get_by_label("Escanea la etiqueta nueva").fill("66aa0002")
    await page.get_by_role("button", name="Sustituir por otra").click()
    await expect(page.get_by_text("que quedó retirada")).to_be_visible()
    await expect(page).to_have_url(f"{a_shop.address}/labels/66AA0002?did=replaced")
    await _is_whole(page)
    await page.locator("summary", has_text="Retirar").click()
    await page.get_by_role("button", name="Retirar").click()
    await expect(page.get_by_text("La etiqueta quedó retirada.")).to_be_visible()
    await _shows(a_shop.world.labels["66AA0002"], lambda frame: set(frame.pixels) == {0})
    await expect(page.get_by_text("En blanco").first).to_be_visible(timeout=PATIENCE_MS)
    await _is_whole(page)
    await page.get_by_role("link", name="Etiquetas retiradas").click()
    await expect(page.locator(".new-label")).to_have_count(2)
    await _is_whole(page)
    row = page.locator(".new-label", has=page.locator('a[href="/labels/66AA0002"]'))
    await row.get_by_role("button", name="Recuperar").click()
    await expect(page.get_by_text("Recuperada.")).to_be_visible()
    await _shows(a_shop.world.labels["66AA0002"], lambda frame: set(frame.pixels) != {0})
    # A page that is still open may ask once more about a label that is gone.
    assert [one for one in watched.complaints if "404" not in one] == []
