"""What is printed and hung up: a card for the box and a poster that joins shoppers to the Wi-Fi."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from gateway.domain import wifi
from gateway.staff import texts_of_prints as texts
from gateway.staff.desk import Desk
from gateway.staff.qr_picture import qr_picture

_PATH = "/prints"
_LONGEST = 100
_WRONG = {"name": texts.WIFI_WRONG_NAME, "password": texts.WIFI_WRONG_PASSWORD}


class Prints:
    """The routes; for managers and administrators, as ``permits`` has it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> APIRouter:
        """The routes; all behind the gate."""
        routes = APIRouter()
        for method, answer in (("GET", self.ask), ("POST", self.make)):
            routes.add_api_route(_PATH, answer, methods=[method], include_in_schema=False)
        return routes

    async def ask(self, request: Request) -> Response:
        """The form."""
        return self._form(request)

    async def make(self, request: Request) -> Response:
        """The sheet. What was typed is in the answer and nowhere else."""
        form = await request.form(max_files=0, max_fields=10)
        name = str(form.get("wifi") or "").strip()[:_LONGEST]
        password = str(form.get("password") or "")[:_LONGEST]
        joins = None
        if name or password:
            try:
                joins = qr_picture(wifi.code(name, password))
            except wifi.WifiError as error:
                return self._form(request, name, error.code)
        own = self._desk.settings.shop
        address = f"{request.url.scheme}://{request.url.netloc}/"
        return self._desk.page(
            request,
            "printed_sheet.html",
            again=_PATH,
            store=own.name or own.store,
            address=address,
            staff_code=qr_picture(address),
            public=own.public_base,
            wifi=name,
            joins=joins,
        )

    def _form(self, request: Request, name: str = "", wrong: str = "") -> Response:
        language = self._desk.tongue(request).language
        return self._desk.page(
            request,
            "prints.html",
            status=400 if wrong else 200,
            again=_PATH,
            wifi=name,
            wrong=_WRONG[wrong].say(language) if wrong else "",
        )
