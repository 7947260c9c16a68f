"""The pages of held rows: all holds, and one with every row of it, also after it was refused."""

from __future__ import annotations

from functools import partial

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from gateway.staff import held, texts, texts_of_holds
from gateway.staff.desk import Desk
from gateway.staff.gate import visit_of
from gateway.staff.held import HoldBox
from gateway.staff.holds import Number, unknown_hold
from gateway.staff.task_list import TaskLines
from gateway.store import holds
from gateway.store.database import Connection

PER_PAGE = 100
_MOST = 200
_LAST_PAGE = 20_000
STATES = {
    "open": ("attention", texts_of_holds.HOLD_OPEN_STATE),
    "refused": ("plain", texts_of_holds.HOLD_REFUSED_STATE),
    "accepted": ("good", texts_of_holds.HOLD_ACCEPTED_STATE),
}


class HoldPages:
    """What is held, to look at; ``holds.Holds`` decides."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> APIRouter:
        """The routes; all behind the gate."""
        routes = APIRouter(include_in_schema=False)
        routes.add_api_route("/holds", self.every, methods=["GET"])
        routes.add_api_route("/holds-list", self.listed, methods=["GET"])
        routes.add_api_route("/holds/{number}", self.page, methods=["GET"])
        routes.add_api_route("/holds/{number}/now", self.now, methods=["GET"])
        return routes

    async def every(self, request: Request) -> Response:
        """All holds, the newest first."""
        return await self._every(request, "holds.html")

    async def listed(self, request: Request) -> Response:
        """What may have changed on it."""
        return await self._every(request, "holds_list.html")

    async def page(self, request: Request, number: Number) -> Response:
        """One hold with a page of its rows."""
        answer = await self._one(request, number, "hold.html")
        if answer is None:
            raise unknown_hold(self._desk, request)
        return answer

    async def now(self, request: Request, number: Number) -> Response:
        """What may have changed on it: for who looks on, that it is over is no error."""
        answer = await self._one(request, number, "hold_now.html")
        return answer or self._desk.page(request, "hold_over.html")

    async def _every(self, request: Request, template: str) -> Response:
        box = _Boxes(self._desk, request)

        def query(connection: Connection) -> tuple[HoldBox, ...]:
            found = holds.every(connection)[-_MOST:]
            boxes = (box(connection, hold.id, 0, 1) for hold in reversed(found))
            return tuple(one for one in boxes if one is not None)

        boxes = await self._desk.read(query)
        return self._desk.page(request, template, boxes=boxes, states=STATES)

    async def _one(self, request: Request, number: int, template: str) -> Response | None:
        page, box = _page(request), _Boxes(self._desk, request)
        offset = (page - 1) * PER_PAGE
        found = await self._desk.read(partial(box, number=number, offset=offset, most=PER_PAGE))
        if found is None:
            return None
        reader = self._desk.reader(request)
        last = offset + len(found.lines)
        facts = {"first": offset + 1, "last": last, "count": found.rows}
        more = bool(found.lines) and last < found.rows
        refused = request.query_params.get("did") == "refused" and found.state == "refused"
        return self._desk.page(
            request,
            template,
            hold=found,
            did=texts_of_holds.HOLD_REFUSED.say(reader.language) if refused else "",
            here=page,
            states=STATES,
            range=texts.RANGE.say(
                reader.language, **{name: reader.count(one) for name, one in facts.items()}
            ),
            previous=f"/holds/{number}?page={page - 1}" if page > 1 else None,
            next=f"/holds/{number}?page={page + 1}" if more else None,
        )


class _Boxes:
    """Puts holds into words for whoever asks."""

    def __init__(self, desk: Desk, request: Request) -> None:
        self._settings = desk.settings
        self._reader = desk.reader(request)
        self._role = visit_of(request).session.role

    def __call__(
        self, connection: Connection, number: int, offset: int, most: int
    ) -> HoldBox | None:
        reader, settings, role = self._reader, self._settings, self._role
        name = TaskLines(connection, reader, settings, role).name
        return held.box(connection, number, role, reader, settings, name, offset=offset, most=most)


def _page(request: Request) -> int:
    number = request.query_params.get("page", "1")
    page = int(number[:6]) if number.isascii() and number.isdigit() else 1
    return min(max(page, 1), _LAST_PAGE)
