"""Finding without a label: the start page, and the lists of what was typed or looked through."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from gateway.clock import Clock
from gateway.domain import scanning
from gateway.domain.scanning import Scan
from gateway.shopper import addresses, cards, lookup, requested, texts_of_finding
from gateway.shopper import texts as lookup_texts
from gateway.shopper.cards import Asked, Found
from gateway.shopper.lookup import ConflictError, TargetOfCode
from gateway.shopper.pages import LookupPages
from gateway.shopper.requested import FIND, KIOSK
from gateway.shopper.shop import Shop
from gateway.shopper.turns import TooManyError, Turns
from gateway.store.database import Connection, Database
from gateway.web import cache, served_pictures, words
from gateway.web import texts as web_texts
from gateway.web.cache import Note
from gateway.web.problems import Problem
from gateway.web.words import Text, Tongue
from gateway.wording import languages, numbers

T = TypeVar("T")

MANIFEST: Final = "/kiosk.webmanifest"
_START_S: Final = 5.0
_LIST_S: Final = 1.0
"""What is new on a list is not among the rows it was made of, so lists live this long."""
_MAX_ECHO: Final = 60
_SHORTEST_NUMBER: Final = 8


class FindPages:
    """Answers those who have no label before them. ``router`` holds the routes."""

    def __init__(
        self,
        database: Database,
        lookups: LookupPages,
        *,
        clock: Clock,
        shop: Callable[[], Shop],
        target_of_code: TargetOfCode,
    ) -> None:
        self._database = database
        self._lookups = lookups
        self._clock = clock
        self._shop = shop
        self._target_of_code = target_of_code
        self._turns = Turns()
        self.router = self._routes()

    def _routes(self) -> APIRouter:
        router = APIRouter()

        @router.get("/", include_in_schema=False)
        async def start(request: Request) -> Response:
            cache.note(request.scope, Note(tags=frozenset(), lifetime_s=_START_S))
            return await self._start(request)

        @router.get(FIND, include_in_schema=False)
        async def find(request: Request) -> Response:
            return await self._find(request)

        @router.get(MANIFEST, include_in_schema=False)
        async def manifest(request: Request) -> Response:
            return self._manifest(request)

        return router

    async def _find(self, request: Request) -> Response:
        """The page of the one article that was typed or scanned, else a list of what is like it."""
        query, tongue = request.url.query, self._lookups.tongue(request)
        text, category = requested.typed(query), requested.category(query)
        scan = scanning.read(text)
        if not scan.text and not category:
            return self._lookups.go(addresses.address("/", tongue))

        def look(connection: Connection) -> str | None:
            return lookup.path_of(connection, scan, self._target_of_code)

        try:
            path = await self._database.read(look) if scan.text else None
        except ConflictError as error:
            raise self._lookups.conflict(request) from error
        if path is not None:
            return self._lookups.go(addresses.address(path, tongue))
        if _is_code(scan):
            # A code means one article; another that has its digits or letters is none.
            return await self._nothing(request, scan.text, lookup_texts.NOT_FOUND_ADVICE)
        asked = Asked(
            text=scan.text, category="" if scan.text else category, page=requested.page(query)
        )
        found = await self._found(request, asked, tongue)
        if not found.cards:
            advice = texts_of_finding.NOT_FOUND_ADVICE
            return await self._nothing(request, asked.text or asked.category, advice)
        cache.note(request.scope, Note(tags=found.tags, until=found.until, lifetime_s=_LIST_S))
        return self._list(request, asked, found)

    async def _found(self, request: Request, asked: Asked, tongue: Tongue) -> Found:
        shop, at = self._shop(), self._clock.known()

        def read(connection: Connection) -> Found:
            return cards.found(connection, asked, shop=shop, tongue=tongue, at=at)

        found = await self._in_turn(request, read)
        for card in found.cards:
            if card.kept is None and card.page.picture.url is not None:
                self._lookups.need(card.page.picture.url)
        return found

    async def _in_turn(self, request: Request, query: Callable[[Connection], T]) -> T:
        """Read what takes its time, one after the other."""
        address = request.client.host if request.client is not None else ""
        try:
            async with self._turns.taken(address):
                return await self._database.read(query)
        except TooManyError as error:
            language = self._lookups.tongue(request).language
            raise Problem(
                429,
                web_texts.BUSY.say(language),
                web_texts.BUSY_ADVICE.say(language),
                code="too_many_searches",
                headers={"Retry-After": "2"},
            ) from error

    async def _start(
        self, request: Request, *, missing: str = "", advice: str = "", text: str = ""
    ) -> Response:
        tongue = self._lookups.tongue(request)
        known = await self._in_turn(request, cards.categories)
        categories = [(one, addresses.address(FIND, tongue, category=one.name)) for one in known]
        return self._lookups.written(
            request,
            "shopper/start.html",
            status=404 if missing else 200,
            text=text,
            missing=missing,
            advice=advice,
            categories=categories,
            said=_texts(tongue),
        )

    async def _nothing(self, request: Request, text: str, advice: Text) -> Response:
        language = self._lookups.tongue(request).language
        missing = lookup_texts.NOT_FOUND.say(language, code=_short(text))
        return await self._start(request, missing=missing, advice=advice.say(language), text=text)

    def _list(self, request: Request, asked: Asked, found: Found) -> Response:
        tongue = self._lookups.tongue(request)

        def other(page: int) -> str:
            number = "" if page == 1 else str(page)
            return addresses.address(
                FIND, tongue, q=asked.text, category=asked.category, page=number
            )

        return self._lookups.written(
            request,
            "shopper/found.html",
            text=asked.text,
            title=_short(asked.text or asked.category),
            found=found,
            count=self._count(found, tongue),
            place=texts_of_finding.PAGE_OF.say(
                tongue.language, page=str(found.page), pages=str(found.pages)
            ),
            before=other(found.page - 1) if found.page > 1 else "",
            after=other(found.page + 1) if found.page < found.pages else "",
            pictures=served_pictures,
            said=_texts(tongue),
        )

    def _count(self, found: Found, tongue: Tongue) -> str:
        locale = languages.locale(tongue.language, self._shop().country)
        number = numbers.whole(found.total, locale)
        said = texts_of_finding
        if found.more:
            return said.MORE_THAN.say(tongue.language, number=number)
        one = found.total == 1
        return (said.ONE_FOUND if one else said.SEVERAL_FOUND).say(tongue.language, number=number)

    def _manifest(self, request: Request) -> Response:
        """What a tablet needs to put the kiosk on its home screen, without the browser's bars."""
        root = self._lookups.root
        icon = {"src": root + self._lookups.icon, "type": "image/svg+xml", "sizes": "any"}
        name = self._lookups.frame(request).name
        return JSONResponse(
            {
                "name": name,
                "short_name": name[:12],
                "start_url": root + KIOSK,
                "scope": root + KIOSK,
                "display": "fullscreen",
                "icons": [icon],
            },
            headers={"Cache-Control": "no-cache"},
            media_type="application/manifest+json",
        )


def _is_code(scan: Scan) -> bool:
    numbered = scan.text.isdigit() and len(scan.text) >= _SHORTEST_NUMBER
    linked = "://" in scan.text or any((scan.product, scan.group, scan.gtin))
    return numbered or linked


def _texts(tongue: Tongue) -> object:
    return words.said(words.all_texts(texts_of_finding), tongue.language)


def _short(echo: str) -> str:
    return echo if len(echo) <= _MAX_ECHO else echo[:_MAX_ECHO] + "…"
