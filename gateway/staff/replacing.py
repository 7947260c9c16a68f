"""Replacing a label: another takes its place, meant by what somebody scanned or typed.

Whatever is wrong with that, it stays in its field, and the labels that may be meant are one tap
away: those with a name near to it, else those that wait nearest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from device_drivers.api.drivers import Family
from gateway.domain import near, scanning
from gateway.labels import adopting, living
from gateway.labels.living import Doer, LabelError
from gateway.settings import Shop
from gateway.staff import newcomers, refused_deeds, showing
from gateway.staff import texts_of_adoption as texts
from gateway.staff.api import PREFIX
from gateway.staff.desk import Desk, go
from gateway.staff.explaining import Reader
from gateway.staff.label_page import unknown_label
from gateway.staff.new_labels import LabelId
from gateway.store import discovered, label_life, labels, overview, retired
from gateway.store.articles import Articles
from gateway.store.database import Connection
from gateway.store.discovered import Discovered
from gateway.store.label_rows import Label

_LOOKED_AT: Final = 1_000
_OFFERED: Final = 5


class Replace(BaseModel):
    """The label that takes the place: its id, code, or what its case says."""

    model_config = ConfigDict(extra="forbid")

    by: Annotated[str, Field(min_length=1, max_length=scanning.LONGEST)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A label that can take the place; ``href`` leads on where its model has to be chosen."""

    label: str
    name: str
    what: str
    href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What the page shows."""

    row: showing.Row
    offers: tuple[Offer, ...]


class Replacing:
    """The page and the route."""

    def __init__(self, desk: Desk, families: Mapping[str, Family]) -> None:
        self._desk = desk
        self._families = families

    def routes(self) -> APIRouter:
        """The routes; all behind the gate."""
        routes, pages = APIRouter(), APIRouter(include_in_schema=False)
        one = "/labels/{label}/replace"
        pages.add_api_route(one, self.page, methods=["GET"])
        pages.add_api_route(one, self.replace_on_page, methods=["POST"])
        routes.add_api_route(f"{PREFIX}{one}", self.replace, methods=["POST"])
        routes.include_router(pages)
        return routes

    async def replace(self, request: Request, label: LabelId, replace: Replace) -> Response:
        """Let another label take its place, and retire it. Answers 204."""
        try:
            await self._replace(request, label, replace.by)
        except LabelError as error:
            raise refused_deeds.problem(self._desk, request, error.code) from error
        return Response(status_code=204)

    async def page(self, request: Request, label: LabelId) -> Response:
        """Ask which label takes its place."""
        return await self._page(request, label, "", "")

    async def replace_on_page(self, request: Request, label: LabelId) -> Response:
        """Let it take the place; what cannot be meant is asked again."""
        value = (await request.form()).get("by", "")
        typed = value[: scanning.LONGEST].strip() if isinstance(value, str) else ""
        try:
            by = await self._replace(request, label, typed)
        except LabelError as error:
            if error.code == "unknown_label":
                raise unknown_label(self._desk, request) from error
            return await self._page(request, label, typed, error.code)
        return go(f"/labels/{by}?did=replaced")

    async def _page(self, request: Request, label: str, typed: str, code: str) -> Response:
        reader, shop = self._desk.reader(request), self._desk.settings.shop
        asked = await self._desk.read(
            lambda rows: _asked(rows, label, typed, reader, shop, self._families)
        )
        if asked is None:
            raise unknown_label(self._desk, request)
        wrong = refused_deeds.WHY[code].say(reader.language) if code else ""
        return self._desk.page(
            request,
            "replace.html",
            status=409 if code else 200,
            again=f"/labels/{label}/replace",
            row=asked.row,
            typed=typed,
            wrong=wrong,
            offers=asked.offers,
        )

    async def _replace(self, request: Request, label: str, by: str) -> str:
        doer = refused_deeds.doer(self._desk, request)

        def change(connection: Connection) -> str:
            new = meant(connection, by)
            if labels.get(connection, new) is None:
                _adopt_like(connection, new, label, self._families, doer)
            living.replace(connection, label, new, doer)
            return new

        return await self._desk.database.write(change)


def meant(connection: Connection, scanned: str) -> str:
    """The label that a scan means, ours or one that waits; raises ``LabelError``."""
    scan = scanning.read(scanned)
    found = labels.by_code(connection, scan.code) if scan.code is not None else None
    found = found or labels.get(connection, scan.text)
    ours = found.id if found is not None else label_life.by_alias(connection, scan.text)
    if ours is not None:
        return ours
    waiting = discovered.meant_by(connection, scanned)
    if len(waiting) == 1:
        return waiting[0]
    if waiting:
        raise LabelError("several_labels", f"several labels are meant by {scanned[:60]}")
    if retired.get(connection, scan.text) is not None:
        raise LabelError("retired_label", f"{scan.text[:60]} is retired")
    raise LabelError("no_such_label", f"no label is meant by {scanned[:60]}")


def _adopt_like(
    connection: Connection, new: str, old: str, families: Mapping[str, Family], doer: Doer
) -> None:
    """Most shops replace like by like: a label that tells no model is taken for the old one's."""
    known = labels.get(connection, old)
    model = known.panel.name if known is not None else None
    adopting.adopt(connection, new, families, doer, model=model)


def _asked(
    connection: Connection,
    label: str,
    typed: str,
    reader: Reader,
    shop: Shop,
    families: Mapping[str, Family],
) -> _Asked | None:
    view = overview.view(connection, label)
    if view is None:
        return None
    row = showing.row(view, Articles(connection), reader, shop)
    ours = {one.id: one for one in label_life.free(connection, label, _LOOKED_AT)}
    waiting = {one.label: one for one in discovered.nearest(connection, discovered.MOST)}
    names: dict[str, tuple[str, ...]] = {key: (discovered.plain(key),) for key in waiting}
    names |= {key: _names(one) for key, one in ours.items()}
    keys = near.nearest(discovered.plain(typed), names, _OFFERED)
    keys = keys or tuple(waiting)[:_OFFERED] or tuple(ours)[:_OFFERED]
    model = view.label.panel.name
    offers = _offers(keys, ours, waiting, reader, (model, families))
    return _Asked(row=row, offers=tuple(offers))


def _names(label: Label) -> tuple[str, ...]:
    return tuple(discovered.plain(name) for name in (label.id, label.code, label.alias) if name)


def _offers(
    keys: tuple[str, ...],
    ours: Mapping[str, Label],
    waiting: Mapping[str, Discovered],
    reader: Reader,
    like: tuple[str, Mapping[str, Family]],
) -> Iterator[Offer]:
    model, families = like
    for key in keys:
        mine = ours.get(key)
        if mine is not None:
            free = texts.OFFER_FREE.say(reader.language, model=mine.panel.name)
            # Its code is what it shows; the number on its case is under it, in the clerk's hand.
            what = free if mine.alias is None else f"{mine.alias} · {free}"
            yield Offer(label=key, name=mine.code, what=what)
            continue
        one = waiting[key]
        models = [each.id for each in adopting.models_for(one, families)]
        like_old = one.panel is None and model in models
        chosen = one.panel is not None or like_old
        row = newcomers.row(one, None, reader, blinks=False)
        what = texts.OFFER_NEW.say(
            reader.language, signal=row.signal, model=model if like_old else row.model
        )
        yield Offer(label=key, name=key, what=what, href="" if chosen else f"/new-labels/{key}")
