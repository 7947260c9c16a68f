"""Shopify's messages about changes: proven, and taken as a reason to look, never as the news.

https://shopify.dev/docs/apps/build/webhooks/verify-deliveries
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Iterable, Sequence

MAX_HINTS = 1_000


class UnprovenError(ValueError):
    """The message is not signed with a secret of ours."""


class Hints:
    """Articles to look at soon, and word that something changed at all. Bounded."""

    def __init__(self) -> None:
        self.news = asyncio.Event()
        self._articles: dict[str, None] = {}

    def add(self, article: str | None) -> None:
        """Something changed, in this article if it is known."""
        if article is not None and len(self._articles) < MAX_HINTS:
            self._articles[article] = None
        self.news.set()

    def take(self) -> list[str]:
        """The articles to look at; forgotten here."""
        self.news.clear()
        found = list(self._articles)
        self._articles.clear()
        return found

    def give_back(self, articles: Iterable[str]) -> None:
        """These could not be looked at; next time."""
        for article in articles:
            if len(self._articles) < MAX_HINTS:
                self._articles[article] = None


def prove(body: bytes, signature: str, secrets: Sequence[str]) -> None:
    """Check the base64 HMAC-SHA256 of the raw ``body``. Raises ``UnprovenError``.

    Each secret is tried in the same time, whatever the signature; without a secret nothing is
    proven.
    """
    try:
        given = base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        given = b""
    proven = False
    for secret in secrets:
        ours = hmac.digest(secret.encode(), body, hashlib.sha256)
        proven |= hmac.compare_digest(ours, given)
    if not proven:
        raise UnprovenError


def article_of(topic: str, body: bytes) -> str | None:
    """The article that a proven message is about; None when it is about something else."""
    if not topic.startswith("products/"):
        return None
    try:
        value = json.loads(body)
    except ValueError:
        return None
    number = value.get("id") if isinstance(value, dict) else None
    return str(number) if type(number) is int and 0 < number < 10**20 else None
