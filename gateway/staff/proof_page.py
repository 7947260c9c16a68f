"""What a label showed at a time: picture and hash, the price in it, and whether it was in reach."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from gateway.domain import scanning
from gateway.domain.money import MINOR_UNITS, Money
from gateway.domain.proof import Entry
from gateway.labels import proof_export
from gateway.staff import scanned, showing
from gateway.staff import texts_of_proof as texts
from gateway.staff.desk import Desk
from gateway.staff.explaining import Reader
from gateway.staff.scanned import RefusedError
from gateway.staff.showing import When
from gateway.store import frames, proof, proof_at
from gateway.store.database import Connection
from gateway.store.proof_at import Answer, Span
from gateway.wording import money

PATH: Final = "/proof"
MOST_ROWS: Final = 10_000
_LONGEST: Final = 100
_SPANS: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What stands in the form."""

    label: str = ""
    day: str = ""
    time: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """A picture that the label confirmed.

    ``kept`` says what became of it, ``sound`` whether that is as it should be. Without a ``width``
    there is no picture any more.
    """

    fingerprint: str
    width: int
    height: int
    since: When
    until: When | None
    price: str
    articles: str
    template: str
    sent: str
    kept: str
    sound: bool
    doubted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Away:
    """A time without contact; ``until`` None where there has been none since."""

    since: When
    until: When | None
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """The answer in words; ``nothing`` where no picture was confirmed, with since ``when``."""

    label: str
    at: When
    sight: Sight | None
    nothing: str
    when: When | None
    asked: str
    reachable: bool
    away: tuple[Away, ...]


