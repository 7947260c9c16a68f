"""An invented shop of any size, its gateway in a process of its own, and what central sends it."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from benchmarks import messages, process
from benchmarks.messages import Awaited
from benchmarks.process import Child
from device_drivers.links.messages import LinkDownError, Message
from gateway.broker import topics
from gateway.central.feed import dump
from gateway.central.publisher import Publisher
from gateway.clock import SystemClock
from gateway.domain import gtin
from gateway.domain.rows import Row
from gateway.feed.messages import Change
from gateway.settings import Broker, Settings

STORE = "s042"
GATEWAY = "bench"
ALL_SEQS = 2**53 - 1
PREFIX = f"{Broker().topic_prefix}/{STORE}"
SIZES = 24
_AS_OF = "2026-11-22T10:00:00-06:00"


def group_key(number: int) -> str:
    """The id of the group that product ``number`` is in."""
    return f"g{number // SIZES:05d}"


def product_key(number: int) -> str:
    """The id of product ``number``."""
    return f"p{number:06d}"


def gtin_of(number: int) -> str:
    """Its GTIN, 14 digits."""
    body = f"952{number:09d}"
    return gtin.normalise(body + gtin.check_digit(body))


def rows(products: int, *, shops: int = 1) -> Iterator[Row]:
    """Groups of ``SIZES`` products, one price each, stock in so many shops."""
    locations = [STORE, *(f"n{number:02d}" for number in range(1, shops))]
    for location in locations:
        yield Row(kind="location", key=location, value={"kind": "shop", "name": location})
    sizes = [str(22 + place / 2) for place in range(SIZES)]
    axes = [{"axis": "size", "name": {"es": "Talla", "en": "Size"}, "values": sizes}]
    for first in range(0, products, SIZES):
        name = {"es": f"Tenis modelo {first // SIZES}", "en": f"Sneaker {first // SIZES}"}
        value = {"name": name, "brand": "Cumbre", "axes": axes}
        yield Row(kind="group", key=group_key(first), value=value)
    for number in range(products):
        yield Row(kind="product", key=product_key(number), value=_product(number, sizes))
    for number in range(products):
        yield price(number, 899 + number % 1000)
    for location in locations:
        for number in range(products):
            yield stock(number, number % 7, location)


def price(number: int, pesos: int) -> Row:
    """The offers of a product."""
    offers = [{"kind": "list", "amount": f"{pesos}.00"}]
    value = {"currency": "MXN", "tax_included": True, "offers": offers}
    return Row(kind="offers", key=product_key(number), value=value)


def stock(number: int, pieces: int, location: str = STORE) -> Row:
    """A stock level."""
    value = {"available": pieces, "as_of": _AS_OF}
    return Row(kind="stock", key=f"{location}/{product_key(number)}", value=value)


def binding(label: str, number: int) -> Row:
    """The label stands for the product."""
    value = {"label": label, "target": {"product": product_key(number)}}
    return Row(kind="binding", key=label, value=value)


def stock_changes(products: int, count: int, random: Random) -> list[Row]:
    """So many stock levels that differ from the opening ones."""
    return [stock(random.randrange(products), random.randint(10, 99)) for _ in range(count)]


def _product(number: int, sizes: list[str]) -> dict[str, Any]:
    return {
        "group": group_key(number),
        "gtins": [gtin_of(number)],
        "sku": f"CU-{number:06d}",
        "name": {"es": f"Tenis {number}", "en": f"Sneaker {number}"},
        "options": {"size": sizes[number % SIZES]},
        "status": "active",
    }


def settings(folder: Path, broker: Broker, *, render_workers: int = 1) -> Settings:
    """A gateway on free loopback ports; it tells its position often, to be timed."""
    free = {"host": "127.0.0.1", "port": 0}
    link = broker.model_dump()
    return Settings.model_validate(
        {
            "shop": {
                "store": STORE,
                "gateway": GATEWAY,
                "public_base": "https://q.example.com",
            },
            "data": {"folder": folder / "data"},
            "central": {"kind": "mqtt", "broker": link},
            "shop_broker": link,
            "feed": {"snapshot_folder": folder, "position_s": 0.2},
            "labels": {"render_workers": render_workers},
            "sites": {
                "shopper": free,
                "staff": free | {"https": False, "secure_cookies": False},
                "intake": free,
                "ops": free,
            },
            "log": {"level": "warning"},
        }
    )


class CentralSide:
    """What central knows of the feed, and how far the gateway says it is."""

    def __init__(self, ends: messages.Ends, feed: Publisher, held: _Held, told: Told) -> None:
        self.ends = ends
        self._held = held
        self._feed = feed
        self._told = told

    async def snapshot(self) -> float:
        """Announce the whole feed; the seconds until the gateway told that it has it."""
        await self._feed.publish_manifest()
        manifest = self._held.last[topics.MANIFEST]
        began = time.perf_counter()
        await self.ends.send([(topics.MANIFEST, manifest)], retain=True)
        await self.reached()
        return time.perf_counter() - began

    def deltas(self, new: list[Row], *, each: int) -> list[tuple[str, bytes]]:
        """The deltas that tell of these rows, ``each`` changes in one, ready to be sent."""
        return [(topics.DELTA, payload) for payload in _payloads(self._feed, new, each)]

    async def send(self, deltas: list[tuple[str, bytes]]) -> None:
        """Publish them; returns when the broker has them."""
        await self.ends.send(deltas)

    async def reached(self) -> None:
        """Wait until the gateway told our seq as its position, with our digest."""
        wanted = (self._feed.epoch, self._feed.seq, self._feed.digest)
        await self._told.news.until(lambda: self._told.position == wanted, "the position")


def unrelated_deltas(new: list[Row], *, each: int) -> list[bytes]:
    """Deltas as bytes, of a feed that no gateway follows."""
    return _payloads(Publisher(_Held(), Path(), SystemClock(), epoch=1), new, each)


def _payloads(feed: Publisher, new: list[Row], each: int) -> list[bytes]:
    changes = [Change(kind=row.kind, key=row.key, value=row.value) for row in new]
    return [
        dump(delta)
        for first in range(0, len(changes), each)
        for delta in feed.change(changes[first : first + each])
    ]


@dataclass(slots=True)
class Told:
    """The last position the gateway told."""

    news: Awaited
    position: tuple[int, int, str] = (0, 0, "")

    def heard(self, _topic: str, payload: bytes) -> None:
        """A position came in."""
        said = json.loads(payload)
        self.position = (said["epoch"], said["seq"], said["digest"])
        self.news.tell()


@asynccontextmanager
async def central(
    broker: Broker, folder: Path, opening: Iterator[Row]
) -> AsyncIterator[CentralSide]:
    """Central with these rows; it sends nothing by itself and answers no requests."""
    held = _Held()
    feed = Publisher(held, folder, SystemClock(), epoch=1)
    feed.load(opening)
    # Waves of prices are what is measured: they are meant.
    feed.accept(ALL_SEQS)
    # The file is written before anything is timed: that takes seconds of this very process.
    await feed.publish_manifest()
    told = Told(news=Awaited())
    position = topics.feed_position(GATEWAY)
    async with messages.ends(broker, PREFIX, position, heard=told.heard) as ends:
        yield CentralSide(ends, feed, held, told)


@dataclass(frozen=True, slots=True)
class Gateway:
    """A running gateway and the addresses of its sites."""

    child: Child
    addresses: dict[str, str]


@asynccontextmanager
async def gateway(chosen: Settings, folder: Path) -> AsyncIterator[Gateway]:
    """A gateway process that is ready."""
    message = chosen.model_dump(mode="json")
    async with process.started("gateway", folder, message) as child:
        yield Gateway(child, await child.hear())


class _Held:
    """A port that keeps the last message of each topic: the benchmark sends and times it itself."""

    def __init__(self) -> None:
        self.last: dict[str, bytes] = {}

    async def publish(
        self,
        topic: str,
        payload: bytes,
        *,
        retain: bool = False,  # noqa: ARG002 - the port's signature
        expiry_s: int | None = None,  # noqa: ARG002 - same
    ) -> None:
        self.last[topic] = payload

    async def messages(self, *topic_filters: str) -> AsyncIterator[Message]:
        raise LinkDownError(", ".join(topic_filters))
        yield  # makes it a generator

    def on_connected(self, tell: object) -> None:
        """Never."""
