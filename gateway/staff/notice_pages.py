"""The page of notices: who is told, whether it arrives, a test for each, and who else is to be.

Whoever is added or removed counts from the gateway's next start, which comes at once.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Final, Protocol

import structlog
from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import Response

from gateway.domain import price_events, setting_events
from gateway.domain.events import Lane
from gateway.settings import Mail, receivers_file
from gateway.settings.receivers_file import Receivers
from gateway.staff import receiver_forms, showing
from gateway.staff import texts_of_notices as texts
from gateway.staff.desk import Desk, go
from gateway.staff.explaining import Reader
from gateway.staff.gate import visit_of
from gateway.staff.receiver_forms import Added, WrongError
from gateway.staff.showing import When
from gateway.store import notices, outbox, withdrawals
from gateway.store.database import Connection
from gateway.store.notices import Receiver
from gateway.web.problems import Problem

PATH: Final = "/notices"

log = structlog.get_logger("staff")


class Told(Protocol):
    """Somebody who is told."""

    @property
    def key(self) -> str:
        """Its name, which tells no address."""


class Tells(Protocol):
    """Whoever sends notices."""

    @property
    def receivers(self) -> Sequence[Told]:
        """Everybody who is told."""

    async def test(self, key: str) -> bool:
        """Send one a test; False when nobody has this name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """How it stands with one receiver."""

    key: str
    tone: str
    word: str
    advice: str
    waiting: str
    at: When | None
    may_remove: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What stands in the forms; never an address that is a secret, or a password."""

    name: str = ""
    format: str = "slack"
    host: str = ""
    port: str = "587"
    encryption: str = "starttls"
    username: str = ""
    sender: str = ""


class NoticePages:
    """The routes; for managers and administrators. ``restart`` has the gateway begin again."""

    def __init__(self, desk: Desk, teller: Tells, restart: Callable[[], None] | None) -> None:
        self._desk = desk
        self._teller = teller
        self._restart = restart
        self._turn = asyncio.Lock()

    def routes(self) -> APIRouter:
        """The routes; all behind the gate."""
        routes = APIRouter(include_in_schema=False)
        routes.add_api_route("/notices", self.page, methods=["GET"])
        routes.add_api_route("/notices-now", self.now, methods=["GET"])
        routes.add_api_route("/notices/test", self.test, methods=["POST"])
        if self._restart is not None:
            routes.add_api_route("/notices/add", self.add, methods=["POST"])
            routes.add_api_route("/notices/mail-server", self.mail_server, methods=["POST"])
            routes.add_api_route("/notices/remove", self.remove, methods=["POST"])
        return routes

    async def page(self, request: Request) -> Response:
        """The whole page."""
        return await self._page(request, "notices.html")

    async def now(self, request: Request) -> Response:
        """What may have changed on it."""
        return await self._page(request, "notices_now.html")

    async def test(self, request: Request, receiver: Annotated[str, Form()]) -> Response:
        """Send one of them a test."""
        if await self._teller.test(receiver):
            return go("/notices?did=tested")
        raise self._gone(request)

    async def add(self, request: Request) -> Response:
        """Have one more told."""
        form = await request.form(max_files=0, max_fields=20)
        plain = {name: str(value) for name, value in form.items()}
        about = {str(one) for one in form.getlist("about")}
        data = self._desk.settings.data.folder
        async with self._turn:
            try:
                added = receiver_forms.receiver(plain, about, self._keys())
                await asyncio.to_thread(self._must_fit, added)
                await asyncio.to_thread(_add, data, added)
            except (WrongError, OSError) as error:
                return await self._wrong(request, error, plain)
        await self._desk.database.write(partial(self._note, request, added.key, "added"))
        log.info("a receiver of notices was added", receiver=added.key)
        return self._begin_again(request)

    async def mail_server(self, request: Request) -> Response:
        """Name the server that takes our mail."""
        form = await request.form(max_files=0, max_fields=20)
        plain = {name: str(value) for name, value in form.items()}
        data = self._desk.settings.data.folder
        async with self._turn:
            try:
                smtp, password = receiver_forms.mail_server(plain)
                await asyncio.to_thread(receivers_file.set_smtp, data, smtp, password)
            except (WrongError, OSError) as error:
                return await self._wrong(request, error, plain)
        await self._desk.database.write(partial(self._note, request, "smtp", str(smtp.host)))
        log.info("the mail server of notices was set", host=smtp.host)
        return self._begin_again(request)

    async def remove(self, request: Request, receiver: Annotated[str, Form()]) -> Response:
        """Tell one of them no more."""
        data = self._desk.settings.data.folder
        async with self._turn:
            gone = await asyncio.to_thread(receivers_file.remove, data, receiver)
        if not gone:
            raise self._gone(request)
        await self._desk.database.write(partial(self._note, request, receiver, None))
        log.info("a receiver of notices was removed", receiver=receiver)
        return self._begin_again(request)

    def _keys(self) -> set[str]:
        return {one.key for one in self._teller.receivers}

    def _must_fit(self, added: Added) -> None:
        known = receivers_file.read(self._desk.settings.data.folder)
        same = known.mail if isinstance(added.way, Mail) else known.webhooks
        if len(same) >= receivers_file.MOST:
            raise WrongError("many")
        if isinstance(added.way, Mail) and self._desk.settings.notices.smtp.host is None:
            raise WrongError("no_server")

    def _note(self, request: Request, key: str, value: str | None, connection: Connection) -> None:
        by, now = visit_of(request).session.name, self._desk.clock.now()
        told = setting_events.setting_changed(
            self._desk.origin,
            event_id=str(uuid.uuid4()),
            name=f"notices.{key}",
            was=None,
            value=value,
            locked=False,
            by=price_events.pseudonym(withdrawals.pseudonym_key(connection), by),
            way="page",
            time=now,
        )
        outbox.append_or_gap(connection, Lane.KEEP, told, now)

    def _begin_again(self, request: Request) -> Response:
        assert self._restart is not None  # noqa: S101 - else there is no route
        self._restart()
        return self._desk.page(request, "restarting.html", next=PATH)

    def _gone(self, request: Request) -> Problem:
        title = self._desk.say(request, texts.NOTICE_GONE)
        advice = self._desk.say(request, texts.NOTICE_GONE_ADVICE)
        return Problem(404, title, advice, code="unknown_receiver")

    async def _wrong(
        self, request: Request, error: WrongError | OSError, form: dict[str, str]
    ) -> Response:
        fault = error.fault if isinstance(error, WrongError) else "disk"
        kept = {name: form[name][:300] for name in Typed.__dataclass_fields__ if name in form}
        return await self._page(
            request,
            "notices.html",
            wrong=texts.FAULTS[fault].say(self._desk.tongue(request).language),
            typed=Typed(**kept),
        )

    async def _page(
        self, request: Request, template: str, *, wrong: str = "", typed: Typed | None = None
    ) -> Response:
        reader, own = self._desk.reader(request), self._desk.settings
        keys = [one.key for one in self._teller.receivers]
        tested = request.query_params.get("did") == "tested"
        written = await asyncio.to_thread(receivers_file.read, own.data.folder)
        return self._desk.page(
            request,
            template,
            status=422 if wrong else 200,
            again=PATH,
            did=texts.NOTICE_TESTED.say(reader.language) if tested else "",
            rows=await self._desk.read(partial(_rows, keys=keys, own=written, reader=reader)),
            may_add=self._restart is not None,
            wrong=wrong,
            typed=typed or Typed(),
            formats=texts.FORMATS,
            smtp=own.notices.smtp,
            smtp_is_fixed=own.notices.smtp.host is not None and written.smtp.host is None,
        )


def _add(data: Path, added: Added) -> None:
    if isinstance(added.way, Mail):
        receivers_file.add_mail(data, added.name, added.way)
    else:
        receivers_file.add_webhook(data, added.name, added.way, added.url, added.secret)


def _rows(
    connection: Connection, keys: Sequence[str], own: Receivers, reader: Reader
) -> tuple[Row, ...]:
    removable = {f"webhooks.{name}" for name in own.webhooks} | {f"mail.{one}" for one in own.mail}
    return tuple(
        _row(key, notices.receiver(connection, key), reader, may_remove=key in removable)
        for key in keys
    )


def _row(key: str, one: Receiver, reader: Reader, *, may_remove: bool) -> Row:
    language, advice = reader.language, ""
    if one.closed:
        tone, word, advice = (
            "trouble",
            texts.NOTICE_CLOSED,
            texts.NOTICE_CLOSED_ADVICE.say(language),
        )
    elif one.trouble is not None:
        tone, word, advice = "attention", texts.NOTICE_NOT, texts.why(one.trouble, language)
    elif one.delivered_at is not None:
        tone, word = "good", texts.NOTICE_GOOD
    else:
        tone, word = "plain", texts.NOTICE_NEVER
    waiting = texts.NOTICE_WAITING.say(language, count=reader.count(one.waiting))
    return Row(
        key=key,
        tone=tone,
        word=word.say(language),
        advice=advice,
        waiting=waiting if one.waiting else "",
        at=None if one.tried_at is None else showing.when(one.tried_at, reader),
        may_remove=may_remove,
    )
