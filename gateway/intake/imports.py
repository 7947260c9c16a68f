"""Files over HTTP: a CSV file becomes the catalogue or stock, or is only compared with it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import asdict
from typing import Annotated, Any, Final

import structlog
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials
from pydantic import BaseModel

from gateway.clock import Clock
from gateway.feed.local import NotOwnerError, TakenOverError
from gateway.feed.sources import files, reports
from gateway.feed.sources.catalogue_file import CatalogueFile
from gateway.feed.sources.difference import KindDifference
from gateway.feed.sources.file_faults import FileRefusedError
from gateway.intake import answers, entrance
from gateway.intake.answers import ProblemError
from gateway.intake.entrance import Credentials
from gateway.settings import Settings
from gateway.store.database import Database, StorageError

MAX_UPLOAD: Final = 16 * 2**20
UPLOAD_S: Final = 60.0
"""16 MiB in a minute are 2 Mbit/s."""
_MOST: Final = 100
_TYPES: Final = ("text/csv", "application/csv", "text/plain", "application/octet-stream")
_MEANT: Final = "replace=true"
_AGAIN: Final = "Nothing was changed; send it again after the time in Retry-After."

log = structlog.get_logger("intake")


class FileProblem(BaseModel):
    """A line to mend: where, and what to write there."""

    line: int
    column: str
    message: str


class RefusedRow(BaseModel):
    """A row that breaks a rule and is not used."""

    kind: str
    key: str
    message: str


class ChangedKind(BaseModel):
    """What would change in one kind of row, with the keys of the first."""

    added: int
    changed: int
    removed: int
    examples: dict[str, list[str]]


class ImportAnswer(BaseModel):
    """What the file held and what became of it, or would (`dry_run`).

    `report` says all of it in plain lines. `problems` and `refused` hold the first 100; `held` rows
    of files wait for somebody to accept them, or would. With `dry_run` there are `would_change`, by
    kind, `labels` that stand for it, and `refusal` when the file would be refused.
    """

    format: str
    encoding: str
    lines: int
    bad_lines: int
    imported: bool
    report: list[str]
    problems: list[FileProblem]
    refused: list[RefusedRow]
    removed: int | None = None
    held: int | None = None
    would_change: dict[str, ChangedKind] | None = None
    labels: list[str] | None = None
    refusal: str | None = None


def router(database: Database, clock: Clock, settings: Settings) -> APIRouter:
    """The import of files, for systems that hold a token."""
    imports = _Imports(database, clock, settings)
    routes = APIRouter(prefix="/api/v1", tags=["catalogue"])

    @routes.post("/imports", **_described())
    async def import_file(
        request: Request,
        credentials: Credentials,
        *,
        dry_run: Annotated[
            bool, Query(description="Only say what would change; change nothing.")
        ] = False,
        replace: Annotated[
            bool, Query(description="All that changes is meant: nothing is held.")
        ] = False,
    ) -> Response:
        """Make a CSV file the shop's catalogue or stock; `docs/csv.md` says what it may look like.

        Lines that cannot be used are left out and named. One file at a time is taken.
        """
        return await imports.answer(request, credentials, dry_run=dry_run, replace=replace)

    return routes


class _Imports:
    """From a body to a catalogue."""

    def __init__(self, database: Database, clock: Clock, settings: Settings) -> None:
        self._database = database
        self._clock = clock
        self._settings = settings
        self._turn = asyncio.Lock()

    async def answer(
        self,
        request: Request,
        credentials: HTTPAuthorizationCredentials | None,
        *,
        dry_run: bool,
        replace: bool,
    ) -> Response:
        try:
            system = await entrance.admit(self._database, credentials, "catalogue")
            if self._turn.locked():
                raise _busy("Another file is being imported")
            async with self._turn:
                advice = ": split the file, or import it with `anaquel import`"
                data = await _in_time(
                    entrance.body(request, media_types=_TYPES, most=MAX_UPLOAD, advice=advice),
                    UPLOAD_S,
                )
                answer = await self._carry_out(data, dry_run=dry_run, replace=replace)
        except ProblemError as problem:
            return problem.response()
        log.info("file over HTTP", system=system, dry_run=dry_run, said=answer.report[0])
        return JSONResponse(answer.model_dump(exclude_none=True))

    async def _carry_out(self, data: bytes, *, dry_run: bool, replace: bool) -> ImportAnswer:
        try:
            if dry_run:
                return await self._compare(data, replace=replace)
            return await self._import(data, replace=replace)
        except FileRefusedError as error:
            raise ProblemError(
                422, "The file cannot be used", f"{error}.", code="file_refused"
            ) from error
        except NotOwnerError as error:
            raise ProblemError(
                409, "These rows come from elsewhere", f"{error}.", code="not_owner"
            ) from error
        except TakenOverError as error:
            raise _busy("Another import began meanwhile") from error
        except StorageError as error:
            log.error("a file could not be stored", why=str(error))  # noqa: TRY400 - one line says it
            raise _busy("The gateway cannot store rows now") from error

    async def _import(self, data: bytes, *, replace: bool) -> ImportAnswer:
        done = await files.import_file(
            self._database, self._settings, data, self._clock, replace=replace
        )
        refused = [
            RefusedRow(kind=row.kind, key=row.key, message=row.message) for row in done.refused
        ]
        return ImportAnswer(
            **_about(done.file),
            imported=True,
            report=list(reports.imported(done, self._settings, most=_MOST, meant=_MEANT)),
            refused=refused[:_MOST],
            removed=done.removed,
            held=done.held,
        )

    async def _compare(self, data: bytes, *, replace: bool) -> ImportAnswer:
        found = await files.compare(
            self._database, self._settings, data, self._clock, replace=replace
        )
        refused = [
            RefusedRow(kind=kind, key=key, message=refusal.message)
            for kind, key, refusal in found.difference.refused[:_MOST]
        ]
        return ImportAnswer(
            **_about(found.file),
            imported=False,
            report=list(reports.compared(found, self._settings, most=_MOST, meant=_MEANT)),
            refused=refused,
            would_change={kind: _kind(one) for kind, one in found.difference.kinds.items()},
            labels=list(found.difference.labels[:_MOST]),
            held=len(found.difference.held),
            refusal=None if found.refusal is None else str(found.refusal),
        )


async def _in_time(body: Awaitable[bytes], seconds: float) -> bytes:
    """A sender that dawdles must not keep everybody else's files out."""
    try:
        async with asyncio.timeout(seconds):
            return await body
    except TimeoutError as error:
        raise ProblemError(
            408,
            "Too slow",
            f"The file did not arrive in {seconds:g} s; nothing was changed. Send it over a faster "
            "line, or import it with `anaquel import`.",
            code="too_slow",
        ) from error


