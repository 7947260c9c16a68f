"""Shelf against till in a real browser, on a phone and on a desk."""

from __future__ import annotations

import pytest
from playwright.async_api import FilePayload, expect

from tests.browser.conftest import Enter, OpenShop
from tests.browser.fitting import assert_fits, enlarge_text
from tests.browser.test_opening_check import shot, whole
from tests.unit.staff.test_till import LIST, says

CHOSEN: FilePayload = {"name": "caja.csv", "mimeType": "text/csv", "buffer": LIST.encode()}
pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]


@pytest.mark.parametrize("width", [360, 1280])
async def test_a_list_is_chosen_compared_and_read(
    open_shop: OpenShop, signed_in: Enter, width: int
) -> None:
    await open_shop.write(lambda rows: says(rows, "L003", "199.00"))
    watched = await signed_in(width)
    page = watched.page
    await page.goto(f"{open_shop.address}/")
    await page.get_by_role("link", name="Estante y caja").click()
    await whole(page)
    await page.locator("input[type=file]").set_input_files(CHOSEN)
    await page.get_by_role("button", name="Comparar").click()
    await expect(page.get_by_text("Coincide el 0 %")).to_be_visible()
    await whole(page)
    await shot(page, f"till-found-{width}")
    await page.get_by_role("link", name="Ver las diferencias").click()
    await expect(page.get_by_text("La caja cobra más").first).to_be_visible()
    await whole(page)
    await shot(page, f"till-{width}")
    first = page.locator(".till-row").first
    await expect(first).to_contain_text("Chino")
    await page.get_by_role("link", name="Estante y caja").click()
    await expect(page.get_by_text("Por Ana")).to_be_visible()
    await shot(page, f"till-list-{width}")
    if width == 360:
        await page.go_back()
        await enlarge_text(page)
        await assert_fits(page)
    assert watched.complaints == []


async def test_the_opening_check_names_the_tills_price(
    open_shop: OpenShop, signed_in: Enter
) -> None:
    page = (await signed_in(360)).page
    await page.goto(f"{open_shop.address}/till")
    await page.locator("input[type=file]").set_input_files(CHOSEN)
    await page.get_by_role("button", name="Comparar").click()
    await expect(page.get_by_role("link", name="Ver las diferencias")).to_be_visible()
    await page.goto(f"{open_shop.address}/opening-checks")
    await page.get_by_role("button", name="Revisar ahora").click()
    await expect(page.locator("#step-L003")).to_contain_text("Caja")
    await whole(page)
    await shot(page, "check-with-till")
    await page.set_viewport_size({"width": 1280, "height": 800})
    await whole(page)
    await shot(page, "check-with-till-1280")
