from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Page

from tests.browser.conftest import LiveShop, PageAt
from tests.browser.fitting import assert_fits, enlarge_text
from tests.support import shop

pytestmark = pytest.mark.asyncio(loop_scope="session")
PAGES = (
    "/",
    "/p/alba-navy-26",
    "/g/jeans-alba?color=navy",
    "/p/runner-white-25",
    "/p/chino-32-30",
    "/p/tote",
    "/p/lamp",
)


async def test_nothing_scrolls_sideways_and_nothing_complains(
    live: LiveShop, page_at: PageAt
) -> None:
    opened = await page_at(live.address)
    for path in PAGES:
        await opened.page.goto(live.address + path)
        for width in (320, 360, 768, 1280):
            await opened.page.set_viewport_size({"width": width, "height": 640})
            await assert_fits(opened.page)
    assert opened.complaints == []


async def test_pages_fit_a_phone_with_text_of_twice_the_size(
    live: LiveShop, page_at: PageAt
) -> None:
    page = (await page_at(live.address)).page
    for path in PAGES:
        await page.goto(live.address + path)
        await enlarge_text(page)
        await assert_fits(page)


async def test_name_price_and_the_answer_stand_above_the_fold(
    live: LiveShop, page_at: PageAt
) -> None:
    page = (await page_at(f"{live.address}/p/alba-navy-28")).page
    for text in ("Jeans rectos Alba", "$899.00", "Talla 28 en esta tienda: no"):
        assert await _bottom(page, text) <= 640, text
    group = (await page_at(f"{live.address}/g/jeans-alba?color=navy")).page
    assert await _bottom(group, "¿Tu talla en esta tienda?") <= 640
    last = await group.locator(".chips:not(.colors) .chip").last.bounding_box()
    assert last is not None
    assert last["y"] + last["height"] <= 640


async def test_a_view_takes_three_requests_to_our_own_host(live: LiveShop, page_at: PageAt) -> None:
    opened = await page_at(f"{live.address}/p/alba-navy-26")
    urls = opened.requests
    assert all(url.startswith(live.address) for url in urls)
    assert len([url for url in urls if not url.endswith(".svg")]) == 3
    assert await opened.page.evaluate("document.fonts.check('17px Inter')")
    assert await opened.page.context.cookies() == []


async def test_a_shopper_without_javascript_finds_size_and_color_by_links(
    live: LiveShop, page_at: PageAt
) -> None:
    page = (
        await page_at(f"{live.address}/g/jeans-alba?color=navy", java_script_enabled=False)
    ).page
    await page.locator(".chips:not(.colors) .chip", has_text="27").click()
    assert page.url == f"{live.address}/p/alba-navy-27"
    assert await page.get_by_text("Talla 27 en esta tienda: queda 1").is_visible()
    await page.locator(".colors .chip", has_text="Crudo").click()
    assert page.url == f"{live.address}/p/alba-ecru-27"
    await page.get_by_label("Negro, 31").click()
    assert page.url == f"{live.address}/p/alba-black-31"


async def test_the_switch_changes_the_language_and_it_stays(
    live: LiveShop, page_at: PageAt
) -> None:
    page = (await page_at(f"{live.address}/p/alba-navy-26")).page
    await page.get_by_role("link", name="English").click()
    assert await page.get_by_text("Size 26 in this shop: yes").is_visible()
    assert await page.locator("html").get_attribute("lang") == "en"
    await page.locator(".chips:not(.colors) .chip", has_text="27").click()
    assert await page.get_by_text("Size 27 in this shop: 1 left").is_visible()
    await page.get_by_role("link", name="Español").click()
    assert await page.get_by_text("Talla 27 en esta tienda: queda 1").is_visible()


async def test_a_phone_set_to_english_gets_english(live: LiveShop, page_at: PageAt) -> None:
    page = (await page_at(f"{live.address}/p/alba-navy-26", locale="en-GB")).page
    assert await page.get_by_text("Size 26 in this shop: yes").is_visible()


async def test_a_changed_stock_shows_on_reload(live: LiveShop, page_at: PageAt) -> None:
    page = (await page_at(f"{live.address}/p/alba-navy-26")).page
    await live.feed(shop.stock("alba-navy-26", 0))
    await page.reload()
    await page.get_by_text("Talla 26 en esta tienda: no").wait_for(timeout=2000)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_words_can_be_read_in_light_and_dark(
    live: LiveShop, page_at: PageAt, scheme: Any
) -> None:
    page = (await page_at(f"{live.address}/p/alba-navy-29", color_scheme=scheme)).page
    ratios = await page.evaluate(CONTRAST)
    assert len(ratios) > 20
    weak = {text: ratio for text, ratio in ratios.items() if ratio < 4.5}
    assert weak == {}


async def test_targets_are_large_enough_for_a_thumb(live: LiveShop, page_at: PageAt) -> None:
    page = (await page_at(f"{live.address}/p/alba-navy-26")).page
    for link in await page.locator("main a, .bar a").all():
        box = await link.bounding_box()
        assert box is not None
        assert box["height"] >= 44, await link.inner_text()


async def test_an_unknown_code_gets_a_helpful_page(live: LiveShop, page_at: PageAt) -> None:
    page = (await page_at(f"{live.address}/01/{shop.barcode(777)}")).page
    assert await page.get_by_role("heading", name="No conocemos este artículo").is_visible()
    await page.get_by_role("link", name="Ir al inicio").click()
    assert await page.get_by_role("heading", name="Escanea una etiqueta").is_visible()


async def _bottom(page: Page, text: str) -> float:
    box = await page.get_by_text(text, exact=True).first.bounding_box()
    assert box is not None, text
    return box["y"] + box["height"]


CONTRAST = """() => {
  const channel = c => { c /= 255; return c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4 }
  const parts = s => s.match(/[\\d.]+/g).map(Number)
  const light = ([r, g, b]) => .2126 * channel(r) + .7152 * channel(g) + .0722 * channel(b)
  const ground = e => {
    for (; e; e = e.parentElement) {
      const c = parts(getComputedStyle(e).backgroundColor)
      if (c.length < 4 || c[3] > 0) return c
    }
    return [255, 255, 255]
  }
  const found = {}
  for (const e of document.querySelectorAll('main *, .bar *')) {
    const text = [...e.childNodes].filter(n => n.nodeType === 3).map(n => n.data.trim()).join('')
    if (!text || !e.getClientRects().length) continue
    const a = light(parts(getComputedStyle(e).color)), b = light(ground(e))
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05)
    found[text] = Math.min(found[text] ?? 99, ratio)
  }
  return found
}"""
