"""A shop's feed between a real broker and a real database, with the reference central."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from device_drivers.links.messages import MessagePort
from gateway.broker import topics
from gateway.broker.link import Link
from gateway.broker.signing import Signer, SigningPort
from gateway.central.publisher import Publisher
from gateway.clock import Clock, SystemClock
from gateway.domain.rows import Row
from gateway.feed.messages import Change
from gateway.feed.service import FeedService
from gateway.settings import Broker, Settings
from gateway.store.database import Database
from tests.support.running import PATIENCE_S, PREFIX, Listening, running


class Reachable(Protocol):
    """A broker that runs."""

    @property
    def broker(self) -> Broker:
        """How to reach it."""


Through = Callable[[MessagePort], MessagePort]

SHOP = Row(kind="location", key="s042", value={"kind": "shop", "name": "Guadalajara Centro"})


def product(key: str, **members: Any) -> Row:
    return Row(kind="product", key=key, value={"name": {"es": f"Artículo {key}"}} | members)


def price(key: str, amount: str, currency: str = "MXN") -> Row:
    offers = [{"kind": "list", "amount": amount}]
    return Row(kind="offers", key=key, value={"currency": currency, "offers": offers})


def stock(key: str, available: int | None) -> Row:
    value = {"available": available, "as_of": "2026-11-22T10:00:00-06:00"}
    return Row(kind="stock", key=f"s042/{key}", value=value)


def changes(*rows: Row) -> list[Change]:
    return [Change(kind=row.kind, key=row.key, value=row.value) for row in rows]


@dataclass(slots=True)
class Central:
    """The reference central with its own connection."""

    publisher: Publisher
    link: Link

    async def publish(self, *rows: Row) -> None:
        await self.publisher.publish(changes(*rows))


def central(
    at: Reachable,
    folder: Path,
    *,
    epoch: int = 1,
    signer: Signer | None = None,
    through: Through | None = None,
) -> Central:
    """Central over its own link; ``through`` is what stands between the two."""
    link = Link("central", at.broker, prefix=PREFIX, client_id="central")
    folder.mkdir(exist_ok=True)
    port: MessagePort = link if signer is None else SigningPort(link, signer)
    port = port if through is None else through(port)
    publisher = Publisher(port, folder, SystemClock(), epoch=epoch, manifest_s=0.2)
    return Central(publisher=publisher, link=link)


@asynccontextmanager
async def central_running(
    at: Reachable,
    folder: Path,
    rows: Iterable[Row] = (),
    *,
    epoch: int = 1,
    signer: Signer | None = None,
    through: Through | None = None,
) -> AsyncIterator[Central]:
    one = central(at, folder, epoch=epoch, signer=signer, through=through)
    one.publisher.load(rows)
    async with running(one.link, one.publisher):
        await one.link.connected.wait()
        yield one


@dataclass(slots=True)
class Shop:
    """The shop's side, and somebody who reads its position."""

    database: Database
    service: FeedService
    link: Link
    positions: Listening
    problems: Listening

    async def equal_to(self, publisher: Publisher) -> dict[str, Any]:
        """Wait until the shop's told position and digest are central's."""
        return await until_equal(self.positions, publisher)

    async def in_force(self, kind: str, key: str) -> Any:
        """The value that the shop uses now, or None."""
        row = await self.database.read(
            lambda connection: connection.execute(
                "SELECT value FROM in_force WHERE kind = ? AND key = ?", (kind, key)
            ).fetchone()
        )
        return None if row is None else json.loads(row[0])

    async def until_in_force(self, kind: str, key: str) -> Any:
        """Wait until the shop uses a value under this key, and return it."""
        changed = self.database.changes.subscribe("feed", "catalogue", "location")
        async with asyncio.timeout(PATIENCE_S):
            while (value := await self.in_force(kind, key)) is None:
                await changed.next()
        return value


async def until_equal(positions: Listening, publisher: Publisher) -> dict[str, Any]:
    """Wait until a position was told that is central's, digest included."""
    wanted = (publisher.epoch, publisher.seq, publisher.digest)
    position: dict[str, Any] = await positions.until(
        lambda said: (said["epoch"], said["seq"], said["digest"]) == wanted
    )
    return position


@asynccontextmanager
async def shop_running(
    at: Reachable,
    settings: Settings,
    clock: Clock | None = None,
    *,
    way: Broker | None = None,
) -> AsyncIterator[Shop]:
    """The shop reaches the broker by ``way``; who reads its position does so directly."""
    settings.data.folder.mkdir(parents=True, exist_ok=True)
    async with Database(settings.data.folder / "anaquel.db") as database:
        link = Link("gw-1", way or at.broker, prefix=PREFIX, client_id="gw-1")
        service = FeedService(link, database, clock or SystemClock(), settings)
        positions = Listening(at.broker, topics.feed_position("gw-1"), client_id="reads-1")
        problems = Listening(at.broker, topics.feed_problems("gw-1"), client_id="reads-2")
        async with running(positions, problems, link, service):
            await link.connected.wait()
            yield Shop(
                database=database,
                service=service,
                link=link,
                positions=positions,
                problems=problems,
            )
