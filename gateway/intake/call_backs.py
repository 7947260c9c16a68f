"""Calls of servers in the shop about their labels, on paths that nobody else knows.

Who calls from elsewhere, or on another path, learns nothing: there is no such page.
"""

from __future__ import annotations

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from device_drivers.links.callbacks import LARGEST_CALL, PATH, Callbacks
from gateway.intake import entrance
from gateway.intake.answers import ProblemError

log = structlog.get_logger("intake")


def router(callbacks: Callbacks) -> APIRouter:
    """The address for call-backs; it is not told in the description of the interface."""
    routes = APIRouter()

    @routes.post(f"{PATH}{{secret}}", include_in_schema=False)
    async def call(secret: str, request: Request) -> Response:
        door = callbacks.door(secret)
        caller = request.client.host if request.client is not None else ""
        if door is None:
            return _nobody()
        if not await door.is_for(caller):
            log.warning("call-back from a stranger refused", caller=caller, server=door.url)
            return _nobody()
        try:
            body = await entrance.body(
                request, media_types=("application/json",), most=LARGEST_CALL
            )
        except ProblemError as problem:
            return problem.response()
        await door.take(body)
        return JSONResponse({})

    return routes


def _nobody() -> Response:
    problem = ProblemError(404, "Not found", "There is nothing here.", code="not_found")
    return problem.response()
