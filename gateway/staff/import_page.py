"""A file becomes the catalogue or stock: looked at first, and taken when somebody says so.

The file stays in the browser between the two, so that nothing half decided lies about here.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final

import structlog
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from gateway.feed.local import NotOwnerError, TakenOverError
from gateway.feed.sources import files
from gateway.feed.sources.catalogue_file import CatalogueFile
from gateway.feed.sources.difference import Difference
from gateway.feed.sources.file_faults import Fault, FileRefusedError
from gateway.feed.sources.files import Compared, Imported
from gateway.staff import texts_of_files as texts
from gateway.staff import uploading
from gateway.staff.desk import Desk
from gateway.staff.explaining import Reader
from gateway.staff.gate import visit_of
from gateway.store.people import Role

MAX_UPLOAD: Final = 16 * 2**20
_MOST: Final = 20
_KINDS: Final = {
    "product": texts.ARTICLES,
    "group": texts.GROUPS,
    "offers": texts.PRICES,
    "stock": texts.STOCK,
    "location": texts.PLACES,
}

log = structlog.get_logger("staff")


@dataclass(frozen=True, slots=True, kw_only=True)
class KindLine:
    """What changes in one kind of row."""

    name: str
    added: int
    changed: int
    removed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What a file holds and what became of it, or would."""

    title: str
    refusal: str
    kinds: tuple[KindLine, ...]
    labels: int
    held: int
    left_out: int
    problems: tuple[str, ...]
    more: int
    may_take: bool
    taken: bool


class ImportPage:
    """The routes; for managers and administrators."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._turn = asyncio.Lock()

    def routes(self) -> APIRouter:
        """The routes; all behind the gate."""
        routes = APIRouter(include_in_schema=False)
        routes.add_api_route("/import", self.page, methods=["GET"])
        routes.add_api_route("/import/look", self.look, methods=["POST"])
        routes.add_api_route("/import/take", self.take, methods=["POST"])
        return routes

    async def page(self, request: Request) -> Response:
        """Where a file is chosen."""
        may_connect = visit_of(request).session.role is Role.ADMINISTRATOR
        return self._desk.page(request, "import.html", may_connect=may_connect)

    async def look(self, request: Request) -> Response:
        """What would change; changes nothing."""
        reader = self._desk.reader(request)
        async with self._turn:
            data = await self._body(request)
            try:
                found = await files.compare(
                    self._desk.database, self._desk.settings, data, self._desk.clock
                )
            except FileRefusedError as error:
                return self._refused(request, error)
            except NotOwnerError:
                return self._refused(request, FileRefusedError("", Fault.NOT_OWNER))
        return self._found(request, _compared(found, reader))

    async def take(self, request: Request) -> Response:
        """Let it be the catalogue, or the stock."""
        reader, desk = self._desk.reader(request), self._desk
        async with self._turn:
            data = await self._body(request)
            try:
                done = await files.import_file(desk.database, desk.settings, data, desk.clock)
            except FileRefusedError as error:
                return self._refused(request, error)
            except NotOwnerError:
                return self._refused(request, FileRefusedError("", Fault.NOT_OWNER))
            except TakenOverError:
                raise uploading.problem(desk, request, 409, "taken_over") from None
        role = visit_of(request).session.role.value
        log.info("file imported on the staff site", lines=done.file.lines, by_role=role)
        return self._found(request, _imported(done, reader))

    async def _body(self, request: Request) -> bytes:
        """The file. Raises ``Problem`` for one that is too large or too slow."""
        return await uploading.body(self._desk, request, MAX_UPLOAD)

    def _refused(self, request: Request, error: FileRefusedError) -> Response:
        language = self._desk.tongue(request).language
        why = texts.said(error.fault.value, error.named, language)
        title = texts.NOT_USED.say(language)
        return self._found(request, _nothing(title, why), status=422)

    def _found(self, request: Request, looked: Looked, *, status: int = 200) -> Response:
        return self._desk.page(request, "import_found.html", status=status, looked=looked)


def _compared(found: Compared, reader: Reader) -> Looked:
    kinds = _kinds(found.difference, reader)
    refused = found.refusal
    refusal = ""
    if refused is not None:
        refusal = texts.said(refused.fault.value, refused.named, reader.language) or str(refused)
    title = texts.WOULD_CHANGE if kinds else texts.NO_CHANGE
    return _about(
        found.file,
        title=title.say(reader.language),
        refusal=refusal,
        kinds=kinds,
        labels=len(found.difference.labels),
        held=len(found.difference.held),
        left_out=sum(found.difference.left_out.values()),
        may_take=bool(kinds) and not refusal,
    )


def _imported(done: Imported, reader: Reader) -> Looked:
    return _about(
        done.file,
        title=texts.IMPORTED.say(reader.language),
        held=done.held,
        left_out=sum(done.left_out.values()),
        taken=True,
    )


def _about(
    file: CatalogueFile,
    *,
    title: str,
    refusal: str = "",
    kinds: tuple[KindLine, ...] = (),
    labels: int = 0,
    held: int = 0,
    left_out: int = 0,
    may_take: bool = False,
    taken: bool = False,
) -> Looked:
    lines = tuple(f"{one.line}, {one.column}: {one.message}" for one in file.problems[:_MOST])
    return Looked(
        title=title,
        refusal=refusal,
        kinds=kinds,
        labels=labels,
        held=held,
        left_out=left_out,
        problems=lines,
        more=max(file.problem_count - len(lines), 0),
        may_take=may_take,
        taken=taken,
    )


def _nothing(title: str, refusal: str) -> Looked:
    return Looked(
        title=title,
        refusal=refusal,
        kinds=(),
        labels=0,
        held=0,
        left_out=0,
        problems=(),
        more=0,
        may_take=False,
        taken=False,
    )


def _kinds(found: Difference, reader: Reader) -> tuple[KindLine, ...]:
    return tuple(
        KindLine(
            name=_KINDS[kind].say(reader.language) if kind in _KINDS else kind,
            added=one.added,
            changed=one.changed,
            removed=one.removed,
        )
        for kind, one in found.kinds.items()
    )
