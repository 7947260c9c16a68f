"""A shopper's phone and a clerk's phone side by side: what one does the other sees."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from gateway.clock import ShiftedClock
from gateway.settings import Listen
from gateway.shopper import site
from gateway.shopper.offering import Offering
from gateway.store import labels
from gateway.store import requests as kept
from gateway.store.database import Database
from gateway.web.serving import Served, Serving
from tests.browser.conftest import PageAt, Watched
from tests.browser.fitting import assert_fits, enlarge_text
from tests.browser.test_shopper import CONTRAST
from tests.support import shop, staffed
from tests.support.running import running
from tests.support.staffed import NAME, PASSWORD, Staffed

pytestmark = pytest.mark.asyncio(loop_scope="session")
PHONE, DESK = 360, 1280
PATIENCE_MS = 10_000
HERE, LAST = "alba-navy-26", "alba-navy-27"
SAID = {
    "es": {
        "bring": "Tráeme esta talla",
        "where": "¿A dónde te lo llevamos?",
        "code": "Código de hoy",
        "ask": "Pedir que lo traigan",
        "asked": "El personal ya lo tiene en su pantalla",
        "seen": "Ya lo vio una persona",
        "coming": "Va en camino",
        "found": "Lo encontramos",
        "handed": "Entregado",
        "not_found": "No lo encontramos",
        "hold": "Apártamelo",
        "do_hold": "Apartar",
        "waits": "Preguntamos si se puede apartar",
        "held": "Apartado hasta las 16:32",
        "unseen": "Nadie lo ha visto todavía: pregunta en el mostrador",
        "cancel": "Ya no lo quiero",
        "accept": "Aceptar",
        "on_my_way": "Voy por ello",
        "have": "Lo tengo",
        "missing": "No está",
        "done": "Entregado",
        "name": "Nombre",
        "password": "Contraseña",
    },
    "en": {
        "bring": "Bring me this size",
        "where": "Where shall we bring it?",
        "code": "Today's code",
        "ask": "Ask to bring it",
        "asked": "Our staff have it on their screen",
        "seen": "Somebody has seen it",
        "coming": "On its way",
        "found": "Found",
        "handed": "Handed over",
        "not_found": "We did not find it",
        "hold": "Hold it for me",
        "do_hold": "Hold it",
        "waits": "We are asking whether we can hold it",
        "held": "Held until 16:32",
        "unseen": "Nobody has seen it yet: please ask at the counter",
        "cancel": "I do not want it any more",
        "accept": "Accept",
        "on_my_way": "On my way",
        "have": "Found it",
        "missing": "Not found",
        "done": "Handed over",
        "name": "Name",
        "password": "Password",
    },
}
LOCALES = {"es": "es-MX", "en": "en-GB"}


class Attended:
    """Whether somebody has a staff page open, and events for who waits for that."""

    def __init__(self, staff: Staffed) -> None:
        self._staff = staff
        self.began, self.ended = asyncio.Event(), asyncio.Event()

    def __call__(self) -> bool:
        now = self._staff.site.is_attended()
        for event, holds in ((self.began, now), (self.ended, not now)):
            event.set() if holds else event.clear()
        return now


@dataclass
class BothSites:
    """The served shop."""

    shopper: str
    desk: str
    staff: Staffed
    offering: Offering
    attended: Attended

    async def code(self) -> str:
        """What hangs at the entrance today."""
        async with self.staff.signed_in() as clerk:
            return str((await clerk.get("/api/v1/requests")).json()["code_today"])

    async def pass_(self, **passed: float) -> None:
        """Time passes."""
        self.staff.clock.advance(timedelta(**passed))
        await self.offering.look()


@asynccontextmanager
async def _served(folder: Path) -> AsyncIterator[BothSites]:
    clock = ShiftedClock(shop.StillClock())
    async with Database(folder / "anaquel.db") as database:
        await staffed.fill(database)
        await database.write(staffed.shelf)
        staff = staffed.make(database, clock, folder)
        lookup = await asyncio.to_thread(
            site.build,
            staff.settings,
            database,
            clock=clock,
            target_of_code=labels.target_of_code,
            is_attended=(attended := Attended(staff)),
        )
        listen = Listen(host="127.0.0.1", port=0)
        serving = Serving(
            [
                Served(name="shopper", app=lookup.app, listen=listen),
                Served(name="staff", app=staff.site.app, listen=listen),
            ],
            before_stop=staff.site.streams.close,
        )
        bound = serving.bind()
        async with running(serving, staff.site.live, *lookup.services):
            yield BothSites(bound["shopper"], bound["staff"], staff, lookup.offering, attended)


@pytest_asyncio.fixture(loop_scope="session")
async def both(tmp_path: Path) -> AsyncIterator[BothSites]:
    async with _served(tmp_path) as sites:
        yield sites


async def _clerk(both: BothSites, page_at: PageAt, language: str = "es", **more: Any) -> Watched:
    """A clerk's phone on Today, with its stream open."""
    watched = await page_at(both.desk, height=740, locale=LOCALES[language], **more)
    said, page = SAID[language], watched.page
    page.set_default_timeout(PATIENCE_MS)
    await page.get_by_label(said["name"]).fill(NAME)
    await page.get_by_label(said["password"]).fill(PASSWORD)
    await page.get_by_label(said["password"]).press("Enter")
    await page.wait_for_selector("#staff")
    await both.attended.began.wait()
    await both.offering.look()
    return watched


