from __future__ import annotations

import asyncio
import socket
import time

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from gateway.settings import Listen
from gateway.web.serving import ListenError, Served, Serving
from gateway.web.streams import Event, Streams
from tests.support.running import running

ANY_PORT = Listen(host="127.0.0.1", port=0)


def app(streams: Streams | None = None) -> Starlette:
    async def hello(_: Request) -> Response:
        return PlainTextResponse("hello")

    async def events(_: Request) -> Response:
        assert streams is not None
        return streams.response()

    return Starlette(routes=[Route("/", hello), Route("/events", events)])


async def test_several_sites_answer_on_their_own_ports() -> None:
    serving = Serving(
        [Served(name=name, app=app(), listen=ANY_PORT) for name in ("shopper", "staff")]
    )
    addresses = serving.bind()
    assert addresses["shopper"] != addresses["staff"]
    async with running(serving), httpx.AsyncClient() as client:
        for address in addresses.values():
            answer = await client.get(address)
            assert answer.text == "hello"
            assert "server" not in answer.headers


async def test_stopping_ends_at_once_although_pages_listen() -> None:
    streams = Streams()
    serving = Serving(
        [Served(name="staff", app=app(streams), listen=ANY_PORT)], before_stop=streams.close
    )
    address = serving.bind()["staff"]
    heard: list[str] = []
    async with httpx.AsyncClient() as client, asyncio.TaskGroup() as group:
        started = asyncio.Event()

        async def listen() -> None:
            async with client.stream("GET", f"{address}/events") as answer:
                async for line in answer.aiter_lines():
                    heard.append(line)
                    started.set()

        async with running(serving):
            group.create_task(listen())
            await started.wait()
            streams.publish(Event(name="label", data="1"))
            stopping = time.monotonic()
        assert time.monotonic() - stopping < 1.5
    assert "retry: 2000" in heard


async def test_a_port_in_use_names_the_address_and_the_setting() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        serving = Serving(
            [
                Served(name="shopper", app=app(), listen=ANY_PORT),
                Served(name="staff", app=app(), listen=Listen(host="127.0.0.1", port=port)),
            ]
        )
        with pytest.raises(ListenError) as told:
            serving.bind()
    assert f"127.0.0.1:{port}" in str(told.value)
    assert "[sites.staff]" in str(told.value)


def test_an_address_of_another_machine_is_said_to_be_so() -> None:
    serving = Serving([Served(name="staff", app=app(), listen=Listen(host="192.0.2.1", port=0))])
    with pytest.raises(ListenError, match=r"does not have that address.*\[sites\.staff\]"):
        serving.bind()
