"""A shop in which shoppers ask and the staff answer: both sites over one database."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from gateway.clock import ShiftedClock
from gateway.shopper import site
from gateway.shopper.site import ShopperSite
from gateway.store import labels
from gateway.store.database import Database
from tests.support import shop, staffed
from tests.support.running import running
from tests.support.staffed import Staffed

IN_SHOP, AWAY, PROXY = "192.168.1.20", "93.184.216.34", "127.0.0.1"
FORM = re.compile(r'name="(\w+)" value="([^"]*)"')


@dataclass
class Attended:
    """Whether somebody of the shop has a page open."""

    now: bool = True

    def __call__(self) -> bool:
        return self.now


@dataclass
class AskingShop:
    """Both sites, with what is behind them."""

    database: Database
    clock: ShiftedClock
    staff: Staffed
    shopper: ShopperSite
    attended: Attended

    def phone(self, address: str = IN_SHOP, agent: str = "a phone") -> httpx.AsyncClient:
        """A shopper's phone; it follows no redirects by itself."""
        transport = httpx.ASGITransport(app=self.shopper.app, client=(address, 5000))
        headers = {"Accept-Language": "en", "User-Agent": agent}
        return httpx.AsyncClient(
            transport=transport, base_url="http://shop.example", headers=headers
        )

    async def look(self) -> None:
        """Time does what it does."""
        await self.shopper.offering.look()

    async def pass_(self, **passed: float) -> None:
        """Time passes."""
        self.clock.advance(timedelta(**passed))
        await self.look()

    def set(self, **settings: Any) -> None:
        """The shop sets something."""
        own = self.staff.settings.shop
        self.staff.settings.shop = own.model_copy(update=settings)


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[AskingShop]:
    """The shop over a database of its own; nothing runs by itself."""
    clock = ShiftedClock(shop.StillClock())
    async with Database(folder / "anaquel.db") as database:
        await staffed.fill(database)
        await database.write(staffed.shelf)
        staff = staffed.make(database, clock, folder)
        attended = Attended()
        shopper = await asyncio.to_thread(
            site.build,
            staff.settings,
            database,
            clock=clock,
            target_of_code=labels.target_of_code,
            is_attended=attended,
        )
        one = AskingShop(database, clock, staff, shopper, attended)
        async with running(shopper.upkeep):
            await one.look()
            yield one


def fields(page: str) -> dict[str, str]:
    """The hidden fields of the form on a page, and its first place."""
    found: dict[str, str] = {}
    for name, value in FORM.findall(page):
        found.setdefault(name, value)
    return found


async def ask(phone: httpx.AsyncClient, product: str, kind: str = "bring", **more: str) -> str:
    """Ask for it as a browser does; returns the address of the request's page."""
    page = await phone.get(f"/ask/{product}?kind={kind}")
    assert page.status_code == 200, page.text
    answer = await phone.post("/requests", data=fields(page.text) | more)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]