async def _asks(both: BothSites, page: Page, said: dict[str, str], product: str = HERE) -> None:
    """The shopper has it brought; over the loop nobody can tell where the phone is."""
    await page.goto(f"{both.shopper}/p/{product}")
    await page.get_by_role("link", name=said["bring"]).click()
    await expect(page.get_by_role("heading", name=said["where"])).to_be_visible()
    await page.get_by_label(said["code"]).fill((await both.code()).lower())
    await page.get_by_role("button", name=said["ask"]).click()


async def _tap(page: Page, name: str) -> None:
    await page.locator(".request").get_by_role("button", name=name, exact=True).click()


@pytest.mark.parametrize("language", ["es", "en"])
async def test_both_phones_show_every_step(both: BothSites, page_at: PageAt, language: str) -> None:
    said = SAID[language]
    clerk = await _clerk(both, page_at, language)
    shopper = await page_at(f"{both.shopper}/", locale=LOCALES[language])
    phone, desk = shopper.page, clerk.page
    phone.set_default_timeout(PATIENCE_MS)
    await desk.evaluate("window.rung = 0; addEventListener('rings', () => rung++, true)")
    await _asks(both, phone, said)
    await expect(phone.get_by_text(said["asked"])).to_be_visible()
    # It appears on the clerk's page by itself, and is heard.
    await expect(desk.locator(".request")).to_have_count(1)
    assert await desk.evaluate("rung") == 1
    for tap, sees in (
        ("accept", "seen"),
        ("on_my_way", "coming"),
        ("have", "found"),
        ("done", "handed"),
    ):
        await _tap(desk, said[tap])
        await expect(phone.locator(".notice-title")).to_have_text(said[sees])
    await expect(desk.locator(".request")).to_have_count(0)
    assert shopper.complaints == []
    assert clerk.complaints == []
    assert await phone.context.cookies() == []
    assert all(url.startswith(both.shopper) for url in shopper.requests)


