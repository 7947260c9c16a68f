"""Pictures that labels fetch over HTTP, each at an address that nobody can guess.

A driver offers them, whoever serves HTTP hands them out. A label has one offer at most.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from typing import Final

from device_drivers.api.drivers import Picture

PATH: Final = "/label-pictures/"
"""What the paths begin with; the rest is the offer's secret."""
MOST_BYTES: Final = 64 * 1024 * 1024
"""Of all pictures on offer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Offer:
    secret: str
    picture: Picture


class Offers:
    """What can be fetched now, at ``base`` (a URL without a slash at its end).

    At ``most_bytes`` the oldest offers go first: their labels find nothing and are served again.
    """

    def __init__(self, base: str, *, most_bytes: int = MOST_BYTES) -> None:
        self._base = base
        self._most = most_bytes
        self._bytes = 0
        self._offers: dict[str, _Offer] = {}
        self._labels: dict[bytes, str] = {}

    def offer(self, label: str, picture: Picture) -> str:
        """Offer the picture to the label, instead of what it was offered before; gives its URL.

        The same picture again keeps its URL.
        """
        known = self._offers.get(label)
        secret = secrets.token_urlsafe(24)
        if known is not None and known.picture == picture:
            secret = known.secret
        self.withdraw(label)
        while self._offers and self._bytes + len(picture.data) > self._most:
            self.withdraw(next(iter(self._offers)))
        self._offers[label] = _Offer(secret=secret, picture=picture)
        self._labels[_hidden(secret)] = label
        self._bytes += len(picture.data)
        return f"{self._base}{PATH}{secret}"

    def withdraw(self, label: str) -> bool:
        """The label fetches nothing any more; says whether there was something."""
        offer = self._offers.pop(label, None)
        if offer is None:
            return False
        del self._labels[_hidden(offer.secret)]
        self._bytes -= len(offer.picture.data)
        return True

    def find(self, secret: str) -> Picture | None:
        """What is offered at the address that ends so; None for any other, and when it is over."""
        label = self._labels.get(_hidden(secret))
        return None if label is None else self._offers[label].picture


def _hidden(secret: str) -> bytes:
    """Looked up by a hash, so that the time it takes tells nothing about those there are."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).digest()
