"""Many phones at once: HTTP/1.1 over kept-alive connections, as fast as answered or at a rate.

At a rate, an answer's time counts from the instant at which the request was due, so that a server
that stalls is not spared the requests that waited meanwhile.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections import deque
from collections.abc import Callable, Sequence
from itertools import cycle
from typing import Any
from urllib.parse import urlsplit

from typing_extensions import override

from benchmarks import rounds
from benchmarks.children import talking

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_END = b"\r\n\r\n"
_OK = (b"HTTP/1.1 200", b"HTTP/1.1 304")

Done = Callable[["Phone", bool], None]


class Phone(asyncio.Protocol):
    """One connection with at most one request under way; ``done`` says whether it was answered."""

    def __init__(self, done: Done) -> None:
        self._done = done
        self._transport: asyncio.Transport | None = None
        self._came = bytearray()
        self._wanted: int | None = None
        self._closed = False
        self.due = 0.0

    def ask(self, request: bytes, due: float) -> None:
        """Send a request that was due at that time."""
        self.due = due
        if self._transport is not None:
            self._transport.write(request)

    def close(self) -> None:
        """Hang up."""
        self._closed = True
        if self._transport is not None:
            self._transport.close()

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - what TCP gives
        self._transport = transport

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        if not self._closed:
            self._transport = None
            self._done(self, False)  # noqa: FBT003 - not answered

    @override
    def data_received(self, data: bytes) -> None:
        self._came += data
        if self._wanted is None:
            head = self._came.find(_END)
            if head < 0:
                return
            length = _LENGTH.search(self._came, 0, head + 2)
            self._wanted = head + len(_END) + (int(length[1]) if length else 0)
        if len(self._came) >= self._wanted:
            good = self._came.startswith(_OK)
            self._came.clear()
            self._wanted = None
            self._done(self, good)


class Crowd:
    """The phones of one run."""

    def __init__(self, requests: Sequence[bytes], *, rate: float | None, seconds: float) -> None:
        self._requests = cycle(requests)
        self._rate = rate
        self._seconds = seconds
        self._idle: list[Phone] = []
        self._waiting: deque[float] = deque()
        self._ends = 0.0
        self.times: list[float] = []
        self.bad = 0

    async def run(self, host: str, port: int, connections: int) -> dict[str, Any]:
        """Connect, ask for so many seconds, and say how it went."""
        loop = asyncio.get_running_loop()
        phones: list[Phone] = []
        for _ in range(connections):
            _, phone = await loop.create_connection(lambda: Phone(self._answered), host, port)
            phones.append(phone)
        began = time.perf_counter()
        self._ends = began + self._seconds
        self._idle = list(phones)
        if self._rate is None:
            for phone in phones:
                phone.ask(next(self._requests), time.perf_counter())
            await asyncio.sleep(self._seconds)
        else:
            await self._at_rate(began, self._rate)
        for phone in phones:
            phone.close()
        if not self.times:
            return {"bad": max(1, self.bad)}
        return {
            "rate": len(self.times) / self._seconds,
            "p50_ms": rounds.percentile(self.times, 0.50) * 1e3,
            "p95_ms": rounds.percentile(self.times, 0.95) * 1e3,
            "p99_ms": rounds.percentile(self.times, 0.99) * 1e3,
            "bad": self.bad,
        }

    async def _at_rate(self, began: float, rate: float) -> None:
        for number in range(int(self._seconds * rate)):
            due = began + number / rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            self._waiting.append(due)
            self._serve()
        # What is not answered long after its time counts as old as it is then.
        await asyncio.sleep(self._seconds / 2)
        now = time.perf_counter()
        self.times += [now - due for due in self._waiting]
        self._waiting.clear()

    def _serve(self) -> None:
        while self._waiting and self._idle:
            self._idle.pop().ask(next(self._requests), self._waiting.popleft())

    def _answered(self, phone: Phone, good: bool) -> None:  # noqa: FBT001 - one caller
        now = time.perf_counter()
        if not good:
            self.bad += 1
            return
        if self._rate is not None or now <= self._ends:
            self.times.append(now - phone.due)
        if self._rate is not None:
            self._idle.append(phone)
            self._serve()
        elif now < self._ends:
            phone.ask(next(self._requests), now)


async def main() -> None:
    """Do what is asked until the benchmark is gone."""
    talking.hear()
    talking.say({})
    while True:
        asked = await talking.hear_later()
        address = urlsplit(asked["address"])
        extra = "".join(f"{name}: {value}\r\n" for name, value in asked["headers"].items())
        requests = [
            f"GET {path} HTTP/1.1\r\nHost: {address.netloc}\r\n{extra}\r\n".encode()
            for path in asked["paths"]
        ]
        crowd = Crowd(requests, rate=asked["rate"], seconds=asked["seconds"])
        talking.say(
            await crowd.run(address.hostname or "", address.port or 80, asked["connections"])
        )


if __name__ == "__main__":
    asyncio.run(main())
