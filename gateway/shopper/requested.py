"""Reads addresses as phones send them: in capitals from a QR code, below a public path."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.domain import scanning
from gateway.shopper import resolver
from gateway.web import words

MAX_COLOR = 100
KIOSK = "/kiosk"
"""Below this path the same pages are shown for a screen that stands in the shop."""
_MAX_CATEGORY = 500
_MAX_PAGE = 1_000
_AT_KIOSK = "gateway.kiosk"
FIND = "/find"
_LISTS = frozenset({"/", FIND})
_RESOLVED = "/01/"
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


def category(query: str) -> str:
    """The category that somebody looks through; empty when none."""
    return words.field(query, "category")[:_MAX_CATEGORY]


def page(query: str) -> int:
    """Which page of a list is asked for, from 1 on; nonsense is the first."""
    asked = words.field(query, "page")
    known = asked.isascii() and asked.isdigit() and len(asked) <= len(str(_MAX_PAGE))
    return min(max(int(asked), 1), _MAX_PAGE) if known else 1


def kept(path: str, query: str) -> dict[str, str]:
    """What of its query makes a page what it is: the rest is the same page."""
    if path == FIND:
        number = page(query)
        shown = "" if number == 1 else str(number)
        return {"q": typed(query), "category": category(query), "page": shown}
    return {"color": color(query) or ""}


def base(scope: Scope) -> str:
    """What addresses begin with on the screen that asks: ``KIOSK``, or nothing."""
    return KIOSK if scope.get(_AT_KIOSK) else ""


class PlainPaths:
    """Gives the app one form of each path: no public prefix, a small first part, no last slash."""

    def __init__(self, app: ASGIApp, *, root: str) -> None:
        self._app = app
        self._root = root.lower()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        if scope["type"] == "http":
            path, at_kiosk = self.read(scope["path"])
            scope = {**scope, "path": path, "raw_path": path.encode(), _AT_KIOSK: at_kiosk}
        await self._app(scope, receive, send)

    def read(self, path: str) -> tuple[str, bool]:
        """The one form of a path, and whether the kiosk asks for it."""
        plain = self._plain(path)
        if (plain + "/").startswith(KIOSK + "/"):
            return _small(plain[len(KIOSK) :]), True
        return plain, False

    def _plain(self, path: str) -> str:
        if self._root and (path.lower() + "/").startswith(self._root + "/"):
            path = path[len(self._root) :] or "/"
        return _small(path)


def _small(path: str) -> str:
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
        query, headers = scope["query_string"].decode("latin-1"), Headers(scope=scope)
        if path.startswith(_RESOLVED) and _is_of_resolver(path, query, headers):
            return None
        tongue = words.tongue(query, headers.get("accept-language"), self._language())
        return path, tongue, color(query), base(scope)


def _is_of_resolver(path: str, query: str, headers: Headers) -> bool:
    """Whether more than the page of the article may be asked for, or asked for wrongly."""
    attributes = any(name[:1].isdigit() for name in query.split("&"))
    asked = resolver.wants(query, headers.get("accept", "")) is not None
    return asked or attributes or path.count("/") > _RESOLVED.count("/")


class FoundKey:
    """Like ``PageKey`` for the start page and for lists: what was typed, and which page of it."""

    def __init__(self, language: Callable[[], str]) -> None:
        self._language = language

    def __call__(self, scope: Scope) -> Hashable | None:
        """The key; None for all other addresses."""
        path: str = scope["path"]
        if path not in _LISTS:
            return None
        query = scope["query_string"].decode("latin-1")
        accept = Headers(scope=scope).get("accept-language")
        tongue = words.tongue(query, accept, self._language())
        asked = (typed(query), category(query), page(query)) if path == FIND else ()
        return path, tongue, asked, base(scope)
