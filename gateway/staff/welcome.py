"""The way in over plain HTTP: explains the warning of a certificate that no phone knows yet.

Nothing is asked for here and nobody is sent on: a password must never travel in the clear, and who
follows a silent redirect learns to trust the address that was typed.
"""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp

from gateway.settings import Settings
from gateway.staff import texts_of_welcome as texts
from gateway.web import compiled, static, words
from gateway.web import site as web_site
from gateway.web.pages import Frame, Pages
from gateway.web.problems import Problems
from gateway.web.serving import Served
from gateway.web.static import StaticFiles
from gateway.web.tls.keeping import Certificates

_FOLDER = Path(__file__).parent
AUTHORITY = "/anaquel-ca.crt"


def served(settings: Settings, certificates: Certificates) -> tuple[Served, ...]:
    """The site, where the staff site has a certificate to explain. Reads files."""
    if not settings.sites.staff.https:
        return ()
    app = build(settings, certificates)
    return (Served(name="welcome", app=app, listen=settings.sites.welcome),)


def build(settings: Settings, certificates: Certificates) -> ASGIApp:
    """The site; reads its template and files, so call it in a thread."""
    files = StaticFiles((static.OWN_FILES, _FOLDER / "static"))
    pages = Pages(
        folders=[_FOLDER / "welcome_templates"],
        static=files,
        shared={"welcome": words.all_texts(texts)},
        compiled=settings.data.folder / compiled.FOLDER,
    )
    problems = Problems(
        pages,
        language=lambda: settings.shop.language,
        frame_of=lambda _: Frame(name=settings.shop.name or settings.shop.store),
    )
    app = web_site.new("Anaquel", problems=problems)
    _add_routes(app, pages, settings, certificates)
    return web_site.dressed(app, problems=problems, files=files)


def _add_routes(app: FastAPI, pages: Pages, settings: Settings, certificates: Certificates) -> None:
    @app.get("/")
    async def explain(request: Request) -> Response:
        own = settings.shop
        tongue = words.tongue(
            request.url.query, request.headers.get("accept-language"), own.language
        )
        shown, (_, authority_print) = certificates.staff, certificates.authority()
        host = _host(request, settings, certificates)
        port = settings.sites.staff.port
        other = "en" if tongue.language == "es" else "es"
        page = pages.render(
            "welcome.html",
            tongue=tongue,
            frame=Frame(name=own.name or own.store, switch=f"/?lang={other}"),
            link=f"https://{host}/" if port == 443 else f"https://{host}:{port}/",
            host=host,
            own=shown.is_own,
            site_print=shown.pair.sha256 if shown.pair is not None else "",
            authority_print=authority_print,
        )
        headers = {
            "Content-Language": tongue.language,
            "Vary": "Accept-Language, Host",
            "Cache-Control": "no-store",
        }
        return HTMLResponse(page, headers=headers)

    @app.get(AUTHORITY)
    async def authority() -> Response:
        content, _ = certificates.authority()
        return Response(
            content,
            media_type="application/x-x509-ca-cert",
            headers={"Cache-Control": "no-store"},
        )


def _host(request: Request, settings: Settings, certificates: Certificates) -> str:
    """The name that was typed where the certificate has it, else the first that it has."""
    shown = certificates.staff.pair
    typed = (request.url.hostname or "").lower()
    if shown is None or typed in shown.names:
        return f"[{typed}]" if ":" in typed else typed or settings.sites.staff.local_name
    plain = (name for name in shown.names if not name.startswith("*"))
    return next(plain, settings.sites.staff.local_name)
