"""A real server and a real browser for the tests of pages, in one event loop.

Test modules say ``pytestmark = pytest.mark.asyncio(loop_scope="session")``, so that one Chromium
serves them all. ``live`` is a served shop, ``open_shop`` its staff site; ``page_at`` opens pages at
a width, language and colour scheme and keeps what a page complains about and asks for on its
``Watched``.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect

from gateway.clock import ShiftedClock
from gateway.settings import Listen
from gateway.shopper import site
from gateway.store import labels
from gateway.store.database import Connection, Database
from gateway.web.serving import Served, Serving
from tests.support import settings, shop, staffed
from tests.support.running import running
from tests.support.staffed import NAME, PASSWORD, Staffed

CHROMIUM = "/usr/bin/chromium"


@dataclass
class LiveShop:
    """A served shop: its address, its data, and its clock."""

    address: str
    database: Database
    clock: ShiftedClock

    async def feed(self, *rows: shop.Row) -> None:
        """Rows that central sends now."""
        await shop.fill(self.database, rows, seq=2)


@dataclass
class Watched:
    """A page, what it complained about, and the addresses it asked for."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


PageAt = Callable[..., Awaitable[Watched]]
Enter = Callable[..., Awaitable[Watched]]
PATIENCE_MS = 10_000
_DRAWN = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield chromium
        await chromium.close()


@pytest_asyncio.fixture(loop_scope="session")
async def live(tmp_path: Path) -> AsyncIterator[LiveShop]:
    clock = ShiftedClock(shop.StillClock())
    async with Database(tmp_path / "anaquel.db") as database:
        await shop.fill(database)
        built = await asyncio.to_thread(
            site.build,
            *(settings.make(tmp_path), database),
            clock=clock,
            target_of_code=labels.target_of_code,
        )
        serving = Serving(
            [Served(name="shopper", app=built.app, listen=Listen(host="127.0.0.1", port=0))]
        )
        address = serving.bind()["shopper"]
        async with running(serving, built.upkeep):
            yield LiveShop(address=address, database=database, clock=clock)


@pytest_asyncio.fixture(loop_scope="session")
async def page_at(browser: Browser) -> AsyncIterator[PageAt]:
    async with AsyncExitStack() as stack:

        async def opened(
            address: str, *, width: int = 360, height: int = 640, **options: Any
        ) -> Watched:
            options.setdefault("locale", "es-MX")
            viewport: Any = {"width": width, "height": height}
            context = await browser.new_context(viewport=viewport, device_scale_factor=2, **options)
            stack.push_async_callback(context.close)
            watched = Watched(await context.new_page())
            watched.page.on("console", lambda message: watched.complaints.append(message.text))
            watched.page.on("pageerror", lambda error: watched.complaints.append(str(error)))
            watched.page.on("request", lambda request: watched.requests.append(request.url))
            await watched.page.goto(address)
            await watched.page.evaluate("document.fonts.ready")
            if options.get("java_script_enabled", True):
                # A field that asks for the focus has it with the first picture of the page.
                await watched.page.evaluate(_DRAWN)
            return watched

        yield opened


@dataclass
class OpenShop:
    """The served staff site and its shop."""

    address: str
    staff: Staffed

    async def write(self, transaction: Callable[[Connection], Any]) -> Any:
        """Something happens in the shop."""
        return await self.staff.database.write(transaction)

    async def code(self, label: str) -> str:
        """What is printed on the label."""
        found = await self.staff.database.read(lambda one: labels.get(one, label))
        assert found is not None
        return found.code


@pytest_asyncio.fixture(loop_scope="session")
async def open_shop(tmp_path: Path) -> AsyncIterator[OpenShop]:
    clock = ShiftedClock(shop.StillClock())
    async with Database(tmp_path / "anaquel.db") as database:
        await staffed.fill(database)
        await database.write(staffed.shelf)
        staff = staffed.make(database, clock, tmp_path)
        serving = Serving(
            [Served(name="staff", app=staff.site.app, listen=Listen(host="127.0.0.1", port=0))],
            before_stop=staff.site.streams.close,
        )
        address = serving.bind()["staff"]
        async with running(serving, staff.site.live):
            yield OpenShop(address=address, staff=staff)


@pytest_asyncio.fixture(loop_scope="session")
async def signed_in(open_shop: OpenShop, page_at: PageAt) -> Enter:
    """A page on the list of labels, after signing in by hand."""

    async def enter(width: int, **options: Any) -> Watched:
        watched = await page_at(f"{open_shop.address}/labels", width=width, height=740, **options)
        page = watched.page
        page.set_default_timeout(PATIENCE_MS)
        await page.get_by_label("Nombre").fill(NAME)
        await page.get_by_label("Contraseña").fill(PASSWORD)
        await page.get_by_label("Contraseña").press("Enter")
        await expect(page.get_by_role("heading", name="Etiquetas")).to_be_visible()
        return watched

    return enter
