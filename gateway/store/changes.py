"""Which keys changed, told after each commit to whoever subscribed.

Calls are hints: they are coalesced, bounded and lost with the process. Whoever needs certainty
finds its work in its own table.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import NamedTuple

MAX_WAITING = 10_000
"""Changes held for one slow subscriber; beyond it the subscriber is told that anything changed."""


class Change(NamedTuple):
    """A row of ``table`` was written; ``key`` is its key."""

    table: str
    key: str


class Subscription:
    """The changes of some tables since the last look."""

    def __init__(self, tables: frozenset[str]) -> None:
        self._tables = tables
        self._waiting: set[Change] = set()
        self._anything = False
        self._arrived = asyncio.Event()

    async def next(self) -> frozenset[Change] | None:
        """Wait for changes and take them; None means that anything may have changed."""
        await self._arrived.wait()
        self._arrived.clear()
        taken, anything = frozenset(self._waiting), self._anything
        self._waiting.clear()
        self._anything = False
        return None if anything else taken

    def tell(self, changes: Mapping[str, AbstractSet[Change]]) -> None:
        """Add what concerns this subscriber of the changes by table."""
        concerned = [told for table, told in changes.items() if table in self._tables]
        if not concerned:
            return
        self._waiting.update(*concerned)
        if len(self._waiting) > MAX_WAITING:
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

    def publish(self, changes: Iterable[Change]) -> None:
        """Tell everybody concerned."""
        by_table: dict[str, set[Change]] = {}
        for change in changes:
            by_table.setdefault(change.table, set()).add(change)
        for subscription in self._subscriptions:
            subscription.tell(by_table)

    def publish_anything(self) -> None:
        """Tell everybody that anything may have changed."""
        for subscription in self._subscriptions:
            subscription.tell_anything()
