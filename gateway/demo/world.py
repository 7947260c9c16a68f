"""What surrounds the demo's gateway: central, labels, sensors, a scanner and shoppers."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Iterable
from random import Random
from typing import NoReturn

import httpx

from device_drivers.links.messages import LinkDownError, MessagePort
from gateway.central.publisher import Publisher
from gateway.clock import Clock
from gateway.demo import catalogue
from gateway.demo.catalogue import DemoShop
from gateway.feed.messages import Change

_CHANGES_EVERY_S = 3.0
_READING_EVERY_S = 10.0
_SCAN_EVERY_S = 7.0
_VISIT_EVERY_S = 4.0


class CentralSystem:
    """Changes prices and stock every few seconds; rows ``left_alone`` stay as they are."""

    name = "demo-central"

    def __init__(
        self,
        publisher: Publisher,
        shop: DemoShop,
        clock: Clock,
        random: Random,
        left_alone: Iterable[tuple[str, str]] = (),
    ) -> None:
        self._left_alone = frozenset(left_alone)
        self._publisher = publisher
        self._shop = shop
        self._clock = clock
        self._random = random

    async def run(self) -> NoReturn:
        """Go on for ever."""
        while True:
            await asyncio.sleep(_CHANGES_EVERY_S)
            rows = catalogue.changes(self._shop, self._random, at=self._clock.now())
            await self._publisher.publish(
                Change(kind=row.kind, key=row.key, value=row.value)
                for row in rows
                if (row.kind, row.key) not in self._left_alone
            )


class Devices:
    """Shelf scales that weigh, and a scanner that counts."""

    name = "demo-devices"

    def __init__(self, port: MessagePort, shop: DemoShop, random: Random) -> None:
        self._port = port
        self._products = [row for row in shop.of_kind("product") if row.value.get("gtins")]
        self._random = random

    async def run(self) -> NoReturn:
        """Go on for ever."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._weigh(), name="demo-scales")
            group.create_task(self._scan(), name="demo-scanner")
        raise AssertionError("a device of the demo ended")

    async def _weigh(self) -> None:
        while True:
            await asyncio.sleep(_READING_EVERY_S)
            for shelf in range(1, 4):
                mass = self._random.randint(0, 12) * 850 + self._random.randint(0, 9)
                await self._say(f"scale-{shelf}", "reading", {"values": {"mass_g": str(mass)}})

    async def _scan(self) -> None:
        while True:
            await asyncio.sleep(_SCAN_EVERY_S)
            product = self._random.choice(self._products)
            code = product.value["gtins"][0].lstrip("0")
            await self._say("scanner-1", "scan", {"code": code, "mode": "stock_count"})

    async def _say(self, device: str, kind: str, message: dict[str, object]) -> None:
        body = json.dumps({"id": uuid.uuid4().hex} | message).encode()
        try:
            await self._port.publish(f"device/{device}/{kind}", body)
        except LinkDownError:
            return  # a real device would resend until it sees its ack


class Shoppers:
    """Phones that scan labels and look around."""

    name = "demo-shoppers"

    def __init__(self, address: str, shop: DemoShop, random: Random) -> None:
        self._address = address
        self._products = [row for row in shop.of_kind("product") if row.value.get("gtins")]
        self._random = random

    async def run(self) -> NoReturn:
        """Go on for ever."""
        async with httpx.AsyncClient(base_url=self._address, timeout=5.0) as phone:
            while True:
                await asyncio.sleep(_VISIT_EVERY_S)
                product = self._random.choice(self._products)
                language = self._random.choice(["es-MX,es;q=0.9", "en-US,en;q=0.9"])
                try:
                    await phone.get(
                        f"/01/{product.value['gtins'][0]}", headers={"Accept-Language": language}
                    )
                except httpx.HTTPError:
                    continue
