"""A walk along the shelves: label, article, label, article; each pair is right, wrong, or unknown.

What is wrong is bound anew in one tap; progress is kept by zone until somebody begins anew.
"""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from gateway.domain import labels as label_rules
from gateway.domain import scanning
from gateway.domain.labels import Target
from gateway.labels import binding
from gateway.staff import scanned, showing
from gateway.staff import texts_of_walks as texts
from gateway.staff.desk import Desk, go
from gateway.staff.explaining import Reader
from gateway.staff.gate import visit_of
from gateway.staff.scanned import RefusedError
from gateway.staff.showing import Article, When
from gateway.store import labels, walks
from gateway.store.articles import Articles
from gateway.store.database import Connection
from gateway.store.label_rows import Label
from gateway.store.walks import Progress
from gateway.web.layers import WITH_CAMERA

PATH = "/check-walk"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What came of a pair; ``field`` is where to go on.

    ``mend`` is what one tap would do, '' where nothing is to be mended; ``was`` names the binding
    that it would replace.
    """

    tone: str
    title: str
    advice: str = ""
    field: str = "label"
    label: str = ""
    article: str = ""
    asks: str = ""
    mend: str = ""
    was: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneLine:
    """How far the walk has come in a zone, in words."""

    zone: str
    checked: str
    wrong: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SoFar:
    """The whole walk so far."""

    since: When | None
    zones: tuple[ZoneLine, ...]


class CheckWalk:
    """The routes; for everybody who works here."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> APIRouter:
        """The routes; all behind the gate."""
        routes = APIRouter(include_in_schema=False)
        routes.add_api_route(PATH, self.page, methods=["GET"])
        routes.add_api_route(PATH, self.compare, methods=["POST"])
        routes.add_api_route(f"{PATH}/mend", self.mend, methods=["POST"])
        routes.add_api_route(f"{PATH}/begin", self.begin, methods=["POST"])
        return routes

    async def page(self, request: Request) -> Response:
        """Two empty fields, and how far the walk has come."""
        return await self._answer(request, None)

    async def compare(self, request: Request) -> Response:
        """Say whether the two belong together."""
        form = await request.form(max_files=0, max_fields=10)
        label, article = scanned.text(form, "label"), scanned.text(form, "article")
        reader, by = self._desk.reader(request), visit_of(request).session.name

        def look(connection: Connection) -> Verdict:
            first, second = scanning.read(label), scanning.read(article)
            if scanned.is_article_first(connection, first, second):
                first, second = second, first
            try:
                found = scanned.label(connection, first)
                target = scanned.target(connection, second)
            except RefusedError as error:
                return _unknown(error, reader)
            return self._judged(connection, found, target, reader, by)

        return await self._answer(request, await self._desk.database.write(look))

    async def mend(self, request: Request) -> Response:
        """Bind the label to what lies behind it, unless somebody changed it since."""
        form = await request.form(max_files=0, max_fields=10)
        label, article = scanned.text(form, "label"), scanned.text(form, "article")
        was = scanned.text(form, "was")
        reader, by = self._desk.reader(request), visit_of(request).session.name

        def change(connection: Connection) -> Verdict:
            try:
                found = scanned.label(connection, scanning.read(label))
                target = scanned.target(connection, scanning.read(article))
            except RefusedError as error:
                return _unknown(error, reader)
            if _named(labels.binding(connection, found.id)) != was:
                title = texts.WALK_MEANWHILE.say(reader.language, label=found.code)
                advice = texts.WALK_MEANWHILE_ADVICE.say(reader.language)
                return Verdict(tone="attention", title=title, advice=advice)
            binding.bind(
                *(connection, found.id, target),
                origin=self._desk.origin,
                by=by,
                at=reader.now,
            )
            walks.note(connection, found.id, "mended", by, reader.now)
            words = self._words(connection, target, reader)
            said = {"label": found.code, "article": words.full_name}
            return Verdict(tone="good", title=texts.WALK_MENDED.say(reader.language, **said))

        return await self._answer(request, await self._desk.database.write(change))

    async def begin(self, request: Request) -> Response:
        """Count from now on."""
        now = self._desk.reader(request).now
        await self._desk.database.write(lambda connection: walks.begin(connection, now))
        return go(PATH)

    def _judged(
        self, connection: Connection, label: Label, target: Target, reader: Reader, by: str
    ) -> Verdict:
        bound = labels.binding(connection, label.id)
        words = self._words(connection, target, reader)
        said = {"label": label.code, "article": words.full_name}
        mend = texts.WALK_MEND.say(reader.language, **said)
        of = target.product or target.group or ""
        if bound is None:
            walks.note(connection, label.id, "wrong", by, reader.now)
            title = texts.WALK_FREE.say(reader.language, **said)
            return Verdict(tone="trouble", title=title, label=label.code, article=of, mend=mend)
        if _stands_for(connection, bound.target, target):
            walks.note(connection, label.id, "right", by, reader.now)
            return Verdict(tone="good", title=texts.WALK_RIGHT.say(reader.language, **said))
        walks.note(connection, label.id, "wrong", by, reader.now)
        says = self._words(connection, bound.target, reader).full_name
        return Verdict(
            tone="trouble",
            title=texts.WALK_WRONG.say(reader.language, label=label.code, article=says),
            advice=texts.WALK_WRONG_ADVICE.say(reader.language, article=words.full_name),
            label=label.code,
            article=of,
            mend=mend,
            was=_named(bound),
        )

    def _words(self, connection: Connection, target: Target, reader: Reader) -> Article:
        family = Articles(connection).of(target)
        return showing.article(target, family, reader, self._desk.settings.shop)

    async def _answer(self, request: Request, verdict: Verdict | None) -> Response:
        reader = self._desk.reader(request)
        answer = self._desk.page(
            request,
            "check_walk_now.html" if "HX-Request" in request.headers else "check_walk.html",
            again=PATH,
            said=verdict,
            so_far=await self._desk.read(lambda connection: _so_far(connection, reader)),
        )
        answer.headers.update(WITH_CAMERA)
        return answer


def _stands_for(connection: Connection, bound: Target, target: Target) -> bool:
    """Whether a label bound so is right where this article lies."""
    if target.product is None:
        return bound.group == target.group
    family = Articles(connection).of(bound)
    shown = () if family is None else label_rules.products_shown(bound, family)
    return target.product in {product.id for product in shown}


def _named(bound: labels.Binding | None) -> str:
    return "" if bound is None else f"{bound.bound_at.timestamp():.3f}"


def _unknown(error: RefusedError, reader: Reader) -> Verdict:
    return Verdict(
        tone="trouble",
        title=texts.WALK_UNKNOWN.say(reader.language),
        advice=error.text.say(reader.language, scan=error.scan),
        field=error.field,
    )


def _so_far(connection: Connection, reader: Reader) -> SoFar:
    since = walks.began(connection)
    return SoFar(
        since=None if since is None else showing.when(since, reader),
        zones=tuple(_line(one, reader) for one in walks.progress(connection)),
    )


def _line(one: Progress, reader: Reader) -> ZoneLine:
    return ZoneLine(
        zone=one.zone or texts.WALK_NO_ZONE.say(reader.language),
        checked=texts.WALK_OF.say(
            reader.language,
            checked=reader.count(one.checked),
            labels=reader.count(one.labels),
            share=reader.count(100 * one.checked // one.labels),
        ),
        wrong=reader.count(one.wrong),
    )
