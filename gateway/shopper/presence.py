"""Whether who asks is in the shop, and what one phone has asked already; only in memory.

A phone on the shop's own network is in the shop. Any other knows today's code from the entrance.
A proxy on the way hides where a phone is, so behind one everybody types the code.
"""

from __future__ import annotations

import hashlib
import secrets
from collections import OrderedDict, deque
from typing import Final

from starlette.requests import Request

from gateway.clock import Clock
from gateway.web.phone_tries import Way, way_of

_FORWARDED: Final = ("forwarded", "x-forwarded-for", "x-real-ip", "via", "cf-connecting-ip")
_MOST_PHONES: Final = 2_000
_WINDOW_S: Final = 600.0
WRONG_BY_ONE: Final = 6
"""Wrong codes from one address in ten minutes; who types too fast waits."""
WRONG_BY_ALL: Final = 200
ASKED_BY_ONE: Final = 10
"""Requests from one address in ten minutes."""


def is_in_shop(request: Request) -> bool:
    """Whether the request came straight from the shop's own network."""
    if any(name in request.headers for name in _FORWARDED):
        return False
    return way_of(request.client.host if request.client else None) is Way.SHOP


class Phones:
    """What phones have asked lately; forgotten with the process, and never written anywhere."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._salt = secrets.token_bytes(16)
        self._asked: OrderedDict[bytes, str] = OrderedDict()
        self._times: OrderedDict[bytes, deque[float]] = OrderedDict()

    def asked(self, request: Request, product: str) -> str | None:
        """The key of what this phone asked of the product last."""
        phone = self._phone(request, product)
        return None if phone is None else self._asked.get(phone)

    def note(self, request: Request, product: str, key: str) -> None:
        """Remember what this phone asked."""
        phone = self._phone(request, product)
        if phone is not None:
            self._asked[phone] = key
            while len(self._asked) > _MOST_PHONES:
                self._asked.popitem(last=False)

    def may_try(self, request: Request) -> bool:
        """Whether another code may be typed."""
        return self._lately(b"wrong", request) < WRONG_BY_ONE and (
            self._count(b"wrong by all") < WRONG_BY_ALL
        )

    def tried(self, request: Request) -> None:
        """A wrong code was typed."""
        self._add(b"wrong", request)
        self._note_time(b"wrong by all")

    def may_ask(self, request: Request) -> bool:
        """Whether this address may ask for more."""
        return self._lately(b"asked", request) < ASKED_BY_ONE

    def has_asked(self, request: Request) -> None:
        """Something was asked from this address."""
        self._add(b"asked", request)

    def _phone(self, request: Request, product: str) -> bytes | None:
        """What tells this phone from others; None behind a proxy, where nothing does."""
        host = self._host(request)
        if host is None:
            return None
        browser = request.headers.get("user-agent", "")[:500]
        return self._hash("phone", host, browser, product)

    def _host(self, request: Request) -> str | None:
        host = request.client.host if request.client else None
        hidden = any(name in request.headers for name in _FORWARDED)
        return None if hidden or way_of(host) is Way.PROXY else host

    def _lately(self, what: bytes, request: Request) -> int:
        host = self._host(request)
        return 0 if host is None else self._count(what + self._hash(host))

    def _add(self, what: bytes, request: Request) -> None:
        host = self._host(request)
        if host is not None:
            self._note_time(what + self._hash(host))

    def _count(self, key: bytes) -> int:
        times = self._times.get(key)
        if times is None:
            return 0
        since = self._clock.monotonic() - _WINDOW_S
        while times and times[0] <= since:
            times.popleft()
        return len(times)

    def _note_time(self, key: bytes) -> None:
        times = self._times.setdefault(key, deque(maxlen=WRONG_BY_ALL))
        times.append(self._clock.monotonic())
        self._times.move_to_end(key)
        while len(self._times) > _MOST_PHONES:
            self._times.popitem(last=False)

    def _hash(self, *parts: str) -> bytes:
        return hashlib.blake2b("\n".join(parts).encode(), key=self._salt, digest_size=16).digest()
