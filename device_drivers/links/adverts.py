"""Advertisements: handed to whoever asked for their like, the last of each device remembered."""

from __future__ import annotations

import asyncio
import weakref
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Collection
from typing import Final, Self

from device_drivers.links.radio import Advert

REMEMBERED_S: Final = 120.0
_MOST_DEVICES: Final = 20_000
_MOST_WAITING: Final = 1_000


class Adverts:
    """What one adapter hears; ``dropped`` counts what subscribers that fell behind lost."""

    def __init__(
        self, *, most_devices: int = _MOST_DEVICES, most_waiting: int = _MOST_WAITING
    ) -> None:
        self.dropped = 0
        self._most_devices = most_devices
        self._most_waiting = most_waiting
        self._last: OrderedDict[str, Advert] = OrderedDict()
        self._subscribers: weakref.WeakSet[_Subscriber] = weakref.WeakSet()

    def subscribe(
        self, *, manufacturers: Collection[int] = (), services: Collection[str] = ()
    ) -> AsyncIterator[Advert]:
        """See ``Radio.adverts``; a subscription lasts as long as somebody holds it."""
        subscriber = _Subscriber(frozenset(manufacturers), frozenset(services), self._most_waiting)
        self._subscribers.add(subscriber)
        return subscriber

    def hear(self, advert: Advert) -> None:
        """Remember it and hand it on; the device heard longest ago makes room."""
        self._last[advert.address] = advert
        self._last.move_to_end(advert.address)
        if len(self._last) > self._most_devices:
            self._last.popitem(last=False)
        for subscriber in self._subscribers:
            if subscriber.wants(advert):
                self.dropped += subscriber.put(advert)

    def last_heard(self, address: str, now: float) -> Advert | None:
        """See ``Radio.last_heard``; ``now`` is the loop's time."""
        advert = self._last.get(address)
        return None if advert is None or now - advert.at > REMEMBERED_S else advert

    def forget(self) -> None:
        """The adapter is gone: what it heard says nothing about who is in reach."""
        self._last.clear()


class _Subscriber:
    """One reader and what waits for it, the oldest first."""

    def __init__(self, manufacturers: frozenset[int], services: frozenset[str], most: int) -> None:
        self._manufacturers = manufacturers
        self._services = services
        self._waiting: deque[Advert] = deque(maxlen=most)
        self._something = asyncio.Event()

    def wants(self, advert: Advert) -> bool:
        if not (self._manufacturers or self._services):
            return True
        return bool(
            self._manufacturers.intersection(advert.manufacturer)
            or self._services.intersection(advert.services)
            or self._services.intersection(advert.service_data)
        )

    def put(self, advert: Advert) -> bool:
        """Whether the oldest had to go for it."""
        full = len(self._waiting) == self._waiting.maxlen
        self._waiting.append(advert)
        self._something.set()
        return full

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Advert:
        while not self._waiting:
            self._something.clear()
            await self._something.wait()
        return self._waiting.popleft()
