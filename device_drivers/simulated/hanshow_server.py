"""The vendor's server for Hanshow labels, with its labels, as one would stand in a shop.

It takes pictures, works on them for a while, and calls back. Its faults are its attributes.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import io
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

import httpx
from PIL import Image
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from device_drivers.api.panels import Frame, Ink, Panel
from device_drivers.simulated.serving import LoopbackSite

_COLOURS: Final = {
    Ink.WHITE: (255, 255, 255),
    Ink.BLACK: (0, 0, 0),
    Ink.RED: (255, 0, 0),
    Ink.YELLOW: (255, 255, 0),
}
_NAMES: Final = {2: "BW", 3: "BWR", 4: "BWRY"}


@dataclass(slots=True, kw_only=True)
class HanshowLabel:
    """A label on the shelf."""

    id: str
    type: int
    panel: Panel
    online: bool = True
    battery_v: float = 3.0
    showing: Frame | None = None
    refreshes: int = 0
    flashes: list[dict[str, object]] = field(default_factory=list)
    image: str = ""


@dataclass(slots=True, kw_only=True)
class ServerFaults:
    """What goes wrong."""

    calls_lost: int = 0
    calls_twice: bool = False
    fails_with: int = 0
    """The number with which updates end, when it is not 0."""
    refuses_with: int = 0
    """The number with which requests are refused at once."""
    list_lies: str | None = None


class SimulatedHanshowServer:
    """Serves at ``base``; labels take ``work_s`` seconds for a picture."""

    def __init__(self, *, work_s: float = 0.05) -> None:
        self.faults = ServerFaults()
        self.labels: dict[str, HanshowLabel] = {}
        self.calls: list[tuple[str, dict[str, object]]] = []
        self.updates = 0
        self._work_s = work_s
        self._group: asyncio.TaskGroup | None = None
        self._site = LoopbackSite(
            Starlette(
                routes=[
                    Route("/api2/default/esls/firmwares", self._types),
                    Route("/api2/default/esls/control", self._control, methods=["PUT"]),
                    Route("/api2/default/esls", self._list),
                    Route("/api2/default/esls/{label}", self._update, methods=["PUT"]),
                ]
            )
        )

    @property
    def base(self) -> str:
        """Its address with the path of its user."""
        return f"{self._site.base}/api2/default"

    def add(self, label: HanshowLabel) -> HanshowLabel:
        """A label that is bound to one of its access points."""
        self.labels[label.id] = label
        return label

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """Serve inside the block."""
        async with asyncio.TaskGroup() as group:
            self._group = group
            await self._site.start(group)
            try:
                yield
            finally:
                await self._site.stop()

    async def go_down(self) -> None:
        """Every connection is cut and nobody answers."""
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

    async def call(self, url: str, body: dict[str, object]) -> int:
        """Call back; the status of the answer."""
        self.calls.append((url, body))
        async with httpx.AsyncClient(trust_env=False, verify=False, timeout=5.0) as client:  # noqa: S501 - plain HTTP on loopback
            try:
                return (await client.post(url, json=body)).status_code
            except httpx.HTTPError:
                return 0

    async def _types(self, request: Request) -> Response:  # noqa: ARG002 - the route's signature
        types = {
            str(one.type): {
                "id": one.type, "name": f"Stellar {one.type}", "resolution_x": one.panel.width,
                "resolution_y": one.panel.height, "screen_color": _NAMES[len(one.panel.inks)],
                "screen_type": "EPD", "led": 1, "dpi": one.panel.dpi, "max_page_num": 4,
            }
            for one in self.labels.values()
        }  # fmt: skip
        return JSONResponse({"errno": 0, "errmsg": "", "firmwares": types})

    async def _list(self, request: Request) -> Response:
        if self.faults.list_lies is not None:
            return Response(self.faults.list_lies, media_type="application/json")
        page, limit = (int(request.query_params[name]) for name in ("page", "limit"))
        told = [
            {
                "version": 3, "firmware": one.type, "battery": one.battery_v, "rom": 16,
                "status": int(one.online), "esl_id": one.id, "ap_mac": "DC:07:C1:01:A8:96",
            }
            for one in list(self.labels.values())[(page - 1) * limit : page * limit]
        ]  # fmt: skip
        return JSONResponse({"errno": 0, "errmsg": "", "result": {"esl_list": told}})

    async def _control(self, request: Request) -> Response:
        asked = json.loads(await request.body())
        label = self.labels.get(asked["id"])
        if label is None or not asked["back_url"].startswith("http"):
            return JSONResponse({"errno": 200 if label is None else 300, "errmsg": "no"})
        label.flashes.append(asked)
        return JSONResponse({"errno": 1, "errmsg": "In processing", "data": {}})

    async def _update(self, request: Request) -> Response:
        asked = json.loads(await request.body())
        self.updates += 1
        if self.faults.refuses_with:
            return JSONResponse({"errno": self.faults.refuses_with, "errmsg": "sorry"})
        label = self.labels.get(request.path_params["label"])
        if label is None:
            return JSONResponse({"errno": 200, "errmsg": "ESL not found"})
        image = asked["screen"]["pages"][0]["image"]
        if image == label.image and not asked["force_update"]:
            return JSONResponse({"errno": 201, "errmsg": "already updated"})
        assert self._group is not None  # noqa: S101 - inside ``serving``
        self._group.create_task(self._work(label, asked, image), name=f"work {label.id}")
        return JSONResponse({"errno": 0, "errmsg": "", "data": {}})

    async def _work(self, label: HanshowLabel, asked: dict[str, object], image: str) -> None:
        await asyncio.sleep(self._work_s)
        status = self.faults.fails_with
        if not status:
            try:
                label.showing = _shown(image, label.panel)
            except ValueError:
                status = 203
            else:
                label.image, label.refreshes = image, label.refreshes + 1
        if self.faults.calls_lost:
            self.faults.calls_lost -= 1
            return
        body: dict[str, object] = {
            "sid": asked["sid"], "esl_id": label.id, "status_no": status,
            "errmsg": "" if not status else "update failed", "ap_id": 1, "rf_power": -70,
            "retry": 0, "last_hb_time": 1_789_000_000,
        }  # fmt: skip
        for _ in range(2 if self.faults.calls_twice else 1):
            await self.call(str(asked["back_url"]), body)


def _shown(image: str, panel: Panel) -> Frame:
    """The picture as the server makes it for a panel: the nearest ink for each pixel."""
    try:
        data = base64.b64decode(image, validate=True)
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "BMP")) as opened:
            size, pixels = opened.size, opened.convert("RGB").tobytes()
    except (binascii.Error, OSError) as error:
        raise ValueError("no picture") from error
    if size != (panel.width, panel.height):
        raise ValueError("another size")
    chosen: dict[bytes, int] = {}
    values = bytearray()
    for at in range(0, len(pixels), 3):
        pixel = pixels[at : at + 3]
        if pixel not in chosen:
            far = [
                sum((a - b) ** 2 for a, b in zip(pixel, _COLOURS[ink], strict=True))
                for ink in panel.inks
            ]
            chosen[pixel] = far.index(min(far))
        values.append(chosen[pixel])
    return Frame(width=panel.width, height=panel.height, inks=panel.inks, pixels=bytes(values))
