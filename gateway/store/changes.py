"""Which keys changed, told after each commit to whoever subscribed.

Calls are hints: they are coalesced, bounded and lost with the process. Whoever needs certainty
finds its work in its own table.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import NamedTuple

MAX_WAITING = 10_000
"""Changes held for one slow subscriber; beyond it the subscriber is told that anything changed."""


Noted = defaultdict[str, set[str]]
"""The changed keys by table: sets of texts, because a large write notes thousands."""


class Change(NamedTuple):
    """A row of ``table`` was written; ``key`` is its key."""

    table: str
    key: str


class Subscription:
    """The changes of some tables since the last look."""

    def __init__(self, tables: frozenset[str]) -> None:
        self._tables = tables
        self._waiting: Noted = defaultdict(set)
        self._anything = False
        self._arrived = asyncio.Event()

    async def next(self) -> frozenset[Change] | None:
        """Wait for changes and take them; None means that anything may have changed."""
        await self._arrived.wait()
        self._arrived.clear()
        waiting, anything = self._waiting, self._anything
        self._waiting = defaultdict(set)
        self._anything = False
        if anything:
            return None
        return frozenset(Change(table, key) for table, keys in waiting.items() for key in keys)

    def tell(self, changes: Mapping[str, AbstractSet[str]]) -> None:
        """Add what concerns this subscriber of the changed keys by table."""
        concerned = changes.keys() & self._tables
        if not concerned:
            return
        for table in concerned:
            self._waiting[table] |= changes[table]
        if sum(map(len, self._waiting.values())) > MAX_WAITING:
            self.tell_anything()
        self._arrived.set()

    def tell_anything(self) -> None:
        """Say that anything may have changed."""
        self._waiting.clear()
        self._anything = True
        self._arrived.set()


class Changes:
    """All subscriptions of one database; used on the event loop only."""

    def __init__(self) -> None:
        self._subscriptions: list[Subscription] = []

    def subscribe(self, *tables: str) -> Subscription:
        """Hear of changes in ``tables`` from now on; end it with ``unsubscribe``."""
        subscription = Subscription(frozenset(tables))
        self._subscriptions.append(subscription)
        return subscription

    def unsubscribe(self, subscription: Subscription) -> None:
        """Hear no more."""
        self._subscriptions.remove(subscription)

    def publish(self, changes: Mapping[str, AbstractSet[str]]) -> None:
        """Tell everybody concerned of the changed keys by table."""
        for subscription in self._subscriptions:
            subscription.tell(changes)

    def publish_anything(self) -> None:
        """Tell everybody that anything may have changed."""
        for subscription in self._subscriptions:
            subscription.tell_anything()
