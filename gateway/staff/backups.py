"""The page of backups: what there is here and elsewhere, one made now, one taken along."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Protocol

import structlog
from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from gateway.domain import backup_events, price_events
from gateway.domain.backups import Stored
from gateway.domain.events import Lane
from gateway.staff import showing
from gateway.staff import texts_of_backups as texts
from gateway.staff.desk import Desk, go
from gateway.staff.explaining import Reader
from gateway.staff.gate import visit_of
from gateway.staff.restore_page import Restores
from gateway.staff.showing import When
from gateway.store import backup_copies, outbox, withdrawals
from gateway.store.backup_copies import Copy
from gateway.store.database import Connection
from gateway.store.people import Role
from gateway.web.problems import Problem
from gateway.web.words import Text

PLACE: Final = "download"
_CHUNK: Final = 2**18
_MB: Final = 1_000_000

log = structlog.get_logger("backup")


class KeepsBackups(Protocol):
    """Whoever makes the backups and has them."""

    @property
    def making(self) -> bool:
        """Whether one is being made."""

    @property
    def restoring(self) -> Restores | None:
        """Who puts one back; None where nobody can."""

    def ask(self) -> None:
        """Have one made now."""

    async def stored(self) -> tuple[Stored, ...]:
        """What is kept here, the newest first."""

    async def path(self, name: str) -> Path | None:
        """The file of one of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One backup that is kept here."""

    name: str
    taken: When
    size: str
    sealed: bool
    may_take: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceLine:
    """One place that has, or should have, a copy; ``trouble`` is for technicians."""

    place: str
    taken: When | None
    trouble: str


class BackupPages:
    """The routes; for managers and administrators, as a backup holds all of the shop."""

    def __init__(self, desk: Desk, keeper: KeepsBackups) -> None:
        self._desk = desk
        self._keeper = keeper

    def routes(self) -> APIRouter:
        """The routes; all behind the gate."""
        routes = APIRouter(include_in_schema=False)
        routes.add_api_route("/backups", self.page, methods=["GET"])
        routes.add_api_route("/backups-now", self.now, methods=["GET"])
        routes.add_api_route("/backups/make", self.make, methods=["POST"])
        routes.add_api_route("/backups/download", self.download, methods=["POST"])
        return routes

    async def page(self, request: Request) -> Response:
        """The whole page."""
        return await self._page(request, "backups.html")

    async def now(self, request: Request) -> Response:
        """What may have changed on it."""
        return await self._page(request, "backups_now.html")

    async def make(self) -> Response:
        """Have one made."""
        self._keeper.ask()
        return go("/backups?did=asked")

    async def download(self, request: Request, name: Annotated[str, Form()]) -> Response:
        """One file, to take along; who did is on record before the first byte leaves."""
        path = await self._keeper.path(name)
        if path is None:
            raise self._gone(request)
        try:
            size = (await asyncio.to_thread(path.stat)).st_size
        except OSError as error:
            raise self._gone(request) from error
        by, stored = visit_of(request).session.name, await self._stored(name)
        if stored is None:
            raise self._gone(request)
        if not _may_take(stored, visit_of(request).session.role):
            raise self._problem(
                *(request, 403, "not_encrypted"),
                *(texts.BACKUP_NOT_YOURS, texts.BACKUP_NOT_YOURS_ADVICE),
            )
        await self._record(name, size, by)
        headers = {
            "Content-Length": str(size),
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        }
        pieces = self._pieces(path, size, stored)
        return StreamingResponse(pieces, 200, headers, "application/octet-stream")

    async def _pieces(self, path: Path, size: int, stored: Stored) -> AsyncIterator[bytes]:
        """All of the file; it counts as a copy elsewhere only when the last byte has left."""
        sent = 0
        file = await asyncio.to_thread(path.open, "rb")
        with contextlib.closing(file):
            while piece := await asyncio.to_thread(file.read, _CHUNK):
                yield piece
                sent += len(piece)
        if sent == size:
            now = self._desk.clock.now()
            await self._desk.database.write(
                lambda rows: backup_copies.arrived(rows, PLACE, stored.name, stored.taken_at, now)
            )

    async def _record(self, name: str, size: int, by: str) -> None:
        now = self._desk.clock.now()

        def record(connection: Connection) -> None:
            # Central learns that it was the same person again, not who: names stay in the shop.
            key = withdrawals.pseudonym_key(connection)
            event = backup_events.downloaded(
                self._desk.origin,
                event_id=str(uuid.uuid4()),
                name=name,
                size=size,
                by=price_events.pseudonym(key, by),
                time=now,
            )
            outbox.append_or_gap(connection, Lane.KEEP, event, now)

        await self._desk.database.write(record)
        log.info("a backup is taken along", name=name, bytes=size)

    async def _stored(self, name: str) -> Stored | None:
        found = await self._keeper.stored()
        return next((one for one in found if one.name == name), None)

    async def _page(self, request: Request, template: str) -> Response:
        keeper, reader = self._keeper, self._desk.reader(request)
        stored = await keeper.stored()
        copies = await self._desk.read(backup_copies.every)
        at = self._desk.settings.backup.hour
        none = texts.BACKUP_NONE_UNTIMED if at is None else texts.BACKUP_NONE_ADVICE
        asked = request.query_params.get("did") == "asked"
        role = visit_of(request).session.role
        return self._desk.page(
            request,
            template,
            may_restore=role is Role.ADMINISTRATOR,
            making=keeper.making,
            did=texts.BACKUP_ASKED.say(reader.language) if asked else "",
            lines=[_line(one, reader, role) for one in stored],
            places=[_place(one, reader) for one in copies],
            none_advice=none.say(reader.language, at="" if at is None else f"{at:%H:%M}"),
        )

    def _gone(self, request: Request) -> Problem:
        return self._problem(
            request, 404, "unknown_backup", texts.BACKUP_GONE, texts.BACKUP_GONE_ADVICE
        )

    def _problem(
        self, request: Request, status: int, code: str, title: Text, advice: Text
    ) -> Problem:
        desk = self._desk
        return Problem(status, desk.say(request, title), desk.say(request, advice), code=code)


def _may_take(one: Stored, role: Role) -> bool:
    """One that anybody can read has everybody's passwords in it, as hashes."""
    return one.sealed or role is Role.ADMINISTRATOR


def _line(one: Stored, reader: Reader, role: Role) -> Line:
    size = max(1, round(one.bytes / _MB))
    return Line(
        name=one.name,
        taken=showing.when(one.taken_at, reader),
        size=texts.BACKUP_MB.say(reader.language, count=reader.count(size)),
        sealed=one.sealed,
        may_take=_may_take(one, role),
    )


def _place(one: Copy, reader: Reader) -> PlaceLine:
    named = texts.PLACES.get(one.place)
    return PlaceLine(
        place=one.place if named is None else named.say(reader.language),
        taken=None if one.taken_at is None else showing.when(one.taken_at, reader),
        trouble=one.trouble or "",
    )
