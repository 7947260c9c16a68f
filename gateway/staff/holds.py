"""Deciding about held rows: the buttons on Today, and the same for programs."""

from __future__ import annotations

import json
from datetime import datetime
from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from gateway.feed import holding
from gateway.staff import held
from gateway.staff import texts_of_holds as texts
from gateway.staff.api import PREFIX
from gateway.staff.desk import Desk, go
from gateway.staff.gate import visit_of
from gateway.store import holds
from gateway.store.database import Connection
from gateway.store.holds import HeldRow, Hold
from gateway.web.problems import Problem

_FIRST = 100

Number = Annotated[int, Path(ge=1, le=2**53 - 1)]
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
    ones are going into force, refused ones wait for other rows from their source.
    """

    id: int
    source: str
    cause: str
    why: str
    state: State
    rows: int
    opened_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    first: list[HeldValue]


class AllHeld(BaseModel):
    """The holds, oldest first."""

    holds: list[HeldRows]


class Decided(BaseModel):
    """What was decided, and about how many rows."""

    id: int
    state: State
    rows: int


class Holds:
    """The routes; managers decide where the settings leave it to the shop."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> APIRouter:
        """The routes; all behind the gate."""
        routes = APIRouter()
        for word, answer in (("accept", self.accept_on_page), ("refuse", self.refuse_on_page)):
            path = f"/holds/{{number}}/{word}"
            routes.add_api_route(path, answer, methods=["POST"], include_in_schema=False)
        routes.add_api_route(f"{PREFIX}/holds", self.every, methods=["GET"])
        one = f"{PREFIX}/holds/{{number}}"
        routes.add_api_route(f"{one}/accept", self.accept, methods=["POST"])
        routes.add_api_route(f"{one}/refuse", self.refuse, methods=["POST"])
        return routes

    async def accept_on_page(self, request: Request, number: Number) -> Response:
        """Put the held rows in force."""
        await self._decide(request, number, "accepted")
        return go("/?did=accepted")

    async def refuse_on_page(self, request: Request, number: Number) -> Response:
        """Leave what is in force."""
        await self._decide(request, number, "refused")
        return go(f"/holds/{number}?did=refused")

    async def every(self) -> AllHeld:
        """All held rows, also those that were refused."""
        return AllHeld(holds=await self._desk.read(_every))

    async def accept(self, request: Request, number: Number) -> Decided:
        """Put the held rows in force as they were received last."""
        return await self._decide(request, number, "accepted")

    async def refuse(self, request: Request, number: Number) -> Decided:
        """Leave what is in force until the source sends other rows."""
        return await self._decide(request, number, "refused")

    async def _decide(
        self, request: Request, number: int, decision: Literal["accepted", "refused"]
    ) -> Decided:
        desk, session = self._desk, visit_of(request).session
        hold = await desk.read(partial(holds.get, hold=number))
        source = "central" if hold is None else hold.source
        if not held.may_decide(session.role, desk.settings, source):
            raise Problem(
                403,
                desk.say(request, texts.HOLD_NOT_YOURS),
                desk.say(request, held.whose(desk.settings, source)),
                code="not_yours",
            )
        decided = await holding.decide(
            desk.database,
            number,
            decision,
            by=session.name,
            origin=desk.origin,
            at=desk.clock.now(),
        )
        if decided is None:
            raise unknown_hold(desk, request)
        return Decided(id=number, state=decision, rows=decided.rows)


def unknown_hold(desk: Desk, request: Request) -> Problem:
    """The answer about a hold that is over, or decided already."""
    return Problem(
        404,
        desk.say(request, texts.HOLD_UNKNOWN),
        desk.say(request, texts.HOLD_UNKNOWN_ADVICE),
        code="unknown_hold",
    )


def _every(connection: Connection) -> list[HeldRows]:
    first = partial(holds.rows, connection, limit=_FIRST)
    return [_told(hold, first(hold.id)) for hold in holds.every(connection)[:_FIRST]]


def _told(hold: Hold, first: tuple[HeldRow, ...]) -> HeldRows:
    return HeldRows(
        id=hold.id,
        source=hold.source,
        cause=hold.cause.value,
        why=holding.words(hold),
        state=hold.state,
        rows=hold.rows,
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
