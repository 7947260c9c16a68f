"""The page that a phone sees when somebody tries the address of the codes."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import HTMLResponse, Response

from gateway.shopper import texts
from gateway.web import words
from gateway.web.pages import Frame, Pages
from gateway.web.phone_tries import PATH, PhoneTries
from gateway.web.words import Tongue


class TryPage:
    """Tells the phone that it is at the right place, and who waits for it that it was there."""

    def __init__(
        self,
        pages: Pages,
        tries: PhoneTries,
        *,
        tongue: Callable[[Request], Tongue],
        frame: Callable[[Request], Frame],
    ) -> None:
        self._pages = pages
        self._tries = tries
        self._tongue = tongue
        self._frame = frame

    def routes(self) -> APIRouter:
        """The route."""
        routes = APIRouter()
        routes.add_api_route(
            f"{PATH}/{{token}}", self.page, methods=["GET"], include_in_schema=False
        )
        return routes

    async def page(self, request: Request, token: str) -> Response:
        """The page; 404 for a token of no try."""
        if not self._tries.see(token, request.client.host if request.client else None):
            raise HTTPException(404)
        tongue = self._tongue(request)
        body = self._pages.render(
            "shopper/try.html",
            tongue=tongue,
            frame=self._frame(request),
            t=words.said(words.all_texts(texts), tongue.language),
        )
        return HTMLResponse(body, headers={"Cache-Control": "no-store"})
