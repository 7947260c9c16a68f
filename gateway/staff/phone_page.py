"""Trying from a phone whether the address in the codes of labels leads to this box."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, HTTPException
from starlette.requests import Request
from starlette.responses import Response

from gateway.staff import showing
from gateway.staff import texts_of_checkup as texts
from gateway.staff.desk import Desk, go
from gateway.staff.qr_picture import qr_picture
from gateway.staff.showing import When
from gateway.web.phone_tries import PATH, PhoneTries, Way
from gateway.web.words import Text

_WAYS: dict[Way, tuple[Text, Text]] = {
    Way.SHOP: (texts.PHONE_SHOP, texts.PHONE_SHOP_ADVICE),
    Way.INTERNET: (texts.PHONE_INTERNET, texts.PHONE_INTERNET_ADVICE),
    Way.PROXY: (texts.PHONE_PROXY, texts.PHONE_PROXY_ADVICE),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A phone that was there, in the reader's language."""

    title: str
    advice: str
    at: When


class PhonePage:
    """The routes; for managers and administrators, as ``permits`` has it."""

    def __init__(self, desk: Desk, tries: PhoneTries) -> None:
        self._desk = desk
        self._tries = tries

    def routes(self) -> APIRouter:
        """The routes; all behind the gate."""
        routes = APIRouter()
        for path, answer in (
            ("/doctor/phone", self.begin),
            ("/doctor/phone/{token}", self.page),
            ("/doctor/phone/{token}/now", self.now),
        ):
            routes.add_api_route(path, answer, methods=["GET"], include_in_schema=False)
        return routes

    async def begin(self) -> Response:
        """A new try, on a page of its own: loading that again goes on with it."""
        return go(f"/doctor/phone/{self._tries.begin()}")

    async def page(self, request: Request, token: str) -> Response:
        """The code to scan, and what was seen so far; 404 when the try is over."""
        lines = self._lines(request, token)
        address = f"{self._desk.settings.shop.public_base.rstrip('/')}{PATH}/{token}"
        return self._desk.page(
            request,
            "phone.html",
            lines=lines,
            token=token,
            address=address,
            code=qr_picture(address),
        )

    async def now(self, request: Request, token: str) -> Response:
        """What was seen so far."""
        return self._desk.page(request, "phone_now.html", lines=self._lines(request, token))

    def _lines(self, request: Request, token: str) -> tuple[Line, ...]:
        seen = self._tries.seen(token)
        if seen is None:
            raise HTTPException(404)
        reader = self._desk.reader(request)
        return tuple(
            Line(
                title=_WAYS[one.way][0].say(reader.language),
                advice=_WAYS[one.way][1].say(reader.language),
                at=showing.when(one.at, reader),
            )
            for one in reversed(seen)
        )
