"""A radio that counts what passes over its connections."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass

from device_drivers.links.radio import Advert, Link, Notifications, Radio, RadioReason


@dataclass(slots=True)
class Traffic:
    """Counts since ``MeteredRadio.take`` was last called; bytes are of values, without headers.

    ``mtu`` is that of the last connection, 0 without one.
    """

    connections: int = 0
    mtu: int = 0
    writes: int = 0
    written: int = 0
    reads: int = 0
    read: int = 0
    notifications: int = 0
    notified: int = 0


class MeteredRadio:
    """``radio`` as it is (a ``Radio``), with its traffic counted."""

    def __init__(self, radio: Radio) -> None:
        self._radio = radio
        self._traffic = Traffic()

    def take(self) -> Traffic:
        """What passed since the last call."""
        taken, self._traffic = self._traffic, Traffic()
        return taken

    @property
    def name(self) -> str:
        """See ``Radio``."""
        return self._radio.name

    @property
    def trouble(self) -> RadioReason | None:
        """See ``Radio``."""
        return self._radio.trouble

    def adverts(
        self, *, manufacturers: Collection[int] = (), services: Collection[str] = ()
    ) -> AsyncIterator[Advert]:
        """See ``Radio``."""
        return self._radio.adverts(manufacturers=manufacturers, services=services)

    def last_heard(self, address: str) -> Advert | None:
        """See ``Radio``."""
        return self._radio.last_heard(address)

    @asynccontextmanager
    async def connect(
        self, address: str, *, timeout_s: float = 20.0, fresh: bool = False
    ) -> AsyncIterator[Link]:
        """See ``Radio``; counted once it came about."""
        async with self._radio.connect(address, timeout_s=timeout_s, fresh=fresh) as link:
            self._traffic.connections += 1
            self._traffic.mtu = link.mtu
            yield _MeteredLink(link, lambda: self._traffic)

    def on_up(self, tell: Callable[[], Awaitable[None]]) -> None:
        """See ``Radio``."""
        self._radio.on_up(tell)


class _MeteredLink:
    def __init__(self, link: Link, traffic: Callable[[], Traffic]) -> None:
        self._link = link
        self._traffic = traffic

    @property
    def mtu(self) -> int:
        return self._link.mtu

    def has(self, characteristic: str) -> bool:
        return self._link.has(characteristic)

    async def read(self, characteristic: str) -> bytes:
        value = await self._link.read(characteristic)
        traffic = self._traffic()
        traffic.reads += 1
        traffic.read += len(value)
        return value

    async def write(self, characteristic: str, data: bytes, *, response: bool) -> None:
        await self._link.write(characteristic, data, response=response)
        traffic = self._traffic()
        traffic.writes += 1
        traffic.written += len(data)

    @asynccontextmanager
    async def notifications(self, characteristic: str) -> AsyncIterator[Notifications]:
        async with self._link.notifications(characteristic) as heard:
            yield _MeteredNotifications(heard, self._traffic)


class _MeteredNotifications:
    def __init__(self, heard: Notifications, traffic: Callable[[], Traffic]) -> None:
        self._heard = heard
        self._traffic = traffic

    async def next(self, timeout_s: float) -> bytes | None:
        value = await self._heard.next(timeout_s)
        if value is not None:
            traffic = self._traffic()
            traffic.notifications += 1
            traffic.notified += len(value)
        return value
