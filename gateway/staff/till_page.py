"""Shelf against till: a price list of the till is compared, the worst difference stands first."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Path
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from gateway.domain import till as domain
from gateway.domain.money import Money
from gateway.feed.sources import till_csv
from gateway.feed.sources.file_faults import CsvError
from gateway.staff import showing, texts_of_files, till_checks, uploading
from gateway.staff import texts_of_till as texts
from gateway.staff.api import PREFIX
from gateway.staff.desk import Desk
from gateway.staff.explaining import Reader
from gateway.staff.gate import visit_of
from gateway.staff.showing import When
from gateway.store import till
from gateway.store.till import Check, Line
from gateway.web.problems import Problem
from gateway.wording import money, numbers

PATH: Final = "/till"
API: Final = f"{PREFIX}/till-checks"
MAX_UPLOAD: Final = 16 * 2**20
_LISTED: Final = 30

Number = Annotated[int, Path(ge=1, le=2**53 - 1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A comparison in one line; ``percent`` is '' where nothing could be compared."""

    id: int
    title: str
    matches: str
    tone: str
    by: str
    at: When


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One article of which shelf and till differ."""

    product: str
    name: str
    labels: str
    shelf: str
    asks: str
    gap: str
    tone: str
    word: str


class DifferenceTold(BaseModel):
    """An article of which shelf and till differ; amounts are decimal numbers.

    `finding` is more (the till asks more), less, no_price or other_currency; `labels` of it say
    `shelf`.
    """

    product: str
    name: str
    finding: str
    shelf: str | None
    shelf_currency: str | None
    till: str
    till_currency: str
    labels: int


class CheckTold(BaseModel):
    """A comparison: `matches` of `compared` articles cost the same; `counts` has all findings."""

    id: int
    at: datetime
    by: str
    matches: int
    compared: int
    percent: str
    counts: dict[str, int]


class ComparedTold(CheckTold):
    """A comparison with its first 2,000 differences, the worst first."""

    differences: list[DifferenceTold]
    unknown: list[str]


class AllCompared(BaseModel):
    """The latest comparisons, newest first."""

    checks: list[CheckTold]


class TillPage:
    """The routes; for managers and administrators, as ``permits`` has it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._turn = asyncio.Lock()

    def routes(self) -> APIRouter:
        """The routes; all behind the gate."""
        routes = APIRouter()
        for method, path, answer in (
            ("GET", "", self.every),
            ("POST", "/compare", self.compare),
            ("GET", "/{number}", self.page),
        ):
            routes.add_api_route(PATH + path, answer, methods=[method], include_in_schema=False)
        routes.add_api_route(API, self.told, methods=["GET"])
        routes.add_api_route(API, self.take, methods=["POST"], status_code=201)
        routes.add_api_route(f"{API}/{{number}}", self.one, methods=["GET"])
        return routes

    async def every(self, request: Request) -> Response:
        """Where a list is chosen, and the latest comparisons."""
        reader = self._desk.reader(request)
        found = await self._desk.read(lambda rows: till.latest(rows, _LISTED))
        heads = tuple(_head(one, reader) for one in found)
        return self._desk.page(request, "till.html", checks=heads)

    async def compare(self, request: Request) -> Response:
        """Compare a list; what came of it, to be shown below the form."""
        reader = self._desk.reader(request)
        try:
            check = await self._compared(request)
        except CsvError as error:
            why = texts_of_files.said(error.fault.value, error.named, reader.language)
            return self._desk.page(request, "till_found.html", status=422, refusal=why)
        head = _head(check, reader)
        return self._desk.page(request, "till_found.html", refusal="", head=head)

    async def page(self, request: Request, number: Number) -> Response:
        """One comparison."""
        reader = self._desk.reader(request)
        check, lines, unknown = await self._of(request, number)
        differ = sum(n for name, n in check.counts.items() if name in _DIFFERENT)
        return self._desk.page(
            request,
            "till_check.html",
            head=_head(check, reader),
            check=check,
            rows=tuple(_row(line, reader) for line in lines),
            differ=differ,
            unknown=", ".join(unknown[:10]),
            unread=check.counts.get("unread", 0),
        )

    async def told(self) -> AllCompared:
        """The latest comparisons, newest first."""
        found = await self._desk.read(lambda rows: till.latest(rows, _LISTED))
        return AllCompared(checks=[CheckTold(**_members(one)) for one in found])

    async def take(self, request: Request) -> ComparedTold:
        """Compare the price list in the body, CSV as the page takes it."""
        try:
            check = await self._compared(request)
        except CsvError as error:
            language = self._desk.tongue(request).language
            why = texts_of_files.said(error.fault.value, error.named, language)
            title = texts_of_files.NOT_USED.say(language)
            raise Problem(422, title, why, code=error.fault.value) from error
        return await self.one(request, check.id)

    async def one(self, request: Request, number: Number) -> ComparedTold:
        """One comparison; 404 `unknown_comparison`."""
        check, lines, unknown = await self._of(request, number)
        return ComparedTold(
            **_members(check), differences=[_told(one) for one in lines], unknown=list(unknown)
        )

    async def _compared(self, request: Request) -> Check:
        """Raises ``CsvError`` for a list that cannot be read."""
        by = visit_of(request).session.name
        async with self._turn:
            data = await uploading.body(self._desk, request, MAX_UPLOAD)
            currency = self._desk.settings.shop.currency
            listed = await asyncio.to_thread(till_csv.read, data, currency)
            number = await till_checks.compare(self._desk, listed, by)
        return (await self._of(request, number))[0]

    async def _of(
        self, request: Request, number: int
    ) -> tuple[Check, tuple[Line, ...], tuple[str, ...]]:
        found = await self._desk.read(
            lambda rows: (till.get(rows, number), *till.lines(rows, number))
        )
        check, lines, unknown = found
        if check is None:
            raise Problem(
                404,
                self._desk.say(request, texts.TILL_NOT_FOUND),
                self._desk.say(request, texts.TILL_NOT_FOUND_ADVICE),
                code="unknown_comparison",
            )
        return check, lines, unknown


