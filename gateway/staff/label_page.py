"""One label: both pictures large, how it stands and what to do, its facts and its history."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from gateway.domain.labels import Target, products_shown
from gateway.domain.proof import Entry
from gateway.labels import binding, wishing
from gateway.settings import Shop
from gateway.staff import (
    explaining,
    hardware_words,
    label_facts,
    showing,
    texts_of_adoption,
    texts_of_prices,
)
from gateway.staff import texts_of_labels as texts
from gateway.staff.desk import Desk, go
from gateway.staff.explaining import Reader
from gateway.staff.gate import visit_of
from gateway.staff.label_facts import Fact
from gateway.staff.showing import Article, Row, When
from gateway.store import binding_rows, health, overview, proof, withdrawals
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
}
_PROOF = {
    "wished": (texts.PROOF_WISHED, "plain"),
    "asked_again": (texts.PROOF_ASKED_AGAIN, "plain"),
    "transferred": (texts.PROOF_TRANSFERRED, "plain"),
    "shown": (texts.PROOF_SHOWN, "good"),
    "failed": (texts.PROOF_FAILED, "trouble"),
    "lost": (texts.PROOF_LOST, "attention"),
    "reachable": (texts.PROOF_REACHABLE, "plain"),
    "unreachable": (texts.PROOF_UNREACHABLE, "attention"),
    "price_withdrawn": (texts_of_prices.PROOF_WITHDRAWN, "attention"),
    "price_back": (texts_of_prices.PROOF_BACK, "plain"),
    "bound": (texts.PROOF_BOUND, "plain"),
    "adopted": (texts_of_adoption.PROOF_ADOPTED, "plain"),
    "named": (texts_of_adoption.PROOF_NAMED, "plain"),
    "parked": (texts_of_adoption.PROOF_PARKED, "plain"),
    "retired": (texts_of_adoption.PROOF_RETIRED, "attention"),
}
_DEEDS = frozenset({"adopted", "asked_again", "named", "parked", "retired"})
_PARKED = {"blank": texts_of_adoption.PARK_BLANK, "code": texts_of_adoption.PARK_CODE}
_HISTORY = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the history."""

    tone: str
    word: str
    detail: str
    at: When


@dataclass(frozen=True, slots=True, kw_only=True)
class Off:
    """That the price was taken off the shelf, in words."""

    title: str
    advice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Everything on a label's page."""

    row: Row
    article: Article | None
    bound_by: str
    bound_at: When | None
    difference: str
    matches: bool
    off: Off | None
    test: str
    facts: tuple[Fact, ...]
    history: tuple[Line, ...]
    parked: bool
    blinks: bool
    may_retire: bool


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
        return self._desk.page(
            request, "label.html", sheet=await self._sheet(request, label), did=said
        )

    async def now(self, request: Request, label: str) -> Response:
        """What may have changed on it."""
        return self._desk.page(request, "label_now.html", sheet=await self._sheet(request, label))

    async def history(self, request: Request, label: str) -> Response:
        """Its latest history."""
        sheet = await self._sheet(request, label)
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
    history = proof.of_label(connection, label, _HISTORY)
    return Sheet(
        row=row,
        article=showing.with_picture(row.article, connection) if row.article else None,
        bound_by=_who(bound.bound_by, reader) if bound is not None else "",
        bound_at=showing.when(bound.bound_at, reader) if bound is not None else None,
        difference=(texts.SAME if matches else texts.DIFFERENT).say(language),
        matches=matches,
        test=_test(view, row, reader),
        off=_off(connection, bound.target, reader) if bound is not None else None,
        facts=label_facts.facts(view, health.troubles(connection, label), reader),
        history=tuple(_line(entry, reader) for entry in history),
        parked=bool(view.label.parked),
        blinks=hardware_words.blinks(view.label.family),
        may_retire=role is not Role.CLERK,
    )


def _test(view: LabelView, row: Row, reader: Reader) -> str:
    """Until when the test card is asked for, unless its standing says so; '' without a test."""
    ends = explaining.test_ends(view, reader)
    if not ends:
        return ""
    if row.standing.code == "test":
        return row.standing.advice
    return texts_of_adoption.CARD_UNTIL.say(reader.language, time=ends)


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


def _line(entry: Entry, reader: Reader) -> Line:
    word, tone = _PROOF.get(entry.what, (None, "plain"))
    reason = explaining.REASONS.get(entry.detail or "")
    detail = reason.say(reader.language) if reason is not None else entry.detail or ""
    if entry.what in {"price_withdrawn", "price_back"}:
        what = texts_of_prices.NEW_PRICE.say(reader.language) if detail == "new_price" else detail
        detail = " · ".join(part for part in (what, entry.actor) if part)
    if entry.what == "parked":
        detail = (_PARKED.get(detail, texts_of_adoption.UNPARK)).say(reader.language)
    if entry.what in _DEEDS:
        detail = " · ".join(part for part in (detail, entry.actor) if part)
    if entry.what == "bound":
        what = detail or texts.UNBOUND.say(reader.language)
        detail = f"{what} · {_who(entry.actor or '', reader)}"
    return Line(
        tone=tone,
        word=word.say(reader.language) if word is not None else entry.what,
        detail=detail,
        at=showing.when(entry.at, reader),
    )


def _who(name: str, reader: Reader) -> str:
    """Who bound a label, as people say it."""
    return texts.CENTRAL.say(reader.language) if name == binding_rows.BY_SOURCE else name
