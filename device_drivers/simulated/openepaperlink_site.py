"""The web page and WebSocket of a simulated OpenEPaperLink access point, on loopback."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from device_drivers.simulated.openepaperlink_ap import RUNNING, STARTING, SimulatedAccessPoint
from device_drivers.simulated.openepaperlink_picture import TagType
from device_drivers.simulated.serving import LoopbackSite

_PAGE: Final = 5_000
_NO_MAC: Final = "parameters incomplete"


class AccessPointSite:
    """A simulated access point that can be asked over HTTP at ``base``."""

    def __init__(self, *, speed: float = 1.0) -> None:
        self.point = SimulatedAccessPoint(speed=speed)
        self.types: dict[int, TagType] = {}
        self.asked_types: list[int] = []
        self.cut_types: set[int] = set()
        self.endless_types: set[int] = set()
        self._uploading = 0
        self._site = LoopbackSite(
            Starlette(
                routes=[
                    Route("/get_db", self._list),
                    Route("/imgupload", self._upload, methods=["POST"]),
                    Route("/tag_cmd", self._command, methods=["POST"]),
                    Route("/led_flash", self._flash),
                    Route("/tagtypes/{name}", self._type),
                    WebSocketRoute("/ws", self._talk),
                ]
            )
        )
        self._group: asyncio.TaskGroup | None = None

    @property
    def base(self) -> str:
        """Its address."""
        return self._site.base

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[AccessPointSite]:
        """Serve and live inside the block."""
        async with asyncio.TaskGroup() as group:
            self._group = group
            life = group.create_task(self.point.run(), name="access-point")
            await self._site.start(group)
            try:
                yield self
            finally:
                life.cancel()
                await self.go_down()

    async def go_down(self) -> None:
        """Every connection is cut and nobody answers."""
        self.point.hang_up()
        await self._site.stop()

    async def come_up(self) -> None:
        """Answer again, at the same address."""
        assert self._group is not None  # noqa: S101 - inside ``serving``
        await self._site.start(self._group)

    @asynccontextmanager
    async def down(self) -> AsyncIterator[None]:
        """Nobody answers inside the block."""
        await self.go_down()
        yield
        await self.come_up()

    async def reboot(self, *, announced: bool = True) -> None:
        """Start anew: what waited is lost."""
        self.point.state = STARTING
        if announced:
            self.point.say({"errMsg": "REBOOTING"})
            await asyncio.sleep(0.05)
        await self.go_down()
        self.point.restart()
        await self.come_up()

    async def _list(self, request: Request) -> Response:
        faults = self.point.faults
        if faults.lies:
            return Response(faults.lies[0], media_type="application/json")
        if faults.drips or faults.floods:
            return StreamingResponse(_endless(request, 0.05 if faults.drips else 0.0))
        mac = request.query_params.get("mac")
        records = list(self.point.records.values())
        if mac is not None:
            tags = [one.told() for one in records if one.tag.mac == mac]
            return JSONResponse({"tags": tags})
        position = int(request.query_params.get("pos", "0")) & 0xFF
        told: list[dict[str, object]] = []
        size = 0
        for record in records[position:]:
            told.append(record.told())
            size += len(json.dumps(told[-1]))
            if size > _PAGE:
                break
        answer: dict[str, object] = {"tags": told}
        if position + len(told) < len(records):
            answer["continu"] = position + len(told)
        return JSONResponse(answer)

    async def _upload(self, request: Request) -> Response:
        if self.point.state != RUNNING:
            return PlainTextResponse("Come back later", 409)
        self._uploading += 1
        self.point.at_once = max(self.point.at_once, self._uploading)
        try:
            return await self._uploaded(request)
        finally:
            self._uploading -= 1

    async def _uploaded(self, request: Request) -> Response:
        mac, mode = "", 24
        async with request.form(max_part_size=4 * 2**20) as form:
            for name, value in form.multi_items():
                if isinstance(value, UploadFile):
                    if not mac:
                        return PlainTextResponse(_NO_MAC, 400)
                    if mac not in self.point.records:
                        return PlainTextResponse("mac not found", 400)
                    self.point.upload(mac, mode, await value.read())
                elif name == "mac":
                    mac = value
                elif name == "contentmode":
                    mode = int(value)
        if self.point.faults.uploads_cut:
            self.point.faults.uploads_cut -= 1
            return StreamingResponse(_cut(), headers={"Content-Length": "9"})
        return PlainTextResponse("Ok, saved")

    async def _command(self, request: Request) -> Response:
        async with request.form() as form:
            mac, command = form.get("mac"), form.get("cmd")
        if not isinstance(mac, str) or mac not in self.point.records:
            return PlainTextResponse("Error: mac not found", 400)
        if command == "refresh":
            self.point.refresh(mac)
        return PlainTextResponse("Ok, done")

    async def _flash(self, request: Request) -> Response:
        mac = request.query_params.get("mac", "")
        pattern = request.query_params.get("pattern", "")
        if mac not in self.point.records:
            return PlainTextResponse("parameters are missing", 400)
        if len(pattern) != 24:
            return PlainTextResponse("Error: expects 12 hex bytes in pattern", 400)
        self.point.command(mac, bytes.fromhex(pattern))
        return PlainTextResponse("ok, request transmitted")

    async def _type(self, request: Request) -> Response:
        number = request.path_params["name"].removesuffix(".json")
        self.asked_types.append(int(number, 16))
        asked = self.asked_types[-1]
        if asked in self.cut_types:
            return StreamingResponse(_cut(), headers={"Content-Length": "9"})
        if asked in self.endless_types:
            return StreamingResponse(_endless(request, 0.0))
        kind = self.types.get(asked)
        if kind is None:
            return PlainTextResponse("not found", 404)
        return JSONResponse(kind.described())

    async def _talk(self, socket: WebSocket) -> None:
        if self.point.state != RUNNING:
            await socket.close()
            return
        await socket.accept()
        words: asyncio.Queue[dict[str, object] | None] = asyncio.Queue()
        self.point.words.append(words)
        with suppress(WebSocketDisconnect):
            while (word := await words.get()) is not None:
                # Some firmwares send junk before the first brace.
                await socket.send_text(f"\x07{json.dumps(word)}")


async def _endless(request: Request, pause_s: float) -> AsyncIterator[bytes]:
    while not await request.is_disconnected():
        yield b" " if pause_s else b" " * 65_536
        await asyncio.sleep(pause_s)


async def _cut() -> AsyncIterator[bytes]:
    yield b"Ok"
    raise ConnectionResetError
