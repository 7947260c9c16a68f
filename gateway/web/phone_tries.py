"""Trying the address of the codes with a phone: what a phone opens is seen by who waits for it.

Only a real phone shows whether the name leads here, from mobile data and from the shop's own
network. Kept in memory and for minutes; of the phone nothing is kept but the kind of its way.
"""

from __future__ import annotations

import ipaddress
import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final

from gateway.clock import Clock

LASTS_S: Final = 600.0
MOST: Final = 20
"""Tries at a time; one more ends the oldest."""
_MOST_SEEN: Final = 10
PATH: Final = "/try"


class Way(Enum):
    """How a request came to the box."""

    SHOP = "shop"
    """Straight, from an address of a private network."""
    INTERNET = "internet"
    """Straight, from a public address."""
    PROXY = "proxy"
    """Through something on the box itself: a tunnel, or a web server before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A phone was there."""

    at: datetime
    way: Way


@dataclass(slots=True)
class _Try:
    until_s: float
    seen: tuple[Seen, ...] = ()


class PhoneTries:
    """The tries under way; used on the event loop only."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tries: dict[str, _Try] = {}

    def begin(self) -> str:
        """A new try, by the token that its address ends with."""
        self._forget()
        while len(self._tries) >= MOST:
            del self._tries[next(iter(self._tries))]
        token = secrets.token_hex(8)
        self._tries[token] = _Try(self._clock.monotonic() + LASTS_S)
        return token

    def see(self, token: str, peer: str | None) -> bool:
        """A phone opened the address of a try, from ``peer``; False when there is no such try."""
        one = self._get(token)
        if one is None:
            return False
        one.seen = (*one.seen, Seen(at=self._clock.now(), way=way_of(peer)))[-_MOST_SEEN:]
        return True

    def seen(self, token: str) -> tuple[Seen, ...] | None:
        """What was seen of a try, in order; None when it is over, or never was."""
        one = self._get(token)
        return None if one is None else one.seen

    def _get(self, token: str) -> _Try | None:
        self._forget()
        return self._tries.get(token)

    def _forget(self) -> None:
        now = self._clock.monotonic()
        self._tries = {token: one for token, one in self._tries.items() if one.until_s > now}


def way_of(peer: str | None) -> Way:
    """The way of a request that came from this address."""
    try:
        address = ipaddress.ip_address(peer or "")
    except ValueError:
        return Way.PROXY
    if address.is_loopback:
        return Way.PROXY
    return Way.SHOP if address.is_private else Way.INTERNET
