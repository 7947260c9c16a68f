"""Binding with a scanner: label, article, label, article, without end; what was done can be undone.

The last bindings of each session are kept in memory only: after a restart nothing is lost but the
short way back.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from gateway.domain import scanning
from gateway.domain.labels import Target
from gateway.domain.scanning import Scan
from gateway.labels import binding
from gateway.staff import scanned, showing
from gateway.staff import texts_of_labels as texts
from gateway.staff.desk import Desk
from gateway.staff.explaining import Reader
from gateway.staff.gate import visit_of
from gateway.staff.scanned import RefusedError
from gateway.staff.showing import Article
from gateway.store import labels
from gateway.store.articles import Articles
from gateway.store.database import Connection
from gateway.store.label_rows import Label
from gateway.store.labels import Binding
from gateway.web.layers import WITH_CAMERA
from gateway.web.words import Text

_REMEMBERED = 8
_MAX_SESSIONS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A binding that was made here, and what was there before."""

    label: str
    code: str
    article: Article
    bound_at: datetime
    before: Binding | None
    article_before: Article | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What came of it: ``field`` is where to go on.

    ``asks`` names the change that overwrites a binding; sent back, it is the yes. ``label`` is the
    code of the label that is meant from now on.
    """

    tone: str
    title: str
    advice: str = ""
    field: str = "label"
    asks: str = ""
    label: str = ""
    article: str = ""
    done: Done | None = None


class ScanBinding:
    """The page with two fields."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._recent: OrderedDict[str, deque[Done]] = OrderedDict()

    def routes(self) -> APIRouter:
        """The routes; all behind the gate."""
        routes = APIRouter(include_in_schema=False)
        routes.add_api_route("/bind", self.page, methods=["GET"])
        routes.add_api_route("/bind", self.bind, methods=["POST"])
        routes.add_api_route("/bind/label", self.check, methods=["GET"])
        routes.add_api_route("/bind/undo", self.undo, methods=["POST"])
        return routes

    async def page(self, request: Request) -> Response:
        """Two empty fields."""
        return self._answer(request, None)

    async def bind(self, request: Request) -> Response:
        """Bind what was scanned, or say why not."""
        form = await request.form()
        label, article = scanned.text(form, "label"), scanned.text(form, "article")
        reader, by = self._desk.reader(request), visit_of(request).session.name
        binder = _Binder(self._desk, reader, by)
        asked = scanned.text(form, "asked")

        def attempt(connection: Connection) -> Said:
            first, second = scanning.read(label), scanning.read(article)
            if scanned.is_article_first(connection, first, second):
                first, second = second, first
            return binder.bind(connection, first, second, asked)

        said = await self._say(reader, attempt)
        if said.done is not None:
            self._remember(visit_of(request).session.key, said.done)
        return self._answer(request, said, label=label, article=article)

    async def check(self, request: Request) -> Response:
        """What the label that was just scanned is, or that nobody knows it."""
        label = request.query_params.get("label", "")
        reader, by = self._desk.reader(request), visit_of(request).session.name
        binder = _Binder(self._desk, reader, by)

        def look(connection: Connection) -> Said:
            scan = scanning.read(label)
            try:
                return binder.met(connection, scanned.label(connection, scan))
            except RefusedError as error:
                first = binder.article_first(connection, scan, error)
                return first or _refused(error, texts.CHECK_LABEL, reader)

        said = await self._desk.read(look)
        return self._desk.page(request, "scan_said.html", said=said, label=label, article="")

    async def undo(self, request: Request) -> Response:
        """Put a binding back as it was before, unless somebody changed it since."""
        label = scanned.text(await request.form(), "label")
        reader, session = self._desk.reader(request), visit_of(request).session
        mine = self._recent.get(session.key, deque())
        done = next((one for one in mine if one.label == label), None)
        if done is None:
            return self._answer(request, None)
        binder = _Binder(self._desk, reader, session.name)
        said = await self._say(reader, lambda connection: binder.undo(connection, done))
        mine.remove(done)
        return self._answer(request, said)

    async def _say(self, reader: Reader, attempt: Callable[[Connection], Said]) -> Said:
        try:
            return await self._desk.database.write(attempt)
        except RefusedError as error:
            return _refused(error, texts.NOT_BOUND, reader)

    def _remember(self, session: str, done: Done) -> None:
        mine = self._recent.setdefault(session, deque(maxlen=_REMEMBERED))
        mine.appendleft(done)
        self._recent.move_to_end(session)
        while len(self._recent) > _MAX_SESSIONS:
            self._recent.popitem(last=False)

    def _answer(
        self, request: Request, said: Said | None, *, label: str = "", article: str = ""
    ) -> Response:
        goes_on = said is not None and said.field == "article"
        answer = self._desk.page(
            request,
            "scan_result.html" if "HX-Request" in request.headers else "scan.html",
            said=said,
            label=(said.label or label) if said is not None and goes_on else "",
            article=article if said is not None and said.asks else "",
            recent=tuple(self._recent.get(visit_of(request).session.key, ())),
        )
        answer.headers.update(WITH_CAMERA)
        return answer


