"""Signing in and out. The only pages that nobody has to be signed in for."""

from __future__ import annotations

from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from gateway.staff import texts
from gateway.staff.attempts import Attempts, TooManyError
from gateway.staff.desk import Desk, go
from gateway.staff.gate import Gate, own_path, visit_of
from gateway.staff.passwords import Checker
from gateway.store import people
from gateway.store.database import Connection
from gateway.store.people import Person
from gateway.web.words import Text

_COMMAND = "anaquel person add NAME --role manager"


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
        return routes

    def routes(self) -> APIRouter:
        """The routes behind it."""
        routes = APIRouter(include_in_schema=False)
        routes.add_api_route("/sign-out", self.leave, methods=["POST"])
        return routes

    async def form(self, request: Request) -> Response:
        """The form, or how to add the first person."""
        if await self._gate.visit(request) is not None:
            return go(own_path(request.query_params.get("next")))
        return await self._form(request)

    async def enter(self, request: Request) -> Response:
        """Check name and password; a session that was there before ends in any case."""
        self._gate.from_own_page(request)
        form = await request.form(max_files=0, max_fields=10)
        name, back = _field(form, "name"), own_path(_field(form, "next"))
        address = request.client.host if request.client is not None else ""
        try:
            async with self._attempts.turn(name, address):
                person = await self._right(name, _field(form, "password"), address)
        except TooManyError:
            return await self._form(request, texts.SLOW_DOWN, name=name, back=back, status=429)
        if person is None:
            return await self._form(request, texts.WRONG, name=name, back=back, status=401)
        token = await self._open(request, person)
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
        await self._desk.database.write(lambda connection: people.end(connection, token))
        response = go("/sign-in")
        self._gate.forget(response)
        return response

    async def _right(self, name: str, password: str, address: str) -> Person | None:
        person = await self._desk.read(lambda connection: people.find(connection, name))
        verdict = await self._checker.check(
            person.password_hash if person is not None else None, password
        )
        if person is None or not verdict.right:
            self._attempts.failed(name, address)
            return None
        self._attempts.succeeded(name, address)
        better = verdict.better_hash
        if better is not None:
            await self._desk.database.write(
                lambda connection: people.set_password_hash(connection, person.name, better)
            )
        return person

    async def _open(self, request: Request, person: Person) -> str:
        old, now = await self._gate.visit(request), self._desk.clock.now()

        def begin(connection: Connection) -> str:
            if old is not None:
                people.end(connection, old.token)
            return people.open_session(connection, person.name, now)

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
        anyone = await self._desk.read(people.anyone)
        after = own_path(back or request.query_params.get("next"))
        return self._desk.page(
            request,
            "sign_in.html",
            status=status,
            again=f"/sign-in?{urlencode({'next': after})}",
            anyone=anyone,
            command=_COMMAND,
            problem=problem,
            name=name,
            next=after,
        )


def _field(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value[:1_000] if isinstance(value, str) else ""
