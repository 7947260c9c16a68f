"""Talks to Shopify: a token for each day, one question at a time, at the pace it allows.

The token comes from the client credentials grant
(https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens) and lives 24 hours.
Neither it nor the secret is ever put into an error or a log.
"""

from __future__ import annotations

import asyncio
import email.utils
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

import httpx

from gateway.clock import Clock
from gateway.errors import AnaquelError
from gateway.feed.sources.shopify.pacing import Pace
from gateway.feed.sources.shopify.queries import Question
from gateway.settings import Shopify

MAX_ANSWER = 16 * 2**20
MAX_FILE = 1024 * 2**20
SCOPES = ("read_products", "read_inventory", "read_locations")
_TRIES = 6
_RENEW_BEFORE_S = 600.0
_MAX_SECRET = 4_096
_CHUNK = 256 * 1024

Sleep = Callable[[float], Awaitable[object]]


class Reason(Enum):
    """Why Shopify cannot be read now."""

    AWAY = "away"
    REFUSED = "refused"
    UNREADABLE = "unreadable"


class ShopifyError(Exception):
    """Shopify cannot be read now; the message says why and, where a person can mend it, how."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class SecretError(AnaquelError):
    """The client secret cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The ``data`` of an answer, and Shopify's own time of it."""

    data: Any
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class _Token:
    text: str
    until: float


class _ExpiredError(Exception):
    pass


class _ThrottledError(Exception):
    pass


def read_secrets(settings: Shopify) -> tuple[str, ...]:
    """The client secrets, the one in use first. Raises ``SecretError``; blocks."""
    path = settings.client_secret_file or Path()
    try:
        with path.open("rb") as file:
            text = file.read(_MAX_SECRET + 1).decode("ascii")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not plain text"
        raise SecretError(
            f"[shopify] client_secret_file {path}: cannot be read: {why}; put the app's client "
            "secret on its first line"
        ) from error
    secrets = tuple(line.strip() for line in text.splitlines() if line.strip())
    if not secrets or len(text) > _MAX_SECRET:
        raise SecretError(
            f"[shopify] client_secret_file {path}: holds no secret; put the app's client secret "
            "on its first line"
        )
    return secrets


