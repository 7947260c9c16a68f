"""An address that is asked for the catalogue: a real server with ETags, trouble and recovery."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from gateway.clock import SystemClock
from gateway.feed.sources import csv_table
from gateway.feed.sources.address import Address
from gateway.store import fetched, replica, tasks
from gateway.store.database import Database
from tests.support import settings as make_settings
from tests.support.running import PATIENCE_S, one_turn, running
from tests.support.serving import serving

CLOCK = SystemClock()


def articles(price: str, count: int = 3) -> bytes:
    lines = "".join(f"a{number},Uno,{price}\n" for number in range(count))
    return f"id,name,price\n{lines}".encode()


@dataclass
class Server:
    """A web server with one file: as ``files.example`` would be."""

    body: bytes = b""
    etag: str | None = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[str | None] = field(default_factory=list)
    sent: int = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        given = Request(scope).headers.get("if-none-match")
        self.asked.append(given)
        if self.status == 200 and self.etag is not None and given == self.etag:
            answer = Response(status_code=304, headers={"ETag": self.etag})
        else:
            named = {} if self.etag is None else {"ETag": self.etag}
            answer = Response(self.body, self.status, headers=named | self.headers)
            self.sent += 1
        await answer(scope, receive, send)


@dataclass
class Shop:
    database: Database
    server: Server
    url: str

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not holds():
                await one_turn()

    async def asked_again(self, times: int = 2) -> None:
        """The requests that began from now on have been answered and dealt with but the last."""
        wanted = len(self.server.asked) + times
        await self.until(lambda: len(self.server.asked) >= wanted)

    async def until_price(self, wanted: str) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while await self.price() != wanted:
                await one_turn()

    async def price(self) -> str | None:
        row = await self.database.read(
            lambda c: c.execute(
                "SELECT json_extract(value, '$.offers[0].amount') FROM in_force "
                "WHERE kind = 'offers' AND key = 'a0'"
            ).fetchone()
        )
        return None if row is None else str(row[0])

    async def seq(self) -> int:
        at = await self.database.read(lambda c: replica.position(c, "files"))
        return at.seq


@asynccontextmanager
async def fetching(folder: Path, server: Server) -> AsyncIterator[Shop]:
    settings = make_settings.make(folder, central={"kind": "none"}, files={"every_s": 0.02})
    async with Database(folder / "anaquel.db") as database, serving(server) as base:
        url = f"{base}/s042/catalogue.csv"
        async with running(Address(url, database, settings, CLOCK)):
            yield Shop(database, server, url)


async def test_the_file_is_sent_once_and_again_when_it_changed(tmp_path: Path) -> None:
    server = Server(articles("1.00"), etag='"one"')
    async with fetching(tmp_path, server) as shop:
        await shop.until_price("1.00")
        await shop.asked_again()
        assert server.asked[-1] == '"one"'
        assert (server.sent, await shop.seq()) == (1, 1)
        server.body, server.etag = articles("1.50"), '"two"'
        await shop.until_price("1.50")
        await shop.asked_again()
        assert (server.sent, await shop.seq()) == (2, 2)


async def test_a_version_that_cannot_be_said_again_counts_as_none(tmp_path: Path) -> None:
    server = Server(articles("1.00"), etag='"catálogo"')
    async with fetching(tmp_path, server) as shop:
        await shop.until_price("1.00")
        server.body = articles("1.50")
        await shop.until_price("1.50")
    assert set(server.asked) == {None}


async def test_the_version_is_known_after_a_restart(tmp_path: Path) -> None:
    server = Server(articles("1.00"), etag='"one"')
    async with Database(tmp_path / "anaquel.db") as database, serving(server) as base:
        settings = make_settings.make(tmp_path, central={"kind": "none"}, files={"every_s": 0.02})
        shop = Shop(database, server, f"{base}/catalogue.csv")
        for _ in range(2):
            async with running(Address(shop.url, database, settings, CLOCK)):
                await shop.until_price("1.00")
                await shop.asked_again()
        known = await database.read(lambda c: fetched.get(c, shop.url))
        assert known is not None
        assert (known.etag, server.sent) == ('"one"', 1)


async def test_a_server_without_versions_costs_a_transfer_but_no_import(tmp_path: Path) -> None:
    server = Server(articles("1.00"))
    async with fetching(tmp_path, server) as shop:
        await shop.until_price("1.00")
        await shop.asked_again()
        assert server.sent > 1
        assert await shop.seq() == 1


async def test_trouble_passes_and_nothing_is_lost(tmp_path: Path) -> None:
    server = Server(articles("1.00"), status=503)
    async with fetching(tmp_path, server) as shop:
        await shop.asked_again()
        assert await shop.price() is None
        server.status = 200
        await shop.until_price("1.00")


async def test_a_redirect_is_not_followed(tmp_path: Path) -> None:
    secret = Server(articles("9.00"))
    async with serving(secret) as elsewhere:
        server = Server(status=302, headers={"Location": f"{elsewhere}/x.csv"})
        async with fetching(tmp_path, server) as shop:
            await shop.asked_again()
            assert secret.asked == []
            assert await shop.price() is None


async def test_too_large_a_file_is_not_read_to_its_end(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(csv_table, "MAX_BYTES", 2**20)
    server = Server(b"x" * 2**21)
    async with fetching(tmp_path, server) as shop:
        await shop.asked_again()
        assert await shop.price() is None
        server.body = articles("1.00")
        await shop.until_price("1.00")


async def test_a_refused_file_is_told_once_and_replaced_by_a_good_one(tmp_path: Path) -> None:
    server = Server(articles("1.00", 9), etag='"one"')
    async with fetching(tmp_path, server) as shop:
        await shop.until_price("1.00")
        server.body, server.etag = b"id,name,price\n", '"empty"'
        await shop.until(lambda: server.sent == 2)
        await shop.asked_again()
        assert server.sent == 2, "a refused version is not sent again"
        (task,) = await shop.database.read(tasks.all_open)
        assert (task.kind, task.key, task.detail["file"]) == ("refused_file", "address", shop.url)
        assert "there is no article in the file" in task.detail["message"]
        assert await shop.price() == "1.00"
        server.body, server.etag = articles("1.60", 9), '"three"'
        await shop.until_price("1.60")
        await shop.asked_again()
        assert await shop.database.read(tasks.count) == 0
