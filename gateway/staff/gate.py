"""Who may come in: server-side sessions behind a cookie, and proof that a request is meant.

A request that changes something carries the session's CSRF token (form field or header) and comes
from one of our own pages by what the browser says (``Origin``, ``Sec-Fetch-Site``).
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote, urlsplit

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from gateway.clock import Clock
from gateway.settings import StaffListen
from gateway.staff import permits, texts
from gateway.store import people
from gateway.store.database import Database
from gateway.store.people import Role, Session
from gateway.web import words
from gateway.web.problems import Problem

CSRF_FIELD = "csrf"
CSRF_HEADER = "X-CSRF-Token"
BACKGROUND_HEADER = "X-Background"
"""Sent by pages that look again by themselves: such a request does not keep a session alive."""

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_TOUCHED_EVERY = timedelta(seconds=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Whoever asks: a session that holds."""

    session: Session
    token: str


class Gate:
    """Lets signed-in people in; ``enter`` is a dependency of every route that is not public."""

    def __init__(
        self, database: Database, clock: Clock, listen: StaffListen, language: str
    ) -> None:
        self._database = database
        self._clock = clock
        self._listen = listen
        self._language = language
        self._began = clock.now()

    @property
    def cookie(self) -> str:
        """The name of the session's cookie."""
        return "__Host-anaquel" if self._listen.secure_cookies else "anaquel"

    async def enter(self, request: Request) -> None:
        """Put the visit on the request; raises ``Problem`` for whoever may not come in."""
        visit = await self.visit(request)
        if visit is None:
            raise self._not_signed_in(request)
        if request.method not in _SAFE:
            self.from_own_page(request)
            await self._check_token(request, visit.session)
        request.state.visit = visit
        if not permits.may(visit.session.role, request.method, request.scope["route"].path):
            raise self._not_permitted(request)
        await self._touch(request, visit)

    async def recognise(self, request: Request) -> None:
        """Put the visit on a request that no route answers, if there is one; it opens nothing."""
        if not hasattr(request.state, "visit"):
            request.state.visit = await self.visit(request)

    async def visit(self, request: Request) -> Visit | None:
        """The session behind the request's cookie."""
        token = request.cookies.get(self.cookie, "")
        if not 20 <= len(token) <= 100:
            return None
        session = await self._session(token)
        return None if session is None else Visit(session=session, token=token)

    async def still_open(self, visit: Visit) -> bool:
        """Whether the visit's session still holds."""
        return await self._session(visit.token) is not None

    def from_own_page(self, request: Request) -> None:
        """Refuse what another site's page sent; raises ``Problem``.

        Programs that are no browsers send neither header and are let through.
        """
        site = request.headers.get("sec-fetch-site")
        if site is not None and site not in {"same-origin", "none"}:
            raise self._forged(request)
        origin = request.headers.get("origin")
        if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
            raise self._forged(request)

    def keep(self, response: Response, token: str) -> None:
        """Give the browser the session."""
        response.set_cookie(
            self.cookie,
            token,
            max_age=int(self._listen.session_max_s),
            path="/",
            secure=self._listen.secure_cookies,
            httponly=True,
            samesite="strict",
        )

    def forget(self, response: Response) -> None:
        """Take the session from the browser."""
        response.delete_cookie(
            self.cookie,
            path="/",
            secure=self._listen.secure_cookies,
            httponly=True,
            samesite="strict",
        )

    async def _session(self, token: str) -> Session | None:
        listen, now = self._listen, self._clock.now()
        session = await self._database.read(
            lambda connection: people.session(
                connection, token, now, listen.session_idle_s, listen.session_max_s
            )
        )
        if session is not None and not self._clock.trusted and session.opened_at <= self._began:
            return None  # nobody knows how long the box was off
        return session

    async def _touch(self, request: Request, visit: Visit) -> None:
        now = self._clock.now()
        if _is_background(request) or now - visit.session.used_at < _TOUCHED_EVERY:
            return
        await self._database.write(lambda connection: people.touch(connection, visit.token, now))

    async def _check_token(self, request: Request, session: Session) -> None:
        given = request.headers.get(CSRF_HEADER)
        if given is None and not _is_json(request):
            form: FormData = await request.form(max_files=0, max_fields=50)
            field = form.get(CSRF_FIELD)
            given = field if isinstance(field, str) else None
        if given is None or not hmac.compare_digest(given.encode(), session.csrf.encode()):
            raise self._forged(request)

    def _not_signed_in(self, request: Request) -> Problem:
        language = self._tongue(request)
        title = texts.ASK_SIGN_IN.say(language)
        advice = texts.ASK_SIGN_IN_ADVICE.say(language)
        back = request.url.path if request.method == "GET" else "/"
        query = f"?{request.url.query}" if request.url.query and request.method == "GET" else ""
        where = f"/sign-in?next={quote(back + query, safe='')}"
        if "HX-Request" in request.headers:
            return Problem(401, title, advice, code="sign_in", headers={"HX-Redirect": "/sign-in"})
        if request.url.path.startswith("/api/") or _is_background(request):
            return Problem(401, title, advice, code="sign_in")
        return Problem(303, title, advice, code="sign_in", headers={"Location": where})

    def _not_permitted(self, request: Request) -> Problem:
        language = self._tongue(request)
        needed = permits.least(request.method, request.scope["route"].path)
        advice = texts.NOT_YOURS_BUT if needed is Role.ADMINISTRATOR else texts.NOT_YOURS_ADVICE
        return Problem(403, texts.NOT_YOURS.say(language), advice.say(language), code="not_yours")

    def _forged(self, request: Request) -> Problem:
        language = self._tongue(request)
        return Problem(
            403, texts.FORGED.say(language), texts.FORGED_ADVICE.say(language), code="forged"
        )

    def _tongue(self, request: Request) -> str:
        return words.tongue(
            request.url.query, request.headers.get("accept-language"), self._language
        ).language


def visit_of(request: Request) -> Visit:
    """The visit that the gate put on the request."""
    visit: Visit = request.state.visit
    return visit


def own_path(asked: str | None) -> str:
    """Where to go after signing in: a path of this site, whatever was asked for."""
    if asked is None or not asked.startswith("/") or asked.startswith(("//", "/\\")):
        return "/"
    return asked if asked.isprintable() and "\\" not in asked else "/"


def _is_background(request: Request) -> bool:
    """Whether a page asks by itself, nobody's finger behind it."""
    if BACKGROUND_HEADER in request.headers or request.url.path.startswith("/frames/"):
        return True
    return "text/event-stream" in request.headers.get("accept", "")


def _is_json(request: Request) -> bool:
    return request.headers.get("content-type", "").partition(";")[0].strip() == "application/json"
