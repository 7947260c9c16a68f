"""For managers the devices that people share, and for administrators what holds a token."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Final

import structlog
from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from gateway.staff import qr_picture, showing
from gateway.staff import texts_of_people as texts
from gateway.staff.desk import Desk, go
from gateway.staff.gate import visit_of
from gateway.staff.showing import When
from gateway.store import devices, shared_devices
from gateway.store.devices import DeviceError, Scope
from gateway.store.shared_devices import SharedDeviceError
from gateway.web.words import Text

_HALF: Final = shared_devices.CODE_LENGTH // 2
_SCOPES: Final[dict[str, Scope]] = {"events": "events", "catalogue": "catalogue"}

log = structlog.get_logger("staff")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceLine:
    """A shared device."""

    id: int
    name: str
    enrolled: str
    used: When


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenLine:
    """What holds a token."""

    name: str
    scope: Scope
    added: When


class DevicePages:
    """The routes."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> APIRouter:
        """The routes; all behind the gate."""
        routes = APIRouter(include_in_schema=False)
        routes.add_api_route("/shared-devices", self.page, methods=["GET"])
        routes.add_api_route("/shared-devices/add", self.add, methods=["POST"])
        routes.add_api_route("/shared-devices/remove", self.remove, methods=["POST"])
        routes.add_api_route("/tokens", self.tokens, methods=["GET"])
        routes.add_api_route("/tokens/add", self.add_token, methods=["POST"])
        routes.add_api_route("/tokens/end", self.end_token, methods=["POST"])
        return routes

    async def page(self, request: Request) -> Response:
        """The shared devices."""
        return await self._page(request)

    async def add(self, request: Request) -> Response:
        """A code for one more, shown once. It stands in no address that a server sees."""
        form, by = await _form(request), visit_of(request).session.name
        name, now = _field(form, "name"), self._desk.clock.now()
        try:
            code = await self._desk.database.write(
                lambda rows: shared_devices.invite(rows, name, by, now)
            )
        except SharedDeviceError:
            return await self._page(request, texts.DEVICE_NAME_BAD)
        address = f"{request.url.scheme}://{request.url.netloc}/enrol"
        return self._desk.page(
            request,
            "device_code.html",
            again="/shared-devices",
            name=" ".join(name.split()),
            code=f"{code[:_HALF]}-{code[_HALF:]}",
            address=address,
            picture=qr_picture.qr_picture(f"{address}#{code}"),
        )

    async def remove(self, request: Request) -> Response:
        """It is shared no more."""
        number = _field(await _form(request), "device")
        if number.isascii() and number.isdigit() and len(number) < 16:
            await self._desk.database.write(lambda rows: shared_devices.remove(rows, int(number)))
        return go("/shared-devices?did=removed")

    async def tokens(self, request: Request) -> Response:
        """What holds a token."""
        return await self._tokens(request)

    async def add_token(self, request: Request) -> Response:
        """A token, shown once."""
        form, now = await _form(request), self._desk.clock.now()
        name, scope = _field(form, "name"), _SCOPES.get(_field(form, "scope"), "events")
        try:
            token = await self._desk.database.write(
                lambda rows: devices.add(rows, name, now, scope=scope)
            )
        except DeviceError:
            return await self._tokens(request, texts.TOKEN_NAME_BAD)
        log.info("token given", name=name, scope=scope)
        return await self._tokens(request, given=(name, token))

    async def end_token(self, request: Request) -> Response:
        """End one."""
        form = await _form(request)
        name, scope = _field(form, "name"), _SCOPES.get(_field(form, "scope"), "events")
        try:
            await self._desk.database.write(partial(devices.remove, name=name, scope=scope))
        except DeviceError:
            return go("/tokens")
        log.info("token ended", name=name, scope=scope)
        return go("/tokens?did=ended")

    async def _page(self, request: Request, problem: Text | None = None) -> Response:
        reader = self._desk.reader(request)
        lines = [
            DeviceLine(
                id=one.id,
                name=one.name,
                enrolled=texts.DEVICE_ENROLLED.say(
                    reader.language,
                    by=one.enrolled_by,
                    ago=showing.when(one.enrolled_at, reader).ago,
                ),
                used=showing.when(one.used_at, reader),
            )
            for one in await self._desk.read(shared_devices.every)
        ]
        did = "removed" if request.query_params.get("did") == "removed" else ""
        return self._desk.page(
            request,
            "shared_devices.html",
            status=422 if problem else 200,
            again="/shared-devices",
            lines=lines,
            problem=problem,
            did=self._desk.say(request, texts.DID_DEVICE_REMOVED) if did else "",
        )

    async def _tokens(
        self,
        request: Request,
        problem: Text | None = None,
        *,
        given: tuple[str, str] | None = None,
    ) -> Response:
        reader = self._desk.reader(request)
        lines = [
            TokenLine(name=one.name, scope=one.scope, added=showing.when(one.added_at, reader))
            for one in await self._desk.read(devices.every)
        ]
        ended = request.query_params.get("did") == "ended"
        return self._desk.page(
            request,
            "tokens.html",
            status=422 if problem else 200,
            again="/tokens",
            lines=lines,
            problem=problem,
            given=given,
            did=self._desk.say(request, texts.DID_TOKEN_ENDED) if ended else "",
        )


async def _form(request: Request) -> FormData:
    return await request.form(max_files=0, max_fields=10)


def _field(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value[:1_000] if isinstance(value, str) else ""
