"""HTTP and WebSockets as drivers of access points need them: bounded in time and size.

Each request has a connection of its own, because small access points keep few; nothing is left
behind when a caller is cancelled. Redirects are not followed and no proxy is used: these boxes
stand in the shop.
"""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import Enum
from typing import Final

import httpx
from typing_extensions import override
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

LARGEST_ANSWER: Final = 256 * 1024
"""Bytes of an answer's body."""
LARGEST_EVENT: Final = 64 * 1024
"""Bytes of a message on a WebSocket."""


class HttpReason(Enum):
    """Why a request brought no answer."""

    UNREACHABLE = "unreachable"
    """Nobody is there, or the connection was refused."""
    CUT = "cut"
    """The connection ended in the middle."""
    SLOW = "slow"
    """It took longer than it may."""
    TOO_LARGE = "too_large"
    BROKEN = "broken"
    """What came is not HTTP or not a WebSocket."""


class HttpError(Exception):
    """No answer, by ``reason``; ``detail`` is for logs and people."""

    def __init__(self, reason: HttpReason, detail: str = "") -> None:
        super().__init__(f"{reason.value}: {detail}" if detail else reason.value)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back, whole."""

    status: int
    body: bytes

    @property
    def text(self) -> str:
        """The first words of the body, fit for a log or a comparison."""
        return self.body[:200].decode("utf-8", "replace").strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file in a form."""

    name: str
    media_type: str
    data: bytes


class HttpPoint:
    """One box or server at ``base``, a URL without a slash at its end.

    No request takes longer than ``answer_s`` seconds, however slowly its bytes drip.
    """

    def __init__(self, base: str, *, answer_s: float = 20.0) -> None:
        self._base = base
        self._answer_s = answer_s
        self._tls: ssl.SSLContext | None = None

    async def get(self, path: str, query: Mapping[str, str] | None = None) -> Answer:
        """Ask for ``path``. Raises ``HttpError``."""
        return await self._asked("GET", path, params=dict(query or {}))

    async def post_form(
        self, path: str, fields: Mapping[str, str], file: tuple[str, File] | None = None
    ) -> Answer:
        """Send a form, its fields in order and its file last. Raises ``HttpError``."""
        if file is None:
            return await self._asked("POST", path, data=dict(fields))
        named, one = file
        files = {named: (one.name, one.data, one.media_type)}
        return await self._asked("POST", path, data=dict(fields), files=files)

    async def put_json(self, path: str, value: Mapping[str, object]) -> Answer:
        """Send a JSON object. Raises ``HttpError``."""
        content = json.dumps(value, separators=(",", ":")).encode()
        headers = {"Content-Type": "application/json"}
        return await self._asked("PUT", path, content=content, headers=headers)

    @asynccontextmanager
    async def events(self, path: str) -> AsyncIterator[Events]:
        """A WebSocket at ``path``, open inside the block. Raises ``HttpError``."""
        address = f"ws{self._base.removeprefix('http')}{path}"
        try:
            async with asyncio.timeout(self._answer_s):
                tls = await self._security()
                socket = await _NowhereElse(
                    address,
                    ssl=tls,
                    max_size=LARGEST_EVENT,
                    max_queue=64,
                    close_timeout=1.0,
                    compression=None,
                    proxy=None,
                )
        except TimeoutError as error:
            raise HttpError(HttpReason.SLOW, address) from error
        except OSError as error:
            raise HttpError(HttpReason.UNREACHABLE, f"{address}: {error}") from error
        except WebSocketException as error:
            raise HttpError(HttpReason.BROKEN, f"{address}: {error}") from error
        try:
            yield Events(socket)
        finally:
            await socket.close()

    async def _security(self) -> ssl.SSLContext | None:
        """What an https address is checked with; made once, off the loop, for it reads files."""
        if self._tls is None and self._base.startswith("https:"):
            self._tls = await asyncio.to_thread(ssl.create_default_context)
        return self._tls

    async def _asked(self, method: str, path: str, **sent: object) -> Answer:
        url = f"{self._base}{path}"
        tls = await self._security()
        try:
            async with (
                asyncio.timeout(self._answer_s),
                httpx.AsyncClient(
                    verify=False if tls is None else tls,
                    timeout=self._answer_s,
                    follow_redirects=False,
                    trust_env=False,
                    headers={"Accept-Encoding": "identity"},
                ) as client,
                client.stream(method, url, **sent) as answer,  # type: ignore[arg-type]
            ):
                return Answer(status=answer.status_code, body=await _body(answer, url))
        except TimeoutError as error:
            raise HttpError(HttpReason.SLOW, url) from error
        except httpx.ConnectError as error:
            raise HttpError(HttpReason.UNREACHABLE, f"{url}: {error}") from error
        except (httpx.NetworkError, httpx.RemoteProtocolError) as error:
            raise HttpError(HttpReason.CUT, f"{url}: {error}") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise HttpError(HttpReason.BROKEN, f"{url}: {error}") from error


class _NowhereElse(connect):
    """Connects to its address alone: an access point cannot send us to another."""

    @override
    def process_redirect(self, exc: Exception) -> Exception | str:
        """No redirect is followed."""
        return exc


class Events:
    """The messages of one open WebSocket."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket

    async def next(self, within_s: float) -> str | None:
        """The next message; None when none came in time, or one that is no text.

        Raises ``HttpError`` when the connection ended.
        """
        try:
            async with asyncio.timeout(within_s):
                message = await self._socket.recv()
        except TimeoutError:
            return None
        except WebSocketException as error:
            raise HttpError(HttpReason.CUT, str(error)) from error
        return message if isinstance(message, str) else None


async def _body(answer: httpx.Response, url: str) -> bytes:
    gathered = bytearray()
    # Raw: nothing is unpacked, so nothing grows.
    async for chunk in answer.aiter_raw():
        gathered += chunk
        if len(gathered) > LARGEST_ANSWER:
            raise HttpError(HttpReason.TOO_LARGE, f"{url}: more than {LARGEST_ANSWER} bytes")
    return bytes(gathered)