_DIFFERENT: Final = frozenset(
    one.value for one in domain.Finding if one is not domain.Finding.MATCH
)


def _head(check: Check, reader: Reader) -> Head:
    language = reader.language
    percent = domain.percent(check.matches, check.compared)
    share = numbers.decimal(percent, 0 if percent == int(percent) else 1, reader.locale)
    if not check.compared:
        title = texts.TILL_NOTHING.say(language)
    else:
        title = texts.TILL_PERCENT.say(language, percent=share)
    return Head(
        id=check.id,
        title=title,
        matches=texts.TILL_MATCHES.say(
            language, matches=reader.count(check.matches), compared=reader.count(check.compared)
        ),
        tone="good" if check.compared and check.matches == check.compared else "attention",
        by=texts.TILL_BY.say(language, name=check.by),
        at=showing.when(check.at, reader),
    )


def _row(line: Line, reader: Reader) -> Row:
    one, language = line.compared, reader.language
    word, tone = texts.FINDINGS[one.finding]
    count = texts.TILL_LABELS if one.labels else texts.TILL_NO_LABEL
    gap = ""
    if one.gap:
        difference = Money(amount=abs(one.gap), currency=one.till.currency)
        sign = "+" if one.gap > 0 else "\u2212"
        gap = f"{sign}{money.format_money(difference, reader.locale)}"
    return Row(
        product=line.product,
        name=line.name,
        labels=count.say(language, count=reader.count(one.labels)),
        shelf=texts.TILL_NO_PRICE.say(language)
        if one.shelf is None
        else money.format_money(one.shelf, reader.locale),
        asks=money.format_money(one.till, reader.locale),
        gap=gap,
        tone=tone,
        word=word.say(language),
    )


def _members(check: Check) -> dict[str, object]:
    return {
        "id": check.id,
        "at": check.at,
        "by": check.by,
        "matches": check.matches,
        "compared": check.compared,
        "percent": str(domain.percent(check.matches, check.compared)),
        "counts": dict(check.counts),
    }


def _told(line: Line) -> DifferenceTold:
    one = line.compared
    return DifferenceTold(
        product=line.product,
        name=line.name,
        finding=one.finding.value,
        shelf=None if one.shelf is None else f"{one.shelf.amount:f}",
        shelf_currency=None if one.shelf is None else one.shelf.currency,
        till=f"{one.till.amount:f}",
        till_currency=one.till.currency,
        labels=one.labels,
    )
