"""The staff site with many labels: how long the server takes for list, search and filter."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import uuid
from collections.abc import AsyncIterator
from datetime import datetime
from functools import partial
from pathlib import Path

import httpx

from benchmarks import broker as brokers
from benchmarks import phones, shop
from benchmarks.figures import Figure
from benchmarks.images import PANEL
from benchmarks.setup import BenchmarkError, Setup
from device_drivers.api.drivers import Announced
from device_drivers.api.panels import Frame
from gateway.clock import SystemClock
from gateway.domain.events import Lane, Origin
from gateway.domain.labels import Target
from gateway.labels import binding
from gateway.settings import Settings
from gateway.staff import passwords
from gateway.store import deliveries, frames, labels, outbox, people, queue
from gateway.store.database import FILE, Connection, Database
from gateway.store.deliveries import Wish

_NAME = "Ana"
_SLICE = 500
_GOAL_MS = 100.0
_QUESTIONS = (
    ("list_p95_ms", "/labels?page={page}"),
    ("search_p95_ms", "/labels?q=modelo+{number}"),
    ("filter_p95_ms", "/labels?state=under_way&page={page}"),
)


async def measure(setup: Setup) -> AsyncIterator[Figure]:
    """``list_p95_ms``, ``search_p95_ms``, ``filter_p95_ms`` with 20,000 labels."""
    count = setup.size(20_000, 240)
    folder = setup.room("staff")
    password = secrets.token_urlsafe(12)
    async with brokers.running(folder) as broker:
        chosen = shop.settings(folder, broker)
        async with shop.central(broker, folder, shop.rows(count)) as central:
            async with shop.gateway(chosen, folder):
                await central.snapshot()
            await _hang(chosen, count, password)
            async with shop.gateway(chosen, folder) as gateway:
                address = gateway.addresses.get("staff")
                if address is None:
                    raise BenchmarkError("this gateway serves no staff site")
                cookie = await _signed_in(address, password)
                # After a start everything on its way is handed over once more.
                await asyncio.sleep(setup.size(15.0, 1.0))
                async with phones.ready(folder) as crowd:
                    for name, path in _QUESTIONS:
                        yield await _asked(setup, crowd, name, address, path, cookie, count)


async def _asked(
    setup: Setup,
    crowd: phones.Phones,
    name: str,
    address: str,
    path: str,
    cookie: str,
    count: int,
) -> Figure:
    """One clerk who asks one thing after the other."""
    pages = max(1, count // 200)
    paths = [path.format(page=1 + n * 7 % pages, number=n * 13 % (count // 24)) for n in range(50)]
    asked = await crowd.ask(
        address,
        paths,
        connections=1,
        seconds=setup.size(10.0, 1.0),
        headers={**phones.HEADERS, "Cookie": cookie},
    )
    return Figure(
        name=name,
        unit="ms",
        ours=asked.p95_ms,
        goal=None if setup.quick else _GOAL_MS,
        better="lower",
    )


async def _signed_in(address: str, password: str) -> str:
    async with httpx.AsyncClient(base_url=address, timeout=30.0) as client:
        answer = await client.post("/sign-in", data={"name": _NAME, "password": password})
        if answer.status_code != 303:
            raise BenchmarkError(f"{address}/sign-in answered {answer.status_code}")
        return "; ".join(f"{name}={value}" for name, value in client.cookies.items())


async def _hang(chosen: Settings, count: int, password: str) -> None:
    """Labels as they are after a day's work: bound, every hundredth on its way."""
    now = SystemClock().now()
    path: Path = chosen.data.folder / FILE
    async with Database(path) as database:
        await database.write(
            lambda c: outbox.prepare(c, dict.fromkeys(Lane, 10**9), now, uplink=True)
        )
        await database.write(
            lambda c: people.add(c, _NAME, people.Role.MANAGER.value, passwords.hash_(password))
        )
        for first in range(0, count, _SLICE):
            await database.write(partial(_slice, first=first, count=count, now=now))
        await database.write(lambda c: c.execute("UPDATE label SET stale = 0"))


def _slice(connection: Connection, *, first: int, count: int, now: datetime) -> None:
    for number in range(first, min(first + _SLICE, count)):
        _label(connection, number, now)


def _label(connection: Connection, number: int, now: datetime) -> None:
    label = f"l{number:05d}"
    heard = Announced(label=label, panel=PANEL, formats=("png",), firmware="1", showing=None)
    labels.announce(connection, "mqtt", heard, now)
    target = Target(product=shop.product_key(number))
    origin = Origin(store=shop.STORE, gateway=shop.GATEWAY)
    binding.bind(connection, label, target, origin=origin, by=_NAME, at=now)
    stripes = bytes(place % (2 + number % 40) == 0 for place in range(PANEL.width))
    frame = Frame(
        width=PANEL.width, height=PANEL.height, inks=PANEL.inks, pixels=stripes * PANEL.height
    )
    frames.put(connection, frame, now)
    sha256 = hashlib.sha256(frame.pixels).hexdigest()
    frames.note_picture(connection, sha256, frame.fingerprint)
    wish = Wish(
        label=label,
        id=uuid.uuid4().hex,
        fingerprint=frame.fingerprint,
        template="article",
        cause="regular",
        made_at=now,
    )
    deliveries.want(connection, wish)
    later = now.replace(year=now.year + 1)
    queue.handing_over(connection, label, wish.id, sha256, at=now, until=later)
    if number % 100:
        labels.see(connection, label, sha256, now)
        deliveries.shown(connection, label, wish.id, now)