class _Binder:
    """Finds out what two scans mean and binds, in the caller's transaction."""

    def __init__(self, desk: Desk, reader: Reader, by: str) -> None:
        self._desk = desk
        self._reader = reader
        self._by = by

    def bind(self, connection: Connection, label: Scan, article: Scan, asked: str) -> Said:
        """Bind; what the label is already stays until ``asked`` says yes to exactly this change."""
        found = scanned.label(connection, label)
        before = labels.binding(connection, found.id)
        other = scanned.next_label(connection, article) if asked else None
        if other is not None and not _is_yes(connection, found, before, article, asked):
            return self.met(connection, other)
        target = scanned.target(connection, article)
        articles = Articles(connection)
        words = self._words(articles, target)
        if before is not None and before.target == target:
            return Said(
                tone="plain",
                title=self._say(texts.CONFLICT, label=found.code, article=words.full_name),
                advice=self._say(texts.SAME_ALREADY),
            )
        words_before = self._words(articles, before.target) if before is not None else None
        question = _question(found, before, target)
        if words_before is not None and asked != question:
            return Said(
                tone="attention",
                title=self._say(texts.CONFLICT, label=found.code, article=words_before.full_name),
                advice=self._say(texts.CONFLICT_ADVICE, article=words.full_name),
                field="article",
                asks=question,
            )
        self._write(connection, found.id, target)
        return Said(
            tone="good",
            title=self._say(texts.DID_BIND, label=found.code, article=words.full_name),
            advice=words.price,
            done=Done(
                label=found.id,
                code=found.code,
                article=words,
                bound_at=self._reader.now,
                before=before,
                article_before=words_before,
            ),
        )

    def met(self, connection: Connection, label: Label) -> Said:
        """The label is known; its article comes next."""
        bound = labels.binding(connection, label.id)
        if bound is None:
            title = self._say(texts.LABEL_IS_FREE, label=label.code)
        else:
            words = self._words(Articles(connection), bound.target)
            title = self._say(texts.CONFLICT, label=label.code, article=words.full_name)
        advice = self._say(texts.NOW_THE_ARTICLE)
        return Said(tone="plain", title=title, advice=advice, field="article", label=label.code)

    def article_first(self, connection: Connection, scan: Scan, error: RefusedError) -> Said | None:
        """The article was scanned first and its label comes next; None where it is no article."""
        if error.text is not texts.LABEL_IS_ARTICLE:
            return None
        try:
            target = scanned.target(connection, scan)
        except RefusedError:
            return None
        words = self._words(Articles(connection), target)
        advice = self._say(texts.NOW_THE_LABEL)
        return Said(tone="plain", title=words.full_name, advice=advice, article=scan.text)

    def undo(self, connection: Connection, done: Done) -> Said:
        now = labels.binding(connection, done.label)
        if now is None or abs((now.bound_at - done.bound_at).total_seconds()) > 0.01:
            return Said(tone="attention", title=self._say(texts.UNDO_TOO_LATE, label=done.code))
        if done.before is None:
            binding.unbind(
                connection,
                done.label,
                origin=self._desk.origin,
                by=self._by,
                at=self._reader.now,
            )
        else:
            try:
                self._write(connection, done.label, done.before.target, done.before.template)
            except binding.BindingError as error:
                raise RefusedError(texts.ARTICLE_NOT_FOUND, "label", "") from error
        return Said(tone="good", title=self._say(texts.UNDONE, label=done.code))

    def _write(
        self, connection: Connection, label: str, target: Target, template: str | None = None
    ) -> None:
        binding.bind(
            connection,
            label,
            target,
            origin=self._desk.origin,
            by=self._by,
            at=self._reader.now,
            template=template,
        )

    def _words(self, articles: Articles, target: Target) -> Article:
        family = articles.of(target)
        return showing.article(target, family, self._reader, self._desk.settings.shop)

    def _say(self, text: Text, **facts: str) -> str:
        return text.say(self._reader.language, **facts)


def _refused(error: RefusedError, title: Text, reader: Reader) -> Said:
    return Said(
        tone="trouble",
        title=title.say(reader.language),
        advice=error.text.say(reader.language, scan=error.scan),
        field=error.field,
    )


def _question(label: Label, before: Binding | None, target: Target) -> str:
    """Names one change; another label, binding or article is another question."""
    was = _named(before.target) if before is not None else ""
    return f"{label.id} {was} {_named(target)}"


def _named(target: Target) -> str:
    fixed = ",".join(f"{axis}={value}" for axis, value in sorted(target.where.items()))
    return f"{'p' if target.product else 'g'}:{target.product or target.group}:{fixed}"


def _is_yes(
    connection: Connection, label: Label, before: Binding | None, article: Scan, asked: str
) -> bool:
    try:
        return _question(label, before, scanned.target(connection, article)) == asked
    except RefusedError:
        return False
