from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from starlette.responses import HTMLResponse
from starlette.types import Receive, Scope, Send

from gateway.web import cache
from gateway.web.cache import Note, PageCache

BASE = "http://shop.example"


class HandClock:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.wall = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
        self.seconds = 0.0

    def now(self) -> datetime:
        return self.wall

    def monotonic(self) -> float:
        return self.seconds

    def known(self) -> datetime:
        return self.now()

    @property
    def trusted(self) -> bool:
        return True


class CountingApp:
    """Pages that say how often they were made."""

    def __init__(self, tags: frozenset[str] = frozenset({"a"})) -> None:
        self.made = 0
        self.tags = tags
        self.until: datetime | None = None
        self.status = 200
        self.meanwhile: Callable[[], None] = lambda: None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.made += 1
        self.meanwhile()
        cache.note(scope, Note(tags=self.tags, until=self.until))
        body = f"<p>{self.made}</p>" + "x" * 1000
        await HTMLResponse(body, self.status, {"Vary": "Accept-Language"})(scope, receive, send)


@pytest.fixture
def app() -> CountingApp:
    return CountingApp()


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def pages(app: CountingApp, clock: HandClock) -> PageCache:
    return PageCache(app, key=lambda scope: scope["path"], clock=clock)


async def get(pages: PageCache, path: str = "/p/1", **headers: str) -> httpx.Response:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=pages), base_url=BASE, headers=headers
    ) as client:
        return await client.get(path)


async def test_a_page_is_made_once_and_answered_again(pages: PageCache, app: CountingApp) -> None:
    first, second = await get(pages), await get(pages)
    assert first.text == second.text
    assert app.made == 1
    assert second.headers["etag"].startswith('W/"')
    assert second.headers["vary"] == "Accept-Language, Accept-Encoding"


async def test_a_browser_that_has_the_page_gets_no_body(pages: PageCache) -> None:
    etag = (await get(pages)).headers["etag"]
    again = await get(pages, **{"if-none-match": f'"other", {etag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    assert (await get(pages, **{"if-none-match": '"other"'})).status_code == 200


async def test_compressed_only_for_those_who_can_read_it(pages: PageCache) -> None:
    small = await get(pages, **{"accept-encoding": "gzip"})
    plain = await get(pages, **{"accept-encoding": "identity"})
    assert small.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert small.text == plain.text
    assert int(small.headers["content-length"]) < len(gzip.compress(plain.content)) + 10


async def test_a_changed_key_makes_the_page_anew(pages: PageCache, app: CountingApp) -> None:
    await get(pages)
    pages.forget(frozenset({"b"}))
    await get(pages)
    assert app.made == 1
    pages.forget(frozenset({"a", "b"}))
    await get(pages)
    assert app.made == 2
    pages.forget(None)
    await get(pages)
    assert app.made == 3


async def test_a_page_whose_data_changed_while_it_was_made_is_not_kept(
    pages: PageCache, app: CountingApp
) -> None:
    app.meanwhile = lambda: pages.forget(frozenset({"a"}))
    await get(pages)
    app.meanwhile = lambda: pages.forget(frozenset({"elsewhere"}))
    assert "<p>2</p>" in (await get(pages)).text
    assert "<p>2</p>" in (await get(pages)).text


async def test_a_page_dies_after_its_time_and_at_the_next_price(
    pages: PageCache, app: CountingApp, clock: HandClock
) -> None:
    app.until = clock.wall + timedelta(seconds=10)
    await get(pages)
    clock.wall += timedelta(seconds=9)
    await get(pages)
    assert app.made == 1
    clock.wall += timedelta(seconds=1)
    app.until = None
    await get(pages)
    assert app.made == 2
    clock.seconds += cache.LIFETIME_S
    await get(pages)
    assert app.made == 3


async def test_only_successes_are_kept(pages: PageCache, app: CountingApp) -> None:
    app.status = 404
    assert (await get(pages)).status_code == 404
    await get(pages)
    assert app.made == 2


async def test_the_least_used_page_goes_when_there_are_too_many(clock: HandClock) -> None:
    app = CountingApp()
    pages = PageCache(app, key=lambda scope: scope["path"], clock=clock, max_bytes=2500)
    await get(pages, "/1")
    await get(pages, "/2")
    await get(pages, "/1")
    await get(pages, "/3")
    assert app.made == 3
    await get(pages, "/1")
    assert app.made == 3
    await get(pages, "/2")
    assert app.made == 4
