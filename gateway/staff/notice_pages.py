"""The page of notices: who is told, whether it arrives, and a test for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Protocol

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import Response

from gateway.staff import showing
from gateway.staff import texts_of_notices as texts
from gateway.staff.desk import Desk, go
from gateway.staff.explaining import Reader
from gateway.staff.showing import When
from gateway.store import notices
from gateway.store.database import Connection
from gateway.store.notices import Receiver
from gateway.web.problems import Problem


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


class NoticePages:
    """The routes; for managers and administrators."""

    def __init__(self, desk: Desk, teller: Tells) -> None:
        self._desk = desk
        self._teller = teller

    def routes(self) -> APIRouter:
        """The routes; all behind the gate."""
        routes = APIRouter(include_in_schema=False)
        routes.add_api_route("/notices", self.page, methods=["GET"])
        routes.add_api_route("/notices-now", self.now, methods=["GET"])
        routes.add_api_route("/notices/test", self.test, methods=["POST"])
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
        title = self._desk.say(request, texts.NOTICE_GONE)
        advice = self._desk.say(request, texts.NOTICE_GONE_ADVICE)
        raise Problem(404, title, advice, code="unknown_receiver")

    async def _page(self, request: Request, template: str) -> Response:
        reader = self._desk.reader(request)
        keys = [one.key for one in self._teller.receivers]
        tested = request.query_params.get("did") == "tested"
        return self._desk.page(
            request,
            template,
            did=texts.NOTICE_TESTED.say(reader.language) if tested else "",
            rows=await self._desk.read(partial(_rows, keys=keys, reader=reader)),
        )


def _rows(connection: Connection, keys: Sequence[str], reader: Reader) -> tuple[Row, ...]:
    return tuple(_row(key, notices.receiver(connection, key), reader) for key in keys)


def _row(key: str, one: Receiver, reader: Reader) -> Row:
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
    )
