"""Finished pages, kept until the data behind them change; a pure ASGI layer.

A page says what it was made of (``note``): the keys of its rows, and until when its prices hold.
It is kept for a few seconds at most, and forgotten as soon as one of its keys changes. A page
whose data changed while it was being made is sent but not kept: nobody can tell which of the two
it shows.
"""

from __future__ import annotations

import gzip
import hashlib
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import datetime

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.clock import Clock

LIFETIME_S = 30.0
MAX_BYTES = 32 * 2**20
_SMALLEST_COMPRESSED = 500
_CHANGES_REMEMBERED = 1_000
_NOTES = "gateway.cache"

Key = Callable[[Scope], Hashable | None]
"""What makes two requests ask for the same page; None: not for the cache."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What a page was made of, and until which instant (or for how long at most) it holds."""

    tags: frozenset[str]
    until: datetime | None = None
    lifetime_s: float = LIFETIME_S


def note(scope: Scope, what: Note) -> None:
    """Say that the answer to this request may be kept; nothing happens without a cache."""
    notes = scope.get(_NOTES)
    if notes is not None:
        notes.append(what)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes
    compressed: bytes | None
    etag: str
    note: Note
    dies: float

    @property
    def size(self) -> int:
        return len(self.body) + len(self.compressed or b"")


class PageCache:
    """Keeps at most ``MAX_BYTES`` of pages, the least used go first; for one event loop."""

    def __init__(self, app: ASGIApp, *, key: Key, clock: Clock, max_bytes: int = MAX_BYTES) -> None:
        self._app = app
        self._key = key
        self._clock = clock
        self._max_bytes = max_bytes
        self._bytes = 0
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()
        self._by_tag: dict[str, set[Hashable]] = {}
        self._generation = 0
        self._changed: deque[frozenset[str] | None] = deque(maxlen=_CHANGES_REMEMBERED)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        key = self._key(scope) if scope["type"] == "http" and scope["method"] == "GET" else None
        if key is None:
            await self._app(scope, receive, send)
            return
        kept = self._fresh(key)
        if kept is None:
            kept = await self._made(key, scope, receive, send)
        if kept is not None:
            await _answer(kept, scope, receive, send)

    def forget(self, tags: frozenset[str] | None) -> None:
        """Drop the pages made of any of these; None drops all."""
        self._generation += 1
        self._changed.append(tags)
        if tags is None:
            self._kept.clear()
            self._by_tag.clear()
            self._bytes = 0
            return
        for tag in tags:
            for key in tuple(self._by_tag.get(tag, ())):
                self._drop(key)

    async def _made(
        self, key: Hashable, scope: Scope, receive: Receive, send: Send
    ) -> _Kept | None:
        """Have the app answer; None when it did so by itself because nothing may be kept."""
        began = self._generation
        notes: list[Note] = []
        held: list[Message] = []

        async def collect(message: Message) -> None:
            # The note comes before the answer, so the first message decides.
            if held or (notes and message.get("status") == 200):
                held.append(message)
            else:
                await send(message)

        await self._app({**scope, _NOTES: notes}, receive, collect)
        if not held:
            return None
        kept = self._keep(notes[0], held)
        if self._unchanged_since(began, notes[0].tags):
            self._store(key, kept)
        return kept

    def _keep(self, note: Note, messages: list[Message]) -> _Kept:
        body = b"".join(message.get("body", b"") for message in messages[1:])
        headers = MutableHeaders(raw=list(messages[0]["headers"]))
        etag = f'W/"{hashlib.sha256(body).hexdigest()[:20]}"'
        headers["etag"] = etag
        headers.add_vary_header("Accept-Encoding")
        del headers["content-length"]
        return _Kept(
            headers=tuple(headers.raw),
            body=body,
            compressed=gzip.compress(body, 6, mtime=0)
            if len(body) >= _SMALLEST_COMPRESSED
            else None,
            etag=etag,
            note=note,
            dies=self._clock.monotonic() + min(note.lifetime_s, LIFETIME_S),
        )

    def _unchanged_since(self, began: int, tags: frozenset[str]) -> bool:
        missed = self._generation - began
        if missed > len(self._changed):
            return False
        latest: Iterable[frozenset[str] | None] = list(self._changed)[-missed:] if missed else ()
        return all(changed is not None and not changed & tags for changed in latest)

    def _fresh(self, key: Hashable) -> _Kept | None:
        kept = self._kept.get(key)
        if kept is None:
            return None
        until = kept.note.until
        if self._clock.monotonic() >= kept.dies or (
            until is not None and self._clock.known() >= until
        ):
            self._drop(key)
            return None
        self._kept.move_to_end(key)
        return kept

    def _store(self, key: Hashable, kept: _Kept) -> None:
        self._drop(key)
        if kept.size > self._max_bytes:
            return
        self._kept[key] = kept
        self._bytes += kept.size
        for tag in kept.note.tags:
            self._by_tag.setdefault(tag, set()).add(key)
        while self._bytes > self._max_bytes:
            self._drop(next(iter(self._kept)))

    def _drop(self, key: Hashable) -> None:
        kept = self._kept.pop(key, None)
        if kept is None:
            return
        self._bytes -= kept.size
        for tag in kept.note.tags:
            keys = self._by_tag[tag]
            keys.discard(key)
            if not keys:
                del self._by_tag[tag]


async def _answer(kept: _Kept, scope: Scope, receive: Receive, send: Send) -> None:
    asked = Headers(scope=scope)
    if _matches(asked.get("if-none-match", ""), kept.etag):
        response = Response(status_code=304)
        response.raw_headers = [pair for pair in kept.headers if pair[0].lower() != b"content-type"]
        await response(scope, receive, send)
        return
    body, headers = kept.body, list(kept.headers)
    if kept.compressed is not None and "gzip" in asked.get("accept-encoding", ""):
        body = kept.compressed
        headers.append((b"content-encoding", b"gzip"))
    headers.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _matches(if_none_match: str, etag: str) -> bool:
    """Weak comparison (RFC 9110 13.1.2)."""
    asked = {part.strip().removeprefix("W/") for part in if_none_match.split(",")}
    return "*" in asked or etag.removeprefix("W/") in asked
