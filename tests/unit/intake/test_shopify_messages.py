"""Webhooks of Shopify over HTTP: what is proven makes us look, once; anything else does nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from gateway.clock import ShiftedClock, SystemClock
from gateway.feed.sources.shopify.webhooks import Hints
from gateway.intake import shopify_messages
from gateway.settings import Shopify
from gateway.store.database import Database
from tests.support.shopify_server import OLDER_SECRET, SECRET, message

ADDRESS = "/api/v1/shopify/webhooks"
BODY = b'{"id": 271878346596884015, "title": "x"}'


class Door:
    """The address, what comes of it, and a clock."""

    def __init__(self, client: httpx.AsyncClient, hints: Hints, clock: ShiftedClock) -> None:
        self.client = client
        self.hints = hints
        self.clock = clock

    async def send(
        self,
        body: bytes = BODY,
        *,
        topic: str = "products/update",
        secret: str = SECRET,
        headers: dict[str, str] | None = None,
    ) -> httpx.Response:
        """Message number 1; ``headers`` in place of the right ones."""
        content, right = message(body, topic=topic, number="1", secret=secret)
        return await self.client.post(ADDRESS, content=content, headers=right | (headers or {}))


@asynccontextmanager
async def door(folder: Path) -> AsyncIterator[Door]:
    settings = Shopify(
        shop="zapateria.myshopify.com", client_id="a", client_secret_file=folder / "secret"
    )
    clock, hints = ShiftedClock(SystemClock()), Hints()
    async with Database(folder / "anaquel.db") as database:
        app = FastAPI()
        app.include_router(
            shopify_messages.router(
                database, clock, settings, hints=hints, secrets=(SECRET, OLDER_SECRET)
            )
        )
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://in.test") as client:
            yield Door(client, hints, clock)


@pytest.mark.parametrize("secret", [SECRET, OLDER_SECRET])
async def test_a_proven_message_names_the_article_to_look_at(tmp_path: Path, secret: str) -> None:
    async with door(tmp_path) as one:
        answer = await one.send(secret=secret)
        assert (answer.status_code, answer.json()) == (200, {})
        assert one.hints.news.is_set()
        assert one.hints.take() == ["271878346596884015"]


async def test_a_message_about_stock_only_says_that_something_changed(tmp_path: Path) -> None:
    async with door(tmp_path) as one:
        await one.send(topic="inventory_levels/update")
        assert one.hints.news.is_set()
        assert one.hints.take() == []


async def test_a_repeat_is_acknowledged_and_does_nothing_for_a_day(tmp_path: Path) -> None:
    async with door(tmp_path) as one:
        await one.send()
        one.hints.take()
        assert (await one.send()).status_code == 200
        assert not one.hints.news.is_set()
        one.clock.advance(timedelta(hours=25))
        await one.send()
        assert one.hints.news.is_set()


@pytest.mark.parametrize(
    ("secret", "headers", "status", "words"),
    [
        ("guessed", {}, 401, "check [shopify] client_secret_file"),
        (SECRET, {"X-Shopify-Hmac-Sha256": ""}, 401, "check [shopify] client_secret_file"),
        (SECRET, {"X-Shopify-Shop-Domain": "other.myshopify.com"}, 401, "reads zapateria."),
        (SECRET, {"Content-Type": "text/plain"}, 415, "Content-Type: application/json"),
    ],
)
async def test_anything_else_is_refused_and_nobody_looks(
    tmp_path: Path, secret: str, headers: dict[str, str], status: int, words: str
) -> None:
    async with door(tmp_path) as one:
        answer = await one.send(secret=secret, headers=headers)
        assert answer.status_code == status
        assert words in answer.json()["detail"]
        assert not one.hints.news.is_set()
        await one.send()
        assert one.hints.news.is_set(), "the number of a refused message is not used up"


async def test_a_body_beyond_the_limit_is_refused(tmp_path: Path) -> None:
    async with door(tmp_path) as one:
        answer = await one.send(b"x" * (shopify_messages.MAX_BODY + 1))
        assert answer.status_code == 413
        assert not one.hints.news.is_set()
