"""``/api/v1``: labels and their bindings for programs, with the same session as the pages.

A request that changes something carries the CSRF token of ``GET /api/v1/session`` in the header
``X-CSRF-Token``. Tokens for systems and devices come later.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, FastAPI, Path, Query
from pydantic import BaseModel, ConfigDict, Field, model_validator
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from gateway.domain.labels import Target
from gateway.labels import binding, wishing
from gateway.staff import explaining, hardware_words
from gateway.staff import texts_of_labels as texts
from gateway.staff.desk import Desk
from gateway.staff.explaining import Reader
from gateway.staff.gate import visit_of
from gateway.staff.label_page import unknown_label
from gateway.store import overview
from gateway.store.database import Connection
from gateway.store.overview import Asked, Facet, LabelView
from gateway.web.problems import Problem

PREFIX = "/api/v1"
Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
LabelId = Annotated[str, Path(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
Axis = Annotated[str, Field(min_length=1, max_length=64)]
Value = Annotated[str, Field(min_length=1, max_length=200)]


class Session(BaseModel):
    """Who is signed in, and the token for requests that change something."""

    name: str
    role: str
    csrf: str


class Bound(BaseModel):
    """What a label stands for: a product, or a group narrowed by fixed options."""

    model_config = ConfigDict(extra="forbid")

    product: Id | None = None
    group: Id | None = None
    where: Annotated[dict[Axis, Value], Field(max_length=3)] = {}

    @model_validator(mode="after")
    def _one_of_two(self) -> Bound:
        if (self.product is None) == (self.group is None):
            raise ValueError("give product or group, one of the two")
        if self.product is not None and self.where:
            raise ValueError("where narrows a group, not a product")
        return self


class Delivered(BaseModel):
    """How far the wished picture has come.

    `hold` says why it is not sent: paused, cancelled or foreign.
    """

    state: Literal["queued", "transferred", "shown", "failed"]
    attempts: int
    reason: str | None
    hold: str | None
    queued_at: datetime
    transferred_at: datetime | None
    shown_at: datetime | None


class Panel(BaseModel):
    """The label's display."""

    name: str
    width: int
    height: int
    inks: list[str]
    dpi: int


class Label(BaseModel):
    """A label: what it should show (``wished``), what it shows, and how it stands.

    `alias` is the id on its case; `hardware` says how far its kind was tried on real hardware.
    Pictures are named by fingerprint; ``/frames/{fingerprint}.png`` has them. ``standing`` sums
    the delivery up: none, queued, transferred, shown, test, failed, silent, other or foreign.
    """

    id: str
    code: str
    alias: str | None
    zone: str | None
    family: str
    hardware: Literal["none", "reported", "verified"]
    life: Literal["adopted", "bound", "parked"]
    panel: Panel
    online: bool
    last_heard: datetime
    battery_mv: int | None
    rssi_dbm: int | None
    binding: Bound | None
    wished: str | None
    shown: str | None
    shows_sha256: str | None
    delivery: Delivered | None
    standing: str


class Labels(BaseModel):
    """One page of labels in the order of their ids."""

    total: int
    labels: list[Label]


