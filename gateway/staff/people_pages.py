"""Everybody's own account, and for managers those of all: roles, secrets and sessions.

A manager looks after clerks and managers; only an administrator changes an administrator. Nobody
changes their own role or removes themselves, so that the last one cannot lock the shop out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Final, TypeVar

import structlog
from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from gateway.staff import passwords, permits, qr_picture, showing
from gateway.staff import texts_of_people as texts
from gateway.staff.attempts import Attempts, TooManyError, address_of
from gateway.staff.desk import Desk, go
from gateway.staff.gate import visit_of
from gateway.staff.passwords import Checker, PasswordError
from gateway.staff.showing import When
from gateway.staff.texts import SLOW_DOWN
from gateway.store import people, sessions, shared_devices
from gateway.store.database import Connection
from gateway.store.people import Person, PersonError, Role
from gateway.store.sessions import Session
from gateway.web.problems import Problem
from gateway.web.words import Text

ROLES: Final[Mapping[Role, Text]] = MappingProxyType(
    {
        Role.CLERK: texts.CLERK,
        Role.MANAGER: texts.MANAGER,
        Role.ADMINISTRATOR: texts.ADMINISTRATOR,
    }
)
_DID: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "added": texts.DID_ADDED,
        "changed": texts.DID_CHANGED,
        "removed": texts.DID_REMOVED,
        "ended": texts.DID_ENDED_SESSION,
    }
)

T = TypeVar("T")

log = structlog.get_logger("staff")


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionLine:
    """An open session; ``client`` says on what."""

    key: str
    client: str
    used: When
    here: bool
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonLine:
    """Somebody, with what whoever looks ``may`` change; ``self`` is whoever looks."""

    name: str
    role: Role
    said: str
    has_pin: bool
    has_badge: bool
    may: bool
    is_self: bool
    sessions: tuple[SessionLine, ...]


class PeoplePages:
    """The routes."""

    def __init__(self, desk: Desk, checker: Checker, attempts: Attempts) -> None:
        self._desk = desk
        self._checker = checker
        self._attempts = attempts

    def routes(self) -> APIRouter:
        """The routes; all behind the gate."""
        routes = APIRouter(include_in_schema=False)
        routes.add_api_route("/me", self.me, methods=["GET"])
        routes.add_api_route("/me/password", self.own_password, methods=["POST"])
        routes.add_api_route("/me/pin", self.own_pin, methods=["POST"])
        routes.add_api_route("/me/end", self.end_own, methods=["POST"])
        routes.add_api_route("/people", self.page, methods=["GET"])
        routes.add_api_route("/people/add", self.add, methods=["POST"])
        routes.add_api_route("/people/role", self.role, methods=["POST"])
        routes.add_api_route("/people/password", self.password, methods=["POST"])
        routes.add_api_route("/people/pin", self.pin, methods=["POST"])
        routes.add_api_route("/people/badge", self.badge, methods=["POST"])
        routes.add_api_route("/people/end", self.end, methods=["POST"])
        routes.add_api_route("/people/remove", self.remove, methods=["POST"])
        return routes

    async def me(self, request: Request) -> Response:
        """The account of whoever looks."""
        return await self._me(request)

    async def own_password(self, request: Request) -> Response:
        """Another password, by the one there is; the other sessions end."""
        form, session = await _form(request), visit_of(request).session
        person = await self._desk.read(partial(people.find, name=session.name))
        was = person.password_hash if person is not None else ""
        if (wrong := await self._unproved(request, _field(form, "now"), was)) is not None:
            return await self._me(request, wrong)
        hashed = await self._hashed(passwords.hash_, _field(form, "password"))
        if hashed is None:
            return await self._me(request, texts.PASSWORD_BAD)

        def change(connection: Connection) -> bool:
            if not people.exchange_password_hash(connection, session.name, was, hashed):
                return False
            sessions.end_all_of(connection, session.name, but=session.key)
            return True

        if not await self._desk.database.write(change):
            return await self._me(request, texts.WRONG_NOW)
        return go("/me?did=changed")

    async def own_pin(self, request: Request) -> Response:
        """Another short code, by the one there is or the password: the phone may be another's."""
        form, name = await _form(request), visit_of(request).session.name
        person = await self._desk.read(partial(people.find, name=name))
        known = () if person is None else (person.password_hash, person.pin_hash)
        if (wrong := await self._unproved(request, _field(form, "now"), *known)) is not None:
            return await self._me(request, wrong)
        hashed = await self._hashed(passwords.hash_pin, _field(form, "pin"))
        if hashed is None:
            return await self._me(request, texts.PIN_BAD)
        await self._desk.database.write(lambda rows: people.set_pin_hash(rows, name, hashed))
        return go("/me?did=changed")

    async def _unproved(self, request: Request, now: str, *hashes: str | None) -> Text | None:
        """What to say where ``now`` is none of these secrets of the person; None where it is one.

        Whoever found an open session may not guess faster than whoever has none.
        """
        name, address = visit_of(request).session.name, address_of(request)
        try:
            async with self._attempts.turn(name, address):
                for one in filter(None, hashes):
                    if (await self._checker.check(one, now)).right:
                        break
                else:
                    await self._attempts.failed(name, address)
                    return texts.WRONG_NOW
        except TooManyError:
            return SLOW_DOWN
        await self._attempts.succeeded(name, address)
        return None

    async def end_own(self, request: Request) -> Response:
        """End one of the own sessions."""
        form, session = await _form(request), visit_of(request).session
        key = _field(form, "session")
        found = await self._sessions(request)
        if any(one.key == key and one.name == session.name for one in found):
            await self._desk.database.write(lambda rows: sessions.end_by_key(rows, key))
        return go("/me?did=ended")

    async def page(self, request: Request) -> Response:
        """Everybody."""
        return await self._page(request)

    async def add(self, request: Request) -> Response:
        """Somebody new."""
        form, by = await _form(request), visit_of(request).session.role
        role = _role(_field(form, "role"))
        if role is None or not permits.may_look_after(by, role):
            return await self._page(request, texts.OF_HIGHER)
        hashed = await self._hashed(passwords.hash_, _field(form, "password"))
        if hashed is None:
            return await self._page(request, texts.PASSWORD_BAD, name=_field(form, "name"))
        name = _field(form, "name")
        try:
            await self._desk.database.write(lambda rows: people.add(rows, name, role.value, hashed))
        except PersonError:
            return await self._page(request, texts.NAME_BAD, name=name)
        log.info("person added", role=role.value, by_role=by.value)
        return go("/people?did=added")

    async def role(self, request: Request) -> Response:
        """Another role for somebody else."""
        form = await _form(request)
        person = await self._theirs(request, form, other=True)
        role = _role(_field(form, "role"))
        if role is None or not permits.may_look_after(visit_of(request).session.role, role):
            raise self._refused(request, texts.OF_HIGHER)
        await self._do(request, person, lambda rows: people.change_role(rows, person.name, role))
        log.info("role changed", role=role.value)
        return go("/people?did=changed")

    async def password(self, request: Request) -> Response:
        """Another password for somebody who forgot theirs; their sessions end."""
        form = await _form(request)
        person = await self._theirs(request, form, other=True)
        hashed = await self._hashed(passwords.hash_, _field(form, "password"))
        if hashed is None:
            return await self._page(request, texts.PASSWORD_BAD)
        await self._do(
            request, person, lambda rows: people.change_password(rows, person.name, hashed)
        )
        return go("/people?did=changed")

    async def pin(self, request: Request) -> Response:
        """Another short code for somebody, or none."""
        form = await _form(request)
        person = await self._theirs(request, form)
        hashed = await self._hashed(passwords.hash_pin, _field(form, "pin"))
        if hashed is None:
            return await self._page(request, texts.PIN_BAD)
        await self._do(request, person, lambda rows: people.set_pin_hash(rows, person.name, hashed))
        return go("/people?did=changed")

    async def badge(self, request: Request) -> Response:
        """A badge to print; the one before is worth nothing."""
        person = await self._theirs(request, await _form(request))
        said = await self._do(request, person, lambda rows: people.give_badge(rows, person.name))
        code = qr_picture.qr_picture(said)
        return self._desk.page(
            request, "badge.html", again="/people", name=person.name, code=code, said=said
        )

    async def end(self, request: Request) -> Response:
        """End a session of somebody."""
        form = await _form(request)
        person, key = await self._theirs(request, form), _field(form, "session")
        if any(one.key == key and one.name == person.name for one in await self._sessions(request)):
            await self._desk.database.write(lambda rows: sessions.end_by_key(rows, key))
        return go("/people?did=ended")

    async def remove(self, request: Request) -> Response:
        """End somebody's account, when that was ticked."""
        form = await _form(request)
        person = await self._theirs(request, form, other=True)
        if _field(form, "sure") != "yes":
            return go("/people")
        await self._do(request, person, lambda rows: people.remove(rows, person.name))
        log.info("person removed", role=person.role.value)
        return go("/people?did=removed")

    async def _theirs(self, request: Request, form: FormData, *, other: bool = False) -> Person:
        """Whom the form is about; raises ``Problem`` for nobody, and for who is not theirs."""
        session, name = visit_of(request).session, _field(form, "name")
        person = await self._desk.read(partial(people.find, name=name))
        if person is None:
            raise self._problem(request, 404, texts.PERSON_GONE, texts.PERSON_GONE_ADVICE)
        if other and person.name == session.name:
            raise self._refused(request, texts.OF_ONESELF)
        if not permits.may_look_after(session.role, person.role):
            raise self._refused(request, texts.OF_HIGHER)
        return person

    async def _do(self, request: Request, person: Person, deed: Callable[[Connection], T]) -> T:
        """Change somebody who is theirs still: hashing takes a while, and roles change meanwhile.

        Raises ``Problem``.
        """
        name = visit_of(request).session.name

        def change(connection: Connection) -> tuple[T] | None:
            by, of = people.find(connection, name), people.find(connection, person.name)
            if by is None or of is None or not permits.may_look_after(by.role, of.role):
                return None
            return (deed(connection),)

        done = await self._desk.database.write(change)
        if done is None:
            raise self._refused(request, texts.OF_HIGHER)
        return done[0]

    def _refused(self, request: Request, title: Text) -> Problem:
        return self._problem(request, 403, title, texts.PERSON_GONE_ADVICE)

    def _problem(self, request: Request, status: int, title: Text, advice: Text) -> Problem:
        desk, code = self._desk, "not_yours" if status == 403 else "unknown_person"
        return Problem(status, desk.say(request, title), desk.say(request, advice), code=code)

    async def _hashed(self, hasher: Callable[[str], str], secret: str) -> str | None:
        """None for a secret that cannot be used."""
        try:
            return await self._checker.in_turn(hasher, secret)
        except PasswordError:
            return None

    async def _sessions(self, request: Request) -> tuple[Session, ...]:
        listen, now = self._desk.settings.sites.staff, self._desk.reader(request).now
        return await self._desk.read(
            lambda rows: sessions.every(rows, now, listen.session_idle_s, listen.session_max_s)
        )

    async def _lines(self, request: Request) -> tuple[PersonLine, ...]:
        session, reader = visit_of(request).session, self._desk.reader(request)
        language = reader.language
        everybody = await self._desk.read(people.every)
        devices = {one.id: one.name for one in await self._desk.read(shared_devices.every)}
        found = await self._sessions(request)

        def line(one: Session) -> SessionLine:
            unknown = texts.SESSION_UNKNOWN.say(language)
            client = devices.get(one.device or 0) or one.client or unknown
            return SessionLine(
                key=one.key,
                client=client,
                used=showing.when(one.used_at, reader),
                here=one.key == session.key,
                said=texts.SESSION_END_OF.say(language, name=one.name, client=client),
            )

        return tuple(
            PersonLine(
                name=person.name,
                role=person.role,
                said=ROLES[person.role].say(language),
                has_pin=person.pin_hash is not None,
                has_badge=person.has_badge,
                may=permits.may_look_after(session.role, person.role),
                is_self=person.name == session.name,
                sessions=tuple(line(one) for one in found if one.name == person.name),
            )
            for person in everybody
        )

    async def _me(self, request: Request, problem: Text | None = None) -> Response:
        name = visit_of(request).session.name
        lines = await self._lines(request)
        own = next(one for one in lines if one.name == name)
        return self._shown(request, "me.html", problem, "/me", own=own)

    async def _page(
        self, request: Request, problem: Text | None = None, *, name: str = ""
    ) -> Response:
        by, language = visit_of(request).session.role, self._desk.tongue(request).language
        roles = [
            (role.value, text.say(language))
            for role, text in ROLES.items()
            if permits.may_look_after(by, role)
        ]
        lines = await self._lines(request)
        facts = {"lines": lines, "roles": roles, "name": name}
        return self._shown(request, "people.html", problem, "/people", **facts)

    def _shown(
        self, request: Request, template: str, problem: Text | None, again: str, **facts: object
    ) -> Response:
        did = _DID.get(request.query_params.get("did", ""))
        return self._desk.page(
            request,
            template,
            status=422 if problem else 200,
            again=again,
            problem=problem,
            did=self._desk.say(request, did) if did is not None and not problem else "",
            **facts,
        )


async def _form(request: Request) -> FormData:
    return await request.form(max_files=0, max_fields=10)


def _field(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value[:1_000] if isinstance(value, str) else ""


def _role(said: str) -> Role | None:
    return next((one for one in Role if one.value == said), None)
