"""Signing in and out. The only pages that nobody has to be signed in for.

Everybody may sign in with name and password. On a shared device of the shop a clerk picks a name
and types a short code, or scans a badge; both mean nothing elsewhere, and open what clerks do.
A shared device that locked itself goes on with what it was opened with.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Final
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from gateway.staff import browsers, texts, texts_of_people
from gateway.staff.attempts import Attempts, TooManyError, address_of
from gateway.staff.desk import Desk, go
from gateway.staff.gate import Gate, Visit, own_path, visit_of
from gateway.staff.passwords import Checker
from gateway.store import people, sessions, shared_devices
from gateway.store.database import Connection
from gateway.store.people import Person
from gateway.store.shared_devices import SharedDevice
from gateway.web.words import Text

_BADGE: Final = "badge"
_ENROL: Final = "enrol"
"""Whose failures count where no name was given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Given:
    """What somebody proves to be who they are with; ``short`` is a short code or a badge."""

    name: str
    password: str
    short: str


class SignIn:
    """The pages around a session's beginning and end."""

    def __init__(self, desk: Desk, gate: Gate, attempts: Attempts, checker: Checker) -> None:
        self._desk = desk
        self._gate = gate
        self._attempts = attempts
        self._checker = checker

    def public(self) -> APIRouter:
        """The routes in front of the gate."""
        routes = APIRouter(include_in_schema=False)
        routes.add_api_route("/sign-in", self.form, methods=["GET"])
        routes.add_api_route("/sign-in", self.enter, methods=["POST"])
        routes.add_api_route("/signed-in", self.entered, methods=["GET"])
        routes.add_api_route("/unlock", self.unlock_form, methods=["GET"])
        routes.add_api_route("/unlock", self.unlock, methods=["POST"])
        routes.add_api_route("/enrol", self.enrol_form, methods=["GET"])
        routes.add_api_route("/enrol", self.enrol, methods=["POST"])
        return routes

    def routes(self) -> APIRouter:
        """The routes behind it."""
        routes = APIRouter(include_in_schema=False)
        routes.add_api_route("/sign-out", self.leave, methods=["POST"])
        routes.add_api_route("/lock", self.lock, methods=["POST"])
        return routes

    async def form(self, request: Request) -> Response:
        """The form, or how to add the first person."""
        visit = await self._gate.visit(request)
        if visit is not None and not visit.locked:
            return go(own_path(request.query_params.get("next")))
        return await self._form(request)

    async def enter(self, request: Request) -> Response:
        """Check who it is; a session that was there before ends in any case."""
        self._gate.from_own_page(request)
        form = await request.form(max_files=0, max_fields=10)
        given, back = _given(form), own_path(_field(form, "next"))
        device = await self._gate.device(request)
        try:
            person = await self._proven(request, given, device)
        except TooManyError:
            return await self._form(
                request, texts.SLOW_DOWN, name=given.name, back=back, status=429
            )
        if person is None:
            wrong = texts_of_people.WRONG_SHORT if given.short else texts.WRONG
            return await self._form(request, wrong, name=given.name, back=back, status=401)
        token = await self._open(request, person, device, short=bool(given.short))
        if token is None:
            return await self._form(request, texts.WRONG, name=given.name, back=back, status=401)
        # One more step, to see whether the browser kept the session.
        response = go(f"/signed-in?{urlencode({'next': back})}")
        self._gate.keep(response, token)
        return response

    async def entered(self, request: Request) -> Response:
        """Go on, unless the browser did not keep the session."""
        if await self._gate.visit(request) is None:
            return await self._form(request, texts.NO_COOKIE, status=401)
        return go(own_path(request.query_params.get("next")))

    async def leave(self, request: Request) -> Response:
        """End the session."""
        token = visit_of(request).token
        await self._desk.database.write(lambda connection: sessions.end(connection, token))
        response = go("/sign-in")
        self._gate.forget(response)
        return response

    async def lock(self, request: Request) -> Response:
        """Lock the session at once, on a shared device; elsewhere end it."""
        visit = visit_of(request)
        if visit.session.device is None:
            return await self.leave(request)
        await self._gate.lock(visit)
        return go("/unlock")

    async def unlock_form(self, request: Request) -> Response:
        """Who it is locked for, and a field for the short code."""
        visit = await self._gate.visit(request)
        if visit is None or not visit.locked:
            return go(own_path(request.query_params.get("next")))
        return self._unlock_form(request, visit)

    async def unlock(self, request: Request) -> Response:
        """Go on where it was locked. A program hears 204, and 401 for a wrong code."""
        self._gate.from_own_page(request)
        form = await request.form(max_files=0, max_fields=10)
        visit = await self._gate.visit(request)
        if visit is None:
            return go("/sign-in")
        secret, short = _field(form, "secret"), visit.session.short
        given = _Given(
            name=visit.session.name,
            password="" if short else secret,
            short=secret if short else "",
        )
        device = await self._gate.device(request)
        asks = "x-background" in request.headers
        try:
            person = await self._proven(request, given, device)
        except TooManyError:
            return self._unlock_form(request, visit, texts.SLOW_DOWN, status=429)
        if person is None or person.name != visit.session.name:
            wrong = texts_of_people.WRONG_SHORT if short else texts_of_people.WRONG_PASSWORD
            return self._unlock_form(request, visit, wrong, status=401)
        now = self._desk.clock.now()
        await self._desk.database.write(lambda rows: sessions.touch(rows, visit.token, now))
        return Response(status_code=204) if asks else go(own_path(_field(form, "next")))

    async def enrol_form(self, request: Request) -> Response:
        """Where the code of a manager's page makes this browser that of a shared device."""
        return await self._enrol_form(request)

    async def enrol(self, request: Request) -> Response:
        """Check the code."""
        self._gate.from_own_page(request)
        form = await request.form(max_files=0, max_fields=10)
        code, now = _field(form, "code"), self._desk.clock.now()
        address = address_of(request)
        try:
            async with self._attempts.turn(_ENROL, address):
                token = await self._desk.database.write(
                    lambda rows: shared_devices.enrol(rows, code, now)
                )
                if token is None:
                    await self._attempts.failed(_ENROL, address)
        except TooManyError:
            return await self._enrol_form(request, texts.SLOW_DOWN, status=429)
        if token is None:
            return await self._enrol_form(request, texts_of_people.ENROL_WRONG, status=401)
        await self._attempts.succeeded(_ENROL, address)
        response = go("/sign-in")
        self._gate.keep_device(response, token)
        return response

    async def _proven(
        self, request: Request, given: _Given, device: SharedDevice | None
    ) -> Person | None:
        """Who it is; None for what is wrong. Raises ``TooManyError``."""
        by_badge = given.short.strip().upper().startswith(people.BADGE)
        name, address = (_BADGE if by_badge else given.name), address_of(request)
        async with self._attempts.turn(name, address):
            if by_badge and device is not None:
                person = await self._desk.read(partial(people.by_badge, badge=given.short))
            elif given.short:
                person = await self._right(given, short=True, device=device)
            else:
                person = await self._right(given, short=False, device=device)
            if person is None:
                await self._attempts.failed(name, address)
            else:
                await self._attempts.succeeded(name, address)
        return person

    async def _right(
        self, given: _Given, *, short: bool, device: SharedDevice | None
    ) -> Person | None:
        person = await self._desk.read(partial(people.find, name=given.name))
        hashed = None
        if person is not None and short and device is not None:
            hashed = person.pin_hash
        elif person is not None and not short:
            hashed = person.password_hash
        verdict = await self._checker.check(hashed, given.short if short else given.password)
        if person is None or not verdict.right:
            return None
        better = verdict.better_hash
        if better is not None and not short:
            was, person = person, replace(person, password_hash=better)
            if not await self._desk.database.write(
                lambda rows: people.exchange_password_hash(
                    rows, was.name, was.password_hash, better
                )
            ):
                return None  # it became another password while this one was compared
        return person

    async def _open(
        self, request: Request, person: Person, device: SharedDevice | None, *, short: bool
    ) -> str | None:
        """The token; None where what was proven became worthless meanwhile."""
        old, now = await self._gate.visit(request), self._desk.clock.now()
        client = browsers.named(request.headers.get("user-agent", ""))

        def begin(connection: Connection) -> str | None:
            # Comparing takes a while: who was removed then, or given another secret, stays out.
            if not people.is_as(connection, person):
                return None
            if old is not None:
                sessions.end(connection, old.token)
            number = None
            if device is not None:
                number = device.id
                shared_devices.used(connection, device.id, now)
            return sessions.open_(
                connection, person.name, now, device=number, short=short, client=client
            )

        return await self._desk.database.write(begin)

    async def _form(
        self,
        request: Request,
        problem: Text | None = None,
        *,
        name: str = "",
        back: str | None = None,
        status: int = 200,
    ) -> Response:
        everybody = await self._desk.read(people.every)
        after = own_path(back or request.query_params.get("next"))
        query = {"next": after}
        device = await self._gate.device(request)
        names = [one.name for one in everybody if one.pin_hash] if device is not None else []
        by_password = "password" in request.query_params or not names
        return self._desk.page(
            request,
            "sign_in.html" if device is None or by_password else "sign_in_here.html",
            status=status,
            again=f"/sign-in?{urlencode(query)}",
            anyone=bool(everybody),
            problem=problem,
            name=name,
            next=after,
            device=device,
            names=names,
            other=f"/sign-in?{urlencode({'password': '', **query})}",
        )

    def _unlock_form(
        self, request: Request, visit: Visit, problem: Text | None = None, *, status: int = 200
    ) -> Response:
        after = own_path(request.query_params.get("next"))
        return self._desk.page(
            request,
            "unlock.html",
            status=status,
            again=f"/unlock?{urlencode({'next': after})}",
            problem=problem,
            name=visit.session.name,
            short=visit.session.short,
            next=after,
        )

    async def _enrol_form(
        self, request: Request, problem: Text | None = None, *, status: int = 200
    ) -> Response:
        device = await self._gate.device(request)
        return self._desk.page(
            request, "enrol.html", status=status, again="/enrol", problem=problem, device=device
        )


def _given(form: FormData) -> _Given:
    return _Given(
        name=_field(form, "name"), password=_field(form, "password"), short=_field(form, "short")
    )


def _field(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value[:1_000] if isinstance(value, str) else ""
