"""One site: a FastAPI app with plain error pages, wrapped in the layers that all sites wear."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp

from gateway.web import layers, static
from gateway.web.problems import Problems
from gateway.web.static import StaticFiles


def new(title: str, *, problems: Problems, openapi_url: str | None = None) -> FastAPI:
    """An app without documentation pages that answers ``/healthz`` and writes our error pages.

    Routes are for GET; HEAD is answered by the layers. Call ``dressed`` when they are added.
    """
    app = FastAPI(
        title=title, docs_url=None, redoc_url=None, openapi_url=openapi_url, redirect_slashes=False
    )
    problems.install(app)

    @app.get("/healthz", include_in_schema=False)
    async def alive() -> PlainTextResponse:
        return PlainTextResponse("ok\n", headers={"Cache-Control": "no-store"})

    return app


def dressed(
    app: FastAPI,
    *,
    problems: Problems,
    files: StaticFiles | None = None,
    inside: ASGIApp | None = None,
    headers: Mapping[str, str] = layers.SECURITY_HEADERS,
    larger_bodies: Mapping[str, int] | None = None,
) -> ASGIApp:
    """The app as it is served.

    ``inside`` is the app behind layers of the site's own (a page cache), if it has some;
    ``larger_bodies`` gives byte limits by the start of the path, elsewhere it is 1 MiB.
    """
    if files is not None:
        app.mount(static.PREFIX, files)
    limited = layers.SizeLimits(
        GZipMiddleware(inside or app, minimum_size=500, compresslevel=6),
        too_large=problems.too_large,
        larger=larger_bodies,
    )
    return layers.SecureHeaders(layers.HeadAnswers(limited), headers)
