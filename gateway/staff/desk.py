"""What every page of the staff site works with, passed in once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse

from gateway.clock import Clock
from gateway.domain.events import Origin
from gateway.settings import Settings
from gateway.staff.explaining import Reader
from gateway.staff.gate import Visit
from gateway.store.database import Connection, Database
from gateway.web import words
from gateway.web.pages import Frame, Pages
from gateway.web.words import Text, Tongue
from gateway.wording import languages

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The database, the clock, the settings and the templates, with what pages ask of them."""

    database: Database
    clock: Clock
    settings: Settings
    origin: Origin
    pages: Pages

    def tongue(self, request: Request) -> Tongue:
        """The language of the answer."""
        default = self.settings.shop.language
        return words.tongue(request.url.query, request.headers.get("accept-language"), default)

    def say(self, request: Request, text: Text, **facts: str) -> str:
        """The text in the language of the answer."""
        return text.say(self.tongue(request).language, **facts)

    def reader(self, request: Request) -> Reader:
        """Who reads the answer, now."""
        language, shop = self.tongue(request).language, self.settings.shop
        return Reader(
            language=language,
            locale=languages.locale(language, shop.country),
            zone=shop.zone,
            now=self.clock.now(),
            priced_at=self.clock.known(),
            confirm_s=self.settings.labels.confirm_s,
        )

    async def read(self, query: Callable[[Connection], T]) -> T:
        """Run ``query`` in one read transaction."""
        return await self.database.read(query)

    def page(
        self,
        request: Request,
        template: str,
        *,
        status: int = 200,
        again: str | None = None,
        **facts: object,
    ) -> HTMLResponse:
        """A page; it knows the visit, where it is, and the language.

        ``again`` is the address that shows it once more, when it answers a form.
        """
        tongue = self.tongue(request)
        body = self.pages.render(
            template,
            tongue=tongue,
            frame=frame_of(request, tongue, again),
            visit=_visit(request),
            number=self.reader(request).count,
            lock_s=self.settings.sites.staff.lock_s,
            **facts,
        )
        headers = {
            "Cache-Control": "no-store",
            "Content-Language": tongue.language,
            "Vary": "Accept-Language, Cookie",
        }
        return HTMLResponse(body, status, headers)


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffFrame(Frame):
    """What stands around a page of this site: ``visit`` is None before anybody signed in.

    ``since`` is how far changes were told before the page was made.
    """

    visit: Visit | None
    here: str
    since: str


def frame_of(request: Request, tongue: Tongue, again: str | None = None) -> StaffFrame:
    """What stands around a page: its switch leads to the same page in the other language."""
    visit, here = _visit(request), request.url.path
    since: str = getattr(request.state, "since", "")
    if request.method in {"GET", "HEAD"}:
        again = f"{here}?{request.url.query}"
    if again is None:
        return StaffFrame(name="Anaquel", visit=visit, here=here, since=since)
    path, _, query = again.partition("?")
    other = "en" if tongue.language == "es" else "es"
    pairs = [pair for pair in parse_qsl(query) if pair[0] != "lang"][:20]
    switch = f"{path}?{urlencode([*pairs, ('lang', other)])}"
    return StaffFrame(name="Anaquel", switch=switch, visit=visit, here=here, since=since)


def _visit(request: Request) -> Visit | None:
    return getattr(request.state, "visit", None)


def go(path: str) -> RedirectResponse:
    """Send the browser to another of our pages after something was done."""
    return RedirectResponse(path, 303, {"Cache-Control": "no-store"})
