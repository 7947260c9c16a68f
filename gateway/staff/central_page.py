"""A central system connected from a browser: tried first, kept then, and followed after a restart.

What a shop is called at central is written here too, as long as the box knows of no article and no
label: theirs would be another shop's afterwards.
"""

from __future__ import annotations

import asyncio
import re
import ssl
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import pydantic
import structlog
from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import Response

from gateway.settings import Settings, connected
from gateway.settings.connected import CentralFile
from gateway.staff import checkup
from gateway.staff import texts_of_central_page as texts
from gateway.staff.checkup import Line, Looking
from gateway.staff.desk import Desk
from gateway.staff.gate import visit_of
from gateway.store import beginnings
from gateway.store.database import Connection
from gateway.web.findings import Finding, State
from gateway.web.problems import Problem

PATH: Final = "/central"
_ANSWER_S: Final = 45.0
_ADDRESS: Final = re.compile(
    r"(mqtts?://)?(?P<host>\[[0-9A-Fa-f:]+\]|[^:/]+)(:(?P<port>\d{1,5}))?/?"
)
_PRINTABLE: Final = re.compile(r"[^\x00-\x1f\x7f]{1,200}")
_PORTS: Final = {True: 8883, False: 1883}

log = structlog.get_logger("staff")


class _WrongError(Exception):
    """What was written cannot be; ``fault`` names why, ``detail`` is for technicians."""

    def __init__(self, fault: str, detail: str = "") -> None:
        super().__init__(fault)
        self.fault = fault
        self.detail = detail


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What stands in the form; never the password."""

    address: str = ""
    tls: bool = True
    username: str = ""
    authority: str = ""
    store: str = ""
    gateway: str = ""
    prefix: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tried:
    """What central's broker accepted, and whose session tried it; it waits for a yes."""

    wanted: CentralFile
    password: str
    authority: str
    findings: tuple[Finding, ...]
    session: str


