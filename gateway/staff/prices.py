"""Prices on labels: how far they are, and taking a wrong one off the shelf at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from gateway.domain.labels import Target, products_shown
from gateway.staff import texts_of_prices as texts
from gateway.staff.api import PREFIX
from gateway.staff.desk import Desk, go
from gateway.staff.gate import visit_of
from gateway.staff.label_page import unknown_label
from gateway.store import catalogue, labels, price_news, withdrawals
from gateway.store.articles import Articles
from gateway.store.database import Connection
from gateway.store.price_news import OnLabel, Showing
from gateway.web.problems import Problem

MAX_REASON = 200
_FIRST = 200

ProductId = Annotated[str, Path(pattern=r"^[A-Za-z0-9._-]{1,64}$")]

Reason = Annotated[
    str,
    Field(max_length=MAX_REASON, pattern=r"^[^\x00-\x1f\x7f]*\S[^\x00-\x1f\x7f]*$"),
]


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


class Withdraw(BaseModel):
    """Why the price is taken off the shelf, in a person's words."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason


class Withdrawn(BaseModel):
    """Whether a price is off the shelf now, and by whom, since when and why."""

    product: str
    withdrawn: bool
    by: str | None = None
    at: datetime | None = None
    reason: str | None = None


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
        routes.add_api_route(f"{one}/withdrawn", self.withdrawn, methods=["GET"])
        routes.add_api_route(f"{one}/withdrawn", self.withdraw, methods=["PUT"])
        routes.add_api_route(f"{one}/withdrawn", self.put_back, methods=["DELETE"])
        for path, answer in (
            ("withdraw-price", self.withdraw_on_page),
            ("price-back", self.put_back_on_page),
        ):
            routes.add_api_route(
                f"/labels/{{label}}/{path}", answer, methods=["POST"], include_in_schema=False
            )
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

    async def withdrawn(self, request: Request, product: ProductId) -> Withdrawn:
        """Whether the product's price is off the shelf."""
        found = await self._desk.read(lambda connection: _state(connection, product))
        if found is None:
            raise unknown_product(self._desk, request, product)
        return found

    async def withdraw(self, request: Request, product: ProductId, why: Withdraw) -> Withdrawn:
        """Take the price off every label and page; it comes back with the next price row."""
        await self._change(request, [product], why.reason)
        return await self.withdrawn(request, product)

    async def put_back(self, request: Request, product: ProductId) -> Withdrawn:
        """Show the price again."""
        await self._change(request, [product], None)
        return await self.withdrawn(request, product)

    async def withdraw_on_page(self, request: Request, label: str) -> Response:
        """Take off the price of what the label stands for."""
        typed = (await request.form()).get("reason", "")
        reason = " ".join(typed.split())[:MAX_REASON] if isinstance(typed, str) else ""
        if not reason.isprintable() or not reason:
            raise Problem(
                422,
                self._desk.say(request, texts.REASON_MISSING),
                self._desk.say(request, texts.REASON_MISSING_ADVICE),
                code="reason_missing",
            )
        await self._change(request, await self._products(request, label), reason)
        return go(f"/labels/{label}?did=withdrawn")

    async def put_back_on_page(self, request: Request, label: str) -> Response:
        """Show the price of what the label stands for again."""
        await self._change(request, await self._products(request, label), None)
        return go(f"/labels/{label}?did=price-back")

    async def _products(self, request: Request, label: str) -> list[str]:
        def read(connection: Connection) -> list[str] | None:
            bound = labels.binding(connection, label)
            return None if bound is None else products_of(connection, bound.target)

        found = await self._desk.read(read)
        if found is None:
            raise unknown_label(self._desk, request)
        return found

    async def _change(self, request: Request, products: list[str], reason: str | None) -> None:
        """Withdraw for a ``reason``, or put back without one."""
        by, at = visit_of(request).session.name, self._desk.clock.now()

        def change(connection: Connection) -> None:
            for product in products:
                if reason is None:
                    withdrawals.put_back(connection, product, by=by, at=at)
                else:
                    withdrawals.withdraw(connection, product, by=by, reason=reason, at=at)

        await self._desk.database.write(change)


def products_of(connection: Connection, target: Target) -> list[str]:
    """The products in the catalogue that a label on ``target`` speaks of."""
    family = Articles(connection).of(target)
    return [] if family is None else [one.id for one in products_shown(target, family)]


def unknown_product(desk: Desk, request: Request, product: str) -> Problem:
    """The answer about an article that is not in the catalogue."""
    return Problem(
        404,
        desk.say(request, texts.PRODUCT_UNKNOWN, product=product),
        desk.say(request, texts.PRODUCT_UNKNOWN_ADVICE),
        code="unknown_product",
    )


def _state(connection: Connection, product: str) -> Withdrawn | None:
    one = withdrawals.get(connection, product)
    if one is not None:
        return Withdrawn(product=product, withdrawn=True, by=one.by, at=one.at, reason=one.reason)
    known = catalogue.exists(connection, "product", product)
    return Withdrawn(product=product, withdrawn=False) if known else None


def _found(connection: Connection, product: str) -> _Found | None:
    if not catalogue.exists(connection, "product", product):
        return None
    showing = price_news.of_product(connection, product)
    if showing is None:
        return _Found(showing=price_news.unchanged(connection, product), changed=False, first=())
    first = price_news.labels_of(connection, product, _FIRST)
    return _Found(showing=showing, changed=True, first=first)
