"""An address that is asked for the catalogue again and again, and sends it when it changed (ETag).

The first level of a central side: a file that somebody puts on a web server.
"""

from __future__ import annotations

import asyncio
import hashlib
import random
from dataclasses import dataclass
from typing import NoReturn

import httpx
import structlog

from gateway.clock import Clock
from gateway.domain.retrying import Backoff
from gateway.feed.sources import csv_table
from gateway.feed.sources.taking import BusyError, Taker
from gateway.settings import Settings
from gateway.store import fetched
from gateway.store.database import Database
from gateway.store.fetched import Fetched

_FETCH_S = 300.0
_SLOWEST_S = 3_600.0
_LONGEST_HEADER = 500

log = structlog.get_logger("files")


class FetchError(Exception):
    """The address did not give the file; the message says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """A file, and how the server names its version."""

    data: bytes
    etag: str | None
    modified: str | None


class Address:
    """Fetches one address for ever."""

    name = "fetch-catalogue"

    def __init__(
        self,
        url: str,
        database: Database,
        settings: Settings,
        clock: Clock,
        *,
        rng: random.Random | None = None,
    ) -> None:
        self._url = url
        self._every_s = settings.files.every_s
        self._backoff = Backoff(first_s=2 * self._every_s, max_s=max(self._every_s, _SLOWEST_S))
        self._database = database
        self._taker = Taker(database, settings, clock, "address")
        self._rng = rng or random.Random()  # noqa: S311 - spreads requests, hides nothing
        self._known: Fetched | None = None
        self._failures = 0
        self._trouble: str | None = None

    async def run(self) -> NoReturn:
        """Fetch, wait, fetch."""
        self._known = await self._database.read(
            lambda connection: fetched.get(connection, self._url)
        )
        while True:
            try:
                await self._once()
            except (FetchError, BusyError) as error:
                self._failures += 1
                self._say_trouble(str(error))
            else:
                if self._trouble is not None:
                    log.info("the address answers again", url=self._url)
                self._failures, self._trouble = 0, None
            await asyncio.sleep(self._wait())

    def _wait(self) -> float:
        if not self._failures:
            return self._every_s
        return self._backoff.wait(self._failures, self._rng).total_seconds()

    async def _once(self) -> None:
        answer = await self._fetch()
        if answer is None:
            return
        sha256 = hashlib.sha256(answer.data).hexdigest()
        news = Fetched(etag=answer.etag, modified=answer.modified, sha256=sha256)
        if self._known is None or self._known.sha256 != sha256:
            verdict = await self._taker.take(answer.data, self._url)
            if not verdict.taken:
                # Not written down: after a restart, or new settings, it may be of use.
                self._known = news
                return
        self._known = news
        await self._database.write_patiently(
            lambda connection: fetched.put(connection, self._url, news)
        )

    async def _fetch(self) -> _Answer | None:
        """What the address holds now; None when it is what we know. Raises ``FetchError``."""
        headers = {"Accept": "text/csv, text/plain;q=0.9, */*;q=0.1"}
        if self._known is not None and self._known.etag:
            headers["If-None-Match"] = self._known.etag
        elif self._known is not None and self._known.modified:
            headers["If-Modified-Since"] = self._known.modified
        try:
            async with (
                asyncio.timeout(_FETCH_S),
                httpx.AsyncClient(timeout=30.0, follow_redirects=False) as client,
                client.stream("GET", self._url, headers=headers) as answer,
            ):
                if answer.status_code == httpx.codes.NOT_MODIFIED and self._known is not None:
                    return None
                return await _received(answer)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, OSError) as error:
            raise FetchError(f"cannot be fetched: {str(error) or 'took too long'}") from error

    def _say_trouble(self, why: str) -> None:
        if why != self._trouble:
            log.warning("the catalogue's address is in trouble", url=self._url, why=why)
        self._trouble = why


async def _received(answer: httpx.Response) -> _Answer:
    if answer.is_redirect:
        raise FetchError(
            f"answers with {answer.status_code} and another address "
            f"({answer.headers.get('location', '')[:200]}); write that one under [files] url"
        )
    if answer.status_code != httpx.codes.OK:
        raise FetchError(f"answers with {answer.status_code}")
    data = bytearray()
    async for chunk in answer.aiter_bytes():
        data += chunk
        if len(data) > csv_table.MAX_BYTES:
            most = csv_table.MAX_BYTES // 2**20
            raise FetchError(f"sends more than {most} MiB; offer a smaller file there")
    return _Answer(
        data=bytes(data),
        etag=_sent_back(answer, "etag"),
        modified=_sent_back(answer, "last-modified"),
    )


def _sent_back(answer: httpx.Response, header: str) -> str | None:
    """A header that we say again with the next request; None where it cannot be said."""
    value = answer.headers.get(header, "")
    return value if 0 < len(value) <= _LONGEST_HEADER and value.isascii() else None
