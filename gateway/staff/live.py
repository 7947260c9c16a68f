"""Tells open pages which labels and which overview changed, and hands out label pictures.

One listener for all pages: changes are collected for a moment, so that a wave of twenty thousand
labels is a few events a second. A page asks again only for what it shows.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from collections.abc import AsyncIterable, AsyncIterator, Iterable
from typing import NoReturn

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from gateway.labels.pictures import Pictures
from gateway.staff.gate import Gate, Visit, visit_of
from gateway.store.changes import Change
from gateway.store.database import Database
from gateway.web.streams import ANYTHING, Event, Streams

PACE_S = 0.1
MOST_IDS = 300
"""Above this a page rather looks at everything it shows again."""

_LABELS = ("label", "delivery")
_OVERVIEW = (
    *("task", "hold", "feed", "outbox", "lane", "discovered", "backup", "notice"),
    "request_pause",
)
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")


class Live:
    """The service that turns committed changes into events for pages."""

    name = "staff-live"

    def __init__(self, database: Database, streams: Streams, *, pace_s: float = PACE_S) -> None:
        self._changes = database.changes
        self._streams = streams
        self._pace_s = pace_s

    async def run(self) -> NoReturn:
        """Listen for ever."""
        subscription = self._changes.subscribe(*_LABELS, *_OVERVIEW)
        try:
            while True:
                changes = await subscription.next()
                for event in _events(changes):
                    self._streams.publish(event)
                await asyncio.sleep(self._pace_s)
        finally:
            self._changes.unsubscribe(subscription)


class LiveRoutes:
    """The event stream and the pictures."""

    def __init__(self, gate: Gate, streams: Streams, pictures: Pictures) -> None:
        self._gate = gate
        self._streams = streams
        self._pictures = pictures

    def routes(self) -> APIRouter:
        """The routes; all behind the gate."""
        routes = APIRouter(include_in_schema=False)
        routes.add_api_route("/live", self.stream, methods=["GET"])
        routes.add_api_route("/session", self.session, methods=["GET"])
        routes.add_api_route("/frames/{name}", self.picture, methods=["GET"])
        return routes

    async def remember(self, request: Request) -> None:
        """Note how far changes were told before the page is made; a dependency of every page."""
        request.state.since = self._streams.mark

    async def stream(self, request: Request) -> Response:
        """What changes, as server-sent events, for as long as the session holds."""
        response = self._streams.response(request.query_params.get("since"))
        if isinstance(response, StreamingResponse):
            response.body_iterator = self._while_open(response.body_iterator, visit_of(request))
        return response

    async def session(self) -> Response:
        """An empty answer: the session holds."""
        return Response(status_code=204, headers={"Cache-Control": "no-store"})

    async def picture(self, name: str) -> Response:
        """A frame as PNG; its name is its content, so browsers keep it for ever."""
        fingerprint = name.removesuffix(".png")
        png = None
        if name.endswith(".png") and _FINGERPRINT.fullmatch(fingerprint):
            png = await self._pictures.png(fingerprint)
        if png is None:
            return Response(status_code=404, headers={"Cache-Control": "no-store"})
        headers = {"Cache-Control": "private, max-age=31536000, immutable"}
        return Response(png, media_type="image/png", headers=headers)

    async def _while_open(
        self, chunks: AsyncIterable[str | bytes | memoryview], visit: Visit
    ) -> AsyncIterator[str | bytes | memoryview]:
        iterator = aiter(chunks)
        try:
            async for chunk in iterator:
                if not await self._gate.still_open(visit):
                    return
                yield chunk
        finally:
            close = getattr(iterator, "aclose", None)
            if close is not None:
                with contextlib.suppress(RuntimeError):
                    await close()


def _events(changes: Iterable[Change] | None) -> Iterable[Event]:
    if changes is None:
        yield ANYTHING
        return
    ids = sorted({change.key for change in changes if change.table in _LABELS and change.key})
    if len(ids) > MOST_IDS:
        yield ANYTHING
        return
    if ids:
        yield Event(name="labels", data=json.dumps(ids))
    if any(change.table in _OVERVIEW for change in changes):
        yield Event(name="overview")
