"""Binding a label from its page: look for an article, choose how much of it, see what changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.datastructures import FormData, QueryParams
from starlette.requests import Request
from starlette.responses import Response

from gateway.domain import labels as domain
from gateway.domain.catalogue import Family
from gateway.domain.labels import Target
from gateway.labels import binding
from gateway.staff import showing
from gateway.staff import texts_of_labels as texts
from gateway.staff.desk import Desk, go
from gateway.staff.explaining import Reader
from gateway.staff.gate import visit_of
from gateway.staff.label_page import unknown_label
from gateway.staff.showing import Article, Row
from gateway.store import articles as found_in
from gateway.store import overview
from gateway.store.articles import Articles
from gateway.store.database import Connection
from gateway.web.problems import Problem

_MOST_CHOICES = 300
_MOST_FOUND = 20
_MOST_COUNTED = 200
_WHERE = "where."


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Something a label can be bound to: ``title`` says what part of a group, ``note`` how many."""

    href: str
    title: str
    note: str
    article: Article
    swatch: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Results:
    """What a search found; ``more_`` says so when that is not all."""

    groups: tuple[Choice, ...] = ()
    products: tuple[Choice, ...] = ()
    more_groups: str = ""
    more_products: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """What the page shows: results of a search, parts of a group, or the change to confirm."""

    row: Row
    results: _Results = _Results()
    group: Article | None = None
    parts: tuple[Choice, ...] = ()
    products: tuple[Choice, ...] = ()
    after: Article | None = None
    fields: tuple[tuple[str, str], ...] = ()
    same: bool = False