async def test_without_javascript_a_shopper_asks_and_a_clerk_answers(
    both: BothSites, page_at: PageAt
) -> None:
    said = SAID["es"]
    await _clerk(both, page_at)  # somebody with a live page makes it possible
    clerk = (await page_at(both.desk, height=740, java_script_enabled=False)).page
    await clerk.get_by_label(said["name"]).fill(NAME)
    await clerk.get_by_label(said["password"]).fill(PASSWORD)
    await clerk.get_by_label(said["password"]).press("Enter")
    await clerk.wait_for_selector("#staff")
    phone = (await page_at(both.shopper, java_script_enabled=False)).page
    await _asks(both, phone, said)
    assert await phone.get_by_text(said["asked"]).is_visible()
    await clerk.goto(both.desk)
    await _tap(clerk, said["accept"])
    await phone.reload()
    assert await phone.get_by_text(said["seen"]).is_visible()
    # The page of a request loads again by itself.
    assert 'http-equiv="refresh"' in await phone.content()
    await phone.get_by_role("button", name=said["cancel"]).click()
    await clerk.reload()
    assert await clerk.locator(".request").count() == 0


async def test_the_next_shopper_sees_what_was_not_found(both: BothSites, page_at: PageAt) -> None:
    said = SAID["es"]
    desk = (await _clerk(both, page_at)).page
    phone = (await page_at(both.shopper)).page
    await _asks(both, phone, said)
    await _tap(desk, said["accept"])
    await _tap(desk, said["missing"])
    await expect(phone.locator(".notice-title")).to_have_text(said["not_found"])
    await phone.get_by_role("link", name="Talla 27").click()
    assert phone.url == f"{both.shopper}/p/{LAST}"
    other = (await page_at(f"{both.shopper}/p/{HERE}")).page
    await expect(other.get_by_text("Talla 26 en esta tienda: no")).to_be_visible()
    await expect(other.get_by_text("Lo buscamos a las 14:32")).to_be_visible()


async def test_a_hold_gives_a_code_that_the_clerk_sees_too(
    both: BothSites, page_at: PageAt
) -> None:
    said = SAID["en"]
    desk = (await _clerk(both, page_at, "en")).page
    phone = (await page_at(f"{both.shopper}/p/{LAST}", locale="en-GB")).page
    await phone.get_by_role("link", name=said["hold"]).click()
    await phone.get_by_role("button", name=said["do_hold"]).click()
    await expect(phone.get_by_text(said["waits"])).to_be_visible()
    await _tap(desk, said["accept"])
    await expect(phone.get_by_text(said["held"])).to_be_visible()
    code = await phone.locator(".pickup strong").inner_text()
    await expect(desk.locator(".request .pickup strong")).to_have_text(code)
    other = (await page_at(f"{both.shopper}/p/{LAST}", locale="en-GB")).page
    await expect(other.get_by_text("What is left is being held for somebody.")).to_be_visible()


async def test_nobody_sees_it_and_it_grows_louder(both: BothSites, page_at: PageAt) -> None:
    said = SAID["es"]
    clerk = await _clerk(both, page_at)
    desk = clerk.page
    await desk.goto(f"{both.desk}/labels")
    await desk.evaluate(
        "window.rung = []; document.addEventListener('rings', one => rung.push(one.detail))"
    )
    phone = (await page_at(both.shopper)).page
    await _asks(both, phone, said)
    await expect(desk.get_by_text("Un cliente espera")).to_be_visible()
    assert await desk.evaluate("rung") == [False]
    await both.pass_(minutes=2)
    await expect(desk.locator(".bell .trouble")).to_be_visible()
    assert await desk.evaluate("rung") == [False, True]
    await both.pass_(minutes=2)
    await expect(phone.locator(".notice-title")).to_have_text(said["unseen"])
    await desk.get_by_text("Un cliente espera").click()
    await expect(desk.locator(".request.trouble")).to_have_count(1)
    assert clerk.complaints == []


