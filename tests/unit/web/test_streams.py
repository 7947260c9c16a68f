from __future__ import annotations

import asyncio

import pytest

from gateway.web import streams
from gateway.web.streams import ANYTHING, Event, Streams


async def test_an_open_page_hears_what_is_published() -> None:
    hub = Streams()
    events = hub.events()
    assert await anext(events) == b"retry: 2000\n\n"
    hub.publish(Event(name="label", data="a\nb"))
    assert await anext(events) == b"event: label\ndata: a\ndata: b\n\n"
    assert hub.open == 1
    await events.aclose()  # type: ignore[attr-defined] # it is a generator
    assert hub.open == 0


async def test_a_quiet_stream_has_a_heartbeat() -> None:
    events = Streams(heartbeat_s=0.001).events()
    await anext(events)
    assert (await anext(events)).startswith(b":")


async def test_a_page_that_falls_behind_is_told_once_that_anything_may_have_changed() -> None:
    hub = Streams(max_waiting=3)
    events = hub.events()
    await anext(events)
    for number in range(4):
        hub.publish(Event(name="label", data=str(number)))
    assert await anext(events) == ANYTHING.encoded()
    hub.close()
    assert [chunk async for chunk in events] == []


async def test_the_same_news_waits_once() -> None:
    hub = Streams()
    events = hub.events()
    await anext(events)
    for _ in range(3):
        hub.publish(Event(name="label", data="1"))
    hub.publish(Event(name="label", data="2"))
    assert b"data: 1" in await anext(events)
    assert b"data: 2" in await anext(events)


async def test_closing_ends_streams_that_wait() -> None:
    hub = Streams()
    heard: list[bytes] = []

    started = asyncio.Event()

    async def listen() -> None:
        async for chunk in hub.events():
            heard.append(chunk)
            started.set()

    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        group.create_task(listen())
        await started.wait()
        hub.close()
    assert heard == [b"retry: 2000\n\n"]


async def test_too_many_pages_and_a_stopping_site_are_refused() -> None:
    full = Streams(max_streams=0)
    assert full.response().status_code == 503
    stopping = Streams()
    stopping.close()
    assert stopping.response().status_code == 503
    assert streams.HEARTBEAT_S == 15


async def test_a_page_hears_what_was_told_before_it_listened() -> None:
    hub = Streams(max_waiting=3)
    hub.publish(Event(name="label", data="before"))
    mark = hub.mark
    for data in ("1", "2", "1"):
        hub.publish(Event(name="label", data=data))
    events = hub.events(mark)
    await anext(events)
    assert await anext(events) == b"event: label\ndata: 1\n\n"
    assert await anext(events) == b"event: label\ndata: 2\n\n"
    hub.publish(Event(name="label", data="3"))
    assert await anext(events) == b"event: label\ndata: 3\n\n"


async def test_a_page_that_missed_nothing_hears_nothing() -> None:
    hub = Streams(heartbeat_s=0.001)
    hub.publish(Event(name="label", data="1"))
    events = hub.events(hub.mark)
    await anext(events)
    assert (await anext(events)).startswith(b":")


@pytest.mark.parametrize(
    "since", ["", "-", "x-1", "{run}-9", "{run}-", "{run}-²", "{run}-" + "1" * 99]
)
async def test_a_page_of_another_run_or_of_long_ago_looks_at_everything(since: str) -> None:
    hub = Streams(max_waiting=3)
    mark = hub.mark
    for number in range(4):
        hub.publish(Event(name="label", data=str(number)))
    run = hub.mark.partition("-")[0]
    for asked in (since.format(run=run), mark, Streams().mark):
        events = hub.events(asked)
        await anext(events)
        assert await anext(events) == ANYTHING.encoded(), asked
