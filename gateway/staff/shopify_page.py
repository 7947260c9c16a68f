"""Shopify connected from a browser: tried first, kept then, and read after a restart by itself."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Final

import pydantic
import structlog
from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import Response

from gateway.feed.sources.shopify.client import Client, ShopifyError
from gateway.feed.sources.shopify.reading import Reader
from gateway.feed.sources.shopify.records import Facts
from gateway.settings import Shopify, connected
from gateway.staff import texts_of_shopify_page as texts
from gateway.staff.desk import Desk
from gateway.staff.gate import visit_of
from gateway.web.problems import Problem

PATH: Final = "/shopify"
_ANSWER_S: Final = 15.0
_CLIENT_ID: Final = re.compile(r"[A-Za-z0-9]{8,64}", re.ASCII)
_SECRET: Final = re.compile(r"[!-~]{8,200}", re.ASCII)
_TAX: Final = re.compile(r"\d{1,2}([.,]\d{1,3})?", re.ASCII)
_ADMIN: Final = re.compile(r"admin\.shopify\.com/store/([a-z0-9-]+).*")

log = structlog.get_logger("staff")


class _WrongError(Exception):
    """What was written cannot be; ``fault`` names why, ``detail`` is for technicians."""

    def __init__(self, fault: str, detail: str = "") -> None:
        super().__init__(fault)
        self.fault = fault
        self.detail = detail


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tried:
    """What Shopify accepted, and whose session tried it; it waits for a yes."""

    options: Shopify
    secret: str
    facts: Facts
    session: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What stands in the form; never the secret."""

    shop: str = ""
    client_id: str = ""


