"""Retired labels: the list, taking one back, and saying that one is off the shelf."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from gateway.labels import adopting, parting
from gateway.staff import refused_deeds, retired_sheets, texts
from gateway.staff.api import PREFIX
from gateway.staff.desk import Desk, go
from gateway.staff.label_page import unknown_label
from gateway.staff.new_labels import LabelId
from gateway.store import retired, tasks
from gateway.store.database import Connection
from gateway.store.retired import Retired

_PER_PAGE = 50
_LAST_PAGE = 10_000


class Gone(BaseModel):
    """A retired label; `leaving` while it is asked to show nothing, `blank` once it said so."""

    label: str
    alias: str | None
    family: str
    model: str
    at: datetime
    by: str
    replaced_by: str | None
    leaving: bool
    blank: bool
    taken_down: bool


class AllGone(BaseModel):
    """The retired labels, latest first; at most 100 of them are listed."""

    total: int
    labels: list[Gone]


class RetiredLabels:
    """The pages and routes of labels that are out of use."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> APIRouter:
        """The routes; all behind the gate."""
        routes, pages = APIRouter(), APIRouter(include_in_schema=False)
        pages.add_api_route("/retired-labels", self.page, methods=["GET"])
        routes.add_api_route(f"{PREFIX}/retired-labels", self.every, methods=["GET"])
        one = "/labels/{label}"
        for word, on_page, answer in (
            ("take-back", self.take_back_on_page, self.take_back),
            ("taken-down", self.taken_down_on_page, self.taken_down),
        ):
            pages.add_api_route(f"{one}/{word}", on_page, methods=["POST"])
            routes.add_api_route(f"{PREFIX}{one}/{word}", answer, methods=["POST"])
        routes.include_router(pages)
        return routes

    async def page(self, request: Request) -> Response:
        """One page of the list."""
        reader, shop = self._desk.reader(request), self._desk.settings.shop
        asked = request.query_params.get("page", "1")
        number = int(asked[:5]) if asked.isascii() and asked.isdigit() else 1
        number = min(max(number, 1), _LAST_PAGE)
        first = (number - 1) * _PER_PAGE

        def look(connection: Connection) -> tuple[tuple[retired_sheets.Row, ...], int]:
            rows = tuple(
                retired_sheets.row(connection, one, reader, shop)
                for one in retired.latest(connection, _PER_PAGE, first)
            )
            return rows, retired.count(connection)

        rows, total = await self._desk.read(look)
        facts = {
            "first": reader.count(first + 1),
            "last": reader.count(first + len(rows)),
            "count": reader.count(total),
        }
        return self._desk.page(
            request,
            "retired.html",
            rows=rows,
            range=texts.RANGE.say(reader.language, **facts),
            previous=f"/retired-labels?page={number - 1}" if number > 1 else None,
            next=f"/retired-labels?page={number + 1}" if first + len(rows) < total else None,
        )

    async def every(self) -> AllGone:
        """The retired labels, the latest first."""

        def look(connection: Connection) -> AllGone:
            found = retired.latest(connection, 100)
            return AllGone(total=retired.count(connection), labels=[_told(one) for one in found])

        return await self._desk.read(look)

    async def take_back(self, request: Request, label: LabelId) -> Response:
        """The label is the shop's again, without an article. Answers 204."""
        doer = refused_deeds.doer(self._desk, request)
        await refused_deeds.do(
            self._desk, request, lambda rows: adopting.take_back(rows, label, doer)
        )
        return Response(status_code=204)

    async def taken_down(self, request: Request, label: LabelId) -> Response:
        """Somebody took the label off the shelf: nobody has to any more. Answers 204."""
        at = self._desk.clock.now()

        def change(connection: Connection) -> bool:
            if retired.get(connection, label) is None:
                return False
            retired.take_down(connection, label, at)
            tasks.close(connection, parting.LEFT_HANGING, label)
            return True

        if not await self._desk.database.write(change):
            raise unknown_label(self._desk, request)
        return Response(status_code=204)

    async def take_back_on_page(self, request: Request, label: LabelId) -> Response:
        """Take it back, and go on to what it is for."""
        await self.take_back(request, label)
        return go(f"/labels/{label}?did=back")

    async def taken_down_on_page(self, request: Request, label: LabelId) -> Response:
        """It is down."""
        await self.taken_down(request, label)
        return go(f"/labels/{label}?did=down")


def _told(gone: Retired) -> Gone:
    return Gone(
        label=gone.label,
        alias=gone.alias,
        family=gone.family,
        model=gone.model,
        at=gone.at,
        by=gone.by,
        replaced_by=gone.replaced_by,
        leaving=gone.leaving,
        blank=bool(gone.blank),
        taken_down=gone.taken_down is not None,
    )