class Api:
    """The routes for programs."""

    def __init__(self, desk: Desk, app: FastAPI) -> None:
        self._desk = desk
        self._app = app

    def routes(self) -> APIRouter:
        """The routes; all behind the gate."""
        routes = APIRouter(prefix=PREFIX)
        one = "/labels/{label}"
        routes.add_api_route("/session", self.session, methods=["GET"])
        routes.add_api_route("/labels", self.labels, methods=["GET"])
        routes.add_api_route(one, self.label, methods=["GET"])
        routes.add_api_route(f"{one}/binding", self.bind, methods=["PUT"])
        routes.add_api_route(f"{one}/binding", self.unbind, methods=["DELETE"])
        routes.add_api_route(f"{one}/send-again", self.send_again, methods=["POST"])
        routes.add_api_route(
            "/openapi.json", self.openapi, methods=["GET"], include_in_schema=False
        )
        return routes

    async def session(self, request: Request) -> Session:
        """Who is signed in."""
        found = visit_of(request).session
        return Session(name=found.name, role=found.role.value, csrf=found.csrf)

    async def labels(
        self,
        request: Request,
        q: Annotated[str, Query(max_length=100)] = "",
        state: Facet | None = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
        offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
    ) -> Labels:
        """Labels, searched by ``q`` (name, code, id, GTIN, article id) and filtered."""
        reader = self._desk.reader(request)
        asked = Asked(
            late_before=reader.late_before, text=q, facet=state, limit=limit, offset=offset
        )
        found = await self._desk.read(lambda connection: overview.page(connection, asked))
        return Labels(total=found.total, labels=[_label(view, reader) for view in found.views])

    async def label(self, request: Request, label: LabelId) -> Label:
        """One label."""
        return await self._label(request, label)

    async def bind(self, request: Request, label: LabelId, bound: Bound) -> Label:
        """Bind the label, in place of what it stood for."""
        target = Target(product=bound.product, group=bound.group, where=bound.where)
        desk, by, at = self._desk, visit_of(request).session.name, self._desk.clock.now()

        def change(connection: Connection) -> None:
            binding.bind(connection, label, target, origin=desk.origin, by=by, at=at)

        await self._write(request, change, target.product or target.group or "")
        return await self._label(request, label)

    async def unbind(self, request: Request, label: LabelId) -> Label:
        """Let the label stand for nothing."""
        desk, by, at = self._desk, visit_of(request).session.name, self._desk.clock.now()

        def change(connection: Connection) -> None:
            binding.unbind(connection, label, origin=desk.origin, by=by, at=at)

        await self._write(request, change, label)
        return await self._label(request, label)

    async def send_again(self, request: Request, label: LabelId) -> Label:
        """Deliver the label's wish once more, also where another system wrote to it."""
        await self._label(request, label)
        by, at = visit_of(request).session.name, self._desk.clock.now()
        await self._desk.database.write(
            lambda connection: wishing.send_again(connection, label, by=by, at=at)
        )
        return await self._label(request, label)

    async def openapi(self) -> Response:
        """What this interface offers (OpenAPI 3.1)."""
        described: dict[str, Any] = self._app.openapi()
        return JSONResponse(described, headers={"Cache-Control": "no-store"})

    async def _label(self, request: Request, label: str) -> Label:
        view = await self._desk.read(lambda connection: overview.view(connection, label))
        if view is None:
            raise unknown_label(self._desk, request)
        return _label(view, self._desk.reader(request))

    async def _write(
        self, request: Request, change: Callable[[Connection], None], key: str
    ) -> None:
        try:
            await self._desk.database.write(change)
        except binding.BindingError as error:
            if error.code == "unknown_label":
                raise unknown_label(self._desk, request) from error
            raise Problem(
                422,
                self._desk.say(request, texts.NOT_BOUND),
                self._desk.say(request, texts.ARTICLE_NOT_FOUND, scan=key),
                code=error.code,
            ) from error


def _label(view: LabelView, reader: Reader) -> Label:
    label, panel, delivery = view.label, view.label.panel, view.delivery
    target = view.binding.target if view.binding is not None else None
    return Label(
        id=label.id,
        code=label.code,
        alias=label.alias,
        zone=label.zone,
        family=label.family,
        hardware=hardware_words.of_model(label.family, panel.name).level,
        life="parked" if label.parked else "adopted" if target is None else "bound",
        panel=Panel(
            name=panel.name,
            width=panel.width,
            height=panel.height,
            inks=[ink.value for ink in panel.inks],
            dpi=panel.dpi,
        ),
        online=label.online,
        last_heard=label.last_heard,
        battery_mv=label.telemetry.battery_mv,
        rssi_dbm=label.telemetry.rssi_dbm,
        binding=None
        if target is None
        else Bound(product=target.product, group=target.group, where=dict(target.where)),
        wished=view.wish.fingerprint if view.wish is not None else None,
        shown=view.shown,
        shows_sha256=label.sight_sha256,
        delivery=None
        if delivery is None
        else Delivered.model_validate(delivery, from_attributes=True),
        standing=explaining.standing(view, reader).code,
    )
