"""Tells central of prices on the shelf: the first label, all, the deadline; and those withdrawn.

Counting is done where things happen; here only what is news is looked up and told. A pause lets
what belongs together come together: a price with one label is one event, not two.
"""

from __future__ import annotations

import asyncio
import uuid
from datetime import datetime, timedelta
from typing import Final, NoReturn

from gateway.clock import Clock
from gateway.domain import price_events
from gateway.domain.events import Lane, Origin
from gateway.store import outbox, price_news, price_shown, withdrawals
from gateway.store.database import Connection, Database
from gateway.store.price_news import Showing

_TOGETHER: Final = 100
_PAUSE_S: Final = 0.25
_LONGEST_WAIT_S: Final = 60.0
_OVERDUE_S: Final = 0.5


class PriceTelling:
    """Makes the events about prices shown; one per gateway."""

    name = "price-telling"

    def __init__(
        self,
        database: Database,
        clock: Clock,
        origin: Origin,
        *,
        within_s: float,
        pause_s: float = _PAUSE_S,
    ) -> None:
        self._database = database
        self._clock = clock
        self._origin = origin
        self._within = timedelta(seconds=within_s)
        self._pause_s = pause_s

    async def run(self) -> NoReturn:
        """Tell for ever."""
        changes = self._database.changes.subscribe(price_shown.TABLE)
        while True:
            while await self.tell():
                pass
            try:
                async with asyncio.timeout(await self._until_next()):
                    await changes.next()
            except TimeoutError:
                continue
            await asyncio.sleep(self._pause_s)

    async def tell(self) -> bool:
        """Tell some of what is news, in one commit; whether there may be more."""
        now = self._clock.now()
        before = now - self._within
        # Most turns find nothing: that needs no writer.
        if not await self._database.read(lambda connection: _any_news(connection, before)):
            return False
        told = await self._database.write_patiently(
            lambda connection: _tell(connection, self._origin, before, now)
        )
        return told >= _TOGETHER

    async def _until_next(self) -> float:
        began = await self._database.read(price_news.next_late)
        if began is None:
            return _LONGEST_WAIT_S
        wait = (began + self._within - self._clock.now()).total_seconds()
        return min(max(wait, _OVERDUE_S), _LONGEST_WAIT_S)


def _any_news(connection: Connection, before: datetime) -> bool:
    return bool(withdrawals.news(connection, 1)) or bool(_news(connection, before))


def _news(connection: Connection, before: datetime) -> tuple[Showing, ...]:
    products = price_news.of_products(connection, before, _TOGETHER)
    # Of a campaign that many of its prices move no more is told than at the end of the round.
    if len(products) >= _TOGETHER:
        return products
    return (*products, *price_news.of_campaigns(connection, before))


def _tell(connection: Connection, origin: Origin, before: datetime, now: datetime) -> int:
    _tell_withdrawals(connection, origin)
    found = _news(connection, before)
    for one in found:
        news = one.news(before)
        if news is None:
            continue
        event = price_events.price_shown(
            origin,
            event_id=str(uuid.uuid4()),
            of=who(one),
            counts=counts(one),
            began=one.began or now,
            time=now,
        )
        outbox.append_or_gap(connection, Lane.KEEP, event, now)
        price_news.note_told(connection, one, news)
    return len(found)


def _tell_withdrawals(connection: Connection, origin: Origin) -> None:
    """Tell what people took off the shelf and what came back; under pseudonyms."""
    for one in withdrawals.news(connection, _TOGETHER):
        key = withdrawals.pseudonym_key(connection)
        steps: list[tuple[int, bool, str | None, datetime]] = []
        if one.told == 0:
            steps.append((1, True, one.by, one.at))
        if one.ended_at is not None:
            steps.append((2, False, one.ended_by, one.ended_at))
        for told, withdrawn, by, at in steps:
            event = price_events.price_withdrawn(
                origin,
                event_id=str(uuid.uuid4()),
                product=one.product,
                withdrawn=withdrawn,
                by=price_events.pseudonym(key, by) if by else None,
                reason=one.reason,
                time=at,
            )
            outbox.append_or_gap(connection, Lane.KEEP, event, at)
            withdrawals.note_told(connection, one, told)


def who(one: Showing) -> dict[str, object]:
    """What the counts are of: a product and the seq of its price row, or a campaign."""
    if one.products is not None:
        return {"campaign": one.key, "products": one.products}
    said: dict[str, object] = {"product": one.key, "seq": one.seq}
    if one.withdrawn:
        return said | {"withdrawn": True}
    return said if one.campaign is None else said | {"campaign": one.campaign}


def counts(one: Showing) -> dict[str, object]:
    """The counts of the event, and of who asks by HTTP."""
    return {
        "labels": one.labels,
        "shown": one.shown,
        "pending": one.pending,
        "unreachable": one.unreachable,
        "complete": one.complete,
    }