class Client:
    """One conversation with one shop's Shopify. Use as an async context."""

    def __init__(
        self, settings: Shopify, secret: str, clock: Clock, *, sleep: Sleep = asyncio.sleep
    ) -> None:
        self.pace = Pace()
        self.sleep = sleep
        self.served_version = ""
        self.deprecated = ""
        self._settings = settings
        self._secret = secret
        self._clock = clock
        self._token: _Token | None = None
        self._turn = asyncio.Lock()
        self._http = httpx.AsyncClient(timeout=settings.answer_s, follow_redirects=False)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def ask(self, question: Question) -> Answer:
        """The answer to one question. Raises ``ShopifyError``."""
        async with self._turn:
            renewed = False
            for _ in range(_TRIES):
                now = self._clock.monotonic()
                if wait := self.pace.wait_s(question.name, now):
                    await self.sleep(wait)
                token = await self._valid_token()
                try:
                    return await self._answer(question, token)
                except _ThrottledError:
                    # Its answer said how full the bucket is: the next turn waits that long.
                    await self.sleep(1.0)
                except _ExpiredError as error:
                    self._token = None
                    if renewed:
                        raise _refused("it does not accept the token it just gave") from error
                    renewed = True
        raise _away(f"it has no room for the question about {question.name}")

    async def download(self, url: str, target: Path, size: int | None) -> None:
        """Save the file of a whole reading, of ``size`` bytes if known. Raises ``ShopifyError``."""
        if not url.startswith("https://") and urlsplit(url).hostname != "127.0.0.1":
            raise _unreadable("its file is at an address that is not https")
        saved = 0
        try:
            async with self._http.stream("GET", url) as answer:
                if answer.status_code != httpx.codes.OK:
                    raise _away(f"its file answered {answer.status_code}")
                with await asyncio.to_thread(target.open, "wb") as file:
                    async for chunk in answer.aiter_bytes(_CHUNK):
                        saved += len(chunk)
                        if saved > MAX_FILE:
                            raise _unreadable(f"its file is larger than {MAX_FILE:,} bytes")
                        await asyncio.to_thread(file.write, chunk)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise _away(_named(error)) from error
        if size is not None and saved != size:
            raise _away(f"its file has {saved} bytes instead of {size}")

    async def _valid_token(self) -> str:
        token = self._token
        if token is None or self._clock.monotonic() >= token.until:
            token = self._token = await self._fetch_token()
        return token.text

    async def _fetch_token(self) -> _Token:
        form = {
            "grant_type": "client_credentials",
            "client_id": self._settings.client_id or "",
            "client_secret": self._secret,
        }
        status, _, body = await self._post("/admin/oauth/access_token", data=form)
        if status in {400, 401, 403, 404}:
            raise _refused(
                "it does not accept the app: check shop, client_id and client_secret_file under "
                "[shopify], and that the app is installed in the shop"
            )
        if status != httpx.codes.OK:
            raise _away(f"it answered {status} to the sign-in")
        answer = _object(body)
        text, life, scopes = (answer.get(key) for key in ("access_token", "expires_in", "scope"))
        if not isinstance(text, str) or not isinstance(life, int) or not isinstance(scopes, str):
            raise _unreadable("its answer to the sign-in has no token")
        # Who may write may read: Shopify then names the writing scope alone.
        held = set(scopes.replace("write_", "read_").replace(",", " ").split())
        if missing := [scope for scope in SCOPES if scope not in held]:
            raise _refused(
                f"the app may not read enough: give it {', '.join(missing)} and install it again"
            )
        margin = min(_RENEW_BEFORE_S, life / 10)
        return _Token(text=text, until=self._clock.monotonic() + life - margin)

    async def _answer(self, question: Question, token: str) -> Answer:
        status, headers, body = await self._post(
            f"/admin/api/{self._settings.api_version}/graphql.json",
            json={"query": question.text, "variables": dict(question.variables)},
            headers={"X-Shopify-Access-Token": token},
        )
        if status == httpx.codes.UNAUTHORIZED:
            raise _ExpiredError
        if status == httpx.codes.TOO_MANY_REQUESTS:
            raise _ThrottledError
        if status in {402, 403, 404, 423}:
            raise _refused(f"it answered {status}: the shop is closed or the app was removed")
        if status != httpx.codes.OK:
            raise _away(f"it answered {status}")
        self.served_version = headers.get("x-shopify-api-version", self.served_version)
        self.deprecated = headers.get("x-shopify-api-deprecated-reason", "")[:300]
        answer = _object(body)
        self.pace.answered(question.name, answer.get("extensions"), self._clock.monotonic())
        _raise_errors(answer.get("errors"), question)
        if "data" not in answer:
            raise _unreadable("its answer holds no data")
        return Answer(data=answer["data"], at=self._served_at(headers))

    def _served_at(self, headers: httpx.Headers) -> datetime:
        """Shopify's time, so that a wrong clock of ours loses no change."""
        try:
            return email.utils.parsedate_to_datetime(headers["date"]).astimezone(UTC)
        except (KeyError, ValueError):
            return self._clock.now()

    async def _post(self, path: str, **content: Any) -> tuple[int, httpx.Headers, bytes]:
        body = bytearray()
        try:
            async with (
                asyncio.timeout(2 * self._settings.answer_s),
                self._http.stream("POST", f"{self._settings.base}{path}", **content) as answer,
            ):
                async for chunk in answer.aiter_bytes(_CHUNK):
                    body += chunk
                    if len(body) > MAX_ANSWER:
                        raise _unreadable(f"its answer has more than {MAX_ANSWER:,} bytes")
                return answer.status_code, answer.headers, bytes(body)
        except (httpx.HTTPError, TimeoutError) as error:
            raise _away(_named(error)) from error


def _raise_errors(errors: Any, question: Question) -> None:
    if not errors:
        return
    first = errors[0] if isinstance(errors, list) else {}
    details = first.get("extensions") if isinstance(first, dict) else None
    code = details.get("code") if isinstance(details, dict) else None
    said = str(first.get("message") if isinstance(first, dict) else errors)[:200]
    match code:
        case "THROTTLED":
            raise _ThrottledError
        case "ACCESS_DENIED":
            raise _refused(f"the app may not read {question.name}: {said}")
        case "INTERNAL_SERVER_ERROR" | "TIMEOUT":
            raise _away(f"it failed at {question.name}")
        case _:
            raise _unreadable(f"it does not take the question about {question.name}: {said}")


def _object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except ValueError as error:
        raise _unreadable("its answer is not JSON") from error
    if not isinstance(value, dict):
        raise _unreadable("its answer is not a JSON object")
    return value


def _named(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:200]


def _away(why: str) -> ShopifyError:
    return ShopifyError(Reason.AWAY, f"Shopify cannot be reached: {why}")


def _refused(why: str) -> ShopifyError:
    return ShopifyError(Reason.REFUSED, f"Shopify refuses: {why}")


def _unreadable(why: str) -> ShopifyError:
    return ShopifyError(Reason.UNREADABLE, f"Shopify does not answer as it should: {why}")
