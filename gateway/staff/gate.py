"""Who may come in: server-side sessions behind a cookie, and proof that a request is meant.

A request that changes something carries the session's CSRF token (form field or header) and comes
from one of our own pages by what the browser says (``Origin``, ``Sec-Fetch-Site``).
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote, urlsplit

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from gateway.clock import Clock
from gateway.settings import StaffListen
from gateway.staff import permits, texts
from gateway.store import sessions, shared_devices
from gateway.store.database import Database
from gateway.store.people import Role
from gateway.store.sessions import Session
from gateway.store.shared_devices import SharedDevice
from gateway.web import words
from gateway.web.problems import Problem

CSRF_FIELD = "csrf"
CSRF_HEADER = "X-CSRF-Token"
BACKGROUND_HEADER = "X-Background"
"""Sent by pages that look again by themselves: such a request does not keep a session alive."""

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_TOUCHED_EVERY = timedelta(seconds=30)
_DEVICE_COOKIE_S = 400 * 24 * 3600
"""As long as browsers keep a cookie at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Whoever asks: a session that holds. A ``locked`` one opens nothing as it is."""

    session: Session
    token: str
    locked: bool = False


class Gate:
    """Lets signed-in people in; ``enter`` is a dependency of every route that is not public."""

    def __init__(
        self, database: Database, clock: Clock, listen: StaffListen, language: Callable[[], str]
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

    @property
    def device_cookie(self) -> str:
        """The name of the cookie of a shared device."""
        return f"{self.cookie}-device"

    async def enter(self, request: Request) -> None:
        """Put the visit on the request; raises ``Problem`` for whoever may not come in."""
        visit = await self.visit(request)
        if visit is None:
            raise self._not_signed_in(request)
        if visit.locked:
            raise self._locked(request)
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
        if session is None:
            return None
        return Visit(session=session, token=token, locked=self._is_locked(session))

    async def device(self, request: Request) -> SharedDevice | None:
        """The shared device that the request comes from."""
        token = request.cookies.get(self.device_cookie, "")
        if not 20 <= len(token) <= 100:
            return None
        return await self._database.read(lambda rows: shared_devices.by_token(rows, token))

    async def still_open(self, visit: Visit) -> bool:
        """Whether the visit's session still holds and is not locked."""
        session = await self._session(visit.token)
        return session is not None and not self._is_locked(session)

    async def lock(self, visit: Visit) -> None:
        """Ask for the short code from now on."""
        long_ago = self._clock.now() - timedelta(seconds=self._listen.lock_s)
        await self._database.write(lambda rows: sessions.touch(rows, visit.token, long_ago))

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
        self._set(response, self.cookie, token, int(self._listen.session_max_s))

    def keep_device(self, response: Response, token: str) -> None:
        """Make the browser that of a shared device."""
        self._set(response, self.device_cookie, token, _DEVICE_COOKIE_S)

    def forget(self, response: Response) -> None:
        """Take the session from the browser."""
        response.delete_cookie(
            self.cookie,
            path="/",
            secure=self._listen.secure_cookies,
            httponly=True,
            samesite="strict",
        )

    def _set(self, response: Response, name: str, token: str, max_age: int) -> None:
        response.set_cookie(
            name,
            token,
            max_age=max_age,
            path="/",
            secure=self._listen.secure_cookies,
            httponly=True,
            samesite="strict",
        )

    def _is_locked(self, session: Session) -> bool:
        """Only on shared devices, where the next hand may be another's."""
        if session.device is None:
            return False
        unused = self._clock.now() - session.used_at
        return unused >= timedelta(seconds=self._listen.lock_s) or self._is_from_before(session)

    def _is_from_before(self, session: Session) -> bool:
        """Whether nobody knows how long it was unused: the box was off, and has no right time."""
        return not self._clock.trusted and session.used_at <= self._began

    async def _session(self, token: str) -> Session | None:
        listen, now = self._listen, self._clock.now()
        session = await self._database.read(
            lambda connection: sessions.get(
                connection, token, now, listen.session_idle_s, listen.session_max_s
            )
        )
        if session is not None and session.device is None and self._is_from_before(session):
            return None  # a shared device asks for the short code instead
        return session

    async def _touch(self, request: Request, visit: Visit) -> None:
        now = self._clock.now()
        if _is_background(request) or now - visit.session.used_at < _TOUCHED_EVERY:
            return
        # A request that was on its way does not open what somebody locked meanwhile.
        seen = visit.session.used_at
        await self._database.write(lambda rows: sessions.touch(rows, visit.token, now, seen=seen))

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
        where = f"/sign-in?next={quote(_asked_for(request), safe='')}"
        if "HX-Request" in request.headers:
            return Problem(401, title, advice, code="sign_in", headers={"HX-Redirect": "/sign-in"})
        if request.url.path.startswith("/api/") or _is_background(request):
            return Problem(401, title, advice, code="sign_in")
        return Problem(303, title, advice, code="sign_in", headers={"Location": where})

    def _locked(self, request: Request) -> Problem:
        language = self._tongue(request)
        title, advice = texts.LOCKED.say(language), texts.LOCKED_ADVICE.say(language)
        by_itself = _is_background(request) or request.url.path.startswith("/api/")
        if request.method in _SAFE and not by_itself and "HX-Request" not in request.headers:
            where = f"/unlock?next={quote(_asked_for(request), safe='')}"
            return Problem(303, title, advice, code="locked", headers={"Location": where})
        return Problem(401, title, advice, code="locked", headers={"X-Locked": "1"})

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
            request.url.query, request.headers.get("accept-language"), self._language()
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


def _asked_for(request: Request) -> str:
    """The page that was asked for, to go back to."""
    if request.method != "GET":
        return "/"
    query = f"?{request.url.query}" if request.url.query else ""
    return request.url.path + query


def _is_background(request: Request) -> bool:
    """Whether a page asks by itself, nobody's finger behind it."""
    if BACKGROUND_HEADER in request.headers or request.url.path.startswith("/frames/"):
        return True
    return "text/event-stream" in request.headers.get("accept", "")


def _is_json(request: Request) -> bool:
    return request.headers.get("content-type", "").partition(";")[0].strip() == "application/json"
