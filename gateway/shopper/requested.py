"""Reads addresses as phones send them: in capitals from a QR code, below a public path."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.domain import scanning
from gateway.web import words

MAX_COLOR = 100
_CACHED = ("/p/", "/g/", "/l/", "/01/", "/api/availability/")


def root_of(public_base: str) -> str:
    """The path below which the public reaches us: ``""``, or like ``/shop``."""
    return urlsplit(public_base).path.rstrip("/")


def color(query: str) -> str | None:
    """The colour an address asks for; None when it asks for none or for nonsense."""
    found = words.field(query, "color")
    return found if 0 < len(found) <= MAX_COLOR else None


def typed(query: str) -> str:
    """What somebody typed to find an article; empty when nothing."""
    return words.field(query, "q")[: scanning.LONGEST]


class PlainPaths:
    """Gives the app one form of each path: no public prefix, a small first part, no last slash."""

    def __init__(self, app: ASGIApp, *, root: str) -> None:
        self._app = app
        self._root = root.lower()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        if scope["type"] == "http":
            path = self._plain(scope["path"])
            scope = {**scope, "path": path, "raw_path": path.encode()}
        await self._app(scope, receive, send)

    def _plain(self, path: str) -> str:
        if self._root and (path.lower() + "/").startswith(self._root + "/"):
            path = path[len(self._root) :] or "/"
        first, slash, rest = path.removeprefix("/").partition("/")
        return f"/{first.lower()}{slash}{rest}".rstrip("/") or "/"


class PageKey:
    """What makes two requests ask for the same page: path, language and colour, nothing else."""

    def __init__(self, language: Callable[[], str]) -> None:
        self._language = language

    def __call__(self, scope: Scope) -> Hashable | None:
        """The key; None for addresses that are not pages of articles."""
        path: str = scope["path"]
        if not path.startswith(_CACHED):
            return None
        query = scope["query_string"].decode("latin-1")
        accept = Headers(scope=scope).get("accept-language")
        return path, words.tongue(query, accept, self._language()), color(query)
