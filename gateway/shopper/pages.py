"""The routes of the public site: read, view, write the page; nothing is decided here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi import Path as PathPart
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from gateway.clock import Clock
from gateway.domain import digital_link, gtin, labels
from gateway.domain.catalogue import Family
from gateway.settings import Settings
from gateway.shopper import (
    acting,
    addresses,
    availability,
    lookup,
    requested,
    resolver,
    texts,
    views,
)
from gateway.shopper.acting import Act, Asker, Offered
from gateway.shopper.availability import AvailabilityAnswer
from gateway.shopper.lookup import ConflictError, Found, TargetOfCode
from gateway.shopper.page import Page
from gateway.shopper.shop import Shop
from gateway.shopper.upkeep import ShopName
from gateway.store import pictures
from gateway.store.database import Connection, Database
from gateway.store.picture_files import PictureFiles
from gateway.store.pictures import Kept
from gateway.web import brand, cache, served_pictures, words
from gateway.web.cache import Note
from gateway.web.pages import Frame, Pages
from gateway.web.problems import Problem
from gateway.web.words import Text, Tongue

TEMPLATES = Path(__file__).with_name("templates")
_LABEL_PAGE_S = 1.0
"""Bindings are not among the changes we hear of, so pages by label code live this long."""

Need = Callable[[str], None]
"""Hears the address of a picture that a page lacks."""

_MAX_ECHO = 30


class LookupPages:
    """Answers shoppers. ``router`` holds the routes."""

    def __init__(
        self,
        database: Database,
        pages: Pages,
        *,
        clock: Clock,
        settings: Settings,
        shop: Callable[[], Shop],
        shop_name: ShopName,
        target_of_code: TargetOfCode,
        files: PictureFiles,
        need: Need,
        offered: Callable[[], Offered],
        icon: str,
    ) -> None:
        self.icon = icon
        self._settings = settings
        self._offered = offered
        self._files = files
        self.need = need
        self._database = database
        self._pages = pages
        self._clock = clock
        self._shop = shop
        self._shop_name = shop_name
        self._target_of_code = target_of_code
        self.router = self._routes()

    @property
    def shop(self) -> Shop:
        """The shop, as it is set now."""
        return self._shop()

    @property
    def shop_name(self) -> str:
        """What it is called."""
        return self._shop_name.current

    @property
    def root(self) -> str:
        """The path below which the public reaches us."""
        return self._pages.root

    def frame(self, request: Request) -> Frame:
        """What stands around the page for this request."""
        tongue = self.tongue(request)
        other = "en" if tongue.language == "es" else "es"
        switched = replace(tongue, language=other, explicit=True)
        path, query = request.scope["path"], request.url.query
        return Frame(
            name=self._shop_name.current,
            home=addresses.address("/", tongue),
            switch=addresses.address(path, switched, **requested.kept(path, query)),
            brand=brand.address(self._shop().brand_color),
            logo=brand.logo(self._shop().logo),
            foot=self._shop().footer,
            mode=tongue.base.removeprefix("/"),
        )

    def tongue(self, request: Request) -> Tongue:
        """The language to answer in."""
        accept = request.headers.get("accept-language")
        spoken = words.tongue(request.url.query, accept, self._settings.shop.language)
        return replace(spoken, base=requested.base(request.scope))

    def _routes(self) -> APIRouter:
        router = APIRouter()

        @router.get("/p/{product}", include_in_schema=False)
        async def by_product(request: Request, product: str) -> Response:
            found = await self._database.read(lambda c: lookup.by_product(c, product))
            return await self._article(request, found)

        @router.get("/g/{group}", include_in_schema=False)
        async def by_group(request: Request, group: str) -> Response:
            color = requested.color(request.url.query)
            found = await self._database.read(lambda c: lookup.by_group(c, group, color))
            return await self._article(request, found)

        @router.get("/01/{number}", include_in_schema=False)
        @router.get("/01/{number}/{_qualifiers:path}", include_in_schema=False)
        async def by_gtin(request: Request, number: str) -> Response:
            found = await self._with_gtin(request, number)
            return self._resolved(request, found) or await self._article(request, found)

        router.add_api_route(
            "/01/{_rest:path}", _allowed, methods=["OPTIONS"], include_in_schema=False
        )

        @router.get(resolver.WELL_KNOWN, include_in_schema=False)
        async def described() -> Response:
            told = resolver.description(self._shop().public_base, self._shop_name.current)
            return JSONResponse(told, headers={**resolver.OPEN, "Cache-Control": "no-cache"})

        @router.get("/l/{code}", include_in_schema=False)
        async def by_label(request: Request, code: str) -> Response:
            found = await self._with_label(request, code)
            label = labels.normalise_code(code) or ""
            return await self._article(request, found, lifetime_s=_LABEL_PAGE_S, label=label)

        @router.get(f"{served_pictures.PREFIX}/{{name}}", include_in_schema=False)
        async def picture(name: str) -> Response:
            return await served_pictures.response(self._files, name)

        @router.get(f"{brand.PREFIX}/{{name}}", include_in_schema=False)
        async def of_brand(name: str) -> Response:
            return await brand.response(name, self._shop().logo)

        @router.get("/api/availability/{product}", summary="Price and stock of one product")
        async def available(
            request: Request, product: Annotated[str, PathPart(max_length=64)]
        ) -> AvailabilityAnswer:
            return await self._available(request, product)

        return router

    def go(self, address: str) -> Response:
        """The way to one of our addresses."""
        return RedirectResponse(self._pages.root + address, 303, {"Cache-Control": "no-store"})

    async def _with_gtin(self, request: Request, number: str) -> Found | None:
        try:
            number14 = gtin.normalise(number)
        except gtin.GtinError as error:
            raise self.problem(
                request, 400, texts.BAD_GTIN, texts.BAD_GTIN_ADVICE, code="bad_gtin"
            ) from error

        def find(connection: Connection) -> Found | None:
            return lookup.by_gtin(connection, number14)

        try:
            return await self._database.read(find)
        except ConflictError as error:
            raise self.conflict(request) from error

    def _resolved(self, request: Request, found: Found | None) -> Response | None:
        """What a program asked of the GS1 resolver; None where a page is wanted."""
        query = request.url.query
        wanted = resolver.wants(query, request.headers.get("accept", ""))
        wrong = resolver.fault(request.scope["path"], query)
        if wrong is not None:
            raise self.problem(
                request, 400, texts.BAD_LINK, texts.BAD_LINK_ADVICE, code="bad_link", echo=wrong
            )
        if wanted is None:
            return None
        if found is None or found.target.product is None:
            raise self.unknown(request)
        number = digital_link.parse(f"https://here{request.scope['path']}").value
        base, product = self._shop().public_base, found.target.product
        headers = {
            **resolver.OPEN,
            "Cache-Control": "no-cache",
            "Link": resolver.pointer(base, number),
            "Vary": "Accept",
        }
        if wanted == "linkset":
            tongue = self.tongue(request)
            at = self._clock.known()
            page = views.page(found.family, found.target, shop=self._shop(), tongue=tongue, at=at)
            title = product if page is None else page.title
            told = resolver.linkset(base, number, product, title)
            return JSONResponse(told, headers=headers, media_type=resolver.LINKSET)
        if not resolver.has(wanted):
            raise self.problem(
                request, 404, texts.NO_LINK, texts.NO_LINK_ADVICE, code="no_link_of_this_type"
            )
        address = f"{self.root}/p/{quote(product, safe='')}?{query}"
        return RedirectResponse(address, 307, headers)

    async def _with_label(self, request: Request, typed: str) -> Found:
        code = labels.normalise_code(typed)
        if code is None:
            raise self.problem(
                request, 400, texts.BAD_LABEL, texts.BAD_LABEL_ADVICE, code="bad_label_code"
            )
        found = await self._database.read(lambda c: lookup.by_label(c, code, self._target_of_code))
        if found is None:
            raise self.problem(
                request,
                404,
                texts.UNBOUND_LABEL,
                texts.UNBOUND_LABEL_ADVICE,
                code="unbound_label",
                echo=code,
            )
        return found

    async def _available(self, request: Request, product: str) -> AvailabilityAnswer:
        found = await self._database.read(lambda c: lookup.by_product(c, product))
        if found is None:
            raise self.unknown(request)
        at = self._clock.known()
        one = next(one for one in found.family.products if one.id == product)
        return availability.availability(found.family, one, self._shop(), at)

    async def _article(
        self,
        request: Request,
        found: Found | None,
        lifetime_s: float = cache.LIFETIME_S,
        label: str = "",
    ) -> Response:
        at = self._clock.known()
        page: Page | None = None
        if found is not None:
            tongue = self.tongue(request)
            page = views.page(found.family, found.target, shop=self._shop(), tongue=tongue, at=at)
        if found is None or page is None:
            raise self.unknown(request)
        cache.note(request.scope, Note(tags=page.tags, until=page.until, lifetime_s=lifetime_s))
        kept = await self._kept(page.picture.url)
        forms = served_pictures.both(kept.sha256) if kept is not None else ()
        acts = self._acts(request, found.family, page, label)
        return self.written(
            request, "shopper/article.html", page=page, kept=kept, forms=forms, acts=acts
        )

    def _acts(self, request: Request, family: Family, page: Page, label: str) -> tuple[Act, ...]:
        """What may be done about the product that the page is about, if it is about one."""
        one = next((one for one in family.products if one.id == page.product), None)
        if one is None:
            return ()
        words_ = " · ".join(part for part in (page.title, page.variant) if part)
        name = self._shop_name.current
        asker = Asker(own=self._settings.shop, shop_name=name, label=label, words=words_)
        return acting.acts(one, family, asker, self._offered(), self.tongue(request))

    async def _kept(self, url: str | None) -> Kept | None:
        """The picture that we have of this address; one that we lack is asked for."""
        if url is None:
            return None
        kept = await self._database.read(lambda connection: pictures.kept(connection, url))
        if kept is None:
            self.need(url)
        return kept

    def written(
        self,
        request: Request,
        template: str,
        *,
        status: int = 200,
        keep: str = "no-cache",
        words_of: ModuleType = texts,
        **facts: object,
    ) -> Response:
        """A page with the texts of ``words_of``; ``keep`` is how browsers may keep it."""
        tongue = self.tongue(request)
        body = self._pages.render(
            template,
            tongue=tongue,
            frame=self.frame(request),
            t=words.said(words.all_texts(words_of), tongue.language),
            **facts,
        )
        headers = {
            # As a rule kept by browsers, but shown only after we said that it still holds.
            "Cache-Control": keep,
            "Content-Language": tongue.language,
            "Vary": "Accept-Language",
        }
        return HTMLResponse(body, status, headers)

    def unknown(self, request: Request) -> Problem:
        """The answer about an article that we do not have."""
        return self.problem(
            request,
            404,
            texts.UNKNOWN_ARTICLE,
            texts.UNKNOWN_ARTICLE_ADVICE,
            code="unknown_article",
        )

    def conflict(self, request: Request) -> Problem:
        """Several articles claim what was scanned."""
        return self.problem(
            request, 409, texts.CONFLICT, texts.CONFLICT_ADVICE, code="code_conflict"
        )

    def problem(
        self, request: Request, status: int, title: Text, advice: Text, *, code: str, echo: str = ""
    ) -> Problem:
        """An answer that is no success, in the language of the request."""
        language = self.tongue(request).language
        facts = {"code": _short(echo)} if echo else {}
        return Problem(status, title.say(language), advice.say(language, **facts), code=code)


async def _allowed() -> Response:
    """What a program of another site may do."""
    methods = {"Allow": "GET, HEAD, OPTIONS", "Access-Control-Allow-Methods": "GET, HEAD"}
    return Response(status_code=204, headers={**resolver.OPEN, **methods})


def _short(echo: str) -> str:
    return echo if len(echo) <= _MAX_ECHO else echo[:_MAX_ECHO] + "…"
