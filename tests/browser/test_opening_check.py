"""The opening check in a real browser: made, walked with one hand, printed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from gateway.store import opening_checks
from tests.browser.conftest import Enter, OpenShop
from tests.browser.fitting import SMALL_TARGETS, assert_fits, enlarge_text
from tests.unit.staff.test_opening_checks import place, put_right

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]


@pytest.mark.parametrize("width", [360, 1280])
async def test_a_check_is_made_walked_and_follows_the_labels(
    open_shop: OpenShop, signed_in: Enter, width: int
) -> None:
    await open_shop.write(place)
    watched = await signed_in(width)
    page = watched.page
    await page.goto(f"{open_shop.address}/")
    await page.get_by_role("link", name="Revisión de apertura").click()
    await expect(page.get_by_text("Todavía no hay revisiones")).to_be_visible()
    await whole(page)
    await page.get_by_role("button", name="Revisar ahora").click()
    await expect(page.get_by_role("heading", name="1 de 6 correctas")).to_be_visible()
    await expect(page.get_by_text("Siguen mal: 5")).to_be_visible()
    await whole(page)
    await shot(page, f"check-{width}")
    zones = await page.locator(".stretch h2").all_inner_texts()
    assert zones == ["A2", "A10", "Cajas", "Sin zona"]

    await page.evaluate("window.untouched = true")
    await open_shop.write(lambda rows: put_right(rows, "L003"))
    await expect(page.locator("#step-L003")).to_contain_text("Ya está bien")
    await expect(page.get_by_text("Siguen mal: 4")).to_be_visible()
    assert await page.evaluate("window.untouched")
    await whole(page)

    await page.get_by_role("link", name="Carteles de precio").click()
    await expect(page.locator(".slip")).to_have_count(3)
    await whole(page)
    await shot(page, f"slips-{width}")
    await page.goto(f"{open_shop.address}/opening-checks")
    await expect(page.get_by_text("La pidió Ana")).to_be_visible()
    await whole(page)
    await shot(page, f"checks-{width}")
    assert watched.complaints == []
    assert (
        len(await open_shop.staff.database.read(lambda rows: opening_checks.latest(rows, 9))) == 1
    )


async def test_the_list_and_the_slips_print_as_paper_needs_them(
    open_shop: OpenShop, signed_in: Enter
) -> None:
    await open_shop.write(place)
    watched = await signed_in(1280)
    page = watched.page
    await page.goto(f"{open_shop.address}/opening-checks")
    await page.get_by_role("button", name="Revisar ahora").click()
    await expect(page.get_by_text("Siguen mal: 5")).to_be_visible()
    # A sheet of A4 between its margins.
    await page.set_viewport_size({"width": 718, "height": 1000})
    await page.emulate_media(media="print")
    await expect(page.locator(".step-tick").first).to_be_visible()
    await expect(page.locator(".step-pictures").first).to_be_hidden()
    await expect(page.get_by_role("button", name="Revisar ahora")).to_be_hidden()
    await assert_fits(page)
    await shot(page, "print-list")
    await page.emulate_media(media="screen")
    await page.get_by_role("link", name="Carteles de precio").click()
    await expect(page.locator(".slip")).to_have_count(4)
    await page.emulate_media(media="print")
    await assert_fits(page)
    await shot(page, "print-slips")
    # At its panel's size: 400 pixels at 120 to the inch, 96 CSS pixels to the inch.
    widths = await page.evaluate(
        "[...document.querySelectorAll('.slip svg')].map(one => one.getBoundingClientRect().width)"
    )
    assert any(abs(width - 400 / 120 * 96) < 1 for width in widths)


async def test_they_fit_a_phone_with_text_of_twice_the_size(
    open_shop: OpenShop, signed_in: Enter
) -> None:
    await open_shop.write(place)
    page = (await signed_in(360)).page
    await page.goto(f"{open_shop.address}/opening-checks")
    await page.get_by_role("button", name="Revisar ahora").click()
    await expect(page.get_by_text("Siguen mal: 5")).to_be_visible()
    where = page.url
    for address in (where, f"{where}/slips", f"{open_shop.address}/opening-checks"):
        await page.goto(address)
        await expect(page.get_by_role("heading").first).to_be_visible()
        await enlarge_text(page)
        await assert_fits(page)


async def whole(page: Page) -> None:
    assert await page.evaluate(SMALL_TARGETS) == []
    await assert_fits(page)


async def shot(page: Page, name: str) -> None:
    folder = os.environ.get("SHOTS")
    if folder:
        await page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)
