"""Shoppers' requests: the page of all of them, the buttons on Today, and the same for programs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from gateway.domain import request_links, requests
from gateway.domain.requests import OF_STAFF, Deed, ShopperRequest
from gateway.staff import request_lines
from gateway.staff import texts_of_requests as texts
from gateway.staff.api import PREFIX
from gateway.staff.desk import Desk, go
from gateway.staff.gate import visit_of
from gateway.staff.request_lines import RequestLine
from gateway.store import requests as kept
from gateway.store.database import Connection
from gateway.web.problems import Problem
from gateway.wording import times

PATH = "/requests"
_OVER = 20
_BACK = frozenset({"/", PATH})

Ref = Annotated[str, Path(pattern=r"^[0-9a-f]{12}$")]
StaffDeed = Annotated[str, Path(pattern="^(" + "|".join(deed.value for deed in OF_STAFF) + ")$")]


class Asked(BaseModel):
    """One request; `by` is who of the shop sees to it, `deeds` what can be done now."""

    id: str
    kind: Literal["bring", "hold"]
    state: str
    product: str
    label: str | None
    place: str
    asked_at: datetime
    until: datetime
    confirmed_by: str | None
    code: str
    late: int
    aside: bool
    by: str | None
    deeds: list[str]


class AllAsked(BaseModel):
    """The requests that need somebody, oldest first; `paused_by` while none are taken."""

    requests: list[Asked]
    paused_by: str | None
    code_today: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """What the page shows."""

    waiting: tuple[RequestLine, ...]
    over: tuple[RequestLine, ...]
    paused_by: str | None
    is_off: bool


class Requests:
    """The routes; for everybody who works here."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> APIRouter:
        """The routes; all behind the gate."""
        routes, pages = APIRouter(), APIRouter(include_in_schema=False)
        pages.add_api_route(PATH, self.page, methods=["GET"])
        pages.add_api_route(f"{PATH}-now", self.now, methods=["GET"])
        pages.add_api_route(f"{PATH}-bell", self.bell, methods=["GET"])
        pages.add_api_route(f"{PATH}/pause", self.pause_on_page, methods=["POST"])
        pages.add_api_route(f"{PATH}/resume", self.resume_on_page, methods=["POST"])
        pages.add_api_route(f"{PATH}/{{ref}}/{{deed}}", self.do_on_page, methods=["POST"])
        api = f"{PREFIX}{PATH}"
        routes.add_api_route(api, self.every, methods=["GET"])
        routes.add_api_route(f"{api}/pause", self.pause, methods=["POST"], status_code=204)
        routes.add_api_route(f"{api}/resume", self.resume, methods=["POST"], status_code=204)
        routes.add_api_route(f"{api}/{{ref}}/{{deed}}", self.do, methods=["POST"])
        routes.include_router(pages)
        return routes

    async def page(self, request: Request) -> Response:
        """Everything about requests."""
        code, day = await self._todays_code()
        reader = self._desk.reader(request)
        changed = request.query_params.get("did") == "changed"
        return self._desk.page(
            request,
            "requests.html",
            overview=await self._overview(request),
            code=code,
            day=times.day(day, reader.language),
            did=self._desk.say(request, texts.REQUEST_CHANGED) if changed else "",
        )

    async def now(self, request: Request) -> Response:
        """What may have changed on it."""
        return self._desk.page(request, "requests_now.html", overview=await self._overview(request))

    async def bell(self, request: Request) -> Response:
        """How many wait: for pages that show none of them."""
        reader, shop = self._desk.reader(request), self._desk.settings.shop
        found = await self._desk.read(lambda rows: request_lines.waiting(rows, reader, shop))
        return self._desk.page(
            request, "requests_bell.html", waiting=[one for one in found if one.waits]
        )

    async def do_on_page(self, request: Request, ref: Ref, deed: StaffDeed) -> Response:
        """Do it, and go back to where the button was."""
        form = await request.form(max_files=0, max_fields=10)
        seen = form.get("seen")
        back = str(form.get("back") or "/")
        done = await self._do(request, ref, Deed(deed), seen if isinstance(seen, str) else None)
        changed = "changed" if back == PATH else "request_changed"
        return go((back if back in _BACK else "/") + ("" if done else f"?did={changed}"))

    async def pause_on_page(self, request: Request) -> Response:
        """Take no more requests."""
        await self.pause(request)
        return go(PATH)

    async def resume_on_page(self, request: Request) -> Response:
        """Take requests again."""
        await self.resume(request)
        return go(PATH)

    async def every(self) -> AllAsked:
        """The requests that need somebody, and today's code at the entrance."""
        at, (code, _) = self._desk.clock.now(), await self._todays_code()

        def read(connection: Connection) -> AllAsked:
            found = kept.for_staff(connection, requests.MOST_OPEN)
            return AllAsked(
                requests=[_told(requests.aged(one, at)) for one in found],
                paused_by=kept.paused_by(connection),
                code_today=code,
            )

        return await self._desk.read(read)

    async def do(self, request: Request, ref: Ref, deed: StaffDeed) -> Asked:
        """Accept it, be on the way, have found it or not, hand it over, put it back."""
        done = await self._do(request, ref, Deed(deed), None)
        if done is None:
            raise Problem(
                409,
                self._desk.say(request, texts.REQUEST_CHANGED),
                self._desk.say(request, texts.REQUEST_CHANGED),
                code="changed_meanwhile",
            )
        return _told(done)

    async def pause(self, request: Request) -> None:
        """Take no more requests until somebody resumes."""
        by = visit_of(request).session.name
        await self._desk.database.write(lambda rows: kept.pause(rows, by))

    async def resume(self, request: Request) -> None:
        """Take requests again."""
        del request
        await self._desk.database.write(kept.resume)

    async def _do(
        self, request: Request, ref: str, deed: Deed, seen: str | None
    ) -> ShopperRequest | None:
        """What came of it; None where it is another than was ``seen``. Raises ``Problem``."""
        desk, by, at = self._desk, visit_of(request).session.name, self._desk.clock.now()

        def do(connection: Connection) -> tuple[bool, ShopperRequest | None]:
            known = kept.by_ref(connection, ref)
            if known is None or (
                seen is not None and request_lines.mark(requests.aged(known, at)) != seen
            ):
                return known is not None, None
            return True, kept.do(connection, ref, deed, desk.origin, at, by)

        is_known, done = await desk.database.write(do)
        if not is_known:
            raise Problem(
                404,
                desk.say(request, texts.REQUEST_UNKNOWN),
                desk.say(request, texts.REQUEST_UNKNOWN_ADVICE),
                code="unknown_request",
            )
        return done

    async def _overview(self, request: Request) -> Overview:
        reader, shop = self._desk.reader(request), self._desk.settings.shop

        def read(connection: Connection) -> Overview:
            over = kept.over(connection, _OVER)
            return Overview(
                waiting=request_lines.waiting(connection, reader, shop),
                over=request_lines.lines(connection, over, reader, shop),
                paused_by=kept.paused_by(connection),
                is_off=shop.bring == shop.hold == "off",
            )

        return await self._desk.read(read)

    async def _todays_code(self) -> tuple[str, date]:
        desk = self._desk
        secret = await desk.read(kept.known_secret)
        if secret is None:
            secret = await desk.database.write(kept.secret)
        day = desk.clock.now().astimezone(desk.settings.shop.zone).date()
        return request_links.todays_code(secret, day), day


def _told(one: ShopperRequest) -> Asked:
    return Asked(
        id=one.ref,
        kind=one.kind.value,
        state=one.state.value,
        product=one.product,
        label=one.label,
        place=one.place,
        asked_at=one.asked_at,
        until=one.until,
        confirmed_by=one.confirmed_by,
        code=one.code,
        late=one.late,
        aside=one.aside,
        by=one.by,
        deeds=[deed.value for deed in OF_STAFF if requests.may(one, deed)],
    )
