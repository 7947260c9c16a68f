"""How far a product's price is on its labels, for programs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field
from starlette.requests import Request

from gateway.staff import texts_of_prices as texts
from gateway.staff.api import PREFIX
from gateway.staff.desk import Desk
from gateway.store import catalogue, price_news
from gateway.store.database import Connection
from gateway.store.price_news import OnLabel, Showing
from gateway.web.problems import Problem

_FIRST = 200

ProductId = Annotated[str, Path(pattern=r"^[A-Za-z0-9._-]{1,64}$")]


class LabelShowing(BaseModel):
    """A label that is counted, and whether it shows the price."""

    label: str
    code: str
    state: Literal["shown", "pending", "unreachable"]


class PriceShowing(BaseModel):
    """How many labels confirmed the price that a product has since `began`.

    `labels` = `shown` + `pending` + `unreachable`. `seq` is that of the offers row in force.
    `changed` is false when the price has not changed since its labels were bound; then `began` is
    null. `first` has at most 200 labels, those that do not show it first.
    """

    product: str
    seq: int | None
    changed: bool
    began: datetime | None
    campaign: str | None
    labels: int
    shown: int
    pending: int
    unreachable: int
    complete: bool
    shown_at: Annotated[datetime | None, Field(description="the latest confirmation")]
    first: list[LabelShowing]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    showing: Showing
    changed: bool
    first: tuple[OnLabel, ...]


class Prices:
    """The routes about one price."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> APIRouter:
        """The routes; all behind the gate."""
        routes = APIRouter()
        one = f"{PREFIX}/prices/{{product}}"
        routes.add_api_route(f"{one}/shown", self.shown, methods=["GET"])
        return routes

    async def shown(self, request: Request, product: ProductId) -> PriceShowing:
        """How many labels show the product's price."""
        found = await self._desk.read(lambda connection: _found(connection, product))
        if found is None:
            raise unknown_product(self._desk, request, product)
        one = found.showing
        return PriceShowing(
            product=product,
            seq=one.seq,
            changed=found.changed,
            began=one.began,
            campaign=one.campaign,
            labels=one.labels,
            shown=one.shown,
            pending=one.pending,
            unreachable=one.unreachable,
            complete=one.complete,
            shown_at=one.shown_at,
            first=[
                LabelShowing.model_validate(label, from_attributes=True) for label in found.first
            ],
        )


def unknown_product(desk: Desk, request: Request, product: str) -> Problem:
    """The answer about an article that is not in the catalogue."""
    return Problem(
        404,
        desk.say(request, texts.PRODUCT_UNKNOWN, product=product),
        desk.say(request, texts.PRODUCT_UNKNOWN_ADVICE),
        code="unknown_product",
    )


def _found(connection: Connection, product: str) -> _Found | None:
    if not catalogue.exists(connection, "product", product):
        return None
    showing = price_news.of_product(connection, product)
    if showing is None:
        return _Found(showing=price_news.unchanged(connection, product), changed=False, first=())
    first = price_news.labels_of(connection, product, _FIRST)
    return _Found(showing=showing, changed=True, first=first)
