"""The site for whoever keeps it running: is it alive, is it ready, how does it go."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse, PlainTextResponse

from gateway.ops import metrics
from gateway.ops.measuring import Meter
from gateway.store import tasks
from gateway.store.database import Connection, Database, StorageBusyError, StorageError

ANSWER_S = 10.0
_FRESH = {"Cache-Control": "no-store"}


def build(database: Database, meter: Meter, *, answer_s: float = ANSWER_S) -> FastAPI:
    """``/healthz``, ``/readyz`` and ``/metrics``; without sign-in, so for this machine only.

    What gives no answer in ``answer_s`` seconds counts as failing.
    """
    site = FastAPI(title="Anaquel ops", docs_url=None, redoc_url=None, openapi_url=None)

    @site.get("/healthz")
    async def alive() -> Response:
        """Whether the process lives and its writer answers; where not, a new start may help."""
        try:
            return await _answer(database.write(_nothing), answer_s)
        except StorageBusyError as error:
            # A full disk is no better after a new start, and the pages go on meanwhile.
            return JSONResponse({"status": "ok", "but": str(error)}, headers=_FRESH)

    @site.get("/readyz")
    async def ready() -> Response:
        """Whether pages and devices get answers; a broker that is away is no reason against."""
        return await _answer(database.read(tasks.count), answer_s)

    @site.get("/metrics")
    async def scrape() -> Response:
        try:
            async with asyncio.timeout(answer_s):
                measured = await meter.measure()
        except (TimeoutError, StorageError) as error:
            why = str(error) or f"the database gave no answer in {answer_s:g} s"
            return PlainTextResponse(f"{why}\n", 503, headers=_FRESH)
        body = await asyncio.to_thread(metrics.text, measured)
        return Response(body, media_type=metrics.CONTENT_TYPE, headers=_FRESH)

    return site


async def _answer(asked: Awaitable[object], answer_s: float) -> Response:
    try:
        async with asyncio.timeout(answer_s):
            await asked
    except TimeoutError:
        why = f"the database gave no answer in {answer_s:g} s"
        return JSONResponse({"status": "failing", "why": why}, 503, headers=_FRESH)
    return JSONResponse({"status": "ok"}, headers=_FRESH)


def _nothing(_: Connection) -> None:
    """A transaction that changes nothing."""
