"""The opening check on pages and for programs: made, walked, printed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, TypeVar

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from gateway.labels import opening_check
from gateway.labels.opening_check import Checking
from gateway.staff import opening_list
from gateway.staff import texts_of_opening as texts
from gateway.staff.api import PREFIX
from gateway.staff.desk import Desk, go
from gateway.staff.gate import visit_of
from gateway.staff.opening_list import Walk
from gateway.store import opening_checks
from gateway.store.database import Connection
from gateway.store.opening_checks import Check, Line
from gateway.web.problems import Problem

PATH = "/opening-checks"
_LISTED = 60
_SENT = 100

T = TypeVar("T")
Number = Annotated[int, Path(ge=1, le=2**53 - 1)]
First = Annotated[int, Query(ge=1, le=opening_checks.MOST_LINES)]


class WrongTold(BaseModel):
    """A label that was wrong, and where it hangs.

    `why` is foreign, none, paused, differs, other, test, failed, silent, transferred or queued;
    `reason` is that of its delivery. `shows`, `should_show` and `till` are prices as decimal
    numbers, null where there is none or none is known.
    """

    label: str
    code: str
    zone: str
    bay: str
    product: str | None
    group: str | None
    name: str
    why: str
    reason: str | None
    shows: str | None
    should_show: str | None
    till: str | None
    currency: str | None


class CheckTold(BaseModel):
    """A check: of `labels` that ought to be, `right` were right; `received` never say.

    `wrong` has how many of each. Without `due_at` it was asked for.
    """

    id: int
    at: datetime
    due_at: datetime | None
    opens_at: datetime | None
    by: str | None
    labels: int
    right: int
    received: int
    wrong: dict[str, int]


class WalkTold(CheckTold):
    """A check with what was wrong in walking order, the first 2,000."""

    lines: list[WrongTold]


class AllChecks(BaseModel):
    """The latest checks, newest first."""

    checks: list[CheckTold]


class OpeningPages:
    """The routes; for everybody who works in the shop, as ``permits`` has it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._checking = Checking(
            database=desk.database, clock=desk.clock, settings=desk.settings, origin=desk.origin
        )

    def routes(self) -> APIRouter:
        """The routes; all behind the gate."""
        routes = APIRouter()
        for method, path, answer in (
            ("GET", "", self.every),
            ("POST", "", self.make),
            ("GET", "/{number}", self.page),
            ("GET", "/{number}/now", self.now),
            ("GET", "/{number}/slips", self.slips),
        ):
            routes.add_api_route(PATH + path, answer, methods=[method], include_in_schema=False)
        routes.add_api_route(f"{PREFIX}{PATH}", self.told, methods=["GET"])
        routes.add_api_route(f"{PREFIX}{PATH}", self.ask, methods=["POST"], status_code=201)
        routes.add_api_route(f"{PREFIX}{PATH}/{{number}}", self.one, methods=["GET"])
        return routes

    async def every(self, request: Request) -> Response:
        """The latest checks."""
        reader, shop = self._desk.reader(request), self._desk.settings.shop
        checks, when = await self._desk.read(
            lambda rows: (
                tuple(opening_list.every(rows, reader, _LISTED)),
                opening_list.schedule(rows, shop, reader),
            )
        )
        return self._desk.page(request, "opening_checks.html", checks=checks, when=when)

    async def make(self, request: Request) -> Response:
        """Make one, and show it."""
        return go(f"{PATH}/{await self._make(request)}")

    async def page(self, request: Request, number: Number, first: First = 1) -> Response:
        """One check."""
        walk = await self._walk(request, number, first)
        return self._desk.page(request, "opening_check.html", walk=walk)

    async def now(self, request: Request, number: Number, first: First = 1) -> Response:
        """What may have changed on it."""
        walk = await self._walk(request, number, first)
        return self._desk.page(request, "opening_check_now.html", walk=walk)

    async def slips(self, request: Request, number: Number, first: First = 1) -> Response:
        """Price slips for the labels that are still wrong."""
        reader = self._desk.reader(request)
        check, slips = await self._of(
            request,
            number,
            lambda rows, check: (check, opening_list.slips(rows, check, reader, first)),
        )
        head = opening_list.head(check, reader)
        return self._desk.page(request, "price_slips.html", head=head, slips=slips, first=first)

    async def told(self) -> AllChecks:
        """The latest checks, newest first."""
        found = await self._desk.read(lambda rows: opening_checks.latest(rows, _SENT))
        return AllChecks(checks=[CheckTold(**_members(one)) for one in found])

    async def ask(self, request: Request) -> WalkTold:
        """Check every label now."""
        return await self.one(request, await self._make(request))

    async def one(self, request: Request, number: Number) -> WalkTold:
        """One check with its lines; 404 `unknown_check`."""
        check, lines = await self._of(
            request, number, lambda rows, check: (check, opening_checks.lines(rows, check.id))
        )
        return WalkTold(**_members(check), lines=[_line(one) for one in lines])

    async def _make(self, request: Request) -> int:
        by = visit_of(request).session.name
        return await opening_check.check(self._checking, by=by)

    async def _walk(self, request: Request, number: int, first: int) -> Walk:
        reader = self._desk.reader(request)
        return await self._of(
            request, number, lambda rows, check: opening_list.walk(rows, check, reader, first)
        )

    async def _of(self, request: Request, number: int, read: Callable[[Connection, Check], T]) -> T:
        """What ``read`` reads of the check, in one transaction."""

        def query(connection: Connection) -> T | None:
            check = opening_checks.get(connection, number)
            return None if check is None else read(connection, check)

        found = await self._desk.read(query)
        if found is None:
            raise Problem(
                404,
                self._desk.say(request, texts.CHECK_UNKNOWN),
                self._desk.say(request, texts.CHECK_UNKNOWN_ADVICE),
                code="unknown_check",
            )
        return found


def _members(check: Check) -> dict[str, object]:
    due, counted = check.due, check.counted
    return {
        "id": check.id,
        "at": check.at,
        "due_at": None if due is None else due.at,
        "opens_at": None if due is None else due.opens,
        "by": check.by,
        "labels": counted.total,
        "right": counted.right,
        "received": counted.received,
        "wrong": {one.value: number for one, number in counted.wrong.items()},
    }


def _line(line: Line) -> WrongTold:
    target = line.target
    return WrongTold(
        label=line.label,
        code=line.code,
        zone=line.where.zone,
        bay=line.where.bay,
        product=None if target is None else target.product,
        group=None if target is None else target.group,
        name=line.name,
        why=line.verdict.value,
        reason=line.reason,
        shows=line.shows.amount or None,
        should_show=line.should.amount or None,
        till=line.till.amount or None,
        currency=line.should.currency or line.shows.currency or None,
    )
