"""A receiver of webhooks over real HTTP, which answers as it is told to."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


@dataclass(frozen=True, slots=True)
class Got:
    """One request."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        """The id of the notice."""
        return self.headers["webhook-id"]


class Hook:
    """What it got; ``answers`` are given first, then 204; ``before`` runs before each answer."""

    def __init__(self, before: Callable[[Got], Awaitable[None]] | None = None) -> None:
        self.got: list[Got] = []
        self.answers: list[Response] = []
        self.news = asyncio.Event()
        self._before = before
        self.app = Starlette(routes=[Route("/{path:path}", self._take, methods=["POST", "GET"])])

    async def _take(self, request: Request) -> Response:
        body = await request.body()
        got = Got(request.url.path, dict(request.headers), body)
        self.got.append(got)
        self.news.set()
        if self._before is not None:
            await self._before(got)
            self.news.set()
        return self.answers.pop(0) if self.answers else Response(status_code=204)

    async def until(self, count: int) -> list[Got]:
        """Wait until there were so many requests."""
        while len(self.got) < count:
            self.news.clear()
            await self.news.wait()
        return self.got
