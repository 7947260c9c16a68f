"""The walk with a scanner on a phone: right, wrong, bound anew with one tap, and how far it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import expect

from gateway.domain.labels import Target
from gateway.store import label_life
from gateway.store.database import Connection
from tests.browser.conftest import Enter, OpenShop
from tests.browser.fitting import SMALL_TARGETS, assert_fits
from tests.support import staffed

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize("width", [360, 1280])
async def test_a_walk_finds_what_is_wrong_and_mends_it(
    open_shop: OpenShop, signed_in: Enter, tmp_path: Path, width: int
) -> None:
    def shelf(connection: Connection) -> None:
        for label, product in (("L001", "tote"), ("L002", "sock")):
            staffed.bind(connection, label, Target(product=product))
            label_life.place(connection, label, "Pasillo 2")

    await open_shop.write(shelf)
    watched = await signed_in(width)
    page = watched.page
    await page.goto(f"{open_shop.address}/bind")
    await page.get_by_role("link", name="Revisar caminando").click()
    await assert_fits(page)

    async def scan(*codes: str) -> None:
        for code in codes:
            await page.keyboard.type(code)
            await page.keyboard.press("Enter")

    said = page.locator("#said .notice-title")
    row = page.locator("tr", has_text="Pasillo 2")
    right, wrong = await open_shop.code("L002"), await open_shop.code("L001")
    await scan(right, "sock")
    await expect(said).to_have_text(f"{right} está bien: Calcetín")
    await expect(row).to_contain_text("1 de 2 (50 %)")
    await scan(wrong, "mug")
    await expect(said).to_have_text(f"{wrong} no está bien: es de Bolsa de manta")
    await assert_fits(page)
    assert await page.evaluate(SMALL_TARGETS) == []
    await page.screenshot(path=tmp_path / f"wrong-{width}.png", full_page=True)
    await page.get_by_role("button", name=f"Vincular {wrong} a Taza").click()
    await expect(said).to_have_text(f"{wrong} es ahora de Taza")
    await expect(row).to_contain_text("2 de 2 (100 %)")
    await scan(wrong, "mug")
    await expect(said).to_have_text(f"{wrong} está bien: Taza")
    assert watched.complaints == []
