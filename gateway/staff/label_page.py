"""One label: both pictures large, how it stands and what to do, its facts and its history."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from gateway.domain.labels import Target, products_shown
from gateway.labels import binding, wishing
from gateway.settings import Shop
from gateway.staff import (
    explaining,
    hardware_words,
    label_facts,
    label_history,
    retired_sheets,
    showing,
    texts_of_adoption,
    texts_of_prices,
    texts_of_retired,
)
from gateway.staff import texts_of_labels as texts
from gateway.staff.desk import Desk, go
from gateway.staff.explaining import Reader
from gateway.staff.gate import visit_of
from gateway.staff.label_facts import Fact
from gateway.staff.label_history import Line
from gateway.staff.showing import Article, Row, When
from gateway.store import health, holds, overview, withdrawals
from gateway.store.articles import Articles
from gateway.store.database import Connection
from gateway.store.overview import LabelView
from gateway.store.people import Role
from gateway.web.problems import Problem

_DID = {
    "sent": texts.DID_SENT,
    "bound": texts.DID_BOUND,
    "unbound": texts.DID_UNBOUND,
    "withdrawn": texts_of_prices.DID_WITHDRAW,
    "price-back": texts_of_prices.DID_PUT_BACK,
    "adopted": texts_of_adoption.DID_ADOPTED,
    "ended": texts_of_adoption.DID_ENDED,
    "right": texts_of_adoption.DID_RIGHT,
    "named": texts_of_adoption.DID_NAMED,
    "parked": texts_of_adoption.DID_PARKED,
    "unparked": texts_of_adoption.DID_UNPARKED,
    "replaced": texts_of_adoption.DID_REPLACED,
    "retired": texts_of_retired.DID_RETIRED,
    "down": texts_of_retired.DID_DOWN,
    "back": texts_of_retired.DID_BACK,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Off:
    """That the price was taken off the shelf, in words."""

    title: str
    advice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """That a newer price is not in force, in words; ``href`` leads to the decision."""

    title: str
    advice: str
    href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Everything on a label's page."""

    row: Row
    article: Article | None
    article_href: str
    bound_by: str
    bound_at: When | None
    difference: str
    matches: bool
    off: Off | None
    kept: Kept | None
    test: str
    facts: tuple[Fact, ...]
    history: tuple[Line, ...]
    parked: bool
    blinks: bool
    may_retire: bool
    retiring: str


