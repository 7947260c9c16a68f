"""Pure ASGI layers that every site wears: security headers, HEAD, a limit on what is sent to us."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY = 2**20
MAX_HEAD = 16 * 2**10

CONTENT_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; font-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; manifest-src 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
SECURITY_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
WITH_CAMERA: Mapping[str, str] = {
    "Content-Security-Policy": CONTENT_POLICY.replace(
        "script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'"
    ),
    "Permissions-Policy": SECURITY_HEADERS["Permissions-Policy"].replace(
        "camera=()", "camera=(self)"
    ),
}
"""What a page that reads codes with the camera says instead: ZXing is WebAssembly."""


class SecureHeaders:
    """Adds our headers to every answer that does not set them itself."""

    def __init__(self, app: ASGIApp, headers: Mapping[str, str] = SECURITY_HEADERS) -> None:
        self._app = app
        self._headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, guarded)


class HeadAnswers:
    """Answers HEAD as GET without the body, so that no route has to think of it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def bodiless(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self._app({**scope, "method": "GET"}, receive, bodiless)


class SizeLimits:
    """Refuses bodies above ``most`` bytes, and headers above 16 KiB, before anything reads them.

    ``too_large`` makes the answer for a request. ``larger`` gives other limits by the start of
    the path (pictures), for bodies that say how long they are.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        too_large: Callable[[Scope, int], Response],
        most: int = MAX_BODY,
        larger: Mapping[str, int] | None = None,
    ) -> None:
        self._app = app
        self._too_large = too_large
        self._most = most
        self._larger = larger or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if _head_size(scope) > MAX_HEAD:
            # The server limits only what comes in several pieces.
            refusal = PlainTextResponse("The address and headers are too long.\n", 431)
            await refusal(scope, receive, send)
            return
        limit = self._limit(scope["path"])
        headers = Headers(scope=scope)
        length = headers.get("content-length", "0")
        if not _is_number(length) or int(length) > limit:
            await self._too_large(scope, limit)(scope, receive, send)
            return
        if "transfer-encoding" in headers:
            # Such a body does not say how long it is, so it is taken in before the app sees it.
            # Nobody knows yet who sends it: that costs no more memory than any other body.
            body = await _body(receive, self._most)
            if body is None:
                await self._too_large(scope, self._most)(scope, receive, send)
                return
            receive = _replay(body, receive)
        await self._app(scope, receive, send)

    def _limit(self, path: str) -> int:
        for start, limit in self._larger.items():
            if path.startswith(start):
                return limit
        return self._most


def _is_number(text: str) -> bool:
    """Whether it is a number of as many digits as anybody needs."""
    return text.isascii() and text.isdigit() and len(text) < 20


def _head_size(scope: Scope) -> int:
    line = len(scope.get("raw_path") or b"") + len(scope["query_string"])
    return line + sum(len(name) + len(value) for name, value in scope["headers"])


async def _body(receive: Receive, limit: int) -> bytes | None:
    """The whole body; None when it is longer than ``limit``."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return bytes(body)
        body += message.get("body", b"")
        if len(body) > limit:
            return None
        if not message.get("more_body", False):
            return bytes(body)


def _replay(body: bytes, receive: Receive) -> Receive:
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return waiting.pop() if waiting else await receive()

    return replayed
