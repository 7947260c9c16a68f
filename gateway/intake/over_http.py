"""Scans and readings over HTTP: ``201`` with the events' ids, after their commit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials
from pydantic import BaseModel

from gateway.clock import Clock
from gateway.domain.events import Origin
from gateway.intake import answers, entrance, messages, taking
from gateway.intake.answers import ProblemError
from gateway.intake.entrance import Credentials
from gateway.intake.messages import (
    DeviceMessage,
    Kind,
    ReadingMessage,
    ScanMessage,
    UnreadableError,
)
from gateway.intake.taking import Arrival
from gateway.store.database import Connection, Database, StorageError
from gateway.store.outbox import LaneFullError

MAX_BODY: Final = 2**20

log = structlog.get_logger("intake")


class Accepted(BaseModel):
    """The ids of the events, in the order of the request; a repeat has the id it had before."""

    ids: list[str]


def router(database: Database, clock: Clock, *, origin: Origin) -> APIRouter:
    """The machine interface for scanners and sensors."""
    intake = _Intake(database, clock, origin)
    routes = APIRouter(prefix="/api/v1", tags=["devices"])

    @routes.post("/scans", **_described("Codes that a scanner read", ScanMessage))
    async def scans(request: Request, credentials: Credentials) -> Response:
        """Store one scan or up to 500: all of them, or none and a problem."""
        return await intake.answer(request, credentials, ScanMessage)

    @routes.post("/readings", **_described("What a sensor measured", ReadingMessage))
    async def readings(request: Request, credentials: Credentials) -> Response:
        """Store one reading or up to 500: all of them, or none and a problem."""
        return await intake.answer(request, credentials, ReadingMessage)

    return routes


class _Intake:
    """From a request to committed events."""

    def __init__(self, database: Database, clock: Clock, origin: Origin) -> None:
        self._database = database
        self._clock = clock
        self._origin = origin

    async def answer(
        self, request: Request, credentials: HTTPAuthorizationCredentials | None, kind: Kind
    ) -> Response:
        try:
            device = await entrance.admit(self._database, credentials, "events")
            sent = await entrance.body(
                request,
                media_types=("application/json",),
                most=MAX_BODY,
                advice=f" and {messages.MAX_AT_ONCE} items: send several requests",
            )
            ids = await self._take(device, _read(kind, sent))
        except ProblemError as problem:
            return problem.response()
        return JSONResponse({"ids": ids}, 201)

    async def _take(self, device: str, said: Sequence[DeviceMessage]) -> list[str | None]:
        now = self._clock.now()
        arrivals = [
            Arrival(device=device, content=one.content(), at=one.at, given=one.id) for one in said
        ]

        def transaction(connection: Connection) -> list[str | None]:
            return [
                taking.take(connection, self._origin, arrival, now).event_id for arrival in arrivals
            ]

        try:
            return await self._database.write(transaction)
        except LaneFullError as error:
            raise ProblemError(
                503,
                "No room for more events",
                f"{str(error).capitalize()}. Nothing was stored; keep it and send it again later.",
                code="lane_full",
            ) from error
        except StorageError as error:
            log.error("events could not be stored", why=str(error))  # noqa: TRY400 - one line says it
            raise ProblemError(
                503,
                "The gateway cannot store events now",
                "Nothing was stored; keep it and send it again later.",
                code="cannot_store",
            ) from error


def _read(kind: Kind, body: bytes) -> Sequence[DeviceMessage]:
    try:
        return messages.read_some(kind, body)
    except UnreadableError as error:
        raise ProblemError(
            400,
            "The body cannot be used",
            "Nothing was stored. Mend the named parts and send all of it again.",
            code="bad_body",
            faults=error.faults,
        ) from error


def _described(summary: str, kind: Kind) -> dict[str, Any]:
    """How the OpenAPI document describes an intake route."""
    problems = {
        400: "The body cannot be used",
        401: "Unknown token",
        403: "The token is for something else",
        413: "Too large",
        415: "Not JSON",
        503: "No room now: send again after Retry-After seconds",
    }
    return {
        "summary": summary,
        "status_code": 201,
        "response_model": None,
        "responses": {
            201: {"model": Accepted, "description": "Committed"},
            **answers.described(problems),
        },
        "openapi_extra": {
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": messages.schema_of_some(kind)}},
            }
        },
    }
