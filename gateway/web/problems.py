"""Errors as people read them: what is wrong, and what to do; JSON for programs (RFC 9457)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Scope

from gateway.web import texts, words
from gateway.web.pages import Pages
from gateway.web.words import Text

_WORDS: Mapping[int, tuple[Text, Text]] = {
    400: (texts.BAD_REQUEST, texts.BAD_REQUEST_ADVICE),
    403: (texts.FORBIDDEN, texts.FORBIDDEN_ADVICE),
    404: (texts.NOT_FOUND, texts.NOT_FOUND_ADVICE),
    405: (texts.NOT_ALLOWED, texts.NOT_ALLOWED_ADVICE),
    422: (texts.INVALID, texts.INVALID_ADVICE),
    429: (texts.BUSY, texts.BUSY_ADVICE),
    500: (texts.BROKEN, texts.BROKEN_ADVICE),
    503: (texts.BUSY, texts.BUSY_ADVICE),
}
_MAX_FAULTS = 20


class Problem(Exception):  # noqa: N818 - the word of RFC 9457
    """An answer that is no success: raise it in a route and the site writes the page.

    ``title`` says what is wrong, ``advice`` what to do; ``code`` is for programs.
    """

    def __init__(
        self,
        status: int,
        title: str,
        advice: str,
        *,
        code: str,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(title)
        self.status = status
        self.title = title
        self.advice = advice
        self.code = code
        self.headers = headers


class Problems:
    """Writes the error answers of one site.

    Addresses below ``json_below`` get JSON, all others a page from ``template``, which sees
    ``title``, ``advice``, ``status``, ``tongue``, ``frame`` and the shared texts as ``web``.
    ``frame`` is what ``frame_of`` gives for each request: what the site's base page needs.
    ``said`` are the site's own words for a status, in place of those that suit every site. Where
    no route was reached, ``recognise`` is asked first, so that a page knows who looks at it.
    """

    def __init__(
        self,
        pages: Pages,
        *,
        language: Callable[[], str],
        frame_of: Callable[[Request], object],
        template: str = "problem.html",
        json_below: str = "/api/",
        said: Mapping[int, tuple[Text, Text]] | None = None,
        recognise: Callable[[Request], Awaitable[None]] | None = None,
    ) -> None:
        self._pages = pages
        self._language = language
        self._frame_of = frame_of
        self._template = template
        self._json_below = json_below
        self._said = {**_WORDS, **(said or {})}
        self._recognise = recognise

    def install(self, app: FastAPI) -> None:
        """Answer everything that goes wrong in ``app``."""

        async def told(request: Request, error: Exception) -> Response:
            assert isinstance(error, Problem)  # noqa: S101 - registered for this type below
            return self.write(request, error)

        async def refused(request: Request, error: Exception) -> Response:
            assert isinstance(error, HTTPException)  # noqa: S101 - registered for this type below
            if self._recognise is not None:
                await self._recognise(request)
            return self.write(request, self.known(request, error.status_code, error.headers))

        async def invalid(request: Request, error: Exception) -> Response:
            assert isinstance(error, RequestValidationError)  # noqa: S101 - as above
            faults = [
                {"path": ".".join(str(part) for part in fault["loc"]), "message": fault["msg"]}
                for fault in error.errors()[:_MAX_FAULTS]
            ]
            return self.write(request, self.known(request, 422), faults)

        async def broken(request: Request, _: Exception) -> Response:
            return self.write(request, self.known(request, 500))

        app.add_exception_handler(Problem, told)
        app.add_exception_handler(HTTPException, refused)
        app.add_exception_handler(RequestValidationError, invalid)
        app.add_exception_handler(Exception, broken)

    def too_large(self, scope: Scope, limit: int) -> Response:
        """The answer to a body above ``limit`` bytes."""
        request = Request(scope)
        language = self._tongue(request).language
        size = f"{limit // 2**20} MiB" if limit >= 2**20 else f"{limit // 2**10} KiB"
        problem = Problem(
            413,
            texts.TOO_LARGE.say(language),
            texts.TOO_LARGE_ADVICE.say(language, limit=size),
            code="too_large",
            # The rest of the body is not read, so the connection cannot be used again.
            headers={"Connection": "close"},
        )
        return self.write(request, problem)

    def known(
        self, request: Request, status: int, headers: Mapping[str, str] | None = None
    ) -> Problem:
        """The problem that a bare status code stands for."""
        language = self._tongue(request).language
        title, advice = self._said.get(status, self._said[400 if status < 500 else 500])
        return Problem(
            status,
            title.say(language),
            advice.say(language),
            code=f"http_{status}",
            headers=headers,
        )

    def write(
        self, request: Request, problem: Problem, faults: list[dict[str, str]] | None = None
    ) -> Response:
        """The answer in the form and language of the request."""
        headers = {**(problem.headers or {}), "Cache-Control": "no-store"}
        if request.url.path.startswith(self._json_below):
            body = {
                "status": problem.status,
                "title": problem.title,
                "detail": problem.advice,
                "code": problem.code,
                **({"faults": faults} if faults else {}),
            }
            media_type = "application/problem+json"
            return JSONResponse(body, problem.status, headers, media_type=media_type)
        tongue = self._tongue(request)
        page = self._pages.render(
            self._template,
            title=problem.title,
            advice=problem.advice,
            status=problem.status,
            tongue=tongue,
            frame=self._frame_of(request),
        )
        headers["Content-Language"] = tongue.language
        headers["Vary"] = "Accept-Language"
        return Response(page, problem.status, headers, media_type="text/html")

    def _tongue(self, request: Request) -> words.Tongue:
        return words.tongue(
            request.url.query, request.headers.get("accept-language"), self._language()
        )
