"""Requests to boxes in the shop end in time, stay small, and say why they failed."""

from __future__ import annotations

import asyncio
import gzip
import socket
from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import (
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from device_drivers.links import http
from device_drivers.links.http import File, HttpError, HttpPoint, HttpReason
from device_drivers.simulated.serving import LoopbackSite


async def dripping(request: Request) -> AsyncIterator[bytes]:
    while not await request.is_disconnected():
        yield b" "
        await asyncio.sleep(0.02)


async def flooding(request: Request) -> AsyncIterator[bytes]:
    while not await request.is_disconnected():
        yield b" " * 65_536


async def breaking() -> AsyncIterator[bytes]:
    yield b"half"
    raise ConnectionResetError


async def answer(request: Request) -> Response:
    match request.path_params["what"]:
        case "drip":
            return StreamingResponse(dripping(request))
        case "flood":
            return StreamingResponse(flooding(request))
        case "cut":
            return StreamingResponse(breaking(), headers={"Content-Length": "8"})
        case "elsewhere":
            return RedirectResponse("/good")
        case "packed":
            body = gzip.compress(bytes(10_000_000))
            return Response(body, headers={"Content-Encoding": "gzip"})
        case _:
            return PlainTextResponse(f"hello {request.query_params.get('name', '')}")


async def form(request: Request) -> Response:
    async with request.form() as sent:
        names = [name for name, _ in sent.multi_items()]
    return JSONResponse([*names, request.headers["content-type"].split(";")[0]])


async def put(request: Request) -> Response:
    return JSONResponse([request.headers["content-type"], await request.json()])


async def talk(socket_: WebSocket) -> None:
    await socket_.accept()
    await socket_.send_text("one")
    await socket_.send_bytes(b"no text")
    await socket_.send_text("x" * (http.LARGEST_EVENT + 1))


SITE = Starlette(
    routes=[
        Route("/form", form, methods=["POST"]),
        Route("/put", put, methods=["PUT"]),
        WebSocketRoute("/ws", talk),
        Route("/{what}", answer),
    ]
)


@pytest.fixture
async def point() -> AsyncIterator[HttpPoint]:
    async with LoopbackSite(SITE).serving() as base:
        yield HttpPoint(base, answer_s=30.0)


async def test_an_answer_comes_whole(point: HttpPoint) -> None:
    got = await point.get("/good", {"name": "a&b"})

    assert (got.status, got.text) == (200, "hello a&b")


async def test_fields_go_before_the_file(point: HttpPoint) -> None:
    image = File(name="a.jpg", media_type="image/jpeg", data=b"x")
    got = await point.post_form("/form", {"mac": "1", "ttl": "0"}, ("image", image))
    plain = await point.post_form("/form", {"mac": "1"})

    assert got.text == '["mac","ttl","image","multipart/form-data"]'
    assert plain.text == '["mac","application/x-www-form-urlencoded"]'


async def test_json_is_put(point: HttpPoint) -> None:
    assert (await point.put_json("/put", {"a": [1]})).text == '["application/json",{"a":[1]}]'


async def test_redirects_are_not_followed_and_nothing_is_unpacked(point: HttpPoint) -> None:
    assert (await point.get("/elsewhere")).status == 307
    assert len((await point.get("/packed")).body) < 20_000


async def test_a_socket_is_not_led_elsewhere(point: HttpPoint) -> None:
    async def lead(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        there = f"Location: {point._base.replace('http', 'ws')}/ws\r\nContent-Length: 0\r\n\r\n"
        writer.write(f"HTTP/1.1 307 Temporary Redirect\r\n{there}".encode())
        writer.close()

    async with await asyncio.start_server(lead, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(HttpError) as raised:
            async with HttpPoint(f"http://127.0.0.1:{port}", answer_s=30.0).events("/ws"):
                pass
    assert raised.value.reason is HttpReason.BROKEN


@pytest.mark.parametrize(
    ("path", "reason"),
    [("/flood", HttpReason.TOO_LARGE), ("/cut", HttpReason.CUT)],
)
async def test_trouble_has_a_reason(point: HttpPoint, path: str, reason: HttpReason) -> None:
    with pytest.raises(HttpError) as raised:
        await point.get(path)
    assert raised.value.reason is reason


async def test_an_answer_that_only_drips_is_slow() -> None:
    async with LoopbackSite(SITE).serving() as base:
        with pytest.raises(HttpError) as raised:
            await HttpPoint(base, answer_s=0.5).get("/drip")
    assert raised.value.reason is HttpReason.SLOW


async def test_nobody_there_is_unreachable_for_requests_and_sockets() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    nobody = HttpPoint(f"http://127.0.0.1:{port}", answer_s=0.5)
    with pytest.raises(HttpError) as asked:
        await nobody.get("/")
    with pytest.raises(HttpError) as listened:
        async with nobody.events("/ws"):
            pass

    assert asked.value.reason is listened.value.reason is HttpReason.UNREACHABLE


async def test_words_of_a_socket_are_text_and_bounded(point: HttpPoint) -> None:
    async with point.events("/ws") as events:
        assert await events.next(1.0) == "one"
        assert await events.next(1.0) is None
        with pytest.raises(HttpError) as raised:
            await events.next(1.0)

    assert raised.value.reason is HttpReason.CUT


async def test_silence_is_no_trouble_and_what_is_no_socket_is(point: HttpPoint) -> None:
    with pytest.raises(HttpError) as raised:
        async with point.events("/good"):
            pass
    assert raised.value.reason is HttpReason.BROKEN