class LabelPage:
    """The page of one label and what can be done with it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> APIRouter:
        """The routes; all behind the gate."""
        routes = APIRouter(include_in_schema=False)
        routes.add_api_route("/labels/{label}", self.page, methods=["GET"])
        routes.add_api_route("/labels/{label}/now", self.now, methods=["GET"])
        routes.add_api_route("/labels/{label}/history", self.history, methods=["GET"])
        routes.add_api_route("/labels/{label}/send-again", self.send_again, methods=["POST"])
        routes.add_api_route("/labels/{label}/unbind", self.unbind, methods=["POST"])
        return routes

    async def page(self, request: Request, label: str) -> Response:
        """The whole page."""
        did = _DID.get(request.query_params.get("did", ""))
        said = did.say(self._desk.tongue(request).language) if did is not None else ""
        sheet = await self._any_sheet(request, label)
        page = "label.html" if isinstance(sheet, Sheet) else "retired_label.html"
        return self._desk.page(request, page, sheet=sheet, did=said)

    async def now(self, request: Request, label: str) -> Response:
        """What may have changed on it."""
        sheet = await self._any_sheet(request, label)
        page = "label_now.html" if isinstance(sheet, Sheet) else "retired_now.html"
        return self._desk.page(request, page, sheet=sheet)

    async def history(self, request: Request, label: str) -> Response:
        """Its latest history."""
        sheet = await self._any_sheet(request, label)
        return self._desk.page(request, "label_history.html", sheet=sheet)

    async def send_again(self, request: Request, label: str) -> Response:
        """Deliver what the label should show once more."""
        await self._sheet(request, label)
        by, at = visit_of(request).session.name, self._desk.clock.now()
        await self._desk.database.write(
            lambda connection: wishing.send_again(connection, label, by=by, at=at)
        )
        return go(f"/labels/{label}?did=sent")

    async def unbind(self, request: Request, label: str) -> Response:
        """Let the label stand for nothing."""
        desk, by = self._desk, visit_of(request).session.name
        at = desk.clock.now()

        def change(connection: Connection) -> None:
            binding.unbind(connection, label, origin=desk.origin, by=by, at=at)

        await self._try(request, change)
        return go(f"/labels/{label}?did=unbound")

    async def _try(self, request: Request, change: Callable[[Connection], None]) -> None:
        try:
            await self._desk.database.write(change)
        except binding.BindingError as error:
            raise unknown_label(self._desk, request) from error

    async def _any_sheet(self, request: Request, label: str) -> Sheet | retired_sheets.Sheet:
        """The page of a label that is ours, or was."""
        reader, shop = self._desk.reader(request), self._desk.settings.shop
        gone = await self._desk.read(lambda rows: retired_sheets.sheet(rows, label, reader, shop))
        return await self._sheet(request, label) if gone is None else gone

    async def _sheet(self, request: Request, label: str) -> Sheet:
        reader, shop = self._desk.reader(request), self._desk.settings.shop
        role = visit_of(request).session.role
        sheet = await self._desk.read(lambda rows: _read(rows, label, reader, shop, role))
        if sheet is None:
            raise unknown_label(self._desk, request)
        return sheet


def unknown_label(desk: Desk, request: Request) -> Problem:
    """The answer about a label that never introduced itself."""
    return Problem(
        404,
        desk.say(request, texts.LABEL_UNKNOWN),
        desk.say(request, texts.LABEL_UNKNOWN_ADVICE),
        code="unknown_label",
    )


def _read(
    connection: Connection, label: str, reader: Reader, shop: Shop, role: Role
) -> Sheet | None:
    view = overview.view(connection, label)
    if view is None:
        return None
    row = showing.row(view, Articles(connection), reader, shop)
    bound, language = view.binding, reader.language
    matches = row.wished.fingerprint is not None and (
        row.wished.fingerprint == row.shown.fingerprint
    )
    return Sheet(
        row=row,
        article=showing.with_picture(row.article, connection) if row.article else None,
        article_href=_article_href(bound.target) if bound is not None else "",
        bound_by=label_history.who(bound.bound_by, reader) if bound is not None else "",
        bound_at=showing.when(bound.bound_at, reader) if bound is not None else None,
        difference=(texts.SAME if matches else texts.DIFFERENT).say(language),
        matches=matches,
        test=_test(view, row, reader),
        off=_off(connection, bound.target, reader) if bound is not None else None,
        kept=_kept(connection, bound.target, language) if bound is not None else None,
        facts=label_facts.facts(view, health.troubles(connection, label), reader),
        history=label_history.latest(connection, label, reader),
        parked=bool(view.label.parked),
        blinks=hardware_words.blinks(view.label.family),
        may_retire=role is not Role.CLERK,
        retiring=retired_sheets.what_retiring_does(connection, view, reader),
    )


def _article_href(target: Target) -> str:
    """Where the article is; for a whole style, where its articles are found."""
    if target.product is not None:
        return f"/articles/{quote(target.product, safe='')}"
    return f"/articles?q={quote(target.group or '', safe='')}"


def _test(view: LabelView, row: Row, reader: Reader) -> str:
    """Until when the test card is asked for, unless its standing says so; '' without a test."""
    ends = explaining.test_ends(view, reader)
    if not ends:
        return ""
    if row.standing.code == "test":
        return row.standing.advice
    return texts_of_adoption.CARD_UNTIL.say(reader.language, time=ends)


def _kept(connection: Connection, target: Target, language: str) -> Kept | None:
    family = Articles(connection).of(target)
    if family is None:
        return None
    shown = [product.id for product in products_shown(target, family)]
    kept = holds.kept_price(connection, shown)
    if kept is None:
        return None
    title, advice = texts_of_prices.PRICE_REFUSED, texts_of_prices.PRICE_REFUSED_ADVICE
    if kept.hold is not None:
        title, advice = texts_of_prices.PRICE_HELD, texts_of_prices.PRICE_HELD_ADVICE
    return Kept(
        title=title.say(language),
        advice=advice.say(language),
        href=f"/holds/{kept.hold}" if kept.hold is not None else "",
    )


def _off(connection: Connection, target: Target, reader: Reader) -> Off | None:
    family = Articles(connection).of(target)
    if family is None or not family.withdrawn:
        return None
    shown = (product.id for product in products_shown(target, family))
    named = next((product for product in shown if product in family.withdrawn), None)
    one = withdrawals.get(connection, named) if named is not None else None
    if one is None:
        return None
    ago, reason = showing.when(one.at, reader).ago, one.reason.rstrip(".")
    return Off(
        title=texts_of_prices.PRICE_WITHDRAWN.say(reader.language, by=one.by, ago=ago),
        advice=texts_of_prices.PRICE_WITHDRAWN_ADVICE.say(reader.language, reason=reason),
    )
