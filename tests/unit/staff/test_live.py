from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import StreamingResponse

from device_drivers.api.drivers import Presence
from gateway.labels.pictures import Pictures
from gateway.staff.gate import Gate
from gateway.staff.live import MOST_IDS, LiveRoutes
from gateway.store import labels, sessions, tasks
from gateway.store.database import Connection
from tests.support import shop
from tests.support.running import running
from tests.support.staffed import NAME, Staffed


async def _stream(staff: Staffed) -> AsyncGenerator[str, None]:
    """The lines of an open event stream, as a signed-in page hears them."""
    token = await staff.database.write(
        lambda connection: sessions.open_(connection, NAME, staff.clock.now())
    )
    shop_settings = staff.settings
    gate = Gate(staff.database, staff.clock, shop_settings.sites.staff, lambda: "es")
    routes = LiveRoutes(gate, staff.site.streams, Pictures(staff.database))
    request = Request(
        {
            "type": "http",
            "method": "GET",
            "path": "/live",
            "route": next(iter(routes.routes().routes)),
            "query_string": b"",
            "headers": [
                (b"cookie", f"anaquel={token}".encode()),
                (b"accept", b"text/event-stream"),
            ],
        }
    )
    await gate.enter(request)
    response = await routes.stream(request)
    assert isinstance(response, StreamingResponse)
    body = response.body_iterator
    async for chunk in body:
        assert isinstance(chunk, bytes)
        yield chunk.decode()


async def _next_event(stream: AsyncIterator[str]) -> str:
    async with asyncio.timeout(10):
        async for chunk in stream:
            if chunk.startswith("event:"):
                return chunk
    raise AssertionError("the stream ended")


async def test_a_change_reaches_an_open_page(shelf: Staffed) -> None:
    async with running(shelf.site.live), aclosing(_stream(shelf)) as stream:
        assert await anext(stream) == "retry: 2000\n\n"
        offline = Presence(label="L001", online=False)
        await shelf.database.write(lambda one: labels.presence(one, offline, shop.NOW))
        event = await _next_event(stream)
        assert event == 'event: labels\ndata: ["L001"]\n\n'
        await shelf.database.write(
            lambda connection: tasks.open_(connection, "label_rules", "L001", {}, shop.NOW)
        )
        assert (await _next_event(stream)).startswith("event: overview")


async def test_a_wave_is_one_hint_to_look_at_everything(shelf: Staffed) -> None:
    def wave(connection: Connection) -> None:
        for number in range(MOST_IDS + 1):
            connection.note("delivery", f"T{number}")

    async with running(shelf.site.live), aclosing(_stream(shelf)) as stream:
        await anext(stream)
        await shelf.database.write(wave)
        assert (await _next_event(stream)).startswith("event: anything")


async def test_the_stream_ends_with_the_session(shelf: Staffed) -> None:
    heard = []
    async with asyncio.timeout(10):
        async for chunk in _stream(shelf):
            heard.append(chunk)
            shelf.clock.advance(timedelta(seconds=1_801))
    assert heard == ["retry: 2000\n\n"]
    assert shelf.site.streams.open == 0


async def test_closing_the_streams_ends_open_pages(shelf: Staffed) -> None:
    async with asyncio.timeout(10):
        async for _ in _stream(shelf):
            shelf.site.streams.close()
    async with shelf.signed_in() as client:
        assert (await client.get("/live")).status_code == 503


async def test_pictures_are_bounded(shelf: Staffed) -> None:
    wished = await shelf.database.read(
        lambda connection: connection.execute("SELECT fingerprint FROM frame").fetchall()
    )
    pictures = Pictures(shelf.database, max_bytes=3_000)
    for (fingerprint,) in wished * 2:
        assert (await pictures.png(fingerprint) or b"").startswith(b"\x89PNG")
    assert sum(map(len, pictures._kept.values())) == pictures._bytes <= 3_000
    assert await pictures.png("ab" * 32) is None