class Choosing:
    """The pages between a label and its article."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> APIRouter:
        """The routes; all behind the gate."""
        routes = APIRouter(include_in_schema=False)
        routes.add_api_route("/labels/{label}/bind", self.choose, methods=["GET"])
        routes.add_api_route("/labels/{label}/bind", self.bind, methods=["POST"])
        return routes

    async def choose(self, request: Request, label: str) -> Response:
        """Search, choose, or confirm, by what the address already says."""
        asked, reader = request.query_params, self._desk.reader(request)
        text = asked.get("q", "")[:100]
        target, group = _target(asked), asked.get("of", "")

        def query(connection: Connection) -> _Plan | None:
            planner = _Planner(connection, label, reader, self._desk)
            if target is not None:
                return planner.change(target)
            if group:
                return planner.parts(group)
            return planner.results(text)

        plan = await self._desk.read(query)
        if plan is None:
            raise unknown_label(self._desk, request)
        template = "confirm.html" if plan.after is not None else "choose.html"
        return self._desk.page(request, template, plan=plan, text=text)

    async def bind(self, request: Request, label: str) -> Response:
        """Bind, as it was confirmed."""
        desk, by, at = self._desk, visit_of(request).session.name, self._desk.clock.now()
        target = _target(await request.form())
        if target is None:
            return go(f"/labels/{label}/bind")

        def change(connection: Connection) -> None:
            binding.bind(connection, label, target, origin=desk.origin, by=by, at=at)

        try:
            await desk.database.write(change)
        except binding.BindingError as error:
            raise self._problem(request, error, target) from error
        return go(f"/labels/{label}?did=bound")

    def _problem(self, request: Request, error: binding.BindingError, target: Target) -> Problem:
        if error.code == "unknown_label":
            return unknown_label(self._desk, request)
        key = target.product or target.group or ""
        return Problem(
            404,
            self._desk.say(request, texts.NOT_BOUND),
            self._desk.say(request, texts.ARTICLE_NOT_FOUND, scan=key),
            code=error.code,
        )


class _Planner:
    """Reads what one of the pages shows, in one transaction."""

    def __init__(self, connection: Connection, label: str, reader: Reader, desk: Desk) -> None:
        self._connection = connection
        self._label = label
        self._reader = reader
        self._shop = desk.settings.shop
        self._articles = Articles(connection)
        self._view = overview.view(connection, label)

    def results(self, text: str) -> _Plan | None:
        row = self._row()
        if row is None or not text.strip():
            return _Plan(row=row) if row is not None else None
        found = found_in.search(self._connection, text, _MOST_COUNTED)
        groups = [self._group_choice(key) for key in found.groups[:_MOST_FOUND]]
        keys = dict.fromkeys((*found.products[:_MOST_FOUND], *self._alone(found.groups)))
        products = [self._choice(Target(product=key)) for key in keys]
        results = _Results(
            groups=tuple(one for one in groups if one is not None),
            products=tuple(one for one in products if one is not None),
            more_groups=self._more(len(found.groups)),
            more_products=self._more(len(found.products)),
        )
        return _Plan(row=row, results=results)

    def parts(self, group: str) -> _Plan | None:
        row, family = self._row(), self._articles.group(group)
        if row is None:
            return None
        if family is None:
            return _Plan(row=row)
        language = self._reader.language
        whole = Target(group=group)
        parts = [self._choice(whole, texts.WHOLE_GROUP.say(language))]
        parts += [self._choice(target, title) for target, title in self._fixed(group, family)]
        products = [
            self._choice(Target(product=product.id)) for product in family.products[:_MOST_CHOICES]
        ]
        return _Plan(
            row=row,
            group=self._article(whole, family),
            parts=tuple(one for one in parts if one is not None),
            products=tuple(one for one in products if one is not None),
        )

    def change(self, target: Target) -> _Plan | None:
        row = self._row()
        if row is None:
            return None
        bound = self._view.binding if self._view is not None else None
        return _Plan(
            row=row,
            after=self._article(target, self._articles.of(target)),
            fields=_fields(target),
            same=bound is not None and bound.target == target,
        )

    def _row(self) -> Row | None:
        if self._view is None:
            return None
        row = showing.row(self._view, self._articles, self._reader, self._shop)
        if row.article is None:
            return row
        return replace(row, article=showing.with_picture(row.article, self._connection))

    def _article(self, target: Target, family: Family | None) -> Article:
        one = showing.article(target, family, self._reader, self._shop)
        return showing.with_picture(one, self._connection)

    def _choice(self, target: Target, title: str = "") -> Choice | None:
        family = self._articles.of(target)
        if family is None:
            return None
        shown = domain.products_shown(target, family)
        article = self._article(target, family)
        return Choice(
            href=f"/labels/{self._label}/bind?{urlencode(_fields(target))}",
            title=title or article.full_name,
            note=self._count(len(shown)),
            article=article,
            swatch=shown[0].color_hex if shown and "color" in target.where else None,
        )

    def _alone(self, groups: tuple[str, ...]) -> Iterator[str]:
        """The articles that are the only one of a found group."""
        for key in groups[:_MOST_FOUND]:
            family = self._articles.group(key)
            if family is not None and len(family.products) == 1:
                yield family.products[0].id

    def _group_choice(self, group: str) -> Choice | None:
        """A group to look into; one of a single article is only listed as that."""
        family = self._articles.group(group)
        if family is None or len(family.products) == 1:
            return None
        article = self._article(Target(group=group), family)
        return Choice(
            href=f"/labels/{self._label}/bind?{urlencode({'of': group})}",
            title=article.full_name,
            note=self._count(len(family.products)),
            article=article,
        )

    def _count(self, number: int) -> str:
        if number == 1:
            return texts.ONE_ARTICLE_COUNT.say(self._reader.language)
        return texts.ARTICLES_COUNT.say(self._reader.language, count=self._reader.count(number))

    def _more(self, found: int) -> str:
        if found <= _MOST_FOUND:
            return ""
        reader = self._reader
        count = f"{reader.count(found)}{'+' if found == _MOST_COUNTED else ''}"
        return texts.MORE_FOUND.say(reader.language, shown=reader.count(_MOST_FOUND), count=count)

    def _fixed(self, group: str, family: Family) -> Iterator[tuple[Target, str]]:
        """Each value of each axis by which the group can be narrowed."""
        language = self._reader.language
        axes = {axis for product in family.products for axis in product.options}
        known = {"size": texts.AXIS_SIZE, "color": texts.AXIS_COLOR}
        for axis in sorted(axes, key=lambda one: (one == "size", one)):
            values = _values(axis, family)
            name = showing.axis_name(axis, family, language)
            if name == axis and axis in known:
                name = known[axis].say(language)
            if len(values) < 2:
                continue
            for value in values[:_MOST_CHOICES]:
                target = Target(group=group, where={axis: value})
                word = self._article(target, family).options if axis == "color" else value
                yield target, texts.ONLY.say(language, axis=name, value=word or value)


def _values(axis: str, family: Family) -> tuple[str, ...]:
    """The values of an axis that products have, in the brand's order."""
    group = family.group
    ordered = next((one.values for one in group.axes if one.axis == axis), ()) if group else ()
    had = dict.fromkeys(product.options.get(axis, "") for product in family.products)
    return tuple(value for value in dict.fromkeys((*ordered, *had)) if value and value in had)


def _target(asked: QueryParams | FormData) -> Target | None:
    """The target that an address or a form names; None without one."""
    texts_in = {name: value for name, value in asked.items() if isinstance(value, str)}
    product, group = texts_in.get("product", "")[:64], texts_in.get("group", "")[:64]
    if product:
        return Target(product=product)
    if not group:
        return None
    where = {
        name.removeprefix(_WHERE): value[:200]
        for name, value in texts_in.items()
        if name.startswith(_WHERE)
    }
    return Target(group=group, where=where)


def _fields(target: Target) -> tuple[tuple[str, str], ...]:
    if target.product is not None:
        return (("product", target.product),)
    where = tuple((f"{_WHERE}{axis}", value) for axis, value in target.where.items())
    return (("group", target.group or ""), *where)
