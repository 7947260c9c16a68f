"""The language of a browser: ``?lang=`` chooses it, a cookie remembers it; a pure ASGI layer.

It holds no secret and nothing about a person, and works before anybody has signed in.
"""

from __future__ import annotations

from collections.abc import Callable
from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.web import words
from gateway.wording import languages

COOKIE = "anaquel-language"
_YEAR_S = 31_536_000


class RemembersLanguage:
    """Lets the remembered language speak before the browser's own preferences."""

    def __init__(self, app: ASGIApp, default: Callable[[], str]) -> None:
        self._app = app
        self._default = default

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        asked = words.tongue(scope["query_string"].decode("latin-1"), None, self._default())
        remembered = _remembered(Headers(scope=scope).get("cookie", ""))
        if asked.explicit or remembered is not None:
            language = asked.language if asked.explicit else remembered or self._default()
            scope = {**scope, "headers": _preferring(language, scope)}

        async def remembering(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).append(
                    "Set-Cookie",
                    f"{COOKIE}={asked.language}; Path=/; Max-Age={_YEAR_S}; SameSite=Strict",
                )
            await send(message)

        await self._app(scope, receive, remembering if asked.explicit else send)


def _remembered(header: str) -> str | None:
    try:
        morsel = SimpleCookie(header[:4_000]).get(COOKIE)
    except CookieError:
        return None
    return morsel.value if morsel is not None and morsel.value in languages.SUPPORTED else None


def _preferring(language: str, scope: Scope) -> list[tuple[bytes, bytes]]:
    others = [pair for pair in scope["headers"] if pair[0] != b"accept-language"]
    return [*others, (b"accept-language", language.encode())]
