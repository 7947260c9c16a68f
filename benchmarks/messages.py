"""The benchmark's own ends at the broker: one that sends as fast as it can, one that listens."""

from __future__ import annotations

import asyncio
import socket
import threading
import uuid
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from benchmarks.setup import BenchmarkError
from gateway.settings import Broker

_PATIENCE_S = 120.0
_IN_FLIGHT = 1_000

Heard = Callable[[str, bytes], None]


class Ends:
    """A client with a thread of its own."""

    def __init__(self, client: paho.Client, prefix: str) -> None:
        self._client = client
        self._prefix = prefix

    async def send(self, messages: Iterable[tuple[str, bytes]], *, retain: bool = False) -> None:
        """Publish at QoS 1 and wait for the last receipt; topics are relative to the prefix."""
        await asyncio.to_thread(self._send, messages, retain=retain)

    def _send(self, messages: Iterable[tuple[str, bytes]], *, retain: bool) -> None:
        last: paho.MQTTMessageInfo | None = None
        for count, (topic, payload) in enumerate(messages, 1):
            last = self._client.publish(self._prefix + topic, payload, qos=1, retain=retain)
            if count % _IN_FLIGHT == 0:
                last.wait_for_publish(_PATIENCE_S)
        if last is not None:
            last.wait_for_publish(_PATIENCE_S)
            if not last.is_published():
                raise BenchmarkError("the broker took no more messages")


@asynccontextmanager
async def ends(
    broker: Broker, prefix: str, *topics: str, heard: Heard | None = None
) -> AsyncIterator[Ends]:
    """Connected and subscribed. ``heard`` is called in the client's thread."""
    client = paho.Client(
        CallbackAPIVersion.VERSION2, client_id=f"bench-{uuid.uuid4().hex}", protocol=paho.MQTTv5
    )
    client.max_inflight_messages_set(_IN_FLIGHT)
    ready = threading.Event()

    def connected(*_: Any) -> None:
        if topics:
            client.subscribe([(f"{prefix}/{topic}", 1) for topic in topics])
        else:
            ready.set()

    def arrived(_c: Any, _u: Any, packet: paho.MQTTMessage) -> None:
        if heard is not None:
            heard(packet.topic.removeprefix(f"{prefix}/"), bytes(packet.payload))

    client.on_connect = connected
    client.on_subscribe = lambda *_: ready.set()
    client.on_message = arrived
    client.on_socket_open = at_once
    await asyncio.to_thread(client.connect, broker.host, broker.port)
    client.loop_start()
    try:
        if not await asyncio.to_thread(ready.wait, 10.0):
            raise BenchmarkError("the broker did not answer")
        yield Ends(client, f"{prefix}/")
    finally:
        client.disconnect()
        await asyncio.to_thread(client.loop_stop)


def at_once(_client: object, _userdata: object, connected: Any) -> None:
    """For ``on_socket_open``: no packet waits for the receipt of the one before, as in our links.

    Without it a price often came 40 ms after it was due, which is no time of the gateway's.
    """
    connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


class Awaited:
    """Waits for something that is heard in another thread."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._news = asyncio.Event()

    def tell(self) -> None:
        """Something happened; from any thread."""
        self._loop.call_soon_threadsafe(self._news.set)

    async def until(self, wanted: Callable[[], bool], what: str) -> None:
        """Wait until ``wanted`` is true; looked at after every ``tell``."""
        try:
            async with asyncio.timeout(_PATIENCE_S):
                while not wanted():
                    self._news.clear()
                    if wanted():
                        return
                    await self._news.wait()
        except TimeoutError:
            raise BenchmarkError(f"{what} did not come in {_PATIENCE_S:.0f} s") from None
