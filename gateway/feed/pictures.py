"""Pictures of articles: fetched in the background from allowed hosts, made small, kept on disk.

One at a time, so that labels and pages never wait behind photographs. What cannot be had is tried
again later and later, and said once for each host.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import random
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import NoReturn
from urllib.parse import urlsplit

import httpx
import structlog

from gateway.clock import Clock, to_ms
from gateway.domain.retrying import Backoff
from gateway.feed.picture_hosts import NotPublicError, PictureHosts
from gateway.render.pool import RenderFailedError, RenderPool
from gateway.settings import Settings
from gateway.store import picture_files, pictures
from gateway.store.changes import Subscription
from gateway.store.database import Connection, Database
from gateway.store.picture_files import PictureFiles
from gateway.store.pictures import Kept, Wanted

MAX_BYTES = 5 * 2**20
_FETCH_S = 30.0
_CONNECT_S = 10.0
_SWEEP = timedelta(hours=24)
_BATCH = 50
_PORTION = 200
_MOST_NEEDED = 1_000
_PAUSE_S = 60.0
_PACE_S = 0.25
"""Between two looks at what changed: prices change far more often than pictures."""
_PASSING = Backoff(first_s=60.0, max_s=86_400.0)
_LASTING = Backoff(first_s=21_600.0, max_s=7 * 86_400.0)

log = structlog.get_logger("pictures")


class FetchError(Exception):
    """The picture cannot be had; ``lasting`` when asking again soon will not help."""

    def __init__(self, why: str, *, lasting: bool) -> None:
        super().__init__(why)
        self.lasting = lasting


class Pictures:
    """Keeps the pictures of all articles in force; one per gateway."""

    name = "pictures"

    def __init__(
        self,
        database: Database,
        pool: RenderPool,
        clock: Clock,
        settings: Settings,
        *,
        rng: random.Random | None = None,
    ) -> None:
        self._database = database
        self._pool = pool
        folder = settings.data.folder / picture_files.FOLDER
        self._files = PictureFiles(folder, settings.pictures.max_bytes)
        self._clock = clock
        self._hosts = PictureHosts(settings)
        self._rng = rng or random.Random()  # noqa: S311 - spreads requests, hides nothing
        self._changes = database.changes.subscribe("catalogue")
        self._needed: dict[str, None] = {}
        self._news = asyncio.Event()
        self._troubled: set[str] = set()
        self._paused: dict[str, float] = {}

    def need(self, url: str) -> None:
        """Somebody looks at a page whose picture is not here: fetch it, whatever must go for it."""
        if len(self._needed) < _MOST_NEEDED and self._hosts.has(url):
            self._needed[url] = None
            self._news.set()

    def large(self, sha256: str) -> bytes | None:
        """The larger form of a picture as WebP; None when it is not here. Blocks."""
        return self._files.large(sha256)

    async def run(self) -> NoReturn:
        """Follow the catalogue and fetch, for ever."""
        await asyncio.to_thread(self._files.open)
        await self._sweep()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._follow(self._changes), name="pictures-wanted")
            group.create_task(self._fetch_due(), name="pictures-fetch")
        raise AssertionError("a task of the pictures ended")

    async def _follow(self, changes: Subscription) -> NoReturn:
        swept = self._clock.monotonic()
        while True:
            changed = await changes.next()
            keys = None if changed is None else [change.key for change in changed]
            if await self._want(keys) or keys is None:
                self._news.set()
            if self._clock.monotonic() - swept > _SWEEP.total_seconds():
                swept = self._clock.monotonic()
                await self._sweep()
                self._news.set()
            await asyncio.sleep(_PACE_S)

    async def _want(self, keys: Iterable[str] | None) -> bool:
        """Note what the rows under these keys name now; whether that was anything new."""
        look = partial(pictures.changed_uses, keys=keys, allowed=self._hosts.has)
        uses = await self._database.read(look)
        for start in range(0, len(uses), _PORTION):
            portion, now = uses[start : start + _PORTION], self._clock.now()
            await self._database.write_patiently(partial(pictures.use, uses=portion, now=now))
        return bool(uses)

    async def _sweep(self) -> None:
        """Compare all of it: rows, addresses and files."""
        await self._want(None)
        await self._database.write_patiently(pictures.forget_unused)
        kept = await self._database.read(pictures.hashes)
        await asyncio.to_thread(self._files.keep_only, kept)
        missing = await asyncio.to_thread(self._files.missing, kept)
        await self._database.write_patiently(partial(pictures.gone, sha256s=missing))

    async def _fetch_due(self) -> NoReturn:
        while True:
            self._news.clear()
            needed, self._needed = list(self._needed), {}
            now = self._clock.now()
            if needed:
                need = partial(pictures.need, urls=needed, now=now)
                await self._database.write_patiently(need)
            due = await self._database.read(partial(pictures.due, now=now, limit=_BATCH))
            for wanted in due:
                await self._get(wanted, needed=wanted.url in needed)
            if not due:
                await self._wait()

    async def _wait(self) -> None:
        """Until something is due, or there is news."""
        earliest = await self._database.read(pictures.next_due)
        wait = None
        if earliest is not None:
            wait = max(0.0, (earliest - to_ms(self._clock.now())) / 1000)
        try:
            async with asyncio.timeout(wait):
                await self._news.wait()
        except TimeoutError:
            return

    async def _get(self, wanted: Wanted, *, needed: bool) -> None:
        host = urlsplit(wanted.url).netloc
        try:
            if self._paused.get(host, 0.0) > self._clock.monotonic():
                raise FetchError("its host does not answer", lasting=False)  # noqa: TRY301 - as one failed
            data = await self._fetch(wanted)
            picture = await self._keep(data, needed=needed)
        except FetchError as error:
            await self._failed(wanted, host, error)
            return
        if picture is None:
            await self._database.write_patiently(
                partial(pictures.fail, url=wanted.url, reason="no room", again=None)
            )
            return
        self._troubled.discard(host)
        self._paused.pop(host, None)
        await self._database.write_patiently(partial(pictures.put, url=wanted.url, picture=picture))

    async def _fetch(self, wanted: Wanted) -> bytes:
        if not self._hosts.has(wanted.url):
            raise FetchError("its host is not among [pictures] hosts", lasting=True)
        try:
            async with asyncio.timeout(_FETCH_S):
                data = await self._ask(wanted.url)
        except NotPublicError as error:
            raise FetchError(str(error), lasting=True) from error
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, OSError) as error:
            why = f"cannot be fetched: {str(error) or 'took too long'}"
            raise FetchError(why, lasting=False) from error
        if wanted.sha256 and hashlib.sha256(data).hexdigest() != wanted.sha256:
            raise FetchError("is not the picture that its row names (SHA-256)", lasting=True)
        return data

    async def _ask(self, url: str) -> bytes:
        """What is at ``url``, from the first of its host's addresses that can be reached."""
        *others, last = await self._hosts.addresses(url)
        timeout = httpx.Timeout(_FETCH_S, connect=_CONNECT_S)
        async with httpx.AsyncClient(timeout=timeout, follow_redirects=False) as client:
            for address in others:
                with contextlib.suppress(httpx.ConnectError, httpx.ConnectTimeout):
                    return await _received(client, url, address)
            return await _received(client, url, last)

    async def _keep(self, data: bytes, *, needed: bool) -> Kept | None:
        """Make it small and write it; None when there is no room and nobody needs it."""
        sha256 = hashlib.sha256(data).hexdigest()
        try:
            shrunk = await self._pool.shrink(data)
        except RenderFailedError as error:
            raise FetchError(str(error), lasting=True) from error
        size = len(shrunk.large) + len(shrunk.small)
        if not self._files.has_room(size):
            if not needed:
                return None
            gone = await asyncio.to_thread(self._files.make_room, size)
            await self._database.write_patiently(partial(pictures.gone, sha256s=gone))
        try:
            await asyncio.to_thread(self._files.put, sha256, shrunk.large, shrunk.small)
        except OSError as error:
            raise FetchError(f"cannot be written: {error.strerror}", lasting=False) from error
        return Kept(sha256=sha256, width=shrunk.width, height=shrunk.height)

    async def _failed(self, wanted: Wanted, host: str, error: FetchError) -> None:
        if host not in self._troubled:
            self._troubled.add(host)
            log.warning(
                "picture cannot be had; more of its host are not told",
                url=wanted.url[:300],
                why=str(error),
            )
        if not error.lasting:
            # One silent host must not keep the others' pictures waiting.
            now = self._clock.monotonic()
            if self._paused.get(host, 0.0) <= now:
                self._paused[host] = now + _PAUSE_S
        backoff = _LASTING if error.lasting else _PASSING
        again = self._clock.now() + backoff.wait(wanted.attempts + 1, self._rng)

        def fail(connection: Connection, again: datetime = again) -> None:
            pictures.fail(connection, wanted.url, str(error), again)

        await self._database.write_patiently(fail)


async def _received(client: httpx.AsyncClient, url: str, address: str) -> bytes:
    named = httpx.URL(url)
    headers = {"Host": named.netloc.decode("ascii"), "Accept": "image/*"}
    data = bytearray()
    async with client.stream(
        "GET",
        named.copy_with(host=address),
        headers=headers,
        extensions={"sni_hostname": named.host},
    ) as answer:
        if answer.status_code != httpx.codes.OK:
            lasting = answer.status_code < httpx.codes.INTERNAL_SERVER_ERROR
            raise FetchError(f"answers with {answer.status_code}", lasting=lasting)
        async for chunk in answer.aiter_bytes():
            data += chunk
            if len(data) > MAX_BYTES:
                raise FetchError(f"is larger than {MAX_BYTES // 2**20} MiB", lasting=True)
    return bytes(data)
