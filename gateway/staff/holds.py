"""Deciding about held rows: the buttons on Today, and the same for programs."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from gateway.feed import holding
from gateway.feed.holding import Decision
from gateway.staff import held, seen
from gateway.staff import texts_of_holds as texts
from gateway.staff.api import PREFIX
from gateway.staff.desk import Desk, go
from gateway.staff.gate import visit_of
from gateway.staff.hold_answers import Number, Source, unknown_hold
from gateway.staff.hold_pages import HoldPages
from gateway.store import holds
from gateway.store.database import Connection
from gateway.store.holds import HeldRow, Hold
from gateway.web.problems import Problem

_FIRST = 100

State = Literal["open", "accepted", "refused"]


class HeldValue(BaseModel):
    """A held row: `value` was received (null: deleted), `in_force` holds meanwhile."""

    kind: str
    key: str
    value: Any
    in_force: Any


class HeldRows(BaseModel):
    """Rows kept out of force for one cause; `first` has at most 100 of them.

    `cause` is deletes, prices, price_range or price_away. Open ones wait for a decision, accepted
    ones are going into force, refused ones wait for other rows from their source. Who decides says
    which `seen` they read: it rises with every change of the hold.
    """

    id: int
    source: str
    cause: str
    why: str
    state: State
    rows: int
    seen: int
    opened_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    first: list[HeldValue]


class AllHeld(BaseModel):
    """The holds, oldest first."""

    holds: list[HeldRows]


class Seen(BaseModel):
    """What whoever decides has seen: `seen` of the hold, as it was read."""

    seen: Annotated[int, Field(ge=1, le=2**53 - 1)]


class Decided(BaseModel):
    """What was decided, and about how many rows.

    `left` rows came or changed since they were `seen`: they stay held and open.
    """

    id: int
    state: State
    rows: int
    left: int


class Holds:
    """The routes; managers decide where the settings leave it to the shop."""

    def __init__(self, desk: Desk, pages: HoldPages) -> None:
        self._desk = desk
        self._pages = pages

    def routes(self) -> APIRouter:
        """The routes; all behind the gate."""
        routes = APIRouter()
        for word, answer, of_pile in (
            ("accept", self.accept_on_page, self.accept_pile),
            ("refuse", self.refuse_on_page, self.refuse_pile),
        ):
            form = partial(routes.add_api_route, methods=["POST"], include_in_schema=False)
            form(f"/holds/prices/{{source}}/{word}", of_pile)
            form(f"/holds/{{number}}/{word}", answer)
        routes.add_api_route(f"{PREFIX}/holds", self.every, methods=["GET"])
        one = f"{PREFIX}/holds/{{number}}"
        routes.add_api_route(one, self.one, methods=["GET"])
        routes.add_api_route(f"{one}/accept", self.accept, methods=["POST"])
        routes.add_api_route(f"{one}/refuse", self.refuse, methods=["POST"])
        return routes

    async def accept_on_page(self, request: Request, number: Number) -> Response:
        """Put in force what was seen of the hold."""
        return await self._decide_on_page(request, number, "accepted")

    async def refuse_on_page(self, request: Request, number: Number) -> Response:
        """Leave what is in force."""
        return await self._decide_on_page(request, number, "refused")

    async def accept_pile(self, request: Request, source: Source) -> Response:
        """Put in force what was seen of many odd prices."""
        return await self._decide_on_page(request, source, "accepted")

    async def refuse_pile(self, request: Request, source: Source) -> Response:
        """Leave what is in force."""
        return await self._decide_on_page(request, source, "refused")

    async def every(self) -> AllHeld:
        """All held rows, also those that were refused."""
        return AllHeld(holds=await self._desk.read(_every))

    async def one(
        self,
        request: Request,
        number: Number,
        seen: Annotated[int | None, Query(ge=1, le=2**53 - 1)] = None,
        offset: Annotated[int, Query(ge=0, le=2_000_000)] = 0,
    ) -> HeldRows:
        """One hold with 100 of its rows after `offset` others; with `seen` as it was then."""
        found = await self._desk.read(
            partial(_one, number=number, seen=seen, offset=offset, most=_FIRST)
        )
        if found is None:
            raise unknown_hold(self._desk, request)
        return found

    async def accept(self, request: Request, number: Number, given: Seen) -> Decided:
        """Put in force what was seen of the hold."""
        return await self._decide(request, number, given.seen, "accepted")

    async def refuse(self, request: Request, number: Number, given: Seen) -> Decided:
        """Leave what is in force until the source sends other rows than were seen."""
        return await self._decide(request, number, given.seen, "refused")

    async def _decide_on_page(
        self, request: Request, what: int | str, decision: Decision
    ) -> Response:
        """Decide about all that the form says was seen; what changed since is shown again."""
        self._check(request, what if isinstance(what, str) else await self._source(what))
        marks = seen.read((await request.form()).get("seen"))
        if isinstance(what, int):
            marks = {number: mark for number, mark in marks.items() if number == what}
        each = [
            await self._decided(request, number, mark, decision) for number, mark in marks.items()
        ]
        rows = sum(one.rows for one in each if one is not None)
        left = sum(one.left for one in each if one is not None)
        if not rows:
            if each and not left:
                raise unknown_hold(self._desk, request)
            return await self._pages.changed(request, what)
        if left or (isinstance(what, str) and decision == "refused"):
            return go(f"/holds?did={decision}&rows={rows}&left={left}")
        return go("/?did=accepted" if decision == "accepted" else f"/holds/{what}?did=refused")

    async def _decide(
        self, request: Request, number: int, mark: int, decision: Decision
    ) -> Decided:
        decided = await self._decided(request, number, mark, decision)
        if decided is None:
            raise unknown_hold(self._desk, request)
        if not decided.rows:
            raise Problem(
                409,
                self._desk.say(request, texts.HOLD_CHANGED_MEANWHILE),
                self._desk.say(request, texts.HOLD_NOTHING_DONE_API),
                code="changed_meanwhile",
            )
        return Decided(id=number, state=decision, rows=decided.rows, left=decided.left)

    async def _decided(
        self, request: Request, number: int, mark: int, decision: Decision
    ) -> holding.Decided | None:
        desk = self._desk
        self._check(request, await self._source(number))
        return await holding.decide(
            desk.database,
            number,
            decision,
            seen=mark,
            by=visit_of(request).session.name,
            origin=desk.origin,
            at=desk.clock.now(),
        )

    async def _source(self, number: int) -> str:
        hold = await self._desk.read(partial(holds.get, hold=number))
        return "central" if hold is None else hold.source

    def _check(self, request: Request, source: str) -> None:
        """Raises ``Problem`` for who may not decide about rows of ``source``."""
        desk, role = self._desk, visit_of(request).session.role
        if not held.may_decide(role, desk.settings, source):
            raise Problem(
                403,
                desk.say(request, texts.HOLD_NOT_YOURS),
                desk.say(request, held.whose(desk.settings, source)),
                code="not_yours",
            )


def _every(connection: Connection) -> list[HeldRows]:
    first = partial(holds.rows, connection, limit=_FIRST)
    return [_told(hold, first(hold.id)) for hold in holds.every(connection)[:_FIRST]]


def _one(
    connection: Connection, number: int, seen: int | None, offset: int, most: int
) -> HeldRows | None:
    hold = holds.get(connection, number)
    if hold is None:
        return None
    mark = hold.mark if seen is None else seen
    rows = holds.rows(connection, number, most, offset=offset, seen=mark)
    count = hold.rows - holds.newer(connection, number, mark)
    return _told(replace(hold, mark=mark, rows=count), rows)


def _told(hold: Hold, first: tuple[HeldRow, ...]) -> HeldRows:
    return HeldRows(
        id=hold.id,
        source=hold.source,
        cause=hold.cause.value,
        why=holding.words(hold),
        state=hold.state,
        rows=hold.rows,
        seen=hold.mark,
        opened_at=hold.opened_at,
        decided_by=hold.decided_by,
        decided_at=hold.decided_at,
        first=[
            HeldValue(
                kind=row.kind, key=row.key, value=_value(row.value), in_force=_value(row.good)
            )
            for row in first
        ],
    )


def _value(text: str | None) -> Any:
    return None if text is None else json.loads(text)
