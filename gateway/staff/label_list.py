"""All labels: searched, filtered, a hundred at a time, each with the picture it shows."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from gateway.settings import Shop
from gateway.staff import showing, texts
from gateway.staff.desk import Desk
from gateway.staff.explaining import Reader
from gateway.staff.showing import Row
from gateway.store import overview, retired
from gateway.store.articles import Articles
from gateway.store.database import Connection
from gateway.store.overview import Asked, Facet
from gateway.web.words import Text

PER_PAGE = 100
_LAST_PAGE = 10_000

FACETS: dict[Facet, tuple[Text, str, str]] = {
    Facet.SHOWN: (texts.FACET_SHOWN, "good", "good"),
    Facet.TEST: (texts.FACET_TEST, "attention", "ask"),
    Facet.UNDER_WAY: (texts.FACET_UNDER_WAY, "plain", "queued"),
    Facet.SILENT: (texts.FACET_SILENT, "attention", "silent"),
    Facet.PAUSED: (texts.FACET_PAUSED, "attention", "paused"),
    Facet.DIFFERS: (texts.FACET_DIFFERS, "attention", "attention"),
    Facet.FAILED: (texts.FACET_FAILED, "trouble", "trouble"),
    Facet.OTHER: (texts.FACET_OTHER, "attention", "attention"),
    Facet.OFFLINE: (texts.FACET_OFFLINE, "attention", "offline"),
    Facet.UNBOUND: (texts.FACET_UNBOUND, "plain", "label"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """One way to narrow the list, with how many labels it leaves."""

    name: str
    tone: str
    icon: str
    word: str
    count: int
    href: str
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    """What the address asks for."""

    text: str
    facet: Facet | None
    page: int

    def href(self, **other: str | None) -> str:
        """The address of the list with something else asked."""
        asked = {
            "q": self.text,
            "state": self.facet.value if self.facet else "",
            "page": str(self.page) if self.page > 1 else "",
            **other,
        }
        query = urlencode({name: value for name, value in asked.items() if value})
        return f"/labels?{query}" if query else "/labels"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Listed:
    rows: tuple[Row, ...]
    total: int
    gone: int


class LabelList:
    """The list of labels."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> APIRouter:
        """The routes; all behind the gate."""
        routes = APIRouter(include_in_schema=False)
        routes.add_api_route("/labels", self.page, methods=["GET"])
        routes.add_api_route("/labels-rows", self.rows, methods=["GET"])
        routes.add_api_route("/labels-filters", self.filters, methods=["GET"])
        return routes

    async def page(self, request: Request) -> Response:
        """One page of the list."""
        question, reader = _question(request), self._desk.reader(request)
        shop = self._desk.settings.shop
        # All labels are counted while those of the page are read: each takes its time.
        async with asyncio.TaskGroup() as group:
            page = group.create_task(
                self._desk.read(lambda connection: _listed(connection, question, reader, shop))
            )
            counted = group.create_task(
                self._desk.read(lambda connection: filters(connection, question, reader))
            )
        listed = page.result()
        first = (question.page - 1) * PER_PAGE + 1
        last = first + len(listed.rows) - 1
        facts = {
            "first": reader.count(first),
            "last": reader.count(last),
            "count": reader.count(listed.total),
        }
        more = last < listed.total and bool(listed.rows)
        return self._desk.page(
            request,
            "labels.html",
            question=question,
            rows=listed.rows,
            filters=counted.result(),
            total=listed.total,
            gone=listed.gone,
            range=texts.RANGE.say(reader.language, **facts),
            previous=question.href(page=str(question.page - 1)) if question.page > 1 else None,
            next=question.href(page=str(question.page + 1)) if more else None,
        )

    async def rows(self, request: Request) -> Response:
        """These rows again, for a page that heard that they changed."""
        ids = request.query_params.getlist("id")[:PER_PAGE]
        reader, shop = self._desk.reader(request), self._desk.settings.shop

        def query(connection: Connection) -> tuple[Row, ...]:
            articles = Articles(connection)
            views = overview.some(connection, ids)
            return tuple(showing.row(view, articles, reader, shop) for view in views)

        return self._desk.page(request, "label_rows.html", rows=await self._desk.read(query))

    async def filters(self, request: Request) -> Response:
        """The filters with their counts again."""
        question, reader = _question(request), self._desk.reader(request)

        def look(connection: Connection) -> tuple[tuple[Filter, ...], int]:
            return filters(connection, question, reader), retired.count(connection)

        found, gone = await self._desk.read(look)
        return self._desk.page(
            request, "label_filters.html", filters=found, gone=gone, question=question
        )


def filters(connection: Connection, question: _Question, reader: Reader) -> tuple[Filter, ...]:
    """All labels first, then each question that at least one label answers, or that is asked."""
    total, counts = overview.counts(connection, reader.late_before)
    every = Filter(
        name="",
        tone="plain",
        icon="plain",
        word=texts.ALL.say(reader.language),
        count=total,
        href=question.href(state=None, page=None),
        chosen=question.facet is None,
    )
    return (
        every,
        *(
            Filter(
                name=facet.value,
                tone=tone,
                icon=icon,
                word=word.say(reader.language),
                count=counts[facet],
                href=question.href(state=facet.value, page=None),
                chosen=question.facet is facet,
            )
            for facet, (word, tone, icon) in FACETS.items()
            if counts[facet] or question.facet is facet
        ),
    )


def everything() -> _Question:
    """The list without search and filter."""
    return _Question(text="", facet=None, page=1)


def _question(request: Request) -> _Question:
    asked = request.query_params
    try:
        facet = Facet(asked.get("state", ""))
    except ValueError:
        facet = None
    number = asked.get("page", "1")
    page = int(number[:6]) if number.isascii() and number.isdigit() else 1
    text = " ".join(asked.get("q", "")[:100].split())
    return _Question(text=text, facet=facet, page=min(max(page, 1), _LAST_PAGE))


def _listed(connection: Connection, question: _Question, reader: Reader, shop: Shop) -> _Listed:
    found = overview.page(
        connection,
        Asked(
            late_before=reader.late_before,
            text=question.text,
            facet=question.facet,
            limit=PER_PAGE,
            offset=(question.page - 1) * PER_PAGE,
        ),
    )
    articles = Articles(connection)
    return _Listed(
        rows=tuple(showing.row(view, articles, reader, shop) for view in found.views),
        total=found.total,
        gone=retired.count(connection),
    )
