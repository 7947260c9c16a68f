"""The first person: while nobody may sign in, a code that only the box itself tells lets one in.

A new code is made at every start. It stands in a file of the data folder, and on the screen where
somebody started the gateway by hand; it is worth nothing from the first person on.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import os
import secrets
import sys
from pathlib import Path
from typing import Final, NoReturn

import structlog
from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from gateway.staff import browsers, passwords, texts, texts_of_people
from gateway.staff.attempts import Attempts, TooManyError, address_of
from gateway.staff.desk import Desk, go
from gateway.staff.gate import Gate
from gateway.staff.passwords import Checker, PasswordError
from gateway.store import people, sessions
from gateway.store.database import Connection
from gateway.store.people import PersonError, Role
from gateway.store.shared_devices import CODE_LENGTH, CODE_LETTERS
from gateway.web.words import Text

FILE: Final = "set-up.txt"
"""In the data folder, while nobody may sign in."""
_WHO: Final = "set-up"
"""Whose failures count."""

log = structlog.get_logger("staff")


class SetUp:
    """The page of the first person, and the service that tells its code at the box."""

    name = "set-up"

    def __init__(self, desk: Desk, gate: Gate, attempts: Attempts, checker: Checker) -> None:
        self._desk = desk
        self._gate = gate
        self._attempts = attempts
        self._checker = checker
        self._code = "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))

    @property
    def code(self) -> str:
        """As it is shown: in two halves."""
        half = CODE_LENGTH // 2
        return f"{self._code[:half]}-{self._code[half:]}"

    def public(self) -> APIRouter:
        """The routes; in front of the gate, as nobody could pass it."""
        routes = APIRouter(include_in_schema=False)
        routes.add_api_route("/set-up", self.form, methods=["GET"])
        routes.add_api_route("/set-up", self.enter, methods=["POST"])
        return routes

    async def run(self) -> NoReturn:
        """Tell the code while nobody may sign in, for ever."""
        changes = self._desk.database.changes.subscribe("person")
        path = self._desk.settings.data.folder / FILE
        told = False
        while True:
            anyone = await self._desk.read(people.anyone)
            if anyone:
                await asyncio.to_thread(path.unlink, missing_ok=True)
            else:
                await asyncio.to_thread(_write, path, self._said())
                if not told:
                    # Journals are read by many; whoever started it by hand sees the code.
                    code = {"code": self.code} if sys.stderr.isatty() else {}
                    log.warning(
                        "nobody may sign in yet", open=self._address(), see=str(path), **code
                    )
                told = True
            await changes.next()

    async def form(self, request: Request) -> Response:
        """The form; somewhere else once somebody may sign in."""
        if await self._desk.read(people.anyone):
            return go("/sign-in")
        return self._form(request)

    async def enter(self, request: Request) -> Response:
        """Check the code; the first person is an administrator and signed in at once."""
        self._gate.from_own_page(request)
        form = await request.form(max_files=0, max_fields=10)
        name, address = _field(form, "name"), address_of(request)
        try:
            async with self._attempts.turn(_WHO, address):
                if not self._is_right(_field(form, "code")):
                    await self._attempts.failed(_WHO, address)
                    return self._form(request, texts_of_people.SET_UP_WRONG, name=name, status=401)
        except TooManyError:
            return self._form(request, texts.SLOW_DOWN, name=name, status=429)
        try:
            hashed = await self._checker.in_turn(passwords.hash_, _field(form, "password"))
        except PasswordError:
            return self._form(request, texts_of_people.PASSWORD_BAD, name=name, status=422)
        client, now = browsers.named(request.headers.get("user-agent", "")), self._desk.clock.now()

        def begin(connection: Connection) -> str | None:
            if people.anyone(connection):
                return None
            person = people.add(connection, name, Role.ADMINISTRATOR.value, hashed)
            return sessions.open_(connection, person.name, now, client=client)

        try:
            token = await self._desk.database.write(begin)
        except PersonError:
            return self._form(request, texts_of_people.NAME_BAD, name=name, status=422)
        if token is None:
            return go("/sign-in")
        log.info("the first person may sign in")
        response = go("/signed-in")
        self._gate.keep(response, token)
        return response

    def _is_right(self, given: str) -> bool:
        plain = "".join(given.upper().split()).replace("-", "")
        return hmac.compare_digest(plain.encode(), self._code.encode())

    def _address(self) -> str:
        return f"{self._desk.settings.sites.staff.address}/set-up"

    def _said(self) -> str:
        sites = self._desk.settings.sites
        explained = f"http://{sites.staff.local_name}:{sites.welcome.port}"
        return (
            f"Anaquel, {self._desk.settings.shop.store}\n\n"
            f"Abre / Open:    {self._address()}\n"
            f"Código / Code:  {self.code}\n"
        ) + (f"Aviso / Warning: {explained}\n" if sites.staff.https else "")

    def _form(
        self, request: Request, problem: Text | None = None, *, name: str = "", status: int = 200
    ) -> Response:
        return self._desk.page(
            request, "set_up.html", status=status, again="/set-up", problem=problem, name=name
        )


def _write(path: Path, said: str) -> None:
    part = path.with_name(f"{path.name}.part")
    # Without a place to write it stays on the screen, and the command adds the first person too.
    with contextlib.suppress(OSError):
        part.unlink(missing_ok=True)
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(said)
        # Whoever looks for the file finds all of it.
        part.replace(path)


def _field(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value[:1_000] if isinstance(value, str) else ""
