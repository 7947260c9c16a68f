"""What central is told of the shop's rows: the position always, the problems when they change."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

from device_drivers.links.messages import LinkDownError, Message
from gateway.clock import SystemClock
from gateway.domain.price_events import pseudonym
from gateway.feed import telling
from gateway.feed.messages import Problem
from gateway.feed.telling import Standing, Stored, Telling
from gateway.store import holds, withdrawals
from tests.support.guarded import Guarded, price
from tests.support.running import PATIENCE_S, one_turn, running

BAD = Problem(kind="offers", key="a", code="bad_amount", path="", message="")


class Port:
    """Keeps what is published; ``down`` as long as nobody is there."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, dict[str, Any]]] = []
        self.down = False

    async def publish(
        self, topic: str, payload: bytes, *, retain: bool = False, expiry_s: int | None = None
    ) -> None:
        assert retain
        assert expiry_s is None
        if self.down:
            raise LinkDownError("down")
        self.sent.append((topic.split("/")[1], json.loads(payload)))

    def messages(self, *topic_filters: str) -> AsyncIterator[Message]:
        raise NotImplementedError(topic_filters)

    def on_connected(self, tell: Callable[[bool], Awaitable[None]]) -> None:
        raise NotImplementedError(tell)


class Running:
    """The part of the feed that tells, on its own."""

    name = "telling"

    def __init__(self, telling: Telling) -> None:
        self.run = telling.run


async def test_problems_are_told_when_they_change_and_after_every_connection() -> None:
    port, rows = Port(), [BAD]
    seq = 0

    async def standing() -> Standing:
        stored = Stored(applied_at=None, refused=len(rows), held=0, first=tuple(rows), holds=())
        return Standing(epoch=1, seq=seq, digest="ab" * 32, error=None, stored=stored)

    teller = Telling(port, SystemClock(), "gw-1", 0.0, standing)

    async def told(*kinds: str) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while len(port.sent) < len(kinds):
                await one_turn()
        for _ in range(5):
            await one_turn()
        assert [kind for kind, _ in port.sent] == list(kinds)
        port.sent.clear()

    async with running(Running(teller)):
        teller.changed()
        await told("position", "problems")
        seq = 1
        teller.changed()
        await told("position")
        rows.clear()
        teller.changed()
        await told("position", "problems")
        teller.anew()
        await told("position", "problems")


def test_names_of_those_who_decided_stay_in_the_shop(tmp_path: Path) -> None:
    shop = Guarded.empty(tmp_path)
    shop.write(*(price(key, "100.00") for key in "abcdef"))
    for amount in ("1.00", "2.00"):
        shop.write(price("a", amount))
        (hold,) = (one for one in shop.holds() if one.state == "open")
        with shop.transaction():
            holds.decide(shop.connection, hold.id, "refused", "Ana", shop.at)

    def told() -> set[str | None]:
        stored = telling.read_stored(shop.connection, "central")
        return {hold.decided_by for hold in stored.holds}

    assert told() == {"staff"}
    with shop.transaction():
        key = withdrawals.pseudonym_key(shop.connection)
    assert told() == {pseudonym(key, "Ana")}
    shop.close()
