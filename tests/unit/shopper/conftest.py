"""A shop on file and the site over it, asked through ASGI."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from gateway.clock import ShiftedClock
from gateway.shopper import site
from gateway.shopper.site import ShopperSite
from gateway.store import labels
from gateway.store.database import Database
from tests.support import settings, shop
from tests.support.running import running


@dataclass
class Shopper:
    """Somebody with a phone in front of the shelf."""

    site: ShopperSite
    database: Database
    clock: ShiftedClock

    async def get(self, path: str, method: str = "GET", **headers: str) -> httpx.Response:
        """What the phone gets."""
        transport = httpx.ASGITransport(app=self.site.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://shop.example", headers=headers
        ) as client:
            return await client.request(method, path)


@pytest.fixture
async def shopper(tmp_path: Path) -> AsyncIterator[Shopper]:
    clock = ShiftedClock(shop.StillClock())
    async with Database(tmp_path / "anaquel.db") as database:
        await shop.fill(database)
        built = await asyncio.to_thread(
            site.build,
            *(settings.make(tmp_path), database),
            clock=clock,
            target_of_code=labels.target_of_code,
        )
        async with running(built.upkeep):
            yield Shopper(built, database, clock)
