"""A backup put back from a browser: chosen or uploaded, read to its end, confirmed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Protocol

from fastapi import APIRouter, Form, Query
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from gateway.domain.restoring import Candidate, Stage, State
from gateway.staff import showing, texts_of_backups
from gateway.staff import texts_of_restoring as texts
from gateway.staff.desk import Desk, go
from gateway.staff.explaining import Reader
from gateway.staff.gate import visit_of
from gateway.staff.showing import When
from gateway.web.problems import Problem

PATH = "/restore"
_MB = 1_000_000


class Restores(Protocol):
    """Whoever reads backups and puts one back."""

    @property
    def state(self) -> State:
        """Where it stands."""

    async def candidates(self) -> tuple[Candidate, ...]:
        """The files that may be restored."""

    async def upload(self, offset: int, piece: bytes) -> int | None:
        """Put a piece behind what came before; how much there is, None where it has no room."""

    async def look(self, path: str, passphrase: str | None) -> bool:
        """Have all of a candidate read; False when that cannot be done now."""

    async def forget(self) -> None:
        """Leave everything as it is."""

    def confirm(self, by: str) -> bool:
        """Restore what was read, as somebody wants; False when nothing good was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A file to choose; ``taken`` is None for one that was uploaded."""

    path: str
    taken: When | None
    size: str
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What is in the backup, in words."""

    store: str
    gateway: str
    app: str
    taken: When
    labels: str
    articles: str


class RestorePage:
    """The routes; for administrators, because everybody's accounts become others."""

    def __init__(self, desk: Desk, restores: Restores) -> None:
        self._desk = desk
        self._restores = restores

    def routes(self) -> APIRouter:
        """The routes; all behind the gate."""
        routes = APIRouter(include_in_schema=False)
        routes.add_api_route(PATH, self.page, methods=["GET"])
        routes.add_api_route(f"{PATH}/upload", self.upload, methods=["POST"])
        routes.add_api_route(f"{PATH}/look", self.look, methods=["POST"])
        routes.add_api_route(f"{PATH}/confirm", self.confirm, methods=["POST"])
        routes.add_api_route(f"{PATH}/forget", self.forget, methods=["POST"])
        return routes

    async def page(self, request: Request) -> Response:
        """Where it stands, and what can be done."""
        if self._restores.state.stage is Stage.RESTARTING:
            return self._desk.page(request, "restarting.html", next=PATH)
        return await self._page(request)

    async def upload(self, request: Request, offset: Annotated[int, Query(ge=0)]) -> Response:
        """A piece of a file. Answers 200 ``{"size"}``, 409 with it where the next one begins."""
        piece = await request.body()
        size = await self._restores.upload(offset, piece)
        if size is None:
            return JSONResponse({}, 507)
        return JSONResponse({"size": size}, 200 if size == offset + len(piece) else 409)

    async def look(
        self,
        request: Request,
        path: Annotated[str, Form(max_length=4_096)] = "",
        passphrase: Annotated[str, Form(max_length=1_024)] = "",
    ) -> Response:
        """Read one of the files."""
        if not await self._restores.look(path, passphrase or None):
            raise self._not_now(request)
        return go(PATH)

    async def confirm(
        self, request: Request, store: Annotated[str, Form(max_length=64)] = ""
    ) -> Response:
        """The gateway ends and starts again with what was read."""
        content = self._restores.state.content
        if content is not None and store.strip().casefold() != content.store.casefold():
            return await self._page(request, typed_wrong=True, status=422)
        if not self._restores.confirm(visit_of(request).session.name):
            raise self._not_now(request)
        # Not a redirect: who would answer it may be gone by then.
        return self._desk.page(request, "restarting.html", next=PATH)

    async def forget(self) -> Response:
        """Leave everything as it is."""
        await self._restores.forget()
        return go(PATH)

    async def _page(
        self, request: Request, *, typed_wrong: bool = False, status: int = 200
    ) -> Response:
        state, reader = self._restores.state, self._desk.reader(request)
        chooses = state.stage in {Stage.NONE, Stage.REFUSED, Stage.FAILED, Stage.DONE}
        found = await self._restores.candidates() if chooses else ()
        fault = "" if state.fault is None else texts.FAULTS[state.fault.value].say(reader.language)
        return self._desk.page(
            request,
            "restore.html",
            status=status,
            stage=state.stage.value,
            chooses=chooses,
            choices=[_choice(one, reader, place) for place, one in enumerate(found)],
            read=_read(state, reader),
            fault=fault,
            detail=state.detail,
            typed_wrong=typed_wrong,
        )

    def _not_now(self, request: Request) -> Problem:
        return Problem(
            409,
            self._desk.say(request, texts.RESTORE_NOT_NOW),
            self._desk.say(request, texts.RESTORE_NOT_NOW_ADVICE),
            code="not_now",
        )


def _choice(one: Candidate, reader: Reader, place: int) -> Choice:
    size = reader.count(max(1, round(one.bytes / _MB)))
    return Choice(
        path=one.path,
        taken=None if one.taken_at is None else showing.when(one.taken_at, reader),
        size=texts_of_backups.BACKUP_MB.say(reader.language, count=size),
        chosen=place == 0,
    )


def _read(state: State, reader: Reader) -> Read | None:
    content = state.content
    if content is None:
        return None
    return Read(
        store=content.store,
        gateway=content.gateway,
        app=content.app,
        taken=showing.when(content.taken_at, reader),
        labels=reader.count(content.labels),
        articles=reader.count(content.articles),
    )