class ShopifyPage:
    """The routes; for administrators. ``restart`` ends the gateway so that it begins again."""

    def __init__(self, desk: Desk, restart: Callable[[], None]) -> None:
        self._desk = desk
        self._restart = restart
        self._tried: _Tried | None = None
        self._turn = asyncio.Lock()

    def routes(self) -> APIRouter:
        """The routes; all behind the gate."""
        routes = APIRouter(include_in_schema=False)
        routes.add_api_route(PATH, self.page, methods=["GET"])
        routes.add_api_route(f"{PATH}/try", self.try_, methods=["POST"])
        routes.add_api_route(f"{PATH}/keep", self.keep, methods=["POST"])
        routes.add_api_route(f"{PATH}/end", self.end, methods=["POST"])
        return routes

    async def page(self, request: Request) -> Response:
        """What is connected, or what to write."""
        return self._page(request)

    async def try_(
        self,
        request: Request,
        shop: Annotated[str, Form(max_length=200)] = "",
        client_id: Annotated[str, Form(max_length=200)] = "",
        secret: Annotated[str, Form(max_length=300)] = "",
    ) -> Response:
        """Ask Shopify with these; keeps nothing."""
        self._refuse_where_fixed(request)
        typed = Typed(shop=shop.strip(), client_id=client_id.strip())
        async with self._turn:
            try:
                tried = await self._ask(request, typed, secret.strip())
            except _WrongError as wrong:
                return self._page(request, typed=typed, wrong=wrong)
        self._tried = tried
        return self._page(request, tried=tried)

    async def keep(
        self,
        request: Request,
        place: Annotated[str, Form(max_length=40)] = "",
        tax: Annotated[str, Form(max_length=10)] = "",
    ) -> Response:
        """Let what was tried count; the gateway begins again."""
        self._refuse_where_fixed(request)
        tried = self._tried
        if tried is None or tried.session != visit_of(request).session.csrf:
            raise self._not_now(request)
        try:
            await asyncio.to_thread(self._keep, tried, place, tax.strip())
        except _WrongError as wrong:
            return self._page(request, tried=tried, wrong=wrong)
        self._tried = None
        log.info("shopify is connected on the staff site", shop=tried.options.shop)
        return self._restarting(request)

    async def end(self, request: Request) -> Response:
        """Let it count no more; the gateway begins again."""
        if not self._is_of_page:
            raise self._not_now(request)
        await asyncio.to_thread(connected.forget_shopify, self._desk.settings.data.folder)
        log.info("shopify is disconnected on the staff site")
        return self._restarting(request)

    @property
    def _is_of_page(self) -> bool:
        own = self._desk.settings
        file = own.shopify.client_secret_file
        return own.shopify.shop is not None and file == own.data.folder / connected.SECRET

    @property
    def _is_fixed(self) -> bool:
        own = self._desk.settings
        return own.central.kind != "none" or (own.shopify.shop is not None and not self._is_of_page)

    def _refuse_where_fixed(self, request: Request) -> None:
        if self._is_fixed:
            raise self._not_now(request)

    async def _ask(self, request: Request, typed: Typed, secret: str) -> _Tried:
        options = _options(typed)
        if not _SECRET.fullmatch(secret):
            raise _WrongError("secret")
        try:
            # Made in a thread: it reads whose certificates to trust.
            talking = await asyncio.to_thread(Client, options, secret, self._desk.clock)
            async with asyncio.timeout(2 * _ANSWER_S), talking:
                facts = await Reader(talking, options).facts()
        except ShopifyError as error:
            raise _WrongError(error.reason.value, str(error)) from error
        except TimeoutError as error:
            raise _WrongError("away") from error
        session = visit_of(request).session.csrf
        return _Tried(options=options, secret=secret, facts=facts, session=session)

    def _keep(self, tried: _Tried, place: str, tax: str) -> None:
        facts, own = tried.facts, self._desk.settings
        if place not in {one.id for one in facts.places}:
            raise _WrongError("place")
        if tax and not _TAX.fullmatch(tax):
            raise _WrongError("tax")
        update = {
            "locations": {own.shop.store: place},
            "tax_percent": tax.replace(",", ".") or None,
        }
        wanted = tried.options.model_copy(update=update)
        try:
            connected.keep_shopify(own.data.folder, wanted, tried.secret)
        except OSError as error:
            raise _WrongError("disk", str(error)) from error

    def _restarting(self, request: Request) -> Response:
        self._restart()
        return self._desk.page(request, "restarting.html", next=PATH)

    def _page(
        self,
        request: Request,
        *,
        typed: Typed | None = None,
        tried: _Tried | None = None,
        wrong: _WrongError | None = None,
    ) -> Response:
        own, language = self._desk.settings, self._desk.tongue(request).language
        return self._desk.page(
            request,
            "shopify.html",
            again=PATH,
            status=200 if wrong is None else 422,
            central=own.central.kind != "none",
            fixed=self._is_fixed,
            shop=own.shopify.shop,
            typed=typed or Typed(),
            facts=None if tried is None else tried.facts,
            fault="" if wrong is None else texts.FAULTS[wrong.fault].say(language),
            detail="" if wrong is None else wrong.detail,
        )

    def _not_now(self, request: Request) -> Problem:
        return Problem(
            409,
            self._desk.say(request, texts.SHOPIFY_NOT_NOW),
            self._desk.say(request, texts.SHOPIFY_NOT_NOW_ADVICE),
            code="not_now",
        )


def _options(typed: Typed) -> Shopify:
    """The section that was meant, as people copy addresses. Raises ``_WrongError``."""
    if not _CLIENT_ID.fullmatch(typed.client_id):
        raise _WrongError("client_id")
    shop = typed.shop.lower()
    if not shop.startswith("http://127.0.0.1:"):
        shop = shop.removeprefix("https://").removeprefix("http://").rstrip("/")
        if admin := _ADMIN.fullmatch(shop):
            shop = admin[1]
        if "." not in shop:
            shop = f"{shop}.myshopify.com"
    try:
        return Shopify.model_validate(
            {
                "shop": shop,
                "client_id": typed.client_id,
                "client_secret_file": connected.SECRET,
                "answer_s": _ANSWER_S,
            }
        )
    except pydantic.ValidationError as error:
        raise _WrongError("shop") from error
