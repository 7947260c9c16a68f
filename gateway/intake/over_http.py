"""Scans and readings over HTTP: ``201`` with the events' ids, after their commit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Final

import structlog
from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel
from starlette.requests import ClientDisconnect

from gateway.clock import Clock
from gateway.domain.events import Origin
from gateway.intake import messages, taking
from gateway.intake.messages import (
    DeviceMessage,
    Fault,
    Kind,
    ReadingMessage,
    ScanMessage,
    UnreadableError,
)
from gateway.intake.taking import Arrival
from gateway.store import devices
from gateway.store.database import Connection, Database, StorageError
from gateway.store.outbox import LaneFullError

MAX_BODY: Final = 2**20
RETRY_AFTER_S: Final = 30

log = structlog.get_logger("intake")


class Accepted(BaseModel):
    """The ids of the events, in the order of the request; a repeat has the id it had before."""

    ids: list[str]


class FaultyPart(BaseModel):
    """What is wrong, and where in the body."""

    where: str
    what: str


class Problem(BaseModel):
    """Why nothing was stored, and what to do (RFC 9457)."""

    title: str
    status: int
    detail: str
    faults: list[FaultyPart] = []


class _ProblemError(Exception):
    """Ends a request with a problem."""

    def __init__(
        self, status: int, title: str, detail: str, *, faults: Sequence[Fault] = ()
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.title = title
        self.faults = faults

    def response(self) -> Response:
        problem = Problem(
            title=self.title,
            status=self.status,
            detail=str(self),
            faults=[FaultyPart(where=fault.where, what=fault.what) for fault in self.faults],
        )
        headers = {
            401: {"WWW-Authenticate": "Bearer"},
            503: {"Retry-After": str(RETRY_AFTER_S)},
        }.get(self.status)
        return JSONResponse(
            problem.model_dump(),
            self.status,
            headers=headers,
            media_type="application/problem+json",
        )


Credentials = Annotated[
    HTTPAuthorizationCredentials | None,
    Depends(HTTPBearer(auto_error=False, description="The token of `anaquel device add NAME`.")),
]


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


def site(database: Database, clock: Clock, *, origin: Origin) -> FastAPI:
    """The intake site by itself, without the frame that all sites share."""
    app = FastAPI(
        title="Anaquel intake", openapi_url="/api/v1/openapi.json", docs_url=None, redoc_url=None
    )
    app.include_router(router(database, clock, origin=origin))
    return app


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
            device = await self._device(credentials)
            ids = await self._take(device, _read(kind, await _body(request)))
        except _ProblemError as problem:
            return problem.response()
        return JSONResponse({"ids": ids}, 201)

    async def _device(self, credentials: HTTPAuthorizationCredentials | None) -> str:
        device = None
        if credentials is not None:
            token = credentials.credentials
            device = await self._database.read(
                lambda connection: devices.by_token(connection, token)
            )
        if device is None:
            raise _ProblemError(
                401,
                "Unknown token",
                "Send the header Authorization: Bearer TOKEN with the token that"
                " `anaquel device add NAME` printed for this device.",
            )
        return device

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
            raise _ProblemError(
                503,
                "No room for more events",
                f"{str(error).capitalize()}. Nothing was stored; keep it and send it again later.",
            ) from error
        except StorageError as error:
            log.error("events could not be stored", why=str(error))  # noqa: TRY400 - one line says it
            raise _ProblemError(
                503,
                "The gateway cannot store events now",
                "Nothing was stored; keep it and send it again later.",
            ) from error


async def _body(request: Request) -> bytes:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise _ProblemError(
            415, "Not JSON", "Send JSON in UTF-8 with the header Content-Type: application/json."
        )
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_BODY:
                raise _ProblemError(
                    413,
                    "Too large",
                    f"A body may have {MAX_BODY} bytes and {messages.MAX_AT_ONCE} items: send"
                    " several requests.",
                )
    except ClientDisconnect as error:
        raise _ProblemError(400, "Cut short", "The connection ended before the body.") from error
    return bytes(body)


def _read(kind: Kind, body: bytes) -> Sequence[DeviceMessage]:
    try:
        return messages.read_some(kind, body)
    except UnreadableError as error:
        raise _ProblemError(
            400,
            "The body cannot be used",
            "Nothing was stored. Mend the named parts and send all of it again.",
            faults=error.faults,
        ) from error


def _described(summary: str, kind: Kind) -> dict[str, Any]:
    """How the OpenAPI document describes an intake route."""
    schema = Problem.model_json_schema()
    # In place: a reference into the schema's own definitions leads nowhere in OpenAPI.
    del schema["$defs"]
    schema["properties"]["faults"]["items"] = FaultyPart.model_json_schema()
    content = {"application/problem+json": {"schema": schema}}
    problems = {
        400: "The body cannot be used",
        401: "Unknown token",
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
            **{
                status: {"description": what, "content": content}
                for status, what in problems.items()
            },
        },
        "openapi_extra": {
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": messages.schema_of_some(kind)}},
            }
        },
    }