async def test_without_a_staff_page_nothing_is_offered(both: BothSites, page_at: PageAt) -> None:
    said = SAID["es"]
    watched = await _clerk(both, page_at)
    phone = (await page_at(f"{both.shopper}/p/{HERE}")).page
    assert await phone.get_by_role("link", name=said["bring"]).is_visible()
    await watched.page.close()
    await both.attended.ended.wait()
    await both.pass_(seconds=31)
    await phone.reload()
    assert await phone.get_by_role("link", name=said["bring"]).count() == 0
    assert await phone.get_by_role("link", name=said["hold"]).is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_words_can_be_read_in_light_and_dark(
    both: BothSites, page_at: PageAt, scheme: str
) -> None:
    said = SAID["en"]
    desk = (await _clerk(both, page_at, "en", color_scheme=scheme)).page
    phone = (await page_at(both.shopper, locale="en-GB", color_scheme=scheme)).page
    await phone.goto(f"{both.shopper}/ask/{LAST}?kind=hold")
    await _can_be_read(phone, 8)
    await phone.get_by_role("button", name=said["do_hold"]).click()
    await expect(phone.get_by_text(said["waits"])).to_be_visible()
    await both.pass_(minutes=4)
    await expect(phone.locator(".notice-title")).to_have_text(said["unseen"])
    await _can_be_read(phone, 8)
    await desk.goto(f"{both.desk}/requests")
    await expect(desk.locator(".request.trouble")).to_have_count(1)
    await _can_be_read(desk, 12)
    await _tap(desk, said["accept"])
    await expect(phone.locator(".pickup")).to_be_visible()
    await _can_be_read(phone, 8)


async def _can_be_read(page: Page, least: int) -> None:
    ratios = await page.evaluate(CONTRAST)
    assert len(ratios) >= least
    assert {text: ratio for text, ratio in ratios.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("language", ["es", "en"])
async def test_pages_fit_at_every_width_and_with_large_text(
    both: BothSites, page_at: PageAt, language: str
) -> None:
    said = SAID[language]
    clerk = await _clerk(both, page_at, language)
    shopper = await page_at(both.shopper, locale=LOCALES[language])
    phone, desk = shopper.page, clerk.page
    phone.set_default_timeout(PATIENCE_MS)
    both.staff.settings.shop = both.staff.settings.shop.model_copy(
        update={
            "bring_to": "Probador 1, Probador 2, Zona de niños y bebés",
            "buy_link": "https://web.example/{variant}",
            "chat_link": "https://wa.me/52133?text={article}",
        }
    )
    await both.staff.database.write(lambda rows: rows.note("shop_setting_in_force", ""))
    await phone.goto(f"{both.shopper}/ask/{HERE}?kind=hold")
    await _fits(phone)
    await phone.goto(f"{both.shopper}/ask/{HERE}?kind=bring")
    await _fits(phone)
    await _asks(both, phone, said)
    await expect(phone.get_by_text(said["asked"])).to_be_visible()
    await _fits(phone)
    await expect(desk.locator(".request")).to_have_count(1)
    await _fits(desk)
    await desk.goto(f"{both.desk}/requests")
    await _fits(desk)
    ref = (await both.staff.database.read(kept.for_staff))[0].ref
    assert await desk.locator(f"#request-{ref}").is_visible()
    await phone.goto(f"{both.shopper}/p/{HERE}")
    await expect(phone.locator(".acts a")).to_have_count(4)
    await _fits(phone)
    assert shopper.complaints == []
    assert clerk.complaints == []


async def _fits(page: Page) -> None:
    for width in (320, PHONE, 768, DESK):
        await page.set_viewport_size({"width": width, "height": 740})
        await assert_fits(page)
    await page.set_viewport_size({"width": PHONE, "height": 740})
    small = """[...document.querySelectorAll(
        ".acts a, .asking a, .asking button, .place, .request button, .request a, .actions a")]
        .filter(one => one.offsetParent && one.getBoundingClientRect().height < 44)
        .map(one => one.outerHTML)"""
    assert await page.evaluate(small) == []
    await enlarge_text(page)
    await assert_fits(page)
    await page.reload()
