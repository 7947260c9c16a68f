"""Shopify over HTTP on loopback: sign-in, questions, files, and each fault it is known for."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import email.utils
import hashlib
import hmac
import json
import secrets
import socket
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from typing_extensions import override

from tests.support import shopify_answers
from tests.support.running import PATIENCE_S
from tests.support.shopify_answers import MAX_COST, Answers
from tests.support.shopify_shop import FakeShop

CLIENT_ID = "0123456789abcdef0123456789abcdef"
SECRET = "shpss_invented-for-tests"
OLDER_SECRET = "shpss_before-the-change"
SCOPES = "read_products,read_inventory,read_locations,read_publications"


def message(
    body: bytes, *, topic: str, number: str, secret: str = SECRET
) -> tuple[bytes, dict[str, str]]:
    """A webhook as Shopify sends it: the body and its headers."""
    signature = base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256))
    return body, {
        "Content-Type": "application/json",
        "X-Shopify-Topic": topic,
        "X-Shopify-Webhook-Id": number,
        "X-Shopify-Hmac-Sha256": signature.decode(),
        "X-Shopify-Shop-Domain": "zapateria.myshopify.com",
    }


class _Server(uvicorn.Server):
    @override
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class ShopifyServer:
    """One shop's Shopify. Attributes are its faults; ``asked`` counts questions by name."""

    def __init__(self, shop: FakeShop | None = None) -> None:
        self.shop = shop or FakeShop()
        self.answers = Answers(self.shop)
        self.scopes = SCOPES
        self.token_life_s = 86_399
        self.asked: Counter[str] = Counter()
        self.texts: list[str] = []
        self.signed_in = 0
        self.throttled = 0
        self.statuses: list[int] = []
        self.bodies: list[bytes] = []
        self.served_version: str | None = None
        self.deprecated = ""
        self.cut_files = False
        self.bucket_size = 2_000.0
        self.restore_rate = 100.0
        self.tokens: dict[str, float] = {}
        self._level = self.bucket_size
        self._level_at = time.monotonic()
        self._news = asyncio.Condition()
        self._serving: asyncio.Task[None] | None = None
        self._server: _Server | None = None
        self.port = 0

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def settings(self, folder: Path, **more: Any) -> dict[str, Any]:
        """A ``[shopify]`` section that reads this shop quickly."""
        self.take_a_port()
        folder.mkdir(parents=True, exist_ok=True)
        secret = folder / "shopify.secret"
        secret.write_text(f"{SECRET}\n{OLDER_SECRET}\n")
        return {
            "shop": self.base,
            "client_id": CLIENT_ID,
            "client_secret_file": secret,
            "poll_s": 0.1,
            "bulk_s": 0.05,
            "retry_s": 0.1,
            "retry_max_s": 0.2,
            "answer_s": 5.0,
        } | more

    @asynccontextmanager
    async def running(self) -> AsyncIterator[ShopifyServer]:
        """Serve inside the block."""
        async with asyncio.TaskGroup() as group:
            await self.start(group)
            try:
                yield self
            finally:
                await self.stop()

    def empty_bucket(self, level: float = 0.0) -> None:
        """Somebody else used up the points of this app."""
        self._level, self._level_at = level, time.monotonic()

    def take_a_port(self) -> None:
        """Choose the port to serve on; it stays the same from then on."""
        if not self.port:
            with self._listening() as listening:
                self.port = listening.getsockname()[1]
            self.answers.base = self.base

    def _listening(self) -> socket.socket:
        listening = socket.socket()
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", self.port))
        return listening

    async def start(self, group: asyncio.TaskGroup) -> None:
        """Listen, on the same port as before."""
        self.take_a_port()
        listening = self._listening()
        app = Starlette(
            routes=[
                Route("/admin/oauth/access_token", self._sign_in, methods=["POST"]),
                Route("/admin/api/{version}/graphql.json", self._graphql, methods=["POST"]),
                Route("/files/{name}", self._file),
            ]
        )
        config = uvicorn.Config(app, log_level="error", date_header=False, lifespan="off")
        self._server = _Server(config)
        self._serving = group.create_task(self._server.serve(sockets=[listening]))

    async def stop(self) -> None:
        """As when the line is down: nobody answers."""
        assert self._server is not None
        assert self._serving is not None
        self._server.should_exit = True
        self._server.force_exit = True
        await self._serving

    async def until_asked(self, name: str, times: int = 1) -> None:
        """Wait for so many more questions of this operation name."""
        async with asyncio.timeout(PATIENCE_S), self._news:
            enough = self.asked[name] + times
            await self._news.wait_for(lambda: self.asked[name] >= enough)

    async def _sign_in(self, request: Request) -> Response:
        form = parse_qs((await request.body()).decode())
        self.signed_in += 1
        given = {name: values[0] for name, values in form.items()}
        wanted = {
            "grant_type": "client_credentials",
            "client_id": CLIENT_ID,
            "client_secret": SECRET,
        }
        if given != wanted:
            return JSONResponse({"error": "invalid_client"}, 400)
        token = f"shpat_{secrets.token_hex(8)}"
        self.tokens[token] = time.monotonic() + self.token_life_s
        return JSONResponse(
            {"access_token": token, "scope": self.scopes, "expires_in": self.token_life_s}
        )

    async def _graphql(self, request: Request) -> Response:
        asked = json.loads(await request.body())
        text, variables = asked["query"], asked["variables"]
        name = text.split("(")[0].split("{")[0].split()[1]
        async with self._news:
            self.asked[name] += 1
            self.texts.append(text)
            self._news.notify_all()
        until = self.tokens.get(request.headers.get("x-shopify-access-token", ""), 0.0)
        if time.monotonic() >= until:
            return JSONResponse({"errors": "[API] Invalid API key or access token"}, 401)
        if self.statuses:
            return Response("Sorry", self.statuses.pop(0))
        if self.bodies:
            return Response(self.bodies.pop(0), media_type="application/json")
        body = self._charged(text, variables)
        version = request.path_params["version"]
        served = version if version in self.shop.versions else self.shop.versions[0]
        headers = {
            "X-Shopify-API-Version": self.served_version or served,
            "Date": email.utils.format_datetime(self.shop.now(), usegmt=True),
        }
        if self.deprecated:
            headers["X-Shopify-API-Deprecated-Reason"] = self.deprecated
        return JSONResponse(body, headers=headers)

    def _charged(self, text: str, variables: dict[str, Any]) -> dict[str, Any]:
        price = shopify_answers.cost(text, variables)
        now = time.monotonic()
        refilled = self._level + (now - self._level_at) * self.restore_rate
        self._level, self._level_at = min(self.bucket_size, refilled), now
        code = None
        if price > MAX_COST:
            code = "MAX_COST_EXCEEDED"
        elif price > self._level:
            code, self.throttled = "THROTTLED", self.throttled + 1
        actual = price
        if code is None:
            body = self.answers.answer(text, variables)
            actual = min(price, objects(body["data"]))
            self._level -= actual
        else:
            body = {"errors": [{"message": code.title(), "extensions": {"code": code}}]}
        body["extensions"] = {
            "cost": {
                "requestedQueryCost": price,
                "actualQueryCost": None if code else actual,
                "throttleStatus": {
                    "maximumAvailable": self.bucket_size,
                    "currentlyAvailable": int(self._level),
                    "restoreRate": self.restore_rate,
                },
            }
        }
        return body

    async def _file(self, request: Request) -> Response:
        assert "x-shopify-access-token" not in request.headers
        number = request.path_params["name"].partition(".")[0]
        data = self.answers.bulks[f"gid://shopify/BulkOperation/{number}"].file
        if self.cut_files:
            data = data[: len(data) // 2]
        return Response(data, media_type="application/jsonl")


def objects(value: Any) -> int:
    """How many objects an answer holds: what it is charged in the end."""
    if isinstance(value, list):
        return sum(map(objects, value))
    return 1 + sum(map(objects, value.values())) if isinstance(value, dict) else 0
