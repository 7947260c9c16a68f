"""A mass of prices and one odd price, decided on a phone; with a real gateway and broker."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from gateway.broker import topics
from gateway.staff import passwords
from gateway.store import people
from gateway.store.database import FILE, Database
from tests.browser.conftest import PageAt
from tests.browser.fitting import assert_fits
from tests.support import feeding, gateway_process
from tests.support import settings as make_settings
from tests.support.feeding import Central, price, product
from tests.support.gateway_process import GatewayProcess
from tests.support.mosquitto import Mosquitto
from tests.support.running import Listening, running

pytestmark = pytest.mark.asyncio(loop_scope="session")
PASSWORD = "una clave larga"
KEYS = [f"a{number:02d}" for number in range(40)]
SAID = {
    "es": {
        "odd": "parece un error",
        "refuse": "Rechazar",
        "refused": "Rechazado. Sigue valiendo lo anterior",
        "by": "Ana lo rechazó",
        "to_do": "Pendiente",
        "accept": "Aceptar",
        "accepted": "Aceptado. Las etiquetas se actualizan.",
        "changed": "Cambió mientras tanto, vuelve a mirar",
        "again": "Volver a mirar",
    },
    "en": {
        "odd": "looks like a mistake",
        "refuse": "Refuse",
        "refused": "Refused. What was there before holds",
        "by": "Ana refused it",
        "to_do": "To do",
        "accept": "Accept",
        "accepted": "Accepted. The labels follow now.",
        "changed": "It changed meanwhile, look again",
        "again": "Look again",
    },
}
ROWS = [feeding.SHOP, *(product(key) for key in KEYS), *(price(key, "100.00") for key in KEYS)]


async def sign_in(page: Page, name: str) -> None:
    await page.get_by_label("Nombre").fill(name)
    await page.get_by_label("Contraseña").fill(PASSWORD)
    await page.get_by_label("Contraseña").press("Enter")
    await expect(page.get_by_role("heading", name="Pendiente")).to_be_visible()


@dataclass
class Open:
    """A gateway with its central, and the address of its staff site."""

    address: str
    central: Central
    position: Listening

    async def held(self, count: int) -> None:
        """The gateway has all that central sent, and holds so many rows."""
        await self.position.until(
            lambda said: (said["seq"], said["held"]) == (self.central.publisher.seq, count)
        )


@asynccontextmanager
async def opened(mosquitto: Mosquitto, folder: Path) -> AsyncIterator[Open]:
    settings = make_settings.make(folder, mosquitto.broker)
    settings.data.folder.mkdir()
    hashed = await asyncio.to_thread(passwords.hash_, PASSWORD)
    async with Database(settings.data.folder / FILE) as database:
        for name, role in (("Ana", "manager"), ("Eva", "clerk")):
            add = partial(people.add, name=name, role=role, password_hash=hashed)
            await database.write(add)
    config = folder / "config.toml"
    gateway_process.write_config(config, settings)
    process = GatewayProcess(config)
    position = Listening(mosquitto.broker, topics.feed_position("gw-1"), client_id="reads")
    async with (
        asyncio.TaskGroup() as group,
        running(position),
        feeding.central_running(mosquitto, folder / "central", ROWS) as central,
    ):
        await process.start(group)
        shop = Open(process.addresses["staff"], central, position)
        await shop.held(0)
        yield shop
        assert await process.stop() == 0


async def test_a_manager_accepts_and_a_clerk_looks_on(
    mosquitto: Mosquitto, tmp_path: Path, page_at: PageAt
) -> None:
    async with opened(mosquitto, tmp_path) as shop:
        await shop.central.publish(*(price(key, "110.00") for key in KEYS[1:31]))
        await shop.held(30)

        clerk = (await page_at(f"{shop.address}/", width=360, height=740)).page
        await sign_in(clerk, "Eva")
        await expect(clerk.get_by_text("30 precios cambiarían de golpe")).to_be_visible()
        await expect(clerk.get_by_text("Lo decide quien lleva la tienda").first).to_be_visible()
        await expect(clerk.get_by_role("button", name="Aceptar")).to_have_count(0)

        watched = await page_at(f"{shop.address}/", width=360, height=740)
        page = watched.page
        await sign_in(page, "Ana")
        many = page.locator(".task", has_text="30 precios cambiarían de golpe")
        await expect(many.locator("tr")).to_have_count(5)
        await expect(many.locator("tr").first).to_contain_text("$100.00")
        await expect(many.locator("tr").first).to_contain_text("$110.00")
        await assert_fits(page)
        await many.get_by_role("link", name="Ver los 30").click()
        await expect(page.locator(".hold tbody tr")).to_have_count(30)
        await assert_fits(page)

        await page.get_by_role("button", name="Aceptar").click()
        await expect(page.get_by_text("Aceptado. Las etiquetas se actualizan.")).to_be_visible()
        await expect(many).to_have_count(0)
        await shop.held(0)
        # The clerk's page follows by itself.
        await expect(clerk.get_by_text("30 precios cambiarían de golpe")).to_have_count(0)
        assert watched.complaints == []


@pytest.mark.parametrize(("width", "language"), [(360, "es"), (1280, "en")])
@pytest.mark.parametrize("script", [True, False])
async def test_a_price_that_came_after_the_page_is_not_accepted_with_it(
    mosquitto: Mosquitto,
    tmp_path: Path,
    page_at: PageAt,
    *,
    width: int,
    language: str,
    script: bool,
) -> None:
    said = SAID[language]
    async with opened(mosquitto, tmp_path) as shop:
        await shop.central.publish(price("a00", "1.00"))
        await shop.held(1)
        watched = await page_at(
            f"{shop.address}/", width=width, height=740, java_script_enabled=script
        )
        page = watched.page
        await sign_in(page, "Ana")
        await page.goto(f"{shop.address}/holds/1?lang={language}")
        await expect(page.get_by_text("$1.00")).to_be_visible()
        await shop.central.publish(price("a00", "2.00"))
        await shop.held(1)
        if script:
            await expect(page.get_by_text(said["changed"])).to_be_visible()
            await page.get_by_role("link", name=said["again"]).click()
        else:
            await page.get_by_role("button", name=said["accept"]).click()
            await expect(page.get_by_text(said["changed"])).to_be_visible()
        await expect(page.get_by_text("$2.00")).to_be_visible()
        await assert_fits(page)
        await page.get_by_role("button", name=said["accept"]).click()
        await expect(page.get_by_text(said["accepted"])).to_be_visible()
        await shop.held(0)


# Whether each button could be pressed when another price came under it.
WATCH = """() => new MutationObserver(() => {
    if (!document.body.innerText.includes("$2.00")) return;
    window.still ??= [...document.querySelectorAll(".task button")].map((one) => one.disabled);
}).observe(document.querySelector("[data-again]"), { childList: true })"""


async def test_a_button_waits_when_another_price_comes_under_the_finger(
    mosquitto: Mosquitto, tmp_path: Path, page_at: PageAt
) -> None:
    async with opened(mosquitto, tmp_path) as shop:
        await shop.central.publish(price("a00", "1.00"))
        await shop.held(1)
        page = (await page_at(f"{shop.address}/", width=360, height=740)).page
        await sign_in(page, "Ana")
        await expect(page.get_by_text("$1.00")).to_be_visible()
        await page.evaluate(WATCH)
        await shop.central.publish(price("a00", "2.00"))
        await expect(page.get_by_text("$2.00")).to_be_visible()
        assert await page.evaluate("window.still") == [True, True]
        await page.get_by_role("button", name="Aceptar").click()
        await expect(page.get_by_text("Aceptado. Las etiquetas se actualizan.")).to_be_visible()


@pytest.mark.parametrize(("width", "language"), [(360, "es"), (1280, "en")])
async def test_a_refusal_is_seen_and_undone(
    mosquitto: Mosquitto, tmp_path: Path, page_at: PageAt, width: int, language: str
) -> None:
    said = SAID[language]
    async with opened(mosquitto, tmp_path) as shop:
        await shop.central.publish(price("a00", "1.00"))
        await shop.held(1)
        watched = await page_at(f"{shop.address}/", width=width, height=740)
        page = watched.page
        await sign_in(page, "Ana")
        await page.goto(f"{shop.address}/?lang={language}")
        odd = page.locator(".task", has_text=said["odd"])
        await odd.get_by_role("button", name=said["refuse"]).click()
        await expect(page.get_by_text(said["refused"])).to_be_visible()
        await expect(page.get_by_text(said["by"])).to_be_visible()
        await assert_fits(page)
        # Later, from Today: the refusal is still there and can be undone.
        await page.goto(f"{shop.address}/")
        await expect(page.get_by_role("heading", name=said["to_do"])).to_be_visible()
        await expect(odd).to_have_count(0)
        await page.locator('a[href="/holds"]').click()
        await expect(page.get_by_role("link", name=said["odd"])).to_be_visible()
        await assert_fits(page)
        await page.get_by_role("link", name=said["odd"]).click()
        await page.get_by_role("button", name=said["accept"]).click()
        await expect(page.get_by_text(said["accepted"])).to_be_visible()
        await shop.held(0)
        assert watched.complaints == []
