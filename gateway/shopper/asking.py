"""The routes by which a shopper asks for something and sees what became of it.

Nobody signs in. A form carries a key that we signed, and makes one request however often it is
sent; the request is then seen by its signed link alone.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from gateway.clock import Clock
from gateway.domain import labels, request_links, requests
from gateway.domain.catalogue import Family, Product
from gateway.domain.labels import Target
from gateway.domain.requests import Deed, Kind, ShopperRequest, State
from gateway.settings import Settings
from gateway.shopper import (
    acting,
    addresses,
    alternatives,
    lookup,
    request_page,
    texts_of_finding,
    views,
)
from gateway.shopper import texts_of_requests as texts
from gateway.shopper.offering import Offering
from gateway.shopper.page import Page
from gateway.shopper.pages import LookupPages
from gateway.shopper.presence import Phones, is_in_shop
from gateway.shopper.request_page import Reader
from gateway.store import requests as kept
from gateway.store.database import Database, StorageBusyError
from gateway.store.requests import TooManyError
from gateway.web import words
from gateway.web.problems import Problem

PATH: Final = "/r"
ENTRANCE: Final = "/e"
"""Where the QR code of the label at the entrance leads, with today's code."""
_KEEP: Final = "no-store"
_FIELDS: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked about: the product with its page, what kind, and at which label."""

    product: Product
    family: Family
    page: Page
    kind: Kind
    label: str


class Asking:
    """The routes."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        settings: Settings,
        pages: LookupPages,
        offering: Offering,
    ) -> None:
        self._database = database
        self._clock = clock
        self._settings = settings
        self._pages = pages
        self._offering = offering
        self._phones = Phones(clock)
        self._secret: bytes | None = None

    def routes(self) -> APIRouter:
        """The routes."""
        routes = APIRouter(include_in_schema=False)
        routes.add_api_route(f"{acting.ASK}/{{product}}", self.form, methods=["GET"])
        routes.add_api_route(f"{ENTRANCE}/{{code}}", self.entrance, methods=["GET"])
        routes.add_api_route("/requests", self.ask, methods=["POST"])
        routes.add_api_route(f"{PATH}/{{link}}", self.page, methods=["GET"])
        routes.add_api_route(f"{PATH}/{{link}}/now", self.now, methods=["GET"])
        routes.add_api_route(f"{PATH}/{{link}}/cancel", self.cancel, methods=["POST"])
        return routes

    async def form(self, request: Request, product: str) -> Response:
        """What to say before it is asked."""
        query = request.url.query
        asked = await self._asked(
            request, product, words.field(query, "kind"), words.field(query, "label")
        )
        return await self._form(request, asked)

    async def entrance(self, request: Request, code: str) -> Response:
        """What a phone sees that scans the label at the entrance."""
        today = self._clock.now().astimezone(self._settings.shop.zone).date()
        secret, language = await self._signing(), self._pages.tongue(request).language
        is_good = self._phones.may_try(request) and request_links.is_todays_code(
            secret, today, code[:12]
        )
        if not is_good:
            self._phones.tried(request)
            raise self._problem(request, 404, texts.CODE_OVER, texts.CODE_OVER_ADVICE, "old_code")
        return self._pages.written(
            request,
            "shopper/start.html",
            keep=_KEEP,
            text="",
            missing="",
            categories=(),
            said=words.said(words.all_texts(texts_of_finding), language),
            here=texts.CODE_IS.say(language, code=request_links.todays_code(secret, today)),
            here_advice=texts.CODE_IS_ADVICE.say(language),
        )

    async def ask(self, request: Request) -> Response:
        """Ask, and go to the page of the request."""
        form = await request.form(max_files=0, max_fields=_FIELDS)
        given = {name: _field(form, name) for name in ("product", "kind", "label", "form", "place")}
        asked = await self._asked(request, given["product"], given["kind"], given["label"])
        secret, at = await self._signing(), self._clock.now()
        key = request_links.form_key(secret, given["form"], asked.product.id, at)
        if key is None:
            raise self._problem(request, 400, texts.FORM_OLD, texts.FORM_OLD_ADVICE, "old_form")
        if await self._get(key) is not None:
            return self._go(request, key)
        earlier = await self._open_of_phone(request, asked)
        if earlier is not None:
            if earlier.kind is Kind.HOLD:
                raise self._problem(request, 409, texts.ALREADY, texts.ALREADY_ADVICE, "already")
            return self._go(request, earlier.key)
        wrong = self._is_not_here(request, asked, secret, _field(form, "code"))
        if wrong is not None:
            return await self._form(request, asked, wrong=wrong, place=given["place"])
        made = await self._make(request, asked, key, self._place(asked, given["place"]))
        self._phones.note(request, asked.product.id, made.key)
        self._phones.has_asked(request)
        return self._go(request, made.key)

    async def page(self, request: Request, link: str) -> Response:
        """How a request stands."""
        return await self._standing(request, link, "shopper/request.html")

    async def now(self, request: Request, link: str) -> Response:
        """The part of its page that changes."""
        return await self._standing(request, link, "shopper/request_now.html")

    async def cancel(self, request: Request, link: str) -> Response:
        """The shopper does not want it any more."""
        one = await self._linked(request, link)
        at, origin = self._clock.now(), self._offering.origin
        await self._database.write(lambda rows: kept.do(rows, one.ref, Deed.CANCEL, origin, at))
        return self._go(request, one.key)

    # Asking

    async def _asked(self, request: Request, product: str, kind: str, label: str) -> Asked:
        found = await self._database.read(lambda rows: lookup.by_product(rows, product[:64]))
        page = None
        if found is not None:
            page = views.page(
                found.family,
                Target(product=product),
                shop=self._pages.shop,
                tongue=self._pages.tongue(request),
                at=self._clock.known(),
            )
        if found is None or page is None:
            raise self._pages.unknown(request)
        return Asked(
            product=next(one for one in found.family.products if one.id == product),
            family=found.family,
            page=page,
            kind=Kind.HOLD if kind == Kind.HOLD.value else Kind.BRING,
            label=labels.normalise_code(label) or "",
        )

    async def _form(
        self, request: Request, asked: Asked, *, wrong: str = "", place: str = ""
    ) -> Response:
        offered, own = self._offering.now, self._settings.shop
        language = self._pages.tongue(request).language
        why = acting.refusal(asked.kind, asked.product, asked.family, own, offered)
        key, at = secrets.token_hex(16), self._clock.now()
        reader = self._reader(language)
        return self._pages.written(
            request,
            "shopper/ask.html",
            status=400 if wrong else 200,
            keep=_KEEP,
            words_of=texts,
            asked=asked,
            why="" if why is None else why.say(language),
            wrong=wrong,
            form=request_links.form(await self._signing(), key, asked.product.id, at),
            places=[
                (one, request_page.place(one, language), one == place)
                for one in self._places(asked)
            ],
            needs_code=asked.kind is Kind.BRING and not is_in_shop(request),
            lead=self._lead(language),
            later=""
            if offered.begins is None
            else texts.HOLD_LATER.say(
                language, when=request_page.local_time(offered.begins, at, reader)
            ),
            back=self._article(request, asked),
            action=addresses.address("/requests", self._pages.tongue(request)),
        )

    def _lead(self, language: str) -> str:
        minutes = int(self._settings.shop.hold_minutes)
        lasts = texts.MINUTES.say(language, count=str(minutes))
        if minutes % 60 == 0:
            hours = minutes // 60
            lasts = texts.ONE_HOUR.say(language)
            if hours > 1:
                lasts = texts.HOURS.say(language, count=str(hours))
        return texts.HOLD_LEAD.say(language, shop=self._pages.shop_name, minutes=lasts)

    def _places(self, asked: Asked) -> tuple[str, ...]:
        """Where it can be brought to; at the label only where one was scanned."""
        own = self._settings.shop.bring_places or ("fitting",)
        return (*own, "here") if asked.label else own

    def _place(self, asked: Asked, given: str) -> str:
        if asked.kind is Kind.HOLD:
            return ""
        places = self._places(asked)
        return given if given in places else places[0]

    def _is_not_here(self, request: Request, asked: Asked, secret: bytes, typed: str) -> str | None:
        """What to say to who has not shown to be in the shop; None where that need not be, or is.

        Raises ``Problem`` for too many tries.
        """
        if asked.kind is Kind.HOLD or is_in_shop(request):
            return None
        if not self._phones.may_try(request):
            raise self._problem(
                request, 429, texts.TOO_MANY, texts.TODAYS_CODE_TRIES, "too_many_tries"
            )
        today = self._clock.now().astimezone(self._settings.shop.zone).date()
        if request_links.is_todays_code(secret, today, typed):
            return None
        self._phones.tried(request)
        return texts.TODAYS_CODE_WRONG.say(self._pages.tongue(request).language)

    async def _make(self, request: Request, asked: Asked, key: str, place: str) -> ShopperRequest:
        own, offered, at = self._settings.shop, self._offering.now, self._clock.now()
        why = acting.refusal(asked.kind, asked.product, asked.family, own, offered)
        if why is not None:
            raise self._problem(request, 409, texts.NOT_NOW, why, "not_now")
        if not self._phones.may_ask(request):
            raise self._problem(request, 429, texts.TOO_MANY, texts.TOO_MANY_MINUTE, "too_many")
        new = requests.begin(
            key=key,
            ref=secrets.token_hex(6),
            kind=asked.kind,
            product=asked.product.id,
            label=asked.label or None,
            place=place,
            code=request_links.pickup_code(key),
            at=at,
            begins=max(at, offered.begins or at),
            lasts=timedelta(minutes=int(own.hold_minutes)),
            rule="stock" if own.hold == "stock" else "staff",
            asks_central=own.hold_central == "ask" and self._settings.central.kind != "none",
        )
        origin = self._offering.origin
        try:
            return await self._database.write(lambda rows: kept.ask(rows, new, origin))
        except TooManyError as error:
            advice = texts.TOO_MANY_MINUTE
            if error.limit == "article":
                advice = texts.TOO_MANY_ARTICLE
            raise self._problem(request, 429, texts.TOO_MANY, advice, "too_many") from error
        except StorageBusyError as error:
            # Nothing was kept, and nobody is told that it was: the form is good once more.
            raise self._problem(
                request, 503, texts.NOT_NOW, texts.NOT_NOW_BUSY, "storage_busy"
            ) from error

    async def _open_of_phone(self, request: Request, asked: Asked) -> ShopperRequest | None:
        """The open request of this phone for this article."""
        key = self._phones.asked(request, asked.product.id)
        found = None if key is None else await self._get(key)
        return found if found is not None and found.is_open else None

    # A request's page

    async def _standing(self, request: Request, link: str, template: str) -> Response:
        one = await self._linked(request, link)
        asked = None
        try:
            asked = await self._asked(request, one.product, one.kind.value, one.label or "")
        except Problem:
            asked = None  # the article is gone; its request is not
        tongue, instead = self._pages.tongue(request), None
        if asked is not None and one.state is State.NOT_FOUND:
            store = self._settings.shop.store
            instead = alternatives.of(asked.product, asked.family, store, tongue)
        reader = self._reader(tongue.language)
        return self._pages.written(
            request,
            template,
            keep=_KEEP,
            words_of=texts,
            asked=asked,
            title=one.product if asked is None else asked.page.title,
            one=request_page.standing(one, reader, instead),
            at=addresses.address(f"{PATH}/{link}", tongue),
            part=addresses.address(f"{PATH}/{link}/now", tongue),
            cancel=addresses.address(f"{PATH}/{link}/cancel", tongue),
            back="" if asked is None else self._article(request, asked),
        )

    async def _linked(self, request: Request, link: str) -> ShopperRequest:
        """The request that a signed link is about, as time has made it; raises ``Problem``."""
        key = request_links.key_of(await self._signing(), link)
        found = None if key is None else await self._get(key)
        if found is None:
            raise self._problem(
                request, 404, texts.UNKNOWN_REQUEST, texts.UNKNOWN_REQUEST_ADVICE, "unknown_request"
            )
        return found

    async def _get(self, key: str) -> ShopperRequest | None:
        found = await self._database.read(lambda rows: kept.get(rows, key))
        return None if found is None else requests.aged(found, self._clock.now())

    async def _signing(self) -> bytes:
        """The secret that signs links; made once in the shop's life."""
        secret = self._secret or await self._database.read(kept.known_secret)
        if secret is None:
            secret = await self._database.write(kept.secret)
        self._secret = secret
        return secret

    def _go(self, request: Request, key: str) -> Response:
        assert self._secret is not None  # noqa: S101 - whoever has a key has read it
        path = f"{PATH}/{request_links.link(self._secret, key)}"
        address = addresses.address(path, self._pages.tongue(request))
        return RedirectResponse(self._pages.root + address, 303, {"Cache-Control": _KEEP})

    def _article(self, request: Request, asked: Asked) -> str:
        path = f"/l/{asked.label}" if asked.label else f"/p/{asked.product.id}"
        return addresses.address(path, self._pages.tongue(request))

    def _reader(self, language: str) -> Reader:
        return Reader(language=language, zone=self._settings.shop.zone)

    def _problem(
        self, request: Request, status: int, title: words.Text, advice: words.Text, code: str
    ) -> Problem:
        return self._pages.problem(request, status, title, advice, code=code)


def _field(form: FormData, name: str) -> str:
    value = form.get(name)
    return value[:200] if isinstance(value, str) else ""