def _about(file: CatalogueFile) -> dict[str, Any]:
    return {
        "format": file.format,
        "encoding": file.encoding,
        "lines": file.lines,
        "bad_lines": file.bad_lines,
        "problems": [FileProblem(**asdict(one)) for one in file.problems[:_MOST]],
    }


def _kind(one: KindDifference) -> ChangedKind:
    return ChangedKind(
        added=one.added, changed=one.changed, removed=one.removed, examples=one.examples
    )


def _busy(title: str) -> ProblemError:
    return ProblemError(503, title, _AGAIN, code="cannot_store")


def _described() -> dict[str, Any]:
    problems = {
        401: "Unknown token",
        403: "The token is not for the catalogue",
        408: "The file came too slowly",
        409: "None of these rows come from files in this shop",
        413: "Too large",
        415: "No CSV",
        422: "The file as a whole cannot be used; nothing was changed",
        503: "Busy: send it again after Retry-After seconds",
    }
    body = {media: {"schema": {"type": "string", "format": "binary"}} for media in _TYPES}
    return {
        "summary": "Import a CSV file",
        "response_model": None,
        "responses": {
            200: {"model": ImportAnswer, "description": "Committed, or compared with `dry_run`"},
            **answers.described(problems),
        },
        "openapi_extra": {"requestBody": {"required": True, "content": body}},
    }