class ProofPage:
    """The routes; the record as a file is for managers and administrators."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> APIRouter:
        """The routes; all behind the gate."""
        routes = APIRouter(include_in_schema=False)
        routes.add_api_route(PATH, self.page, methods=["GET"])
        routes.add_api_route(f"{PATH}/rows.csv", self.rows, methods=["GET"])
        return routes

    async def page(self, request: Request) -> Response:
        """The form, and the answer where a label was named."""
        reader, query = self._desk.reader(request), request.query_params
        now = reader.now.astimezone(reader.zone)
        asked = Asked(
            label=query.get("label", "").strip()[:_LONGEST],
            day=query.get("day", "")[:_LONGEST] or now.date().isoformat(),
            time=query.get("time", "")[:_LONGEST] or f"{now:%H:%M}",
        )
        said: Said | None = None
        wrong = ""
        at = _instant(asked, reader.zone)
        if asked.label and at is None:
            wrong = texts.SHOWED_NO_TIME.say(reader.language)
        elif asked.label and at is not None:
            said = await self._desk.read(partial(_look, name=asked.label, at=at, reader=reader))
            if said is None:
                wrong = texts.SHOWED_NO_RECORD.say(reader.language)
        return self._desk.page(
            request,
            "proof.html",
            status=404 if asked.label and said is None else 200,
            asked=asked,
            said=said,
            wrong=wrong,
        )

    async def rows(self, request: Request) -> Response:
        """The whole record of one label, the latest ``MOST_ROWS`` rows; no names of people."""
        name = request.query_params.get("label", "").strip()[:_LONGEST]
        zone = self._desk.settings.shop.zone
        label, text = await self._desk.read(partial(_table, name=name, zone=zone))
        return Response(
            text,
            media_type="text/csv",
            headers={
                "Content-Disposition": f'attachment; filename="proof-{_plain(label)}.csv"',
                "Cache-Control": "no-store",
            },
        )


def _instant(asked: Asked, zone: tzinfo) -> datetime | None:
    try:
        return datetime.fromisoformat(f"{asked.day}T{asked.time}").replace(tzinfo=zone)
    except ValueError:
        return None


def _known(connection: Connection, name: str) -> str:
    """The id of the label that is meant; one that is gone may still be on record."""
    if proof.is_known(connection, name):
        return name
    try:
        return scanned.label(connection, scanning.read(name)).id
    except RefusedError:
        return name


def _look(connection: Connection, name: str, at: datetime, reader: Reader) -> Said | None:
    answer = proof_at.answer(connection, _known(connection, name), at)
    if answer is None:
        return None
    shown = answer.shown
    nothing, since = ("", None) if shown is not None else _nothing(answer, reader)
    asked = ""
    if answer.asked is not None:
        asked = texts.SHOWED_ASKED.say(reader.language, price=_price(answer.asked, reader))
    return Said(
        label=answer.label,
        at=showing.when(at, reader),
        sight=None if shown is None else _sight(connection, shown, answer.until, reader),
        nothing=nothing,
        when=since,
        asked=asked,
        reachable=answer.reachable,
        away=tuple(_away(span, reader) for span in answer.unreachable[-_SPANS:]),
    )


def _nothing(answer: Answer, reader: Reader) -> tuple[str, When | None]:
    if not answer.is_kept and answer.kept_from is not None:
        return texts.SHOWED_GONE.say(reader.language), showing.when(answer.kept_from, reader)
    if answer.lost_at is not None:
        return texts.SHOWED_LOST.say(reader.language), showing.when(answer.lost_at, reader)
    return texts.SHOWED_NOTHING.say(reader.language), None


def _sight(connection: Connection, shown: Entry, until: datetime | None, reader: Reader) -> Sight:
    kept = proof_export.picture(connection, shown)
    frame = None if shown.fingerprint is None else frames.get(connection, shown.fingerprint)
    said = texts.SHOWED_NOT_KEPT
    if kept.png is not None:
        said = texts.SHOWED_SAME if kept.matches else texts.SHOWED_NOT_SAME
    return Sight(
        fingerprint=shown.fingerprint or "",
        width=0 if frame is None else frame.width,
        height=0 if frame is None else frame.height,
        since=showing.when(shown.at, reader),
        until=None if until is None else showing.when(until, reader),
        price=_price(shown, reader),
        articles=" · ".join(shown.prices.get("offers") or {}),
        template=shown.template or "",
        sent=shown.picture or "",
        kept=said.say(reader.language),
        sound=kept.png is None or kept.matches,
        doubted=shown.doubted,
    )


def _price(entry: Entry, reader: Reader) -> str:
    """The price in the picture, with what it was before."""
    price = _money(entry.prices.get("price"), entry.prices.get("currency"), reader)
    if not price:
        return texts.SHOWED_NO_PRICE.say(reader.language)
    prior = _money(entry.prices.get("prior"), entry.prices.get("currency"), reader)
    if not prior:
        return price
    return texts.SHOWED_PRIOR.say(reader.language, price=price, prior=prior)


def _money(amount: object, currency: object, reader: Reader) -> str:
    """What the record says; another version may have written it otherwise."""
    if not isinstance(amount, str):
        return ""
    try:
        value = Decimal(amount)
    except InvalidOperation:
        return amount
    if not value.is_finite() or currency not in MINOR_UNITS:
        return amount
    return money.format_money(Money(amount=value, currency=str(currency)), reader.locale)


def _away(span: Span, reader: Reader) -> Away:
    why = texts.WHY.get(span.why or "")
    return Away(
        since=showing.when(span.since, reader),
        until=None if span.until is None else showing.when(span.until, reader),
        why="" if why is None else why.say(reader.language),
    )


def _table(connection: Connection, name: str, zone: tzinfo) -> tuple[str, str]:
    label = _known(connection, name)
    entries = proof.latest_rows(connection, label, MOST_ROWS)
    file = io.StringIO(newline="")
    writer = proof_export.table(file)
    writer.writerows(proof_export.line(row, zone) for row in entries)
    return label, file.getvalue()


def _plain(label: str) -> str:
    return "".join(letter for letter in label if letter.isascii() and letter.isalnum()) or "label"
