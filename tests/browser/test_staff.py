"""The staff site in a real browser, on a phone and on a desk."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, Route, expect

from device_drivers.api.drivers import Presence
from gateway.domain.labels import Target
from gateway.store import deliveries, labels
from gateway.store.database import Connection
from tests.browser.conftest import Enter, OpenShop, Watched
from tests.browser.fitting import SMALL_TARGETS, assert_fits, enlarge_text
from tests.support import shop, staffed

pytestmark = pytest.mark.asyncio(loop_scope="session")
PHONE, DESK = 360, 1280
PAGES = (
    "/",
    "/labels",
    "/labels?q=zzz",
    "/labels/L004",
    "/labels/L000/replace",
    "/retired-labels",
    "/labels/L005/bind?q=brisa",
    "/labels/L005/bind?of=jeans-alba",
    "/labels/L000/bind?group=jeans-alba&where.color=olive",
    "/bind",
    "/check-walk",
    "/proof?label=L000",
    "/articles?q=jeans",
    "/articles/alba-navy-26",
)


SKIP_ENDS = "document.querySelector('.skip').getBoundingClientRect().bottom"


async def _is_whole(watched: Watched) -> None:
    page = watched.page
    assert watched.complaints == []
    await assert_fits(page)
    broken = "[...document.images].filter(i => i.complete && !i.naturalWidth).length"
    assert await page.evaluate(broken) == 0, page.url


SCALES = """[...document.querySelectorAll(".label-picture img")].map(one => {
    const drawn = one.getBoundingClientRect();
    return [one.naturalWidth / drawn.width, one.naturalHeight / drawn.height];
})"""


@pytest.mark.parametrize("width", [PHONE, 768, DESK])
async def test_every_label_is_drawn_whole_at_its_proportions(
    open_shop: OpenShop, signed_in: Enter, width: int
) -> None:
    page = (await signed_in(width)).page
    await page.locator("#label-L006").scroll_into_view_if_needed()
    await _pictures_are_there(page)
    in_list = await page.evaluate(SCALES)
    assert len(in_list) > 10
    await page.goto(f"{open_shop.address}/labels/L001")
    await _pictures_are_there(page)
    alone = await page.evaluate(SCALES)
    for across, down in (*in_list, *alone):
        # Whole pixels of the panel for one of the page, alike in both directions.
        assert across == down
        assert across in {1, 2, 4, 8}


async def _pictures_are_there(page: Page) -> None:
    for picture in await page.locator("img").all():
        await expect(picture).to_have_js_property("complete", value=True)


def _badge(page: Page, label: str) -> Locator:
    return page.locator(f"#label-{label} .badge").first


async def test_every_page_fits_and_says_nothing_on_the_console(
    open_shop: OpenShop, signed_in: Enter
) -> None:
    watched = await signed_in(PHONE)
    page = watched.page
    for path in PAGES:
        await page.goto(open_shop.address + path)
        await expect(page.get_by_role("heading").first).to_be_visible()
        for width in (PHONE, 768, DESK):
            await page.set_viewport_size({"width": width, "height": 740})
            await _is_whole(watched)
            assert await page.evaluate(SMALL_TARGETS) == [], (path, width)


async def test_every_page_fits_a_phone_with_text_of_twice_the_size(
    open_shop: OpenShop, signed_in: Enter
) -> None:
    page = (await signed_in(PHONE)).page
    for path in (*PAGES, "/settings", "/people", "/waves", "/new-labels", "/import", "/prints"):
        await page.goto(open_shop.address + path)
        await expect(page.get_by_role("heading").first).to_be_visible()
        await enlarge_text(page)
        await assert_fits(page)
        assert await page.evaluate(SKIP_ENDS) <= 0, "the skip link covers the page's head"


@pytest.mark.parametrize("width", [PHONE, DESK])
async def test_a_row_follows_its_label_without_a_reload_and_stays_in_place(
    open_shop: OpenShop, signed_in: Enter, width: int
) -> None:
    watched = await signed_in(width)
    page = watched.page
    await expect(_badge(page, "L001")).to_have_text("En cola")
    await page.locator("#label-L004").scroll_into_view_if_needed()
    place = await page.evaluate("scrollY")
    await page.evaluate("window.untouched = true")
    shown = page.locator("#label-L001 .thumb img").nth(1)
    before = await shown.get_attribute("src")

    await open_shop.write(_confirm)
    await expect(_badge(page, "L001")).to_have_text("Se muestra")
    assert await shown.get_attribute("src") != before
    assert await page.locator("#label-L001.changed").count() == 1
    # The counts above follow a little later.
    chip = page.locator(".filters a", has_text="Correctas")
    await expect(chip).to_contain_text("2")
    assert await page.evaluate("scrollY") == place
    assert await page.evaluate("window.untouched")
    await _is_whole(watched)


def _confirm(connection: Connection) -> None:
    """L001 gets its picture and says that it shows it."""
    wish = deliveries.wish(connection, "L001")
    assert wish is not None
    sha256 = connection.execute(
        "SELECT sha256 FROM picture WHERE fingerprint = ?", (wish.fingerprint,)
    ).fetchone()[0]
    staffed.hand_over(connection, "L001", sha256)
    staffed.confirm(connection, "L001", sha256)


async def test_what_happens_before_a_page_listens_is_seen_all_the_same(
    open_shop: OpenShop, signed_in: Enter
) -> None:
    page = (await signed_in(PHONE)).page
    asked, may_listen = asyncio.Event(), asyncio.Event()

    async def held_back(route: Route) -> None:
        asked.set()
        await may_listen.wait()
        await route.continue_()

    await page.route("**/live*", held_back)
    await page.goto(f"{open_shop.address}/labels/L001")
    await expect(page.get_by_text("En cola", exact=True)).to_be_visible()
    await asked.wait()
    told = open_shop.staff.site.streams.events()
    await anext(told)
    await open_shop.write(_confirm)
    await anext(told)
    may_listen.set()
    await expect(page.get_by_text("Se muestra", exact=True)).to_be_visible()


async def test_binding_from_the_label_page(open_shop: OpenShop, signed_in: Enter) -> None:
    watched = await signed_in(PHONE)
    page = watched.page
    await page.locator("#label-L006 a").click()
    await page.get_by_role("link", name="Vincular a un artículo").click()
    await page.get_by_role("searchbox").type("jeans alba")
    await page.locator("#found").get_by_role("link", name="Jeans rectos Alba").first.click()
    await page.get_by_role("link", name="Solo color: Verde olivo").click()
    await expect(page.get_by_role("heading", name="Esto va a cambiar")).to_be_visible()
    await _is_whole(watched)
    await page.get_by_role("button", name="Vincular").click()
    await expect(page.get_by_text("Vínculo guardado")).to_be_visible()
    await expect(page.get_by_role("heading", name="Jeans rectos Alba")).to_be_visible()
    bound = await open_shop.staff.database.read(lambda one: labels.binding(one, "L006"))
    assert bound is not None
    assert bound.target == Target(group="jeans-alba", where={"color": "olive"})
    # The page follows what happens to the label.
    offline = Presence(label="L006", online=False)
    await open_shop.write(lambda one: labels.presence(one, offline, shop.NOW))
    await expect(page.get_by_text("No está al alcance")).to_be_visible()
    await _is_whole(watched)


async def test_a_scanner_binds_without_a_hand_on_the_screen(
    open_shop: OpenShop, signed_in: Enter
) -> None:
    watched = await signed_in(DESK)
    page = watched.page
    await page.goto(f"{open_shop.address}/bind")
    free, taken = await open_shop.code("L006"), await open_shop.code("L000")
    title = page.locator("#said .notice-title")

    async def scan(text: str) -> None:
        await page.keyboard.type(text)
        await page.keyboard.press("Enter")

    await scan(f"HTTPS://Q.EXAMPLE.COM/L/{free}")
    await scan(shop.barcode(903))
    await expect(page.locator("#said .notice-title")).to_have_text(f"{free} es ahora Calcetín")
    await scan(free)
    await scan("9521234000009")
    await expect(page.locator("#said .notice")).to_contain_text("No hay ningún artículo")
    # The label stands; only the article is scanned again. It is taken by now, so we are asked.
    await scan(shop.barcode(900))
    await expect(page.locator("#said .notice-title")).to_have_text(f"{free} ya es Calcetín")
    # We leave it: the next label is scanned, and is known before its article comes.
    await scan(taken)
    await expect(title).to_contain_text(f"{taken} ya es Jeans")
    await expect(page.get_by_label("1. Etiqueta")).to_have_value(taken)
    await scan(shop.barcode(900))
    await expect(page.locator("#said .notice")).to_contain_text("escanea otra vez ese artículo")
    await scan(shop.barcode(900))
    await expect(title).to_have_text(f"{taken} es ahora Bolsa de manta")
    await _is_whole(watched)
    # A label that nobody knows is said at once, and the next scan takes its place.
    await scan("ZZZZZZ")
    await expect(page.locator("#said .notice")).to_contain_text("No conocemos la etiqueta ZZZZZZ")
    await expect(page.get_by_label("1. Etiqueta")).to_be_focused()
    await scan(taken)
    await expect(title).to_contain_text(f"{taken} ya es Bolsa de manta")
    await scan(shop.barcode(901))
    await expect(page.locator("#said .notice")).to_contain_text("toca el botón")
    await page.get_by_role("button", name="Cambiar el vínculo").click()
    await expect(title).to_contain_text(f"{taken} es ahora")
    await _is_whole(watched)
    undo = page.locator(".recent li", has_text=taken).get_by_role("button", name="Deshacer")
    await undo.first.click()
    await expect(page.locator("#said .notice-title")).to_have_text(f"{taken} vuelve a como estaba")
    await _is_whole(watched)


async def test_search_finds_while_typing(signed_in: Enter) -> None:
    watched = await signed_in(PHONE)
    page = watched.page
    await page.get_by_role("searchbox").type("calcetin")
    await expect(page.locator("[data-label]")).to_have_count(1)
    await expect(page.locator("#label-L005")).to_be_visible()
    assert page.url.endswith("/labels?q=calcetin")
    await _is_whole(watched)


async def test_a_lost_connection_is_said_calmly_and_an_ended_session_too(
    open_shop: OpenShop, signed_in: Enter
) -> None:
    page = (await signed_in(PHONE)).page
    await expect(page.locator("#lost")).to_be_hidden()
    open_shop.staff.site.streams.close()
    await expect(page.get_by_text("Sin conexión con el equipo Anaquel")).to_be_visible()
    await open_shop.write(lambda connection: connection.execute("DELETE FROM session"))
    await expect(page.get_by_role("link", name="Entrar de nuevo")).to_be_visible()
    await expect(page.get_by_text("Sin conexión con el equipo Anaquel")).to_be_hidden()


async def test_without_script_everything_still_works(open_shop: OpenShop, signed_in: Enter) -> None:
    page = (await signed_in(PHONE, java_script_enabled=False)).page
    await page.get_by_role("searchbox").fill("tenis")
    await page.get_by_role("searchbox").press("Enter")
    await expect(page.locator("[data-label]")).to_have_count(1)
    await page.goto(f"{open_shop.address}/bind")
    await page.get_by_label("1. Etiqueta").fill(await open_shop.code("L006"))
    await page.get_by_label("2. Artículo").fill("tote")
    await page.get_by_role("button", name="Vincular").click()
    await expect(page.get_by_text("es ahora Bolsa de manta")).to_be_visible()
    await page.get_by_role("button", name="Salir").click()
    await expect(page.get_by_role("heading", name="Entrar")).to_be_visible()


async def test_the_keyboard_reaches_rows_and_motion_can_be_off(
    signed_in: Enter,
) -> None:
    page = (await signed_in(DESK, reduced_motion="reduce")).page
    await page.get_by_role("searchbox").focus()
    for _ in range(20):
        await page.keyboard.press("Tab")
        if await page.evaluate("document.activeElement.closest('.label-row') !== null"):
            break
    else:
        raise AssertionError("no row can be reached with the keyboard")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/labels/L000")
    await page.evaluate("document.querySelector('.sheet').classList.add('changed')")
    name = "getComputedStyle(document.querySelector('.sheet')).animationName"
    assert await page.evaluate(name) == "none"


async def test_what_is_scanned_without_a_network_is_bound_in_order_when_it_is_back(
    open_shop: OpenShop, signed_in: Enter, tmp_path: Path
) -> None:
    page = (await signed_in(PHONE)).page
    await page.goto(f"{open_shop.address}/bind")
    free, taken = await open_shop.code("L006"), await open_shop.code("L000")
    await page.context.set_offline(True)
    for code, article in ((free, "sock"), (taken, "sock")):
        for scan in (code, article):
            await page.keyboard.type(scan)
            await page.keyboard.press("Enter")
        await expect(page.locator("#waiting")).to_contain_text(f"{code} → {article}")
    await page.screenshot(path=tmp_path / "waiting.png", full_page=True)
    await assert_fits(page)
    assert await open_shop.staff.database.read(lambda one: labels.binding(one, "L006")) is None
    await page.context.set_offline(False)
    await expect(page.locator(".recent li")).to_contain_text("Calcetín")
    # What would overwrite is never done unasked.
    await expect(page.locator("#waiting li")).to_have_count(1)
    await expect(page.locator("#waiting li")).to_contain_text(f"{taken} ya es Jeans")
    bound = await open_shop.staff.database.read(lambda one: labels.binding(one, "L006"))
    assert bound is not None
    assert bound.target == Target(product="sock")
    await page.get_by_role("button", name="Quitar las que no se pudieron").click()
    await expect(page.locator("#waiting")).to_be_hidden()
