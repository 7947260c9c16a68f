"""What is done with a label that is ours: named, put away, blinked, retired."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from device_drivers.api.drivers import Described, Outcome
from gateway.domain import scanning
from gateway.labels import living
from gateway.labels.flashing import Flashing
from gateway.staff import refused_deeds, showing
from gateway.staff.api import PREFIX
from gateway.staff.desk import Desk, go
from gateway.staff.label_page import unknown_label
from gateway.staff.new_labels import Flashed, LabelId, blinked, flashed
from gateway.store import labels, overview
from gateway.store.articles import Articles
from gateway.store.database import Connection


class Alias(BaseModel):
    """The id printed on the label's case; null when nobody knows."""

    model_config = ConfigDict(extra="forbid")

    alias: Annotated[str, Field(max_length=64)] | None


class Park(BaseModel):
    """What the label shows while it is put away: nothing, or its code."""

    model_config = ConfigDict(extra="forbid")

    shows: Literal["blank", "code"] = "blank"


class LabelDeeds:
    """The routes; managers retire."""

    def __init__(self, desk: Desk, flashing: Flashing) -> None:
        self._desk = desk
        self._flashing = flashing

    def routes(self) -> APIRouter:
        """The routes; all behind the gate."""
        routes, pages = APIRouter(), APIRouter(include_in_schema=False)
        one = "/labels/{label}"
        for word, answer in (
            ("alias", self.name_on_page),
            ("park", self.park_on_page),
            ("unpark", self.unpark_on_page),
            ("flash", self.flash_on_page),
            ("retire", self.retire_on_page),
        ):
            pages.add_api_route(f"{one}/{word}", answer, methods=["POST"])
        routes.add_api_route(f"{PREFIX}{one}/alias", self.name, methods=["PUT"])
        for word, answer_of in (
            ("park", self.park),
            ("unpark", self.unpark),
            ("retire", self.retire),
        ):
            routes.add_api_route(f"{PREFIX}{one}/{word}", answer_of, methods=["POST"])
        routes.add_api_route(f"{PREFIX}{one}/flash", self.flash, methods=["POST"])
        routes.include_router(pages)
        return routes

    async def name(self, request: Request, label: LabelId, alias: Alias) -> Response:
        """Note what stands on the case. Answers 204."""
        doer = refused_deeds.doer(self._desk, request)
        await refused_deeds.do(
            self._desk, request, lambda rows: living.name(rows, label, alias.alias, doer)
        )
        return Response(status_code=204)

    async def park(self, request: Request, label: LabelId, park: Park) -> Response:
        """Put the label away: it stands for nothing. Answers 204."""
        doer = refused_deeds.doer(self._desk, request)
        await refused_deeds.do(
            self._desk, request, lambda rows: living.park(rows, label, park.shows, doer)
        )
        return Response(status_code=204)

    async def unpark(self, request: Request, label: LabelId) -> Response:
        """Take the label out again. Answers 204."""
        doer = refused_deeds.doer(self._desk, request)
        await refused_deeds.do(self._desk, request, lambda rows: living.unpark(rows, label, doer))
        return Response(status_code=204)

    async def retire(self, request: Request, label: LabelId) -> Response:
        """Take the label out of use for good; managers do. Answers 204."""
        doer = refused_deeds.doer(self._desk, request)
        await refused_deeds.do(self._desk, request, lambda rows: living.retire(rows, label, doer))
        return Response(status_code=204)

    async def flash(self, request: Request, label: LabelId) -> Flashed:
        """Let the label blink."""
        return flashed(await self._flash(request, label))

    async def name_on_page(self, request: Request, label: LabelId) -> Response:
        """Note what stands on the case."""
        alias = _text(await request.form(), "alias")[:64] or None
        await self.name(request, label, Alias(alias=alias))
        return go(f"/labels/{label}?did=named")

    async def park_on_page(self, request: Request, label: LabelId) -> Response:
        """Put it away."""
        shows = _text(await request.form(), "shows")
        await self.park(request, label, Park(shows="code" if shows == "code" else "blank"))
        return go(f"/labels/{label}?did=parked")

    async def unpark_on_page(self, request: Request, label: LabelId) -> Response:
        """Take it out."""
        await self.unpark(request, label)
        return go(f"/labels/{label}?did=unparked")

    async def flash_on_page(self, request: Request, label: LabelId) -> Response:
        """Let it blink, and say so."""
        outcome = await self._flash(request, label)
        tone, title, advice = blinked(outcome, label, self._desk.reader(request))
        row = await self._row(request, label)
        return self._desk.page(
            request, "blinked.html", again=f"/labels/{label}", row=row, notice=(tone, title, advice)
        )

    async def retire_on_page(self, request: Request, label: LabelId) -> Response:
        """Take it out of use."""
        await self.retire(request, label)
        return go(f"/labels/{label}?did=retired")

    async def _flash(self, request: Request, label: str) -> Outcome:
        known = await self._desk.read(lambda rows: labels.get(rows, label))
        if known is None:
            raise unknown_label(self._desk, request)
        described = Described(
            label=label,
            model=known.panel.name,
            formats=known.formats,
            firmware=known.firmware,
            via=known.via,
        )
        return await self._flashing.flash(known.family, described)

    async def _row(self, request: Request, label: str) -> showing.Row:
        reader, shop = self._desk.reader(request), self._desk.settings.shop

        def look(connection: Connection) -> showing.Row | None:
            view = overview.view(connection, label)
            return None if view is None else showing.row(view, Articles(connection), reader, shop)

        row = await self._desk.read(look)
        if row is None:
            raise unknown_label(self._desk, request)
        return row


def _text(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value[: scanning.LONGEST].strip() if isinstance(value, str) else ""
