"""Waves and the health of labels on Today, on a phone and on a desk."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from gateway.store import tasks, waves
from gateway.store.database import Connection
from tests.browser.conftest import Enter, OpenShop
from tests.browser.fitting import SMALL_TARGETS, assert_fits
from tests.support import shop
from tests.unit.staff.test_waves import reprice, wave

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]


def troubles(connection: Connection) -> None:
    """A dead access point, and a label that somebody else drives."""
    wave(connection)
    detail = {"count": 240, "labels": []}
    tasks.open_(connection, "way_silent", "opendisplay/north", detail, shop.NOW)
    tasks.open_(connection, "label_foreign", "L001", {"count": 1}, shop.NOW)


@pytest.mark.parametrize("width", [360, 1280])
async def test_a_wave_is_seen_and_paused_with_a_thumb(
    open_shop: OpenShop, signed_in: Enter, width: int
) -> None:
    await open_shop.write(troubles)
    watched = await signed_in(width)
    await watched.page.goto(f"{open_shop.address}/")
    page = watched.page
    await expect(page.get_by_text("10 de 30 etiquetas")).to_be_visible()
    await expect(page.get_by_text("Un punto de acceso no responde: north")).to_be_visible()
    await expect(page.get_by_text("Otro sistema escribe en ella")).to_be_visible()
    assert await page.evaluate(SMALL_TARGETS) == []
    await assert_fits(page)
    await page.get_by_role("button", name="Pausar").click()
    await expect(page.get_by_text("En pausa por Ana, ")).to_be_visible()
    (found,) = await open_shop.staff.database.read(lambda rows: waves.latest(rows, 9))
    assert found.state == "paused"
    await page.get_by_role("button", name="Continuar").click()
    await expect(page.get_by_text("Termina hacia las")).to_be_visible()


@pytest.mark.parametrize("width", [360, 1280])
async def test_cancelling_asks_and_one_tap_sends_them_after_all(
    open_shop: OpenShop, signed_in: Enter, width: int
) -> None:
    await open_shop.write(wave)
    await open_shop.write(reprice)
    watched = await signed_in(width)
    page = watched.page
    await page.goto(f"{open_shop.address}/waves")
    await expect(page.get_by_text("10 de 30 etiquetas")).to_be_visible()
    assert await page.evaluate(SMALL_TARGETS) == []
    await assert_fits(page)
    await page.get_by_role("link", name="Cancelar…").click()
    await expect(page.get_by_role("heading", name="¿Cancelar este envío?")).to_be_visible()
    await expect(page.get_by_text("hasta que las envíes o llegue otro precio")).to_be_visible()
    assert await page.evaluate(SMALL_TARGETS) == []
    await assert_fits(page)
    await page.get_by_role("button", name="Cancelar el envío").click()
    task = page.get_by_text("Etiquetas con el precio anterior: 3")
    await expect(task).to_be_visible()
    assert await page.evaluate(SMALL_TARGETS) == []
    await assert_fits(page)
    await page.get_by_role("button", name="Enviarlas ahora").click()
    await expect(page.get_by_text("10 de 30 etiquetas")).to_be_visible()
    await expect(task).to_have_count(0)
