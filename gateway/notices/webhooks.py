"""One attempt to hand a notice over by HTTP.

The name is looked up once and the connection made to that very address, so that what was checked
is what is reached; the certificate is still checked against the name. No proxy, no redirect, and
nothing of the answer is read but its status and when to come again.
"""

from __future__ import annotations

import asyncio
import email.utils
import ssl
from datetime import datetime
from typing import Final

import httpx

from gateway.domain import webhook_addresses, webhook_signing
from gateway.notices import judging, reaching
from gateway.notices.judging import Answer
from gateway.notices.reaching import NotSentError
from gateway.settings import Webhook
from gateway.store.notices import Notice

_ATTEMPT_S: Final = 20.0


async def send(way: Webhook, notice: Notice, at: datetime) -> Answer:
    """Try once, at ``at``; at most 20 s."""
    try:
        async with asyncio.timeout(_ATTEMPT_S):
            return await _send(way, notice, at)
    except NotSentError as error:
        return Answer(trouble=error.trouble)
    except TimeoutError:
        return Answer(trouble="no_answer")


async def _send(way: Webhook, notice: Notice, at: datetime) -> Answer:
    url, headers, tls = await asyncio.to_thread(_prepared, way, notice, at)
    host = url.raw_host.decode()
    address = await reaching.resolve(
        host,
        url.port or (443 if url.scheme == "https" else 80),
        private=way.private,
        encrypted=url.scheme == "https",
    )
    request = httpx.Request(
        "POST",
        url.copy_with(host=str(address)),
        headers=headers | {"Host": url.netloc.decode()},
        content=notice.body,
        extensions={"sni_hostname": host, "timeout": httpx.Timeout(_ATTEMPT_S).as_dict()},
    )
    try:
        async with httpx.AsyncHTTPTransport(verify=tls, trust_env=False) as transport:
            answer = await transport.handle_async_request(request)
            status, later = answer.status_code, answer.headers.get("retry-after")
            await answer.aclose()
    except httpx.ConnectError as error:
        raise NotSentError("tls" if _is_tls(error) else "no_connection") from error
    except httpx.HTTPError as error:
        raise NotSentError("no_answer") from error
    return judging.of_http(status, _seconds(later, at))


def _prepared(
    way: Webhook, notice: Notice, at: datetime
) -> tuple[httpx.URL, dict[str, str], ssl.SSLContext]:
    """Address, headers and trust, read anew each time: a corrected file counts at once."""
    given = reaching.first_line(way.url_file)
    if webhook_addresses.problem(given, private=way.private) is not None:
        raise NotSentError("address_refused")
    try:
        url = httpx.URL(given)
    except httpx.InvalidURL as error:
        raise NotSentError("address_refused") from error
    headers = {"Content-Type": "application/json", "User-Agent": "Anaquel"}
    if way.secret_file is not None:
        try:
            key = webhook_signing.key_of(reaching.first_line(way.secret_file))
        except webhook_signing.SecretError as error:
            raise NotSentError("secret_refused") from error
        headers |= webhook_signing.headers(key, notice.id, at, notice.body)
    try:
        tls = ssl.create_default_context(cafile=way.ca_file)
    except (OSError, ssl.SSLError) as error:
        raise NotSentError("file_unreadable") from error
    return url, headers, tls


def _is_tls(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False


def _seconds(later: str | None, now: datetime) -> float | None:
    """``Retry-After`` as seconds from ``now`` (RFC 9110, 10.2.3); None when it says nothing."""
    if later is None:
        return None
    if later.isascii() and later.isdecimal() and len(later) < 10:
        return float(later)
    try:
        return (email.utils.parsedate_to_datetime(later) - now).total_seconds()
    except (TypeError, ValueError):
        return None
