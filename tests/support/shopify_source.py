"""The Shopify source at work on a database, and a test that waits for what comes of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gateway.clock import Clock, ShiftedClock, SystemClock
from gateway.feed.sources.shopify.service import ShopifyService
from gateway.feed.sources.shopify.webhooks import Hints
from gateway.settings import Settings
from gateway.store import shopify, tasks
from gateway.store.database import Database
from tests.support import settings as make_settings
from tests.support.running import PATIENCE_S, running
from tests.support.shopify_server import SECRET, ShopifyServer


def make(server: ShopifyServer, folder: Path, **more: Any) -> Settings:
    section = server.settings(folder, **more)
    return make_settings.make(folder, central={"kind": "none"}, shopify=section)


class StillClock:
    """The wall clock of one day; durations are real."""

    def __init__(self) -> None:
        self.at = datetime(2026, 8, 22, 20, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return SystemClock().monotonic()

    def known(self) -> datetime:
        return self.now()

    @property
    def trusted(self) -> bool:
        return True


@dataclass(slots=True)
class Shop:
    database: Database
    clock: ShiftedClock
    hints: Hints
    settings: Settings

    async def rows(self, kind: str) -> dict[str, Any]:
        found = await self.database.read(
            lambda connection: connection.execute(
                "SELECT key, value FROM in_force WHERE kind = ?", (kind,)
            ).fetchall()
        )
        return {key: json.loads(value) for key, value in found}

    async def until(self, wanted: Any) -> None:
        """Wait until ``wanted`` (a coroutine function) says True."""
        news = self.database.changes.subscribe("feed", "task", "shopify")
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not await wanted():
                    await news.next()
        finally:
            self.database.changes.unsubscribe(news)

    async def price_of(self, variant: int) -> str | None:
        row = (await self.rows("offers")).get(str(variant))
        return None if row is None else row["offers"][-1]["amount"]

    async def until_price(self, variant: int, amount: str | None) -> None:
        async def there() -> bool:
            return await self.price_of(variant) == amount

        await self.until(there)

    async def task(self, key: str) -> str | None:
        found = await self.database.read(tasks.all_open)
        told = [
            task.detail["message"] for task in found if (task.kind, task.key) == ("shopify", key)
        ]
        return told[0] if told else None

    async def until_task(self, key: str, part: str | None) -> None:
        async def there() -> bool:
            told = await self.task(key)
            return told is None if part is None else part in (told or "")

        await self.until(there)

    async def until_read(self, number: int = 1) -> None:
        async def there() -> bool:
            state = await self.database.read(shopify.state)
            return state is not None and state.number >= number

        await self.until(there)


@asynccontextmanager
async def open_shop(
    server: ShopifyServer,
    folder: Path,
    *,
    read: bool = True,
    base: Clock | None = None,
    **more: Any,
) -> AsyncIterator[Shop]:
    settings = make(server, folder, **more)
    clock = ShiftedClock(base or SystemClock())
    hints = Hints()
    async with Database(folder / "anaquel.db") as database:
        shop = Shop(database=database, clock=clock, hints=hints, settings=settings)
        service = await asyncio.to_thread(ShopifyService, database, clock, settings, SECRET, hints)
        async with server.running(), running(service):
            if read:
                await shop.until_read()
            yield shop
