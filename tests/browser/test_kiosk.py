"""Finding on a phone and at the screen that stands in the shop, in a real browser."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Page

from tests.browser.conftest import LiveShop, PageAt
from tests.browser.fitting import assert_fits, enlarge_text
from tests.support import shop

pytestmark = pytest.mark.asyncio(loop_scope="session")
PAGES = ("/", "/find?q=jeans", "/find?q=tenis+alba", "/find?q=qwxyz", "/find?category=Ropa")

# As a scanner in keyboard mode does it, whatever has the focus: a few milliseconds for all.
_SCAN = """code => {
    for (const key of [...code, "Enter"]) {
        const target = document.activeElement ?? document.body;
        const told = { key, bubbles: true, cancelable: true };
        const heeded = target.dispatchEvent(new KeyboardEvent("keydown", told));
        if (key === "Enter") return heeded;
    }
}"""


def _shirts(count: int) -> list[shop.Row]:
    rows: list[shop.Row] = []
    for number in range(count):
        name = {"es": f"Camiseta de algodón peinado {number}", "en": f"Combed cotton T {number}"}
        rows.append(("product", f"shirt-{number}", {"name": name, "category": "Ropa"}))
        rows.append(shop.price(f"shirt-{number}", f"{100 + number}.00"))
        rows.append(shop.stock(f"shirt-{number}", number % 3))
    return rows


async def test_lists_fit_every_window(live: LiveShop, page_at: PageAt) -> None:
    await live.feed(*_shirts(30))
    opened = await page_at(live.address)
    for base in ("", "/kiosk"):
        for path in PAGES:
            await opened.page.goto(live.address + base + path)
            for width in (320, 360, 768, 1280):
                await opened.page.set_viewport_size({"width": width, "height": 640})
                await assert_fits(opened.page)
            await opened.page.set_viewport_size({"width": 360, "height": 640})
            await enlarge_text(opened.page)
            await assert_fits(opened.page)
    assert [one for one in opened.complaints if "404" not in one] == []


async def test_a_shopper_without_javascript_finds_by_words_and_by_category(
    live: LiveShop, page_at: PageAt
) -> None:
    await live.feed(*_shirts(30))
    opened = await page_at(live.address, java_script_enabled=False)
    page = opened.page
    await page.get_by_label("Busca un artículo").fill("jeanz azul marino")
    await page.get_by_role("button", name="Buscar").click()
    await page.get_by_role("link", name="Jeans rectos Alba").click()
    assert page.url == f"{live.address}/g/jeans-alba?color=navy"
    await page.get_by_role("link", name="Guadalajara Centro").click()
    await page.get_by_role("link", name="Ropa").click()
    await page.get_by_role("link", name="Siguientes").click()
    assert await page.get_by_text("Página 2 de 3").is_visible()
    await page.get_by_label("Busca un artículo").fill(shop.barcode(900))
    await page.keyboard.press("Enter")
    await page.get_by_role("heading", name="Bolsa de manta").wait_for()
    assert await page.context.cookies() == []
    assert all(url.startswith(live.address) for url in opened.requests)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_cards_and_chips_are_large_enough_for_a_thumb(
    live: LiveShop, page_at: PageAt, scheme: Any
) -> None:
    await live.feed(*_shirts(30))
    page = (await page_at(f"{live.address}/find?q=camiseta", color_scheme=scheme)).page
    for path in ("/find?q=camiseta", "/"):
        await page.goto(live.address + path)
        for link in await page.locator("main a, main button, main input:visible").all():
            box = await link.bounding_box()
            assert box is not None
            assert box["height"] >= 44, await link.inner_text()


async def _scan(page: Page, code: str, expected: str) -> None:
    async with page.expect_navigation(url=expected):
        assert await page.evaluate(_SCAN, code) is False, "the key went on to something else"


async def test_a_scanned_code_opens_its_article_from_any_page(
    live: LiveShop, page_at: PageAt
) -> None:
    opened = await page_at(f"{live.address}/kiosk", width=1280, height=800)
    page = opened.page
    await _scan(page, shop.barcode(900), f"{live.address}/kiosk/p/tote")
    assert await page.get_by_role("heading", name="Bolsa de manta").is_visible()
    await page.get_by_role("link", name="English").click()
    await page.get_by_role("heading", name="Canvas tote").wait_for()
    # A link has the focus: the scanner's Enter must not follow it.
    await page.get_by_role("link", name="Guadalajara Centro").focus()
    link = f"https://q.example.com/01/{shop.barcode(1)}"
    await _scan(page, link, f"{live.address}/kiosk/p/alba-black-24?lang=en")
    assert opened.complaints == []


async def test_who_types_slowly_types_into_the_field(live: LiveShop, page_at: PageAt) -> None:
    page = (await page_at(f"{live.address}/kiosk", width=1280, height=800)).page
    field = page.get_by_label("Busca un artículo")
    await field.press_sequentially("jeans alba", delay=60)
    assert await field.input_value() == "jeans alba"
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"{live.address}/kiosk/find?q=jeans+alba")


async def test_the_start_is_back_half_a_minute_after_the_last_touch(
    live: LiveShop, page_at: PageAt
) -> None:
    page = (await page_at("about:blank", width=1280, height=800)).page
    await page.clock.install()
    await page.goto(f"{live.address}/kiosk/p/tote?lang=en")
    await page.clock.run_for(19_000)
    leaving = page.get_by_text("Going back to the start")
    assert not await leaving.is_visible()
    await page.clock.run_for(2_000)
    assert await leaving.is_visible()
    await assert_fits(page)
    await page.get_by_role("button", name="Stay here").click()
    assert not await leaving.is_visible()
    await page.clock.run_for(29_000)
    assert page.url.endswith("/kiosk/p/tote?lang=en")
    async with page.expect_navigation(url=f"{live.address}/kiosk"):
        await page.clock.run_for(1_500)
    assert await page.get_by_role("heading", name="Pasa un código de barras").is_visible()


async def test_the_start_stays_until_somebody_typed_and_left(
    live: LiveShop, page_at: PageAt
) -> None:
    page = (await page_at("about:blank", width=1280, height=800)).page
    await page.clock.install()
    await page.goto(f"{live.address}/kiosk/")
    await page.evaluate("window.marked = true")
    await page.clock.run_for(90_000)
    assert await page.evaluate("window.marked")
    await page.get_by_label("Busca un artículo").fill("jea")
    async with page.expect_navigation(url=f"{live.address}/kiosk"):
        await page.clock.run_for(31_000)
    assert await page.get_by_label("Busca un artículo").input_value() == ""