class CentralPage:
    """The routes; for administrators. ``restart`` ends the gateway so that it begins again."""

    def __init__(self, desk: Desk, looking: Looking, restart: Callable[[], None]) -> None:
        self._desk = desk
        self._looking = looking
        self._restart = restart
        self._tried: _Tried | None = None
        self._turn = asyncio.Lock()

    def routes(self) -> APIRouter:
        """The routes; all behind the gate."""
        routes = APIRouter(include_in_schema=False)
        routes.add_api_route(PATH, self.page, methods=["GET"])
        routes.add_api_route(f"{PATH}/try", self.try_, methods=["POST"])
        routes.add_api_route(f"{PATH}/keep", self.keep, methods=["POST"])
        routes.add_api_route(f"{PATH}/end", self.end, methods=["POST"])
        return routes

    async def page(self, request: Request) -> Response:
        """What is connected, or what to write."""
        return await self._page(request)

    async def try_(
        self,
        request: Request,
        address: Annotated[str, Form(max_length=300)] = "",
        username: Annotated[str, Form(max_length=200)] = "",
        password: Annotated[str, Form(max_length=1_024)] = "",
        authority: Annotated[str, Form(max_length=65_536)] = "",
        store: Annotated[str, Form(max_length=64)] = "",
        gateway: Annotated[str, Form(max_length=64)] = "",
        prefix: Annotated[str, Form(max_length=200)] = "",
        *,
        tls: Annotated[bool, Form()] = False,
    ) -> Response:
        """Ask central's broker with these; keeps nothing."""
        self._refuse_where_fixed(request)
        typed = Typed(
            address=address.strip(),
            tls=tls,
            username=username.strip(),
            authority=authority.strip(),
            store=store.strip(),
            gateway=gateway.strip(),
            prefix=prefix.strip(),
        )
        async with self._turn:
            try:
                tried = await self._ask(request, typed, password)
            except _WrongError as wrong:
                return await self._page(request, typed=typed, wrong=wrong)
        if any(one.state is State.TROUBLE for one in tried.findings):
            return await self._page(request, typed=typed, findings=tried.findings)
        self._tried = tried
        return await self._page(request, tried=tried, findings=tried.findings)

    async def keep(self, request: Request) -> Response:
        """Let what was tried count; the gateway begins again."""
        self._refuse_where_fixed(request)
        tried = self._tried
        if tried is None or tried.session != visit_of(request).session.csrf:
            raise self._not_now(request)
        try:
            # Between trying and the yes articles may have come, or labels.
            await self._refuse_another_shop(tried.wanted)
        except _WrongError as other:
            self._tried = None
            return await self._page(request, wrong=other)
        folder = self._desk.settings.data.folder
        try:
            await asyncio.to_thread(
                connected.keep_central, folder, tried.wanted, tried.password, tried.authority
            )
        except OSError as error:
            wrong = _WrongError("disk", str(error))
            return await self._page(request, tried=tried, findings=tried.findings, wrong=wrong)
        self._tried = None
        log.info("central is connected on the staff site", host=tried.wanted.broker.host)
        return self._restarting(request)

    async def end(self, request: Request) -> Response:
        """Let it count no more; the gateway begins again."""
        if not await asyncio.to_thread(self._is_of_page):
            raise self._not_now(request)
        await asyncio.to_thread(connected.forget_central, self._desk.settings.data.folder)
        log.info("central is disconnected on the staff site")
        return self._restarting(request)

    def _is_of_page(self) -> bool:
        own = self._desk.settings
        return own.central.kind != "none" and (own.data.folder / connected.CENTRAL).exists()

    def _refuse_where_fixed(self, request: Request) -> None:
        own = self._desk.settings
        if own.central.kind != "none" or own.shopify.shop is not None:
            raise self._not_now(request)

    async def _ask(self, request: Request, typed: Typed, password: str) -> _Tried:
        own = self._desk.settings
        wanted = _wanted(typed, password)
        await self._refuse_another_shop(wanted)
        if typed.authority:
            await asyncio.to_thread(_must_be_certificates, typed.authority)
        authority = f"{typed.authority}\n" if typed.authority else ""
        place = await asyncio.to_thread(_placed, wanted, password, authority)
        try:
            findings = await self._findings(connected.with_central(own, wanted, Path(place.name)))
        finally:
            await asyncio.to_thread(place.cleanup)
        return _Tried(
            wanted=wanted,
            password=password,
            authority=authority,
            findings=findings,
            session=visit_of(request).session.csrf,
        )

    async def _refuse_another_shop(self, wanted: CentralFile) -> None:
        own = self._desk.settings.shop
        same = (wanted.store, wanted.gateway) == (own.store, own.gateway)
        if not same and not await self._desk.read(_is_empty):
            raise _WrongError("other_shop")

    async def _findings(self, wanted: Settings) -> tuple[Finding, ...]:
        try:
            async with asyncio.timeout(_ANSWER_S):
                return tuple(await self._looking.try_central(wanted))
        except TimeoutError as error:
            raise _WrongError("away") from error

    def _restarting(self, request: Request) -> Response:
        self._restart()
        return self._desk.page(request, "restarting.html", next=PATH)

    async def _page(
        self,
        request: Request,
        *,
        typed: Typed | None = None,
        tried: _Tried | None = None,
        findings: tuple[Finding, ...] = (),
        wrong: _WrongError | None = None,
    ) -> Response:
        own, language = self._desk.settings, self._desk.tongue(request).language
        lines: tuple[Line, ...] = tuple(checkup.found_line(one, language) for one in findings)
        refused = wrong is not None or (tried is None and bool(findings))
        fault = "" if wrong is None else texts.FAULTS[wrong.fault].say(language)
        return self._desk.page(
            request,
            "central.html",
            again=PATH,
            status=422 if refused else 200,
            is_connected=own.central.kind != "none",
            of_page=await asyncio.to_thread(self._is_of_page),
            shopify=own.shopify.shop,
            broker=own.central.broker,
            shop=own.shop,
            typed=typed or Typed(store=own.shop.store, gateway=own.shop.gateway),
            may_rename=await self._desk.read(_is_empty),
            tried=tried,
            lines=lines,
            refused=refused,
            fault=fault,
            detail="" if wrong is None else wrong.detail,
        )

    def _not_now(self, request: Request) -> Problem:
        return Problem(
            409,
            self._desk.say(request, texts.CENTRAL_NOT_NOW),
            self._desk.say(request, texts.CENTRAL_NOT_NOW_ADVICE),
            code="not_now",
        )


def _placed(wanted: CentralFile, password: str, authority: str) -> tempfile.TemporaryDirectory[str]:
    """A folder for nobody else's eyes with the files, as who tries them needs."""
    place = tempfile.TemporaryDirectory()
    connected.keep_central(Path(place.name), wanted, password, authority)
    return place


def _is_empty(connection: Connection) -> bool:
    there = beginnings.of(connection)
    return not (there.catalogue or there.labels)


def _wanted(typed: Typed, password: str) -> CentralFile:
    """What was meant, as people copy addresses. Raises ``_WrongError``."""
    address = _ADDRESS.fullmatch(typed.address)
    if address is None:
        raise _WrongError("address")
    for name, text in (("username", typed.username), ("password", password)):
        if text and _PRINTABLE.fullmatch(text) is None:
            raise _WrongError(name)
    if password and not typed.username:
        raise _WrongError("username")
    broker = {
        "host": address["host"],
        "port": int(address["port"] or _PORTS[typed.tls]),
        "tls": typed.tls,
        "username": typed.username or None,
        "password_file": connected.CENTRAL_PASSWORD if password else None,
        "ca_file": connected.CENTRAL_AUTHORITY if typed.authority else None,
    }
    if typed.prefix:
        broker["topic_prefix"] = typed.prefix
    said = {"store": typed.store, "gateway": typed.gateway, "broker": broker}
    try:
        return CentralFile.model_validate(said)
    except pydantic.ValidationError as error:
        where = error.errors()[0]["loc"]
        fault = {"store": "store", "gateway": "gateway", "topic_prefix": "prefix"}
        raise _WrongError(fault.get(str(where[-1]), "address"), str(where)) from error


def _must_be_certificates(text: str) -> None:
    try:
        ssl.create_default_context(cadata=text)
    except (ssl.SSLError, ValueError) as error:
        raise _WrongError("authority", str(error)) from error
